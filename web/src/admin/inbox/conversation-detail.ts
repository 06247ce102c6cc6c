import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { part } from "../api.js";
import { Live } from "../live.js";
import { icon } from "../ui/icons.js";
import { failed, notice } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import "./message-way.js";
import { Thread } from "./thread.js";
import "./transcript.js";
import type { MessageChange } from "./types.js";
import "./window-ring.js";
import { nameOf, numberOf, windowOf } from "./words.js";

const EVERY_MS = 20_000;

/** One conversation: who it is, how long they may be answered, and what was said. */
@customElement("claw-conversation-detail")
export class ConversationDetail extends LitElement {
  @property() tenant = "";
  @property() conversation = "";
  /** The list's address. */
  @property() back = "";
  /** The message whose way is shown. */
  @state() private asked = "";
  private thread = new Thread("");
  private clock = 0;

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
        background: var(--surface);
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-height: 68px;
        padding: var(--space-3) var(--space-5);
        border-bottom: 1px solid var(--border);
      }
      .who {
        flex: 1;
        min-width: 0;
      }
      .who > * {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      h2 a {
        color: inherit;
        text-decoration: none;
      }
      h2 a:hover {
        text-decoration: underline;
      }
      .sub {
        display: flex;
        gap: var(--space-1) var(--space-2);
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .late {
        color: var(--waiting);
      }
      .take {
        display: grid;
        justify-items: end;
      }
      .back {
        display: none;
      }
      claw-transcript {
        flex: 1;
      }
      .bones {
        flex: 1;
        display: flex;
        flex-direction: column;
        justify-content: flex-end;
        gap: var(--space-3);
        padding: var(--space-4);
        background: var(--wallpaper);
      }
      .bones i {
        width: 44%;
        height: 44px;
        border-radius: var(--radius-md);
        background: var(--bubble-business);
        opacity: 0.6;
        animation: appear 1ms 120ms both;
      }
      .bones i:nth-child(odd) {
        align-self: flex-end;
        width: 34%;
        background: var(--bubble-person);
      }
      @keyframes appear {
        from {
          visibility: hidden;
        }
      }
      .empty {
        margin: var(--space-6);
      }
      .closed {
        display: flex;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-5);
        border-top: 1px solid var(--border);
        color: var(--ink-2);
        font-size: var(--text-sm);
      }
      .bar {
        height: 14px;
        border-radius: var(--radius-sm);
        background: var(--surface-3);
        width: 9rem;
        max-width: 100%;
      }
      .bar + .bar {
        width: 13rem;
        height: 11px;
        margin-top: 6px;
      }
      @media (max-width: 899px) {
        header {
          padding: var(--space-2) var(--space-3);
        }
        .back {
          display: inline-flex;
        }
        .take span,
        .number {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, { message: (data) => this.thread.hear(data as unknown as MessageChange), resync: () => this.thread.resync() });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.clock = window.setInterval(() => this.requestUpdate(), EVERY_MS);
    if (this.hasUpdated) this.open();
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.clock);
    this.thread.close();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("conversation") || changed.has("tenant")) this.open();
  }

  private open(): void {
    this.thread.close();
    this.asked = "";
    this.thread = new Thread(this.conversation);
    this.thread.addEventListener("change", () => this.requestUpdate());
    void this.thread.open();
  }

  override render() {
    const { thread } = this;
    if (thread.missing)
      return html`${this.head()}${failed("This conversation is not here: its person was deleted, or it belongs to another tenant.", () => void thread.open())}`;
    return html`${this.head()} ${this.transcript()}`;
  }

  private head() {
    const { conversation } = this.thread;
    return html`<header>
      <a class="button round quiet back" href=${this.back} aria-label="All conversations">${icon("back")}</a>
      ${conversation ? this.person() : html`<span class="who"><div class="bar"></div><div class="bar"></div></span>`}
      <span class="take"><button type="button" disabled title="Taking over comes with sessions: then a person can answer here instead of the agent."
        aria-label="Take over: comes with sessions">${icon("hand", 16)} <span>Take over</span></button></span>
    </header>`;
  }

  private person() {
    const { conversation } = this.thread;
    if (!conversation) return nothing;
    const { user, window_ends_at: until } = conversation;
    const { open, left, words } = windowOf(until, Date.now());
    const number = numberOf(user.id);
    return html`<claw-window-ring .somebody=${user} .until=${until}></claw-window-ring>
      <div class="who">
        <h2><a href="/t/${part(this.tenant)}/users/${part(user.id)}">${nameOf(user)}</a></h2>
        <p class="sub">${user.name ? html`<span class="number">${number} ·</span>` : nothing}
          <span class=${open && left < 1 / 12 ? "late" : ""}>${open ? `${words} left` : "window closed"}</span></p>
      </div>`;
  }

  private transcript() {
    const { thread } = this;
    if (thread.problem && thread.messages.length === 0) return failed(thread.problem, () => void thread.open());
    if (thread.loading) return html`<div class="bones" role="status"><span class="hidden">Loading</span><i></i><i></i><i></i><i></i></div>`;
    const { conversation } = thread;
    const closed = conversation && !windowOf(conversation.window_ends_at, Date.now()).open;
    const asked = thread.messages.find((message) => message.id === this.asked);
    return html`
      <claw-transcript
        .messages=${thread.messages} .glowing=${new Set(thread.glowing)} ?whole=${thread.whole} ?loadingOlder=${thread.loadingOlder}
        .selected=${this.asked} .person=${conversation ? nameOf(conversation.user) : ""}
        @older=${() => void thread.older()} @why=${(event: CustomEvent<string>) => this.why(event.detail)}></claw-transcript>
      ${thread.problem ? notice("failed", thread.problem, { label: "Try again", run: () => thread.resync() }) : nothing}
      ${closed && !asked ? html`<p class="closed">${icon("clock", 16)} The 24 hours are over. Until they write again, only templates may be sent to them.</p>` : nothing}
      ${asked ? html`<claw-message-way .message=${asked} .around=${thread.messages} @close=${() => this.why("")}></claw-message-way>` : nothing}
    `;
  }

  /** Closes a message's way; false where none is open. */
  closeWay(): boolean {
    const open = this.asked !== "";
    this.asked = "";
    return open;
  }

  private why(id: string): void {
    this.asked = id === this.asked ? "" : id;
  }
}

import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import "../compose/reaction-picker.js";
import type { ReactionPicker } from "../compose/reaction-picker.js";
import { sayReaction, type Saying } from "../compose/saying.js";
import { Live } from "../live.js";
import { session } from "../session.js";
import { icon } from "../ui/icons.js";
import { failed, notice } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { complain } from "../ui/toast.js";
import { countdown, holderOf, holdOf, type Hold } from "./hold.js";
import "./message-way.js";
import { Outgoing, type Refused } from "./outgoing.js";
import "./reply-box.js";
import type { ReplyBox } from "./reply-box.js";
import { Thread } from "./thread.js";
import "../templates/template-picker.js";
import "./transcript.js";
import type { Conversation, Message, MessageChange } from "./types.js";
import "./window-ring.js";
import { nameOf, numberOf, windowOf } from "./words.js";

const EVERY_MS = 20_000;
/** While somebody holds it, the time that is left goes by the second. */
const HELD_EVERY_MS = 1_000;

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** One conversation: who it is, how long they may be answered, what was said, and answering by hand. */
@customElement("claw-conversation-detail")
export class ConversationDetail extends LitElement {
  @property() tenant = "";
  @property() conversation = "";
  /** The list's address. */
  @property() back = "";
  /** The message whose way is shown. */
  @state() private asked = "";
  /** What the gateway said when nothing could be sent, until something changes. */
  @state() private refusal: Refused | null = null;
  /** The newest message when it said so. */
  private refusedAt = "";
  /** It is taken over or handed back right now. */
  @state() private busy = false;
  private thread = new Thread("");
  private outgoing = new Outgoing(() => null);
  private shown: { thread: readonly Message[]; outgoing: readonly Message[]; all: readonly Message[] } | null = null;
  private clock = 0;
  private seconds = 0;
  /** Somebody drags files over it. */
  @state() private dragged = false;
  @query("claw-reply-box") private box?: ReplyBox | null;
  @query("claw-reaction-picker") private picker?: ReactionPicker | null;

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
      :host([drops]) claw-transcript {
        outline: 2px dashed var(--accent);
        outline-offset: -6px;
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
      .sub > :last-child {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .late {
        color: var(--waiting);
      }
      .take {
        display: flex;
        align-items: center;
        gap: var(--space-3);
      }
      .holds {
        display: grid;
        justify-items: end;
        font-size: var(--text-sm);
        line-height: var(--line-tight);
        white-space: nowrap;
      }
      .holds b {
        display: inline-flex;
        align-items: center;
        gap: var(--space-1);
        font-weight: 500;
      }
      .left {
        color: var(--ink-3);
        font-variant-numeric: tabular-nums;
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
        .take button span,
        .number {
          display: none;
        }
        .take {
          gap: var(--space-2);
        }
      }
    `,
  ];

  /** Files may be dropped anywhere on it. */
  private readonly drops: readonly (readonly [string, (event: DragEvent) => void])[] = [
    ["dragover", (event) => this.over(event)],
    ["dragleave", (event) => !this.contains(event.relatedTarget as Node | null) && (this.dragged = false)],
    ["drop", (event) => this.dropped(event)],
  ];

  constructor() {
    super();
    const hear = (data: Record<string, unknown>): void => this.thread.hear(data as unknown as MessageChange);
    new Live(this, { message: hear, conversation: hear, tenant: () => (this.refusal = null), resync: () => this.thread.resync() });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const [name, heard] of this.drops) this.addEventListener(name, heard as EventListener);
    this.clock = window.setInterval(() => this.requestUpdate(), EVERY_MS);
    if (this.hasUpdated) this.open();
  }

  override disconnectedCallback(): void {
    for (const [name, heard] of this.drops) this.removeEventListener(name, heard as EventListener);
    window.clearInterval(this.clock);
    window.clearInterval(this.seconds);
    this.seconds = 0;
    this.thread.close();
    this.outgoing.close();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("conversation") || changed.has("tenant")) this.open();
  }

  private open(): void {
    this.thread.close();
    this.outgoing.close();
    this.asked = "";
    this.refusal = null;
    const thread = (this.thread = new Thread(this.conversation));
    const outgoing = (this.outgoing = new Outgoing(() => thread.conversation));
    thread.addEventListener("change", () => this.requestUpdate());
    outgoing.addEventListener("change", () => this.requestUpdate());
    outgoing.addEventListener("taken", (event) => thread.take((event as CustomEvent).detail));
    outgoing.addEventListener("refused", (event) => outgoing === this.outgoing && this.refused((event as CustomEvent<Refused>).detail));
    void thread.open();
  }

  protected override updated(): void {
    this.toggleAttribute("drops", this.dragged);
    const held = this.hold !== null;
    if (held === (this.seconds !== 0)) return;
    window.clearInterval(this.seconds);
    this.seconds = held ? window.setInterval(() => this.requestUpdate(), HELD_EVERY_MS) : 0;
  }

  private get hold(): Hold | null {
    return this.thread.conversation && holdOf(this.thread.conversation);
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
      ${conversation ? this.take() : nothing}
    </header>`;
  }

  private take() {
    const { hold } = this;
    const off = session.whyNot("inbox.write");
    const words = hold ? "Hand back" : "Take over";
    const does = hold ? "The agent answers again (t)" : "You answer by hand, and the agent is silent meanwhile (t)";
    return html`<div class="take">
      ${hold
        ? html`<div class="holds" title=${hold.by}><b>${icon("hand", 14)}${sentence(holderOf(hold))} ${hold.mine ? "hold" : "holds"} it</b>
            <span class="left">${countdown(hold.left)}</span></div>`
        : nothing}
      <button type="button" aria-label=${words} title=${off || does} ?disabled=${off !== "" || this.busy} aria-busy=${this.busy} @click=${() => this.toggleHold()}>
        ${icon(hold ? "agents" : "hand", 16)}<span>${words}</span></button>
    </div>`;
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
    const asked = thread.messages.find((message) => message.id === this.asked);
    return html`
      <claw-transcript
        .messages=${this.messages()} .glowing=${new Set(thread.glowing)} ?whole=${thread.whole} ?loadingOlder=${thread.loadingOlder}
        .selected=${this.asked} .person=${conversation ? nameOf(conversation.user) : ""}
        ?answerable=${conversation !== null && this.whyClosed(conversation) === ""}
        @quote=${(event: CustomEvent<Message>) => this.quote(event.detail)}
        @react=${({ detail }: CustomEvent) => void this.picker?.show(detail.message, detail.button, detail.current)}
        @older=${() => void thread.older()} @why=${(event: CustomEvent<string>) => this.why(event.detail)}
        @again=${(event: CustomEvent<string>) => this.outgoing.again(event.detail)} @forget=${(event: CustomEvent<string>) => this.outgoing.forget(event.detail)}></claw-transcript>
      ${thread.problem ? notice("failed", thread.problem, { label: "Try again", run: () => thread.resync() }) : nothing}
      ${asked ? html`<claw-message-way .message=${asked} .around=${thread.messages} @close=${() => this.why("")}></claw-message-way>` : nothing}
      ${conversation && !asked ? this.replyBox(conversation) : nothing}
      <claw-reaction-picker @react=${({ detail }: CustomEvent) => this.outgoing.send(sayReaction(detail.message, detail.emoji))}></claw-reaction-picker>
    `;
  }

  /** What the gateway has, and after it what is on its way there. */
  private messages() {
    const { messages } = this.outgoing;
    // The same list while nothing changes: the transcript looks at which one it is.
    if (messages.length === 0) return this.thread.messages;
    if (this.shown?.thread !== this.thread.messages || this.shown.outgoing.length !== messages.length || this.shown.outgoing.some((one, index) => one !== messages[index]))
      this.shown = { thread: this.thread.messages, outgoing: messages, all: [...this.thread.messages, ...messages] };
    return this.shown.all;
  }

  private replyBox(conversation: Conversation) {
    const { hold } = this;
    const who = !hold
      ? "The agent answers here. What you send takes over, and the agent pauses."
      : hold.mine
        ? "You answer here. Each message gives you the whole time anew."
        : `${sentence(holderOf(hold))} answers here. What you send takes it over from them.`;
    const later = this.inWindow(conversation) ? "" : this.outsideWindow(conversation);
    const hint = later ? `${later} ${who}` : who;
    return html`<claw-reply-box .conversation=${conversation.id} .closed=${this.whyClosed(conversation)} .hint=${hint} ?retries=${this.refusal !== null}
      ?takesTemplates=${!session.whyNot("inbox.write") && (!this.inWindow(conversation) || this.refusal?.why === "window-closed")}
      @again=${() => (this.refusal = null)} @send=${({ detail }: CustomEvent<Saying[]>) => detail.forEach((saying) => this.outgoing.send(saying))}><template-picker slot="template" .conversation=${conversation}></template-picker></claw-reply-box>`;
  }

  /** Why nothing can be sent now, and whose move it is. */
  private whyClosed(conversation: Conversation): string {
    const off = session.whyNot("inbox.write");
    if (off) return off;
    if (!this.inWindow(conversation) && !this.outsideWindow(conversation)) return "The 24 hours are over. Until they write again, only templates may be sent to them.";
    return this.refusal && this.refusedAt === conversation.last_message.id ? this.refusal.error.message : "";
  }

  /** What becomes of an answer although the window is closed; empty where it is refused. */
  private outsideWindow({ outside_window: outside }: Conversation): string {
    if (outside?.does === "park") return "The 24 hours are over: what you write goes when the person writes.";
    if (outside?.does === "template") return `The 24 hours are over: what you write goes as the template ${outside.template ?? "of the delivery settings"}.`;
    return "";
  }

  private inWindow({ window_ends_at: until }: Conversation): boolean {
    return windowOf(until, Date.now()).open;
  }

  private refused(refusal: Refused): void {
    // What has a name stays so until something changes; anything else may be tried again at once.
    if (refusal.why) this.refusal = refusal;
    else complain(refusal.error);
    this.refusedAt = this.thread.conversation?.last_message.id ?? "";
    if (refusal.text) void this.updateComplete.then(() => this.box?.giveBack(refusal.text, refusal.quote));
    this.thread.resync();
  }

  /** The focus goes to where one answers. */
  reply(): void {
    this.asked = "";
    void this.updateComplete.then(() => this.box?.focus());
  }

  private quote(message: Message): void {
    this.asked = "";
    void this.updateComplete.then(() => this.box?.quote(message));
  }

  private over(event: DragEvent): void {
    if (!this.box || this.box.closed || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dragged = true;
  }

  private dropped(event: DragEvent): void {
    this.dragged = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0 || !this.box) return;
    event.preventDefault();
    void this.box.add(files);
  }

  /** Takes the conversation over, or hands it back. */
  toggleHold(): void {
    const { thread } = this;
    if (!thread.conversation || session.whyNot("inbox.write")) return;
    const took = !this.hold;
    this.busy = true;
    void api.post<Conversation>(`/conversations/${part(thread.id)}/${took ? "take-over" : "hand-back"}`, {})
      .then((conversation) => {
        thread.setConversation(conversation);
        if (took) this.reply();
      }, complain)
      .finally(() => (this.busy = false));
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

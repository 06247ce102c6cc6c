import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { preciseTime, pretty } from "../../common/words.js";
import { api, part } from "../api.js";
import { Load } from "../page.js";
import "../ui/copy.js";
import { icon } from "../ui/icons.js";
import "../ui/meta-error.js";
import { skeleton } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import type { Message, MessageDetail } from "./types.js";
import { wayOf, type Step, type ToldStep } from "./way.js";
import { previewOf } from "./words.js";

interface Turn {
  question: MessageDetail | null;
  answers: MessageDetail[];
  told: ToldStep[];
}

interface Told {
  answers: string[];
  steps: ToldStep[];
}

/** Without it the way is shorter, and still true: a gateway may keep no delivery log. */
const toldOf = (id: string): Promise<Told> => api.get<Told>(`/messages/${part(id)}/why`).catch(() => ({ answers: [], steps: [] }));
const read = (id: string): Promise<MessageDetail> => api.get<MessageDetail>(`/messages/${part(id)}`);

/** Why a message is as it is: its way with times, and the webhook it came in. Tells `close`. */
@customElement("claw-message-way")
export class MessageWay extends LitElement {
  @property({ attribute: false }) message!: Message;
  /** The messages around it, where its answers are found. */
  @property({ attribute: false }) around: readonly Message[] = [];
  private readonly turn = new Load<Turn>(this);

  static override styles = [
    base,
    css`
      :host {
        display: block;
        max-height: 52%;
        overflow-y: auto;
        border-top: 1px solid var(--border);
        background: var(--surface);
      }
      .bar {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        align-items: center;
        gap: var(--space-3);
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-5);
        background: var(--surface);
      }
      .bar div {
        flex: 1;
        min-width: 0;
      }
      .bar p {
        overflow: hidden;
        color: var(--ink-3);
        font-size: var(--text-sm);
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .inside {
        display: grid;
        gap: var(--space-4);
        padding: var(--space-1) var(--space-5) var(--space-5);
      }
      ol {
        display: grid;
        padding: 0;
        list-style: none;
      }
      li {
        position: relative;
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr) auto 4.5rem;
        gap: 0 var(--space-3);
        padding-bottom: var(--space-2);
      }
      li:not(:last-child)::before {
        content: "";
        position: absolute;
        top: 18px;
        bottom: -2px;
        left: 9px;
        border-left: 2px solid var(--border);
      }
      .dot {
        display: grid;
        place-items: center;
        width: 20px;
        height: 20px;
        border-radius: 50%;
        background: var(--ok-soft);
        color: var(--ok);
      }
      .waiting .dot {
        background: var(--waiting-soft);
        color: var(--waiting);
      }
      .failed .dot {
        background: var(--failed-soft);
        color: var(--failed);
      }
      .at {
        color: var(--ink-2);
        font-size: var(--text-sm);
        font-variant-numeric: tabular-nums;
        text-align: right;
        white-space: nowrap;
      }
      .since {
        color: var(--ink-3);
      }
      .detail {
        grid-column: 2 / -1;
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .failed .detail {
        color: var(--failed);
      }
      summary {
        width: fit-content;
        padding: var(--space-1) 0;
        color: var(--accent);
        font-weight: 500;
        cursor: pointer;
      }
      pre {
        max-height: 20rem;
        margin: var(--space-2) 0 0;
        padding: var(--space-3);
        overflow: auto;
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
        background: var(--surface-2);
        font: var(--text-sm) / 1.600 var(--font-mono);
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("message");
    if (!changed.has("message") && !changed.has("around")) return;
    if (changed.has("message") && before?.id !== this.message.id) void this.turn.load(() => this.readTurn());
    else if (changed.has("around")) void this.turn.reload();
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  private async readTurn(): Promise<Turn> {
    const { message } = this;
    const questionId = message.direction === "inbound" ? message.id : (message.answers ?? null);
    const told = await toldOf(message.id);
    const near = questionId === null ? [message.id] : this.around.filter((one) => one.answers === questionId).map((one) => one.id);
    // Of messages that were joined for one turn, the answers name only the first.
    const parts = told.answers.length > 0 ? told.answers : near;
    const [question, ...answers] = await Promise.all([questionId === null ? null : read(questionId), ...parts.map(read)]);
    return { question, told: told.steps, answers: answers.sort((a, b) => (a.part ?? 0) - (b.part ?? 0)) };
  }

  override render() {
    return html`<div class="bar">
        <div><h2 tabindex="-1">Why?</h2><p>${previewOf(this.message)}</p></div>
        <button type="button" class="round" aria-label="Close the message's way" @click=${() => this.dispatchEvent(new Event("close"))}>${icon("close")}</button>
      </div>
      <div class="inside">${this.turn.view((turn) => this.shown(turn), skeleton(4))}</div>`;
  }

  private shown({ question, answers, told }: Turn) {
    const steps = wayOf(question, answers, told);
    return html`<ol>${steps.map((step) => this.step(step))}</ol>${question ? this.raw(question) : nothing}`;
  }

  private step({ title, detail, at, state, since, link, error }: Step) {
    const shape = state === "done" ? "check" : state === "failed" ? "alert" : "clock";
    return html`<li class=${state}>
      <span class="dot">${icon(shape, 14)}</span><span>${title}</span>
      <span class="at since">${since}</span>
      <span class="at">${at === null ? nothing : html`<time datetime=${new Date(at).toISOString()}>${preciseTime(at)}</time>`}</span>
      ${detail ? html`<span class="detail">${detail}${link ? html` <a href=${link.href}>${link.label}</a>` : nothing}</span>` : nothing}
      ${error ? html`<claw-meta-error class="detail" told .error=${error}></claw-meta-error>` : nothing}
    </li>`;
  }

  private raw(message: MessageDetail) {
    const text = message.raw_base64 ?? (message.raw ? pretty(JSON.stringify(message.raw)) : "");
    if (!text) return nothing;
    return html`<details><summary>The webhook as Meta sent it</summary>
      <claw-copy bare .value=${text} label="the webhook"></claw-copy>
      <pre tabindex="0" aria-label="Webhook">${text}</pre></details>`;
  }
}

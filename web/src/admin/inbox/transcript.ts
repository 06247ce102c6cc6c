import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { day, dayKey } from "../../common/words.js";
import { icon } from "../ui/icons.js";
import { answerTimes, fold } from "./fold.js";
import "./message-bubble.js";
import type { Message } from "./types.js";

const NEAR_END = 80;
const NEAR_START = 400;

/**
 * The messages of a conversation as the person sees them, newest at the bottom; stays there unless somebody scrolled up to read.
 *
 * Tells `older` when what is before should be read, and passes on `why`, `again`, `forget`, `quote` and `react` of its bubbles.
 */
@customElement("claw-transcript")
export class Transcript extends LitElement {
  /** From the oldest to the newest. */
  @property({ attribute: false }) messages: readonly Message[] = [];
  @property({ attribute: false }) glowing: ReadonlySet<string> = new Set();
  /** Nothing is before the first one. */
  @property({ type: Boolean }) whole = false;
  @property({ type: Boolean }) loadingOlder = false;
  @property() selected = "";
  /** Messages may be answered to here. */
  @property({ type: Boolean }) answerable = false;
  @property() person = "";
  @state() private unseen = 0;
  @query(".log") private log!: HTMLElement;
  private stays = true;
  private fromEnd = 0;
  // What opens under the log, or a turned phone, changes its height: what is read, or the newest, stays in sight.
  private readonly sizes = new ResizeObserver(() => {
    if (this.selected) this.bring(this.selected);
    else if (this.stays) this.log.scrollTo({ top: this.log.scrollHeight });
  });

  static override styles = css`
    :host {
      position: relative;
      display: flex;
      flex-direction: column;
      min-height: 0;
    }
    .log {
      flex: 1;
      min-height: 0;
      overflow-y: auto;
      overscroll-behavior: contain;
      scrollbar-width: thin;
      overflow-anchor: none;
      padding: var(--space-3) var(--space-4) var(--space-4);
      display: flex;
      flex-direction: column;
      background-color: var(--wallpaper);
      background-image: radial-gradient(var(--wallpaper-mark) 1px, transparent 1.500px);
      background-size: 18px 18px;
    }
    .log:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -3px;
    }
    .log::before {
      content: "";
      margin-top: auto;
    }
    .day,
    .start {
      align-self: center;
      margin: var(--space-4) 0 var(--space-1);
      padding: 3px 12px;
      border-radius: var(--radius-sm);
      background: var(--chip);
      color: var(--chip-ink);
      box-shadow: var(--shadow-1);
      font-size: var(--text-sm);
    }
    .start {
      background: none;
      box-shadow: none;
    }
    .down {
      position: absolute;
      right: var(--space-5);
      bottom: var(--space-3);
      display: inline-flex;
      align-items: center;
      gap: var(--space-1);
      min-height: 36px;
      padding: 0 var(--space-4) 0 var(--space-3);
      border: 0;
      border-radius: var(--radius-round);
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-2);
      font: inherit;
      font-size: var(--text-sm);
      cursor: pointer;
    }
    .down:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
  `;

  protected override firstUpdated(): void {
    this.sizes.observe(this.log);
  }

  override disconnectedCallback(): void {
    this.sizes.disconnect();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("messages");
    if (!this.hasUpdated || !before) return;
    this.stays = this.atEnd();
    this.fromEnd = this.log.scrollHeight - this.log.scrollTop;
    const newest = this.messages[this.messages.length - 1]?.id;
    // What somebody wrote here just now they want to see.
    if (newest !== before[before.length - 1]?.id && this.messages[this.messages.length - 1]?.unsent) this.stays = true;
    const grown = newest === before[before.length - 1]?.id ? 0 : this.messages.length - before.length;
    this.unseen = this.stays ? 0 : this.unseen + Math.max(0, grown);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("selected") && this.selected) this.bring(this.selected);
    if (!changed.has("messages")) return;
    const before = changed.get("messages");
    const prepended = before && before.length > 0 && before[0]?.id !== this.messages[0]?.id;
    // The bubbles lay themselves out after this; older ones above must not push down what is read.
    if (this.stays) requestAnimationFrame(() => this.log.scrollTo({ top: this.log.scrollHeight }));
    else if (prepended) {
      const { fromEnd } = this;
      requestAnimationFrame(() => (this.log.scrollTop = this.log.scrollHeight - fromEnd));
    }
    // Where all fits, nobody can scroll up to ask for more.
    requestAnimationFrame(() => this.scrolled());
  }

  override render() {
    return html`
      <div class="log" role="log" aria-live="polite" aria-label="Conversation with ${this.person}" tabindex="0" @scroll=${this.scrolled}>
        ${this.messages.length ? html`<span class="start">${this.whole ? "The conversation begins here" : this.loadingOlder ? "Reading older messages…" : "Scroll up for older messages"}</span>` : nothing}
        ${this.bubbles()}
      </div>
      ${this.unseen > 0 ? html`<button type="button" class="down" @click=${this.toEnd}>${icon("down", 18)} ${this.unseen} new</button>` : nothing}
    `;
  }

  private bubbles() {
    const times = answerTimes(this.messages);
    const now = Date.now();
    let before: Message | undefined;
    const rows = fold(this.messages).map((shown) => {
      const { message } = shown;
      const at = Date.parse(message.created_at);
      const newDay = !before || dayKey(Date.parse(before.created_at)) !== dayKey(at);
      const first = newDay || before?.direction !== message.direction;
      before = message;
      return { shown, at, newDay, first };
    });
    return repeat(
      rows,
      ({ shown }) => shown.message.id,
      ({ shown, at, newDay, first }) => html`
        ${newDay ? html`<span class="day">${day(at, now)}</span>` : nothing}
        <claw-message-bubble data-id=${shown.message.id}
          .shown=${shown} .answeredIn=${times.get(shown.message.id)} ?first=${first}
          ?answerable=${this.answerable} ?selected=${shown.message.id === this.selected} ?glows=${this.glowing.has(shown.message.id)}></claw-message-bubble>
      `,
    );
  }

  /** What is asked about stays in sight while its way is shown under it. */
  private bring(id: string): void {
    this.stays = false;
    requestAnimationFrame(() => this.renderRoot.querySelector(`claw-message-bubble[data-id="${id}"]`)?.scrollIntoView({ block: "nearest" }));
  }

  private atEnd(): boolean {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
  }

  private scrolled(): void {
    if (!this.selected) this.stays = this.atEnd();
    if (this.unseen > 0 && this.atEnd()) this.unseen = 0;
    if (!this.whole && !this.loadingOlder && this.messages.length > 0 && this.log.scrollTop < NEAR_START)
      this.dispatchEvent(new Event("older"));
  }

  private toEnd(): void {
    this.unseen = 0;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: "smooth" });
  }
}

import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { icon } from "../ui/icons.js";
import { count } from "../ui/parts.js";
import { base } from "../ui/styles.js";

/** WhatsApp's, for a text. */
const LONGEST = 4096;
/** From here on it is said how many are left. */
const NEAR = 3_900;

/** What was begun and not sent, by conversation, for as long as the page is open. */
const kept = new Map<string, string>();

/** Where a person answers by hand. Tells `send` (detail: the text), and `again` where a refusal shall be forgotten. Enter sends, Shift and Enter begin a new line. */
@customElement("claw-reply-box")
export class ReplyBox extends LitElement {
  @property() conversation = "";
  /** Why nothing can be sent now; empty where it can. */
  @property() closed = "";
  /** What closes it may have changed unseen, so that it is worth another try. */
  @property({ type: Boolean }) retries = false;
  /** What sending will do besides: "This takes over: the agent pauses for an hour." */
  @property() hint = "";
  @state() private text = "";
  @query("textarea") private area?: HTMLTextAreaElement | null;

  static override styles = [
    base,
    css`
      :host {
        display: block;
        padding: var(--space-2) var(--space-4) var(--space-3);
        border-top: 1px solid var(--border);
        background: var(--surface);
      }
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
        gap: var(--space-2);
      }
      textarea {
        min-height: 40px;
        max-height: 12rem;
        padding: 9px var(--space-3);
        border-radius: var(--radius-lg);
        font-size: var(--text-md);
        line-height: 20px;
        resize: none;
        overflow-y: auto;
      }
      textarea[readonly] {
        border-color: var(--border);
        background: var(--surface-2);
        color: var(--ink-2);
      }
      form button {
        width: 40px;
        min-height: 40px;
        padding: 0;
        border-radius: 50%;
      }
      p {
        display: flex;
        gap: var(--space-2);
        padding: 0 var(--space-1) var(--space-2);
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      p > span {
        flex: 1;
        min-width: 0;
      }
      .closed {
        align-items: center;
        padding: var(--space-1);
        color: var(--ink-2);
        font-size: var(--text-md);
      }
      .closed .icon {
        color: var(--waiting);
      }
      .over {
        color: var(--failed);
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("conversation")) this.text = kept.get(this.conversation) ?? "";
  }

  protected override updated(): void {
    this.fit();
  }

  override focus(): void {
    this.area?.focus();
  }

  /** What was refused stands here again, before what was written meanwhile. */
  giveBack(text: string): void {
    this.keep(this.text.trim() ? `${text}\n${this.text}` : text);
  }

  override render() {
    if (this.closed) return html`<p class="closed" role="status">${icon("lock", 18)}<span>${this.closed}</span>
        ${this.retries ? html`<button type="button" class="small" @click=${() => this.dispatchEvent(new Event("again"))}>Try again</button>` : nothing}</p>${this.text ? this.unsent() : nothing}`;
    const over = this.text.length > LONGEST;
    return html`<p><span>${this.hint}</span>${this.text.length > NEAR ? html`<span class="num ${over ? "over" : ""}" role="status">${count(this.text.length)} of ${count(LONGEST)}</span>` : nothing}</p>
      <form @submit=${this.submit}>
        <textarea rows="1" aria-label="Answer by hand" placeholder="Answer by hand" .value=${this.text} @input=${this.typed} @keydown=${this.key}></textarea>
        <button class="primary" aria-label="Send" title="Send (Enter)" ?disabled=${!this.text.trim() || over}>${icon("send", 18)}</button>
      </form>`;
  }

  /** What cannot be sent now is not lost. */
  private unsent() {
    return html`<textarea rows="1" readonly aria-label="Not sent" .value=${this.text}></textarea>`;
  }

  private typed(event: InputEvent): void {
    this.keep((event.target as HTMLTextAreaElement).value);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.area?.blur();
    // While an input method composes, Enter is its own.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit(event);
  }

  private submit(event: Event): void {
    event.preventDefault();
    const text = this.text.trim();
    if (!text || text.length > LONGEST) return;
    this.keep("");
    this.dispatchEvent(new CustomEvent("send", { detail: text }));
  }

  private keep(text: string): void {
    this.text = text;
    if (text) kept.set(this.conversation, text);
    else kept.delete(this.conversation);
  }

  /** As high as what is in it, up to its greatest height. */
  private fit(): void {
    const { area } = this;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }
}

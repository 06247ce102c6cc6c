import { LitElement, css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { Message } from "../inbox/types.js";

/** WhatsApp's own first six, and words for who cannot see them. */
const OFFERED: readonly (readonly [string, string])[] = [["👍", "thumbs up"], ["❤️", "heart"], ["😂", "laughing"], ["😮", "surprised"], ["😢", "sad"], ["🙏", "thank you"]];
const EDGE = 8;

/** A row of emoji over a message: show(message, its button, what stands there). Tells `react` (detail: {message, emoji}; "" takes it back). */
@customElement("claw-reaction-picker")
export class ReactionPicker extends LitElement {
  @state() private message: Message | null = null;
  @state() private current = "";
  @query("[popover]") private panel!: HTMLElement;
  private button: HTMLElement | null = null;

  static override styles = css`
    [popover] {
      position: fixed;
      inset: auto;
      max-width: calc(100vw - 16px);
      margin: 0;
      padding: var(--space-1);
      border: 1px solid var(--border);
      border-radius: var(--radius-round);
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-3);
    }
    [popover]:popover-open {
      display: flex;
      gap: 2px;
    }
    button {
      width: 40px;
      height: 40px;
      padding: 0;
      border: 0;
      border-radius: 50%;
      background: none;
      font: inherit;
      font-size: var(--text-xl);
      cursor: pointer;
    }
    button:hover,
    button[aria-pressed="true"] {
      background: var(--accent-soft);
    }
    button:focus-visible,
    input:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -1px;
    }
    input {
      width: 5rem;
      min-width: 0;
      padding: 0 var(--space-3);
      border: 1px solid var(--border-strong);
      border-radius: var(--radius-round);
      background: var(--surface);
      color: var(--ink);
      font: inherit;
      font-size: var(--text-md);
    }
    input::placeholder {
      color: var(--ink-3);
      opacity: 1;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("resize", this.hide);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("resize", this.hide);
    super.disconnectedCallback();
  }

  /** What it hangs on stands elsewhere now. */
  private readonly hide = (): void => {
    if (this.panel?.matches(":popover-open")) this.panel.hidePopover();
  };

  override render() {
    return html`<div popover="auto" role="group" aria-label="React" @toggle=${this.toggled} @keydown=${this.key}>
      ${OFFERED.map(([emoji, name]) => html`<button type="button" aria-label="React with ${name}" aria-pressed=${this.current === emoji} @click=${() => this.pick(this.current === emoji ? "" : emoji)}>${emoji}</button>`)}
      <input aria-label="Another emoji" placeholder="Other" autocomplete="off" @input=${this.typed} />
      ${this.current && !OFFERED.some(([emoji]) => emoji === this.current) ? html`<button type="button" aria-label="Take the reaction ${this.current} back" aria-pressed="true" @click=${() => this.pick("")}>${this.current}</button>` : nothing}
    </div>`;
  }

  async show(message: Message, button: HTMLElement, current: string): Promise<void> {
    this.message = message;
    this.button = button;
    this.current = current;
    await this.updateComplete;
    this.panel.showPopover();
    const at = button.getBoundingClientRect();
    const { width, height } = this.panel.getBoundingClientRect();
    const left = Math.max(EDGE, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - EDGE));
    const top = at.top - height - EDGE < EDGE ? at.bottom + EDGE : at.top - height - EDGE;
    // By the object model, not by a style attribute: the page's policy takes none.
    this.panel.style.left = `${left}px`;
    this.panel.style.top = `${top}px`;
    this.renderRoot.querySelector("button")?.focus();
  }

  /** The first emoji that is typed or pasted; a letter is none. */
  private typed(event: Event): void {
    const input = event.target as HTMLInputElement;
    const [first] = /\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic}\uFE0F?)*|\p{Regional_Indicator}{2}/u.exec(input.value) ?? [];
    if (first) this.pick(first);
  }

  /** Escape closes this and nothing of the page behind it. */
  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") event.stopPropagation();
  }

  private pick(emoji: string): void {
    const { message } = this;
    this.panel.hidePopover();
    if (message) this.dispatchEvent(new CustomEvent("react", { detail: { message, emoji } }));
  }

  private toggled(event: ToggleEvent): void {
    if (event.newState !== "closed") return;
    const input = this.renderRoot.querySelector("input");
    if (input) input.value = "";
    if (this.matches(":focus-within")) this.button?.focus();
  }
}

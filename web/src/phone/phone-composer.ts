import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { sendIcon } from "./icons.js";

/** Where one writes. Calls `send` with the text; what it refuses comes back into the field, with the reason. */
@customElement("phone-composer")
export class PhoneComposer extends LitElement {
  @property({ attribute: false }) send: (text: string) => Promise<void> = async () => {};
  @property() business = "";
  @state() private text = "";
  @state() private refused = "";
  @query("textarea") private field!: HTMLTextAreaElement;

  static override styles = css`
    form {
      display: flex;
      align-items: flex-end;
      gap: var(--space-2);
      padding: var(--space-2) var(--space-3) calc(var(--space-3) + env(safe-area-inset-bottom));
    }
    .refused {
      margin: 0 var(--space-3);
      padding: var(--space-1) var(--space-3);
      border-radius: var(--radius-sm);
      background: var(--failed-soft);
      color: var(--failed);
      font-size: var(--text-sm);
    }
    textarea {
      flex: 1;
      box-sizing: border-box;
      min-height: 44px;
      max-height: 9rem;
      resize: none;
      padding: 11px var(--space-4);
      border: 1px solid transparent;
      border-radius: 22px;
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-1);
      font: inherit;
      font-size: var(--text-chat);
      line-height: 1.35;
      field-sizing: content;
    }
    textarea::placeholder {
      color: var(--ink-3);
      opacity: 1;
    }
    textarea:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 0;
    }
    button {
      flex: none;
      display: grid;
      place-items: center;
      width: 44px;
      height: 44px;
      padding: 0;
      border: 0;
      border-radius: var(--radius-round);
      background: var(--accent);
      color: var(--on-accent);
      cursor: pointer;
      transition:
        background var(--quick),
        transform var(--quick) var(--ease);
    }
    button:hover {
      background: var(--accent-strong);
    }
    button:active {
      transform: scale(0.94);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    button[aria-disabled="true"] {
      background: var(--surface-3);
      color: var(--ink-3);
      cursor: default;
      transform: none;
    }
  `;

  override focus(): void {
    this.field?.focus();
  }

  override render() {
    const empty = this.text.trim() === "";
    return html`
      ${this.refused ? html`<p class="refused" role="alert">${this.refused}</p>` : nothing}
      <form @submit=${this.submit}>
        <textarea
          rows="1" autocomplete="off" enterkeyhint="send" placeholder="Message"
          aria-label="Message to ${this.business}" .value=${this.text}
          @input=${this.typed} @keydown=${this.pressed}></textarea>
        <button type="submit" aria-label="Send" title="Send (Enter)" aria-disabled=${empty}>${sendIcon()}</button>
      </form>
    `;
  }

  private typed(): void {
    this.text = this.field.value;
  }

  private pressed(event: KeyboardEvent): void {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.submit();
  }

  private async submit(event?: Event): Promise<void> {
    event?.preventDefault();
    const text = this.text.trim();
    if (!text) return;
    this.text = "";
    this.refused = "";
    try {
      await this.send(text);
    } catch (error) {
      this.text = this.text ? `${text}\n${this.text}` : text;
      this.refused = error instanceof Error ? error.message : "That could not be sent.";
    }
  }
}

import { LitElement, css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "./icons.js";
import { base } from "./styles.js";

const SHOWN_MS = 2_000;

/** A value with a button that copies it: `<claw-copy .value=${url} label="Webhook URL"></claw-copy>`. */
@customElement("claw-copy")
export class ClawCopy extends LitElement {
  @property() value = "";
  /** What is copied, for the button's name. */
  @property() label = "";
  /** The button alone, where the value stands already. */
  @property({ type: Boolean }) bare = false;
  @state() private said = "";
  private timer = 0;

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        min-width: 0;
      }
      :host([bare]) {
        display: inline-flex;
      }
      .box {
        display: flex;
        flex: 1;
        align-items: stretch;
        min-width: 0;
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
        background: var(--surface-2);
      }
      code {
        flex: 1;
        min-width: 0;
        padding: var(--space-2) var(--space-3);
        font: var(--text-sm) / 1.700 var(--font-mono);
        overflow-wrap: anywhere;
        user-select: all;
      }
      button {
        flex: none;
        min-width: 84px;
      }
    `,
  ];

  override render() {
    const button = html`<button type="button" class="quiet" aria-label=${`Copy ${this.label || "this"}`} @click=${this.copy}>
      ${icon(this.said ? "check" : "copy", 16)}<span aria-live="polite">${this.said || "Copy"}</span></button>`;
    return this.bare ? button : html`<div class="box"><code>${this.value}</code>${button}</div>`;
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.value);
      this.said = "Copied";
    } catch {
      // Without https a browser gives no clipboard: the value is selected for the person's own keys.
      const code = this.renderRoot.querySelector("code");
      if (code) getSelection()?.selectAllChildren(code);
      this.said = "Press Ctrl+C";
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.said = ""), SHOWN_MS);
  }
}

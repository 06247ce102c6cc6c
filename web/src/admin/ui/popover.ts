import { LitElement, css, html } from "lit";
import { customElement, property, query } from "lit/decorators.js";

const GAP = 6;
const EDGE = 8;

/**
 * A panel that hangs on a button: `<claw-popover><button slot="button">…</button>PANEL</claw-popover>`.
 *
 * The browser closes it on Escape, on a click beside it and gives the focus back. Tells `open` when it comes up.
 */
@customElement("claw-popover")
export class ClawPopover extends LitElement {
  /** Where it prefers to stand. */
  @property() side: "below" | "above" = "below";
  @query("[popover]") private panel!: HTMLElement;
  private shown = false;

  static override styles = css`
    :host {
      display: block;
    }
    [popover] {
      position: fixed;
      inset: auto;
      box-sizing: border-box;
      width: 18rem;
      max-width: calc(100vw - 16px);
      max-height: calc(100dvh - 16px);
      margin: 0;
      padding: var(--space-2);
      border: 1px solid var(--border);
      border-radius: var(--radius-md);
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-3);
      overflow: auto;
    }
  `;

  override render() {
    return html`<slot name="button" @click=${this.toggle} @keydown=${this.key}></slot>
      <div popover="auto" @toggle=${this.toggled} @keydown=${this.key}><slot></slot></div>`;
  }

  override updated(): void {
    const button = this.button;
    button?.setAttribute("aria-haspopup", "true");
    button?.setAttribute("aria-expanded", String(this.shown));
  }

  close(): void {
    if (this.shown) this.panel.hidePopover();
  }

  private get button(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[slot=button]");
  }

  private toggle(): void {
    if (this.shown) return this.close();
    this.panel.showPopover();
    this.place();
    this.dispatchEvent(new Event("open"));
    this.querySelector<HTMLElement>("[data-first]")?.focus();
  }

  /** Escape closes the panel and nothing of the page behind it. */
  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.shown) event.stopPropagation();
  }

  private toggled(event: ToggleEvent): void {
    this.shown = event.newState === "open";
    const inside = this.contains(document.activeElement) || this.matches(":focus-within");
    if (!this.shown && inside) this.button?.focus();
    this.requestUpdate();
  }

  private place(): void {
    const at = (this.button ?? this).getBoundingClientRect();
    const { width, height } = this.panel.getBoundingClientRect();
    const left = Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE));
    const above = this.side === "above" || at.bottom + height + GAP > innerHeight;
    const top = Math.max(EDGE, above ? at.top - height - GAP : at.bottom + GAP);
    // By the object model, not by a style attribute: the page's policy takes none.
    this.panel.style.left = `${left}px`;
    this.panel.style.top = `${top}px`;
  }
}

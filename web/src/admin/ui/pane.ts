import { LitElement, css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "./icons.js";
import { base } from "./styles.js";

/**
 * One thing of a list, to the right of it: the list keeps its place and stays in use. Over it where it is narrow.
 *
 * `<div class="split"><div>LIST</div>${id ? html`<claw-pane heading=… @close=${() => go(listAddress)}>…</claw-pane>` : nothing}</div>`.
 * Escape and the cross tell `close`: the page goes to the list's address. Slot "actions": buttons beside the heading.
 */
@customElement("claw-pane")
export class ClawPane extends LitElement {
  @property() heading = "";

  static override styles = [
    base,
    css`
      :host {
        display: block;
        position: sticky;
        top: var(--space-6);
        box-sizing: border-box;
        max-height: calc(100dvh - var(--space-12));
        overflow: auto;
        border: 1px solid var(--border);
        border-radius: var(--radius-md);
        background: var(--surface);
        animation: come var(--calm) var(--ease);
      }
      @keyframes come {
        from {
          opacity: 0;
          transform: translateX(12px);
        }
      }
      .bar {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-3) var(--space-3) var(--space-3) var(--space-5);
        border-bottom: 1px solid var(--border);
        background: var(--surface);
      }
      h2 {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .body {
        padding: var(--space-5);
      }
      @media (max-width: 1099px) {
        :host {
          position: fixed;
          inset: 0 0 0 auto;
          z-index: 6;
          width: min(30rem, 100vw);
          max-height: none;
          border-width: 0 0 0 1px;
          border-radius: 0;
          box-shadow: var(--shadow-3);
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "complementary");
    window.addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("keydown", this.onKey);
    super.disconnectedCallback();
  }

  protected override updated(): void {
    this.setAttribute("aria-label", this.heading);
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  override render() {
    return html`<div class="bar">
        <h2 tabindex="-1">${this.heading}</h2>
        <slot name="actions"></slot>
        <button type="button" class="round" aria-label="Close details" @click=${this.tell}>${icon("close")}</button>
      </div>
      <div class="body"><slot></slot></div>`;
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented || document.activeElement?.matches("claw-confirm")) return;
    if (event.composedPath().some((node) => node instanceof HTMLDialogElement)) return;
    this.tell();
  };

  private tell(): void {
    this.dispatchEvent(new Event("close"));
  }
}

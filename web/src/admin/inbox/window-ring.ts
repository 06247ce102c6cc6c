import { LitElement, css, html, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { initials, windowOf } from "./words.js";
import type { Somebody } from "./types.js";

const EVERY_MS = 20_000;
const AROUND = 2 * Math.PI * 17;
const shown = new Set<WindowRing>();
window.setInterval(() => {
  if (document.visibilityState === "visible") shown.forEach((ring) => ring.requestUpdate());
}, EVERY_MS);

/** A person, and around them what is left of the 24 hours in which they may be answered freely. */
@customElement("claw-window-ring")
export class WindowRing extends LitElement {
  @property({ attribute: false }) somebody: Somebody = { id: "", name: null };
  @property() until: string | null = null;

  static override styles = css`
    :host {
      display: inline-grid;
      flex: none;
      width: 40px;
      height: 40px;
    }
    svg {
      width: 100%;
      height: 100%;
    }
    .face {
      fill: var(--surface-3);
    }
    .track {
      stroke: var(--border);
    }
    .left {
      stroke: var(--ok);
      transform: rotate(-90deg);
      transform-origin: center;
      transition: stroke-dasharray var(--calm) var(--ease);
    }
    .late {
      stroke: var(--waiting);
    }
    .closed {
      stroke: var(--border-strong);
      stroke-dasharray: 2 4;
    }
    text {
      fill: var(--ink-2);
      font: var(--weight-strong) 13px var(--font);
      text-anchor: middle;
      dominant-baseline: central;
    }
    .nobody {
      stroke: var(--ink-2);
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    shown.add(this);
  }
  override disconnectedCallback(): void {
    shown.delete(this);
    super.disconnectedCallback();
  }

  override render() {
    const { open, left, words } = windowOf(this.until, Date.now());
    const letters = initials(this.somebody);
    return html`<svg viewBox="0 0 40 40" role="img" aria-label=${words} fill="none" stroke-width="2.500" stroke-linecap="round">
      <title>${words}</title>
      <circle class="face" cx="20" cy="20" r="14" />
      ${open
        ? svg`<circle class="track" cx="20" cy="20" r="17" />
          <circle class="left ${left < 1 / 12 ? "late" : ""}" cx="20" cy="20" r="17" stroke-dasharray="${left * AROUND} ${AROUND}" />`
        : svg`<circle class="closed" cx="20" cy="20" r="17" stroke-width="1.500" />`}
      ${letters
        ? svg`<text x="20" y="20.500">${letters}</text>`
        : svg`<g class="nobody" stroke-width="1.600"><circle cx="20" cy="17.500" r="3" /><path d="M14.500 26.500a5.600 5.600 0 0 1 11 0" /></g>`}
    </svg>`;
  }
}

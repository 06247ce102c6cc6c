import { LitElement, css, html } from "lit";
import { customElement, property } from "lit/decorators.js";

const EVERY_MS = 1_000;
/** How long a code lives. */
const LIFE_MS = 3_600_000;
/** From here on it is time to hurry. */
const LATE_MS = 600_000;
const AROUND = 2 * Math.PI * 6;

const shown = new Set<ClawCountdown>();
window.setInterval(() => {
  if (document.visibilityState === "visible") shown.forEach((element) => element.requestUpdate());
}, EVERY_MS);

/** "41:07", going down, with a ring of what is left of the hour. Tells `over` once. */
@customElement("claw-countdown")
export class ClawCountdown extends LitElement {
  @property() until = "";
  private told = "";

  static override styles = css`
    :host {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      color: var(--ink-2);
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
    svg {
      flex: none;
    }
    .track {
      stroke: var(--border);
    }
    .left {
      stroke: currentColor;
      transform: rotate(-90deg);
      transform-origin: center;
    }
    .late {
      color: var(--waiting);
      font-weight: var(--weight-strong);
    }
    .row {
      display: inherit;
      align-items: inherit;
      gap: inherit;
    }
    .hidden {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
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

  private get rest(): number {
    return Math.max(0, Date.parse(this.until) - Date.now());
  }

  override render() {
    const { rest } = this;
    const seconds = Math.ceil(rest / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    return html`<span class="row ${rest < LATE_MS ? "late" : ""}" role="timer" title="The code ends then; who writes again gets a new one.">
      <svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke-width="2.500" aria-hidden="true">
        <circle class="track" cx="8" cy="8" r="6" />
        <circle class="left" cx="8" cy="8" r="6" stroke-dasharray="${(Math.min(rest, LIFE_MS) / LIFE_MS) * AROUND} ${AROUND}" />
      </svg><span><span class="hidden">code ends in </span>${clock}</span></span>`;
  }

  protected override updated(): void {
    if (this.rest > 0 || this.told === this.until) return;
    this.told = this.until;
    this.dispatchEvent(new Event("over"));
  }
}

import { LitElement, html } from "lit";
import { customElement, property } from "lit/decorators.js";

const STEPS: readonly [number, Intl.RelativeTimeFormatUnit][] = [
  [60, "second"],
  [3_600, "minute"],
  [86_400, "hour"],
  [7 * 86_400, "day"],
];
const UNIT_S: Partial<Record<Intl.RelativeTimeFormatUnit, number>> = { second: 1, minute: 60, hour: 3_600, day: 86_400 };
const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto", style: "short" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/** "3 min ago", "in 2 days", and the date where it is a week or more. */
export function when(at: Date, now = Date.now()): string {
  const seconds = (at.getTime() - now) / 1000;
  if (Math.abs(seconds) < 5) return "just now";
  for (const [below, unit] of STEPS)
    if (Math.abs(seconds) < below) return relative.format(Math.round(seconds / (UNIT_S[unit] ?? 1)), unit);
  return day.format(at);
}

/** The exact time, with weekday and zone. */
export const exactly = (at: Date): string => exact.format(at);

const EVERY_MS = 20_000;
const shown = new Set<ClawTime>();
window.setInterval(() => {
  if (document.visibilityState === "visible") shown.forEach((element) => element.requestUpdate());
}, EVERY_MS);

/** A moment as people say it; it goes on by itself. */
@customElement("claw-time")
export class ClawTime extends LitElement {
  /** As the API gives it. */
  @property() at = "";

  override connectedCallback(): void {
    super.connectedCallback();
    shown.add(this);
  }
  override disconnectedCallback(): void {
    shown.delete(this);
    super.disconnectedCallback();
  }
  override render() {
    const at = new Date(this.at);
    if (Number.isNaN(at.getTime())) return this.at;
    return html`<time datetime=${this.at} title=${exactly(at)}>${when(at)}</time>`;
  }
}

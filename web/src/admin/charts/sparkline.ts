import { html, svg, type TemplateResult } from "lit";

const WIDTH = 120;
const HEIGHT = 32;
const EDGE = 2;

/** A figure's recent past as a small line. Decoration: the figure stands beside it. Takes its colour from `color`. */
export function sparkline(values: readonly (number | null)[]): TemplateResult {
  const known = values.filter((value): value is number => value !== null);
  const top = Math.max(1, ...known);
  const step = values.length > 1 ? WIDTH / (values.length - 1) : WIDTH;
  const at = (value: number, index: number): string =>
    `${(index * step).toFixed(1)} ${(HEIGHT - EDGE - (value / top) * (HEIGHT - 2 * EDGE)).toFixed(1)}`;
  const points = values.flatMap((value, index) => (value === null ? [] : [{ x: index * step, drawn: at(value, index) }]));
  const line = points.map((point) => point.drawn).join(" L");
  const [first, last] = [points[0]?.x ?? 0, points[points.length - 1]?.x ?? 0];
  return html`<svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" width=${WIDTH} height=${HEIGHT} aria-hidden="true">
    ${points.length > 1
      ? svg`<path d="M${line} L${last} ${HEIGHT} L${first} ${HEIGHT}z" fill="currentColor" opacity="0.12" />
        <path d="M${line}" fill="none" stroke="currentColor" stroke-width="1.600" stroke-linejoin="round" vector-effect="non-scaling-stroke" />`
      : points.length === 1
      ? svg`<path d="M${line}h0.01" stroke="currentColor" stroke-width="6" stroke-linecap="round" vector-effect="non-scaling-stroke" />`
      : svg`<path d="M0 ${HEIGHT - EDGE}H${WIDTH}" stroke="currentColor" stroke-width="1" stroke-dasharray="2 4" />`}
  </svg>`;
}

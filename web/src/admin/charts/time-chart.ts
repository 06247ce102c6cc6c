import { LitElement, css, html, unsafeCSS, type PropertyValues } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import uPlot from "uplot";
import plotStyle from "uplot/dist/uPlot.min.css?inline";

export interface Series {
  label: string;
  /** The token that colours it: "--accent". */
  color: string;
  /** One for each time; null where there is none. */
  values: readonly (number | null)[];
  dashed?: boolean;
}

const HEIGHT = 240;
/** So many values and fewer are drawn as dots, too. */
const FEW = 20;
/** Steps of an axis: no halves of what is counted. */
const WHOLE = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((first) => first * 10 ** power));

/** What happened over time, as lines; for a screen reader as a table. */
@customElement("claw-time-chart")
export class TimeChart extends LitElement {
  @property() label = "";
  /** Unix seconds. */
  @property({ attribute: false }) times: readonly number[] = [];
  @property({ attribute: false }) series: readonly Series[] = [];
  /** How a value is written: "1.8 s". */
  @property({ attribute: false }) written: (value: number) => string = (value) => value.toLocaleString("en-GB");
  /** How a time is written under the chart and in the table. */
  @property({ attribute: false }) timeWritten: (seconds: number) => string = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");
  @query(".plot") private place!: HTMLElement;
  private plot: uPlot | null = null;
  private shape = "";
  private readonly sizes = new ResizeObserver(() => this.fit());
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");
  private readonly pinned = new MutationObserver(() => this.draw());

  static override styles = [
    unsafeCSS(plotStyle),
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .plot {
        height: ${HEIGHT}px;
        overflow: hidden;
      }
      .uplot {
        font-family: var(--font);
      }
      .u-legend {
        display: none;
      }
      .u-select {
        background: var(--accent-soft);
        opacity: 0.5;
      }
      .u-cursor-x {
        border-right: 1px solid var(--border-strong);
      }
      .keys {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-4);
        margin: 0 0 var(--space-2);
        padding: 0;
        list-style: none;
        color: var(--ink-2);
        font-size: var(--text-sm);
        font-variant-numeric: tabular-nums;
      }
      .keys li {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .keys b {
        min-width: 2.5em;
        color: var(--ink);
        font-weight: var(--weight-strong);
      }
      .keys .when {
        min-width: 6rem;
        margin-left: auto;
      }
      .hidden {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.dark.addEventListener("change", this.redraw);
    this.pinned.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    if (this.hasUpdated) {
      this.sizes.observe(this.place);
      this.draw();
    }
  }

  override disconnectedCallback(): void {
    this.dark.removeEventListener("change", this.redraw);
    this.pinned.disconnect();
    this.sizes.disconnect();
    this.plot?.destroy();
    this.plot = null;
    super.disconnectedCallback();
  }

  override render() {
    return html`
      <ul class="keys" aria-hidden="true">
        ${this.series.map((one) => html`<li><svg width="14" height="8"><path d="M0 4h14" .style=${`stroke: var(${one.color}); stroke-width: 2.5; ${one.dashed ? "stroke-dasharray: 4 2" : ""}`} /></svg>${one.label} <b></b></li>`)}
        <li class="when"></li>
      </ul>
      <div class="plot" aria-hidden="true"></div>
      <div class="hidden"><table>
        <caption>${this.label}</caption>
        <thead><tr><th scope="col">Time</th>${this.series.map((one) => html`<th scope="col">${one.label}</th>`)}</tr></thead>
        <tbody>${this.times.map((at, index) => html`<tr><th scope="row">${this.timeWritten(at)}</th>
          ${this.series.map((one) => html`<td>${this.said(one.values[index])}</td>`)}</tr>`)}</tbody>
      </table></div>
    `;
  }

  protected override firstUpdated(): void {
    this.sizes.observe(this.place);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("times") || changed.has("series")) this.draw();
  }

  private readonly redraw = (): void => {
    this.shape = "";
    this.draw();
  };

  private said(value: number | null | undefined): string {
    return value === null || value === undefined ? "none" : this.written(value);
  }

  private draw(): void {
    if (!this.isConnected || !this.place?.clientWidth) return;
    const data = [[...this.times], ...this.series.map((one) => [...one.values])] as uPlot.AlignedData;
    const style = getComputedStyle(this);
    const colors = this.series.map((one) => style.getPropertyValue(one.color).trim());
    const shape = JSON.stringify([colors, this.series.map((one) => one.label)]);
    // Only new numbers: the chart stays, so that what is pointed at stays as well.
    if (this.plot && shape === this.shape) {
      this.plot.setData(data);
      return;
    }
    this.plot?.destroy();
    this.shape = shape;
    this.plot = new uPlot(this.options(colors, style), data, this.place);
  }

  private options(colors: string[], style: CSSStyleDeclaration): uPlot.Options {
    const token = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: token("--ink-3"), font: `12px ${token("--font")}`, ticks: { show: false } };
    const grid = { stroke: token("--border"), width: 1 };
    return {
      width: this.place.clientWidth,
      height: HEIGHT,
      padding: [8, 24, 0, 0],
      cursor: { points: { size: 7 }, drag: { x: false, y: false } },
      scales: { y: { range: (_plot, _low, high) => [0, Math.max(high || 0, 4) * 1.1] } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, values: (_plot, splits) => splits.map((at) => this.timeWritten(at)), space: 80 },
        { ...axis, grid, size: 56, incrs: WHOLE, values: (_plot, splits) => splits.map((value) => (value === 0 ? "0" : this.written(value))) },
      ],
      series: [
        {},
        ...this.series.map((one, index): uPlot.Series => ({
          label: one.label,
          stroke: colors[index],
          width: 2,
          dash: one.dashed ? [4, 3] : undefined,
          fill: index === 0 ? `${colors[index]}1f` : undefined,
          // A line needs two: where there are few, each shows itself.
          points: { show: one.values.filter((value) => value !== null).length <= FEW, size: 5 },
          spanGaps: true,
        })),
      ],
      hooks: { setCursor: [(plot) => this.point(plot.cursor.idx ?? null)] },
    };
  }

  /** The values under the pointer, beside the names. */
  private point(index: number | null): void {
    this.renderRoot.querySelectorAll(".keys b").forEach((place, at) => {
      const value = index === null ? null : this.series[at]?.values[index];
      place.textContent = value === null || value === undefined ? "" : this.written(value);
    });
    const when = this.renderRoot.querySelector(".when");
    if (when) when.textContent = index === null || this.times[index] === undefined ? "" : this.timeWritten(this.times[index]);
  }

  private fit(): void {
    if (!this.plot) this.draw();
    else if (this.place.clientWidth && this.plot.width !== this.place.clientWidth)
      this.plot.setSize({ width: this.place.clientWidth, height: HEIGHT });
  }
}

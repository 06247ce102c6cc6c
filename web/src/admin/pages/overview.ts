import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { sparkline } from "../charts/sparkline.js";
import "../charts/time-chart.js";
import type { Series } from "../charts/time-chart.js";
import { took } from "../inbox/words.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import { query, setQuery } from "../router.js";
import { session } from "../session.js";
import { badge, bytes, count, empty, notice, table } from "../ui/parts.js";

type Range = "hour" | "day" | "week";

interface Overview {
  range: Range;
  from: string;
  to: string;
  step_s: number;
  points: { at: string; in: number; out: number; failed: number }[];
  totals: Counts;
  previous: Counts;
  answer_ms: { p50: number | null; p95: number | null; count: number };
  answer_points: { at: string; p50: number | null; p95: number | null }[];
  conversations: { total: number; open_windows: number };
  storage: { stored_bytes: number; messages: number; limit: number | null; full: boolean };
  queue: { waiting_turns: number; outbox: number };
  numbers: NumberQueue[];
}
interface Counts {
  in: number;
  out: number;
  failed: number;
}
interface NumberQueue {
  phone_number_id: string;
  outbox: number;
  held: boolean;
  reason?: string | null;
}

const RANGES: { id: Range; label: string; before: string }[] = [
  { id: "hour", label: "Hour", before: "the hour before" },
  { id: "day", label: "Day", before: "the day before" },
  { id: "week", label: "Week", before: "the week before" },
];
/** While much happens the figures follow at this pace, and no faster. */
const FOLLOW_MS = 2_000;
const AGAIN_MS = 30_000;

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" });

/** How it goes: a figure and its past for each thing that matters, and what is stuck. */
@customElement("page-overview")
export class PageOverview extends Page {
  @state() private range: Range = RANGES.find(({ id }) => id === query("range"))?.id ?? "hour";
  private readonly overview = new Load<Overview>(this, () => this.read());
  private readonly shown = new Map<string, string>();
  private timer = 0;
  private every = 0;

  static override styles = [
    ...Page.styles,
    css`
      .tiles {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: var(--space-4);
      }
      .tile {
        display: grid;
        grid-template-rows: auto 40px 32px auto;
        gap: var(--space-1);
        align-content: start;
        padding: var(--space-4) var(--space-5);
        border: 1px solid var(--border);
        border-radius: var(--radius-md);
        background: var(--surface);
        color: var(--ink);
        text-decoration: none;
      }
      a.tile:hover {
        border-color: var(--border-strong);
        color: var(--ink);
      }
      .tile h2 {
        color: var(--ink-2);
        font-size: var(--text-md);
        font-weight: 500;
      }
      .figure {
        width: fit-content;
        white-space: nowrap;
        border-radius: var(--radius-sm);
        font-size: var(--text-2xl);
        font-weight: var(--weight-strong);
        font-variant-numeric: tabular-nums;
        letter-spacing: -0.02em;
        line-height: var(--line-tight);
      }
      .figure small {
        color: var(--ink-3);
        font-size: var(--text-md);
        font-weight: 400;
        letter-spacing: 0;
      }
      .sparkline {
        width: 100%;
        overflow: visible;
        color: var(--accent);
      }
      .tile.bad .sparkline,
      .tile.bad .figure {
        color: var(--failed);
      }
      .below {
        min-height: 1.500em;
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .meter {
        display: grid;
        align-content: center;
      }
      .meter svg {
        width: 100%;
        height: 8px;
        border-radius: var(--radius-round);
        background: var(--surface-3);
        color: var(--accent);
      }
      .charts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr));
        gap: var(--space-4);
      }
      .charts .card {
        padding: var(--space-5) var(--space-5) var(--space-3);
      }
      .charts h2 {
        margin-bottom: var(--space-2);
      }
      .ranges {
        display: inline-flex;
        padding: 3px;
        border-radius: var(--radius-sm);
        background: var(--surface-3);
      }
      .ranges button {
        min-height: 30px;
        border: 0;
        background: none;
        color: var(--ink-2);
      }
      .ranges button[aria-pressed="true"] {
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-1);
      }
      @media (max-width: 719px) {
        .tiles {
          grid-template-columns: repeat(2, minmax(0, 1fr));
          gap: var(--space-3);
        }
        .tile {
          padding: var(--space-3);
        }
        .figure {
          font-size: var(--text-xl);
        }
        .figure small {
          display: none;
        }
        .charts .card {
          padding: var(--space-4) var(--space-3) var(--space-2);
        }
      }
      .bones {
        display: grid;
        gap: var(--space-4);
      }
      .bones i {
        display: block;
        height: 146px;
        border: 1px solid var(--border);
        border-radius: var(--radius-md);
        background: var(--surface);
      }
      .bones .charts i {
        height: 332px;
      }
    `,
  ];

  constructor() {
    super();
    const follow = (): void => this.follow();
    new Live(this, { message: follow, status: follow, tenant: follow, resync: () => void this.overview.reload() });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.every = window.setInterval(() => {
      if (document.visibilityState === "visible") void this.overview.reload();
    }, AGAIN_MS);
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.every);
    window.clearTimeout(this.timer);
    this.timer = 0;
    super.disconnectedCallback();
  }

  private read(): Promise<Overview> {
    return api.get<Overview>("/overview", { query: { range: this.range } });
  }

  private follow(): void {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.overview.reload();
    }, FOLLOW_MS);
  }

  private choose(range: Range): void {
    if (range === this.range) return;
    this.range = range;
    setQuery({ range: range === "hour" ? "" : range });
    this.shown.clear();
    void this.overview.reload();
  }

  override render() {
    const ranges = html`<div class="ranges" role="group" aria-label="Time">
      ${RANGES.map(({ id, label }) => html`<button type="button" aria-pressed=${String(id === this.range)} @click=${() => this.choose(id)}>${label}</button>`)}
    </div>`;
    return html`${this.head("Overview", nothing, ranges)}${this.overview.view((overview) => this.body(overview), this.bones())}`;
  }

  private body(overview: Overview) {
    const { totals, conversations, numbers, storage } = overview;
    if (conversations.total === 0 && totals.in + totals.out + totals.failed === 0) return this.nothingYet(numbers);
    return html`<div class="stack">
      ${storage.full ? this.full(storage) : nothing}
      <div class="tiles">${this.tiles(overview)}</div>
      <div class="charts">${this.charts(overview)}</div>
      ${numbers.length ? this.numbers(numbers) : nothing}
    </div>`;
  }

  private full({ stored_bytes: stored, limit }: Overview["storage"]) {
    return notice("failed", html`<b>Nothing comes in any more:</b> this tenant has stored ${bytes(stored)} of the ${bytes(limit ?? stored)} that it may.
      Meta keeps new messages for days. A platform's admin can raise the limit, or let old messages be deleted sooner.`);
  }

  private tiles(overview: Overview) {
    const { points, totals, previous, answer_ms: answer, answer_points: answers, conversations, queue } = overview;
    const to = (rest: string): string => `/t/${part(this.params.tenant)}/${rest}`;
    return html`
      ${this.tile("in", "Messages in", count(totals.in), sparkline(points.map((point) => point.in)), this.compared(totals.in, previous.in))}
      ${this.tile("out", "Messages out", count(totals.out), sparkline(points.map((point) => point.out)), this.compared(totals.out, previous.out))}
      ${this.tile("failed", "Failed", count(totals.failed), sparkline(points.map((point) => point.failed)), this.compared(totals.failed, previous.failed), totals.failed > 0)}
      ${this.tile("answer", "Time to answer", answer.p50 === null ? "none yet" : html`${took(answer.p50)} <small>half of them</small>`,
        sparkline(answers.map((point) => point.p50)), answer.p95 === null ? "Between a message and its answer" : `95 of 100 within ${took(answer.p95)}`)}
      <a class="tile" href=${to("conversations")}>${this.inside("conversations", "Conversations", count(conversations.total),
        this.meter(conversations.open_windows, conversations.total), `${count(conversations.open_windows)} with an open 24-hour window`)}</a>
      ${this.tile("queue", "Waiting", count(queue.waiting_turns + queue.outbox), this.meter(queue.waiting_turns, queue.waiting_turns + queue.outbox),
        `${count(queue.waiting_turns)} for the agent, ${count(queue.outbox)} to be sent`)}
    `;
  }

  private tile(id: string, title: string, figure: TemplateResult | string, picture: TemplateResult, below: string, bad = false) {
    return html`<section class="tile ${bad ? "bad" : ""}">${this.inside(id, title, figure, picture, below)}</section>`;
  }

  private inside(id: string, title: string, figure: TemplateResult | string, picture: TemplateResult, below: string) {
    const value = typeof figure === "string" ? figure : String(figure.values[0]);
    const changed = this.shown.has(id) && this.shown.get(id) !== value;
    this.shown.set(id, value);
    return html`<h2>${title}</h2><p class="figure ${changed ? "glow" : ""}" data-figure=${id}>${figure}</p>${picture}<p class="below">${below}</p>`;
  }

  private meter(part: number, of: number): TemplateResult {
    const width = of > 0 ? (100 * part) / of : 0;
    return html`<div class="meter"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width=${width} height="8" fill="currentColor" /></svg></div>`;
  }

  private compared(now: number, before: number): string {
    const when = RANGES.find(({ id }) => id === this.range)?.before ?? "before";
    if (before === 0) return now === 0 ? `None ${when} either` : `None ${when}`;
    const change = Math.round((100 * (now - before)) / before);
    if (change === 0) return `As ${when}`;
    return `${change > 0 ? "▲" : "▼"} ${Math.abs(change)} % ${change > 0 ? "more" : "fewer"} than ${when}`;
  }

  private charts({ points, answer_points: answers, range }: Overview) {
    const written = (seconds: number): string => (range === "week" ? dayAndClock : clock).format(seconds * 1000);
    const seconds = (at: string): number => Date.parse(at) / 1000;
    const messages: Series[] = [
      { label: "In", color: "--accent", values: points.map((point) => point.in) },
      { label: "Out", color: "--read", values: points.map((point) => point.out) },
      { label: "Failed", color: "--failed", values: points.map((point) => point.failed), dashed: true },
    ];
    const times: Series[] = [
      { label: "Half within", color: "--accent", values: answers.map((point) => point.p50) },
      { label: "95 of 100 within", color: "--waiting", values: answers.map((point) => point.p95), dashed: true },
    ];
    return html`
      <section class="card"><h2>Messages</h2>
        <claw-time-chart label="Messages" .times=${points.map((point) => seconds(point.at))} .series=${messages} .timeWritten=${written}></claw-time-chart></section>
      <section class="card"><h2>Time to answer</h2>
        <claw-time-chart label="Time to answer" .times=${answers.map((point) => seconds(point.at))} .series=${times} .timeWritten=${written} .written=${took}></claw-time-chart></section>
    `;
  }

  private numbers(numbers: NumberQueue[]) {
    const settings = `/t/${part(this.params.tenant)}/channels/whatsapp`;
    return html`<section><h2 class="hidden">Numbers</h2>${table("Numbers and what waits in each", [
      { head: "Number", kind: "main", cell: (one: NumberQueue) => (session.can("settings.read") ? html`<a href="${settings}/${part(one.phone_number_id)}">${one.phone_number_id}</a>` : one.phone_number_id) },
      { head: "Sends", cell: (one: NumberQueue) => (one.held ? badge("failed", "held back") : badge("ok", "sending")) },
      { head: "Waiting to be sent", kind: "num", cell: (one: NumberQueue) => count(one.outbox) },
      { head: "Why", cell: (one: NumberQueue) => one.reason ?? "" },
    ], numbers)}</section>`;
  }

  private nothingYet(numbers: NumberQueue[]) {
    const channels = session.can("settings.read") ? { label: numbers.length ? "Look at the set-up" : "Connect WhatsApp", href: `/t/${part(this.params.tenant)}/channels/whatsapp` } : undefined;
    return empty(
      "overview",
      numbers.length ? "No message has come yet" : "Nothing is connected yet",
      numbers.length
        ? "Write to your number from any phone: the message and its answer are counted here within a second. If nothing comes, the set-up shows what is missing."
        : "Connect a WhatsApp number, and you see here how many people write, how fast they are answered, and what is stuck.",
      channels,
    );
  }

  private bones() {
    return html`<div class="bones" role="status"><span class="hidden">Loading</span>
      <div class="tiles">${Array.from({ length: 6 }, () => html`<i></i>`)}</div><div class="charts"><i></i><i></i></div></div>`;
  }
}

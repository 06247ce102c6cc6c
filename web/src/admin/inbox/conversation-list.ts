import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ifDefined } from "lit/directives/if-defined.js";
import { repeat } from "lit/directives/repeat.js";
import { tickIcon } from "../../common/ticks.js";
import { part } from "../api.js";
import { go } from "../router.js";
import { icon } from "../ui/icons.js";
import { base } from "../ui/styles.js";
import { exactly } from "../ui/time.js";
import type { ConversationFeed } from "./conversation-feed.js";
import { holdOf, shortHolder } from "./hold.js";
import type { Conversation } from "./types.js";
import { VirtualRows } from "./virtual-rows.js";
import "./window-ring.js";
import { markOf, nameOf, previewOf, stateWords, tickOf, windowOf } from "./words.js";

const ROW = 68;
const EVERY_MS = 15_000;
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** As short as it can be said: "now", "5 m", "3 h", "Tue", "3 May". */
function ago(at: number, now: number): string {
  const seconds = (now - at) / 1000;
  if (seconds < 60) return "now";
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return (seconds < 6 * 86_400 ? weekday : date).format(at);
}

/** The conversations of a feed; only those in sight are in the page, however many there are. */
@customElement("claw-conversation-list")
export class ConversationList extends LitElement {
  @property({ attribute: false }) feed!: ConversationFeed;
  /** Where they are: "/t/acme/conversations". */
  @property() href = "";
  /** The one that is open. */
  @property() current = "";
  @query(".scroller") private scroller!: HTMLElement | null;
  /** Where j and k stand. */
  @state() private cursor = -1;
  private readonly rows = new VirtualRows(this, () => this.scroller, ROW, () => void this.feed.more());
  private clock = 0;
  private pointed = false;

  static override styles = [
    base,
    css`
      :host {
        position: relative;
        display: block;
        min-height: 0;
      }
      .scroller {
        height: 100%;
        overflow-y: auto;
        overflow-anchor: none;
        overscroll-behavior: contain;
        scrollbar-width: thin;
      }
      .box {
        position: relative;
      }
      .window {
        position: absolute;
        inset: 0 0 auto;
      }
      a {
        display: grid;
        grid-template-columns: 40px minmax(0, 1fr);
        align-items: center;
        gap: var(--space-3);
        height: ${ROW}px;
        padding: 0 var(--space-4);
        border-bottom: 1px solid var(--border);
        color: inherit;
        text-decoration: none;
        contain: strict;
      }
      a:hover {
        background: var(--surface-2);
        color: inherit;
      }
      a[aria-current] {
        background: var(--accent-soft);
        box-shadow: inset 3px 0 var(--accent);
      }
      a:focus-visible {
        outline-offset: -2px;
      }
      .line {
        display: flex;
        align-items: baseline;
        gap: var(--space-2);
        min-width: 0;
      }
      .line > :first-child {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .name {
        font-weight: var(--weight-strong);
      }
      .at {
        color: var(--ink-3);
        font-size: var(--text-sm);
        font-variant-numeric: tabular-nums;
      }
      .preview {
        color: var(--ink-2);
      }
      .preview svg {
        margin-right: 3px;
        color: var(--ink-3);
        vertical-align: -1px;
      }
      .preview .read svg,
      .preview .played svg {
        color: var(--read);
      }
      .mark {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        align-self: center;
        font-size: var(--text-sm);
        font-weight: 500;
      }
      .mark.failed {
        color: var(--failed);
      }
      .mark.waiting {
        color: var(--waiting);
      }
      .mark.off {
        color: var(--ink-3);
      }
      .held {
        display: inline-flex;
        align-items: center;
        align-self: center;
        gap: 3px;
        padding: 0 var(--space-2) 0 var(--space-1);
        border-radius: var(--radius-round);
        background: var(--surface-3);
        color: var(--ink-2);
        font-size: var(--text-sm);
        white-space: nowrap;
      }
      .new {
        position: absolute;
        z-index: 1;
        top: var(--space-3);
        left: 50%;
        transform: translateX(-50%);
        min-height: 32px;
        border-color: var(--accent);
        border-radius: var(--radius-round);
        background: var(--accent);
        color: var(--on-accent);
        box-shadow: var(--shadow-2);
        font-size: var(--text-sm);
      }
      .new:hover {
        background: var(--accent-strong);
        color: var(--on-accent);
      }
      .end {
        padding: var(--space-4);
        color: var(--ink-3);
        font-size: var(--text-sm);
        text-align: center;
      }
      .bone {
        grid-template-columns: 40px minmax(0, 1fr);
        gap: var(--space-3);
        align-items: center;
        height: ${ROW}px;
        padding: 0 var(--space-4);
        border-bottom: 1px solid var(--border);
      }
      .bone i:first-child {
        width: 40px !important;
        height: 40px;
        border-radius: 50%;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.feed.holds = () => this.pointed || !this.rows.atTop;
    this.feed.addEventListener("change", this.changed);
    this.clock = window.setInterval(() => this.requestUpdate(), EVERY_MS);
  }

  override disconnectedCallback(): void {
    this.feed.removeEventListener("change", this.changed);
    window.clearInterval(this.clock);
    super.disconnectedCallback();
  }

  /** The keyboard goes to the next row, or the one before. */
  move(by: 1 | -1): void {
    const { items } = this.feed;
    if (items.length === 0) return;
    const from = this.cursor >= 0 ? this.cursor : items.findIndex((item) => item.id === this.current);
    this.cursor = Math.max(0, Math.min(items.length - 1, from + by));
    this.rows.show(this.cursor);
    const { cursor } = this;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`a[data-index="${cursor}"]`)?.focus({ preventScroll: true }));
  }

  /** Opens the row that the keyboard stands on. */
  openCursor(): void {
    const item = this.feed.items[this.cursor];
    if (item) go(this.addressOf(item));
  }

  override render() {
    const { feed } = this;
    if (feed.loading && feed.items.length === 0) return this.skeleton();
    const { from, to, offset, height } = this.rows.range(feed.items.length);
    return html`
      <div class="scroller" @pointerenter=${this.enter} @pointerleave=${this.leave} @scroll=${this.scrolled}>
        <div class="box" role="list" aria-label="Conversations" .style=${`height: ${height}px`}>
          <div class="window" role="presentation" .style=${`transform: translateY(${offset}px)`}>
            ${repeat(feed.items.slice(from, to), (item) => item.id, (item, index) => this.row(item, from + index))}
          </div>
        </div>
        <div class="end" role="status">${feed.loadingMore ? "Reading more…" : feed.whole && feed.items.length > 8 ? "That is all of them" : nothing}</div>
      </div>
      ${feed.waiting > 0
        ? html`<button type="button" class="new" @click=${this.showNew}>${icon("up", 16)} ${feed.waiting} new</button>`
        : nothing}
      <span class="hidden" role="status">${feed.waiting > 0 ? `${feed.waiting} new conversations above` : ""}</span>
    `;
  }

  private row(item: Conversation, index: number) {
    const { last_message: last } = item;
    const at = Date.parse(last.created_at);
    const mark = markOf(last.state);
    return html`<div role="listitem" aria-setsize=${this.feed.whole ? this.feed.items.length : -1} aria-posinset=${index + 1}>
      <a href=${this.addressOf(item)} data-index=${index} class=${this.feed.glowing.has(item.id) ? "glow" : ""}
        aria-current=${ifDefined(item.id === this.current ? "true" : undefined)} @focus=${() => (this.cursor = index)}>
        <claw-window-ring aria-hidden="true" .somebody=${item.user} .until=${item.window_ends_at}></claw-window-ring>
        <span>
          <span class="line"><span class="name">${nameOf(item.user)}</span>
            <time class="at" datetime=${last.created_at} title=${exactly(new Date(at))}>${ago(at, Date.now())}</time></span>
          <span class="line"><span class="preview">${this.tick(item)}${previewOf(last)}</span>
            ${this.held(item)}${mark === "ok" ? nothing : html`<span class="mark ${mark}" title=${stateWords[last.state]}>${this.shape(mark)}${this.word(item)}</span>`}</span>
          <span class="hidden">${windowOf(item.window_ends_at, Date.now()).words}</span>
        </span>
      </a></div>`;
  }

  private tick({ last_message: last }: Conversation) {
    if (last.direction === "inbound") return nothing;
    const tick = tickOf(last.state);
    return html`<span class=${tick} title=${stateWords[last.state]}>${tickIcon(tick)}<span class="hidden">${stateWords[last.state]}: </span></span>`;
  }

  private held(item: Conversation) {
    const hold = holdOf(item);
    if (!hold) return nothing;
    return html`<span class="held" title="Answered by hand: ${hold.by}">${icon("hand", 14)}<span class="hidden">held by </span>${shortHolder(hold)}</span>`;
  }

  private shape(mark: string) {
    return icon(mark === "failed" ? "alert" : mark === "waiting" ? "clock" : "off", 14);
  }

  private word({ last_message: last }: Conversation): string {
    const words: Partial<Record<typeof last.state, string>> = {
      failed: "failed", agent_failed: "no answer", pending: "waiting", queued: "waiting", sending: "sending", unknown: "unknown", ignored: "not answered",
    };
    return words[last.state] ?? "";
  }

  private skeleton() {
    return html`<div class="skeleton" role="status"><span class="hidden">Loading</span>
      ${Array.from({ length: 9 }, () => html`<div class="bone"><i></i><i></i></div>`)}</div>`;
  }

  private addressOf(item: Conversation): string {
    return `${this.href}/${part(item.id)}${location.search}`;
  }

  private enter(event: PointerEvent): void {
    this.pointed = event.pointerType === "mouse";
  }

  private leave(): void {
    this.pointed = false;
    if (this.rows.atTop) this.feed.settle();
  }

  private scrolled(): void {
    if (this.feed.waiting > 0 && !this.feed.holds()) this.feed.settle();
  }

  private showNew(): void {
    this.feed.settle();
    this.rows.toTop();
    this.cursor = -1;
  }

  private readonly changed = (): void => this.requestUpdate();
}

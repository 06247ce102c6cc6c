import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import { Problem, api, part, told } from "../api.js";
import { numberOf, previewOf } from "../inbox/words.js";
import { Keys } from "../keys.js";
import { confirm } from "../ui/dialog.js";
import { badge, notice, progress } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import "./countdown.js";
import { fated, merged, refused, swept, type Row } from "./rows.js";
import type { AccessEntry, Decision } from "./types.js";
import { waitingStyle } from "./waiting-style.js";
import { DONE, halves, people, whoOf } from "./words.js";

/** Decided in one call: few enough that the bar moves, many enough that it is quick. */
const AT_ONCE = 50;
const SWEEP_MS = 1_000;

/**
 * Who waits, and what is decided of them: one, those that are marked, or all.
 *
 * Tells `changed` when lists have to be read anew, and `said` with the words of what was done to many. What stands in the
 * slot is shown where nobody waits.
 */
@customElement("claw-waiting")
export class ClawWaiting extends LitElement {
  @property({ attribute: false }) entries: readonly AccessEntry[] = [];
  /** There are more than were read. */
  @property({ type: Boolean }) more = false;
  /** Of which search and number: with another one nothing of before stays. */
  @property() filter = "";
  /** Only some are looked at: who is searched is not everybody. */
  @property({ type: Boolean }) searched = false;
  /** The number that is looked at; "" for all. */
  @property() number = "";
  /** What each number is called; empty where there is one only, for then it need not be said. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @property() home = "";
  @state() private rows: readonly Row[] = [];
  @state() private marked: ReadonlySet<string> = new Set();
  @state() private said = "";
  /** Of a decision about many. */
  @state() private work: { done: number; of: number; stopped: boolean } | null = null;
  @state() private error = "";
  private timer = 0;
  private readFilter: string | null = null;

  static override styles = [base, waitingStyle];

  constructor() {
    super();
    new Keys(this, "Who waits", [
      { key: "j", does: "Next one", run: () => this.move(1) },
      { key: "k", does: "The one before", run: () => this.move(-1) },
      { key: "x", does: "Mark them", run: () => this.atCursor((one) => this.mark(one.entry.id, !this.marked.has(one.entry.id))) },
      { key: "a", does: "Let them in", run: () => this.atCursor((one) => void this.decide(one, "approve")) },
      { key: "n", does: "Turn them away", run: () => this.atCursor((one) => void this.decide(one, "reject")) },
      { key: "b", does: "Block them", run: () => this.atCursor((one) => void this.decide(one, "block")) },
    ]);
  }

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    if (this.work) this.work.stopped = true;
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("entries")) return;
    const same = this.readFilter === this.filter;
    this.rows = merged(same ? this.rows : [], this.entries, !same, Date.now());
    this.readFilter = this.filter;
    this.sweepLater();
  }

  private get open(): readonly Row[] {
    return this.rows.filter((one) => !one.fate);
  }

  private get chosen(): readonly Row[] {
    return this.open.filter((one) => this.marked.has(one.entry.id));
  }

  override render() {
    if (this.rows.length === 0) return html`<p class="hidden" role="status">${this.said}</p><slot></slot>`;
    return html`${this.bar()}
      ${this.error ? notice("failed", this.error) : nothing}
      <p class="hidden" role="status">${this.said}</p>
      <ul class="rows" aria-label="Who waits">${repeat(this.rows, (one) => one.entry.id, (one) => this.row(one))}</ul>`;
  }

  private bar() {
    const { open, chosen, work } = this;
    if (work) return html`<div class="bar">${progress(`${work.done} of ${work.of}`, work.done, work.of)}
      <button type="button" class="small" @click=${() => (work.stopped = true)}>Stop</button></div>`;
    const all = open.length > 0 && chosen.length === open.length;
    return html`<div class="bar">
      <label class="all"><input type="checkbox" .checked=${live(all)} .indeterminate=${chosen.length > 0 && !all} ?disabled=${open.length === 0}
        @change=${(event: Event) => this.markAll((event.target as HTMLInputElement).checked)} />
        ${chosen.length ? `${chosen.length} marked` : "Mark all"}</label>
      ${chosen.length
        ? html`<button type="button" class="small primary" @click=${() => void this.decideMany("approve")}>Let in</button>
          <button type="button" class="small" @click=${() => void this.decideMany("reject")}>Turn away</button>
          <button type="button" class="small" @click=${() => void this.decideMany("block")}>Block…</button>`
        : nothing}
      ${all && this.more && !this.searched ? html`<button type="button" class="small quiet" @click=${() => void this.everybody()}>Let in everybody who waits…</button>` : nothing}
    </div>`;
  }

  private row(one: Row): TemplateResult {
    const { entry, fate } = one;
    const who = whoOf(entry);
    return html`<li id=${entry.id} tabindex="-1" class="${fate ? "done" : ""} ${one.fresh ? "glow" : ""}">
      <input class="mark" type="checkbox" aria-label="Mark ${who}" .checked=${live(!fate && this.marked.has(entry.id))} ?disabled=${fate !== null}
        @change=${(event: Event) => this.mark(entry.id, (event.target as HTMLInputElement).checked)} />
      <span class="who"><b>${who}</b>
        <span class="faint small-text">${entry.name ? numberOf(entry.address) : nothing}
          ${entry.number && this.names.size ? html`<span class="to">to ${this.names.get(entry.number) ?? entry.number}</span>` : nothing}</span></span>
      <span class="words">${entry.message ? html`<q>${previewOf(entry.message)}</q>` : html`<span class="faint">no words kept</span>`}</span>
      <span class="code">${entry.code ? html`<code>${halves(entry.code)}</code>` : nothing}
        ${entry.expires_at && !fate ? html`<claw-countdown .until=${entry.expires_at} @over=${() => this.over(entry.id)}></claw-countdown>` : nothing}</span>
      <span class="acts">${fate ? this.outcome(one) : this.acts(one, who)}</span>
      ${one.error ? html`<span class="wrong" role="alert">${one.error}</span>` : nothing}
    </li>`;
  }

  private acts(one: Row, who: string): TemplateResult {
    return html`<button type="button" class="small primary" aria-label="Let in ${who}" @click=${() => void this.decide(one, "approve")}>Let in</button>
      <button type="button" class="small" aria-label="Turn away ${who}" @click=${() => void this.decide(one, "reject")}>Turn away</button>
      <button type="button" class="small quiet warn" aria-label="Block ${who}" @click=${() => void this.decide(one, "block")}>Block</button>`;
  }

  private outcome({ entry, fate }: Row): TemplateResult {
    switch (fate) {
      case "approve":
        return html`${badge("ok", DONE.approve)}<a class="small-text" href="${this.home}/users?q=${part(entry.address)}">Show them</a>`;
      case "block":
        return html`${badge("failed", DONE.block)}<button type="button" class="small quiet" aria-label="Undo: unblock ${whoOf(entry)}" @click=${() => void this.unblock(entry)}>Undo</button>`;
      case "reject":
        return badge("off", DONE.reject);
      case "over":
        return badge("off", "the code has ended");
      default:
        return badge("off", "decided elsewhere");
    }
  }

  private mark(id: string, on: boolean): void {
    const marked = new Set(this.marked);
    if (on) marked.add(id);
    else marked.delete(id);
    this.marked = marked;
  }

  private markAll(on: boolean): void {
    this.marked = new Set(on ? this.open.map((one) => one.entry.id) : []);
  }

  private setFate(ids: readonly string[], fate: Decision | "over" | "gone"): void {
    this.rows = fated(this.rows, new Set(ids), fate, Date.now());
    this.marked = new Set([...this.marked].filter((id) => !ids.includes(id)));
    this.sweepLater();
  }

  private over(id: string): void {
    if (this.open.some((one) => one.entry.id === id)) this.setFate([id], "over");
  }

  /** What has been seen long enough goes, but never while the pointer is over the list. */
  private sweepLater(): void {
    window.clearTimeout(this.timer);
    if (!this.rows.some((one) => one.fate)) return;
    this.timer = window.setTimeout(() => {
      if (!this.renderRoot.querySelector(".rows:hover")) this.rows = swept(this.rows, Date.now(), this.held);
      this.sweepLater();
    }, SWEEP_MS);
  }

  private async decide(one: Row, decision: Decision): Promise<void> {
    const { entry } = one;
    // It shows at once, and comes back visibly where the gateway refuses.
    this.setFate([entry.id], decision);
    this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(entry.id)}`)?.focus({ preventScroll: true });
    try {
      await api.post<AccessEntry>(`/access/${part(entry.id)}/${decision}`);
      this.said = `${whoOf(entry)} is ${DONE[decision]}.`;
      this.tell();
    } catch (error) {
      if (error instanceof Problem && error.status === 404) {
        this.setFate([entry.id], "gone");
        this.said = `The request of ${whoOf(entry)} was decided elsewhere, or its code has ended.`;
        this.tell();
      } else this.rows = refused(this.rows, entry.id, told(error));
    }
  }

  private async unblock(entry: AccessEntry): Promise<void> {
    try {
      await api.delete(`/access/${part(entry.id)}`);
      this.rows = this.rows.filter((one) => one.entry.id !== entry.id);
      this.said = `${whoOf(entry)} is no longer blocked. They get a new code when they write again.`;
      this.tell();
    } catch (error) {
      this.error = told(error);
    }
  }

  private async decideMany(decision: Decision): Promise<void> {
    const ids = this.chosen.map((one) => one.entry.id);
    if (decision !== "block") return this.run(decision, ids);
    await confirm({
      heading: `Block ${people(ids.length)}?`,
      words: "They are not answered any more, and get no new code. You can unblock each of them under Blocked.",
      action: "Block",
      danger: true,
      run: async () => void this.run(decision, ids),
    });
  }

  private async run(decision: Decision, ids: readonly string[]): Promise<void> {
    const work = { done: 0, of: ids.length, stopped: false };
    this.work = work;
    this.error = "";
    let decided = 0;
    try {
      for (let at = 0; at < ids.length && !work.stopped; at += AT_ONCE) {
        const some = ids.slice(at, at + AT_ONCE);
        decided += (await api.post<{ decided: number }>("/access/decide", { decision, ids: some })).decided;
        work.done += some.length;
        this.setFate(some, decision);
        this.requestUpdate();
      }
    } catch (error) {
      this.error = `${work.done ? `${work.done} of ${work.of} were decided, then it stopped. ` : ""}${told(error)}`;
    }
    this.work = null;
    this.summary(decision, decided, work.done - decided);
    this.tell();
  }

  private async everybody(): Promise<void> {
    await confirm({
      heading: "Let everybody in who waits?",
      words: this.number ? `Everybody who waits at ${this.names.get(this.number) ?? this.number} is answered, also those who are not shown here.` : "Everybody who waits is answered, also those who are not shown here.",
      action: "Let everybody in",
      run: async () => {
        const { decided, gone } = await api.post<{ decided: number; gone: number }>("/access/decide", { decision: "approve", all: true, ...(this.number ? { number: this.number } : {}) });
        this.setFate(this.open.map((one) => one.entry.id), "approve");
        this.summary("approve", decided, gone);
        this.tell();
      },
    });
  }

  private summary(decision: Decision, decided: number, gone: number): void {
    const one = decided === 1;
    this.said = `${people(decided)} ${one ? "is" : "are"} ${DONE[decision]}.${gone > 0 ? ` Of ${gone} the code had ended, or somebody else was faster.` : ""}`;
    this.dispatchEvent(new CustomEvent("said", { detail: this.said }));
  }

  private tell(): void {
    this.dispatchEvent(new Event("changed"));
  }

  /** The row that has the focus, or something in it. */
  private get focused(): string {
    return (this.renderRoot as ShadowRoot).activeElement?.closest("li")?.id ?? "";
  }

  /** Where the keyboard stands: not where the mouse has just pressed something. */
  private get held(): string {
    return this.renderRoot.querySelector(":focus-visible")?.closest("li")?.id ?? "";
  }

  private get cursor(): number {
    return this.rows.findIndex((one) => one.entry.id === this.focused);
  }

  private move(by: number): void {
    const to = Math.min(Math.max(this.cursor + by, 0), this.rows.length - 1);
    const id = this.rows[to]?.entry.id;
    if (id) this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(id)}`)?.focus();
  }

  private atCursor(run: (one: Row) => void): void {
    const one = this.rows[this.cursor];
    if (one && !one.fate && !this.work) run(one);
  }
}

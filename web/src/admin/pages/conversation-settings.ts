import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { api } from "../api.js";
import { clockOf, lengthOf, localClock, minuteOf, zone } from "../conversation/moments.js";
import { queuePicture } from "../conversation/queue-picture.js";
import { QUEUES, type ConversationSettings } from "../conversation/types.js";
import { Live } from "../live.js";
import { Action, Load } from "../page.js";
import { session } from "../session.js";
import { field, notice, skeleton } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { Unsaved } from "../unsaved.js";
import { SettingsPage } from "./settings-page.js";

type Values = Omit<ConversationSettings, "version">;

/** Where "never" is left, this is offered: three at night, when nobody is in the middle of something. */
const NIGHT = 3 * 60;

/** The version is the tenant's, which anything that is set changes: whether it is about these is seen from them. */
const unchanged = ({ version: _a, ...a }: ConversationSettings, { version: _b, ...b }: ConversationSettings): boolean =>
  (Object.keys(a) as (keyof Values)[]).every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));

const lines = (text: string): string[] => text.split(/[\n,;]/).map((one) => one.trim()).filter(Boolean);

/** How conversations are led: what happens to messages that come quickly, when a session ends, who may command. */
@customElement("page-conversation-settings")
export class PageConversationSettings extends SettingsPage {
  private readonly loaded = new Load<ConversationSettings>(this, () => this.read());
  private readonly saving = new Action(this);
  /** As the form stands now. */
  @state() private given: Values | null = null;
  /** Saved by somebody else while there are changes here. */
  @state() private theirs: ConversationSettings | null = null;
  private base: ConversationSettings | null = null;
  /** Counts up when the form is drawn anew: what was typed is given up. */
  private drawn = 0;

  static override styles = [
    ...SettingsPage.styles,
    css`
      .choices {
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: var(--space-3);
      }
      .choices .choice {
        grid-template-rows: auto 1fr auto;
        padding: var(--space-3);
      }
      .picture {
        grid-column: 1 / -1;
        width: 100%;
        margin-top: var(--space-3);
      }
      .picture text {
        fill: currentColor;
        font: 500 11px var(--font);
        text-anchor: middle;
        dominant-baseline: central;
      }
      .picture .time {
        stroke: var(--border-strong);
      }
      .picture .message {
        color: var(--bubble-person-ink);
      }
      .picture .message path {
        stroke: var(--border-strong);
        stroke-dasharray: 2 2;
      }
      .picture circle {
        fill: var(--bubble-person);
        stroke: var(--border-strong);
      }
      .picture .turn {
        color: var(--ink);
      }
      .picture .turn rect {
        fill: var(--accent-soft);
        stroke: var(--accent);
      }
      :checked ~ .picture .turn rect {
        fill: var(--surface);
      }
      .picture .cut rect {
        fill: none;
        stroke: var(--border-strong);
        stroke-dasharray: 3 2;
      }
      .picture .cut path {
        stroke: var(--ink-2);
        stroke-width: 1.600;
        stroke-linecap: round;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-5);
        margin-top: calc(-1 * var(--space-2));
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .legend i {
        display: inline-block;
        width: 12px;
        height: 12px;
        margin-right: var(--space-2);
        border: 1px solid var(--border-strong);
        border-radius: 50%;
        background: var(--bubble-person);
        vertical-align: -1px;
      }
      .legend i.turn {
        width: 22px;
        border-color: var(--accent);
        border-radius: 4px;
        background: var(--accent-soft);
      }
      .legend i.cut {
        width: 22px;
        border-style: dashed;
        border-radius: 4px;
        background: none;
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: var(--space-5) var(--space-4);
        align-items: end;
      }
      .pair.top {
        align-items: start;
      }
      .means {
        margin-top: var(--space-1);
        color: var(--ink-2);
        font-size: var(--text-sm);
        font-variant-numeric: tabular-nums;
      }
      form > .card {
        display: grid;
        gap: var(--space-5);
      }
      .card > h2 + p {
        margin: calc(-1 * var(--space-4)) 0 0;
      }
      .save {
        position: sticky;
        z-index: 2;
        bottom: 0;
        display: grid;
        gap: var(--space-3);
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--border);
        border-radius: var(--radius-md) var(--radius-md) 0 0;
        background: var(--surface);
        box-shadow: var(--shadow-2);
      }
      .save .buttons > span {
        flex: 1;
      }
      form.stack {
        max-width: 50rem;
      }
      @media (max-width: 719px) {
        .choices,
        .pair {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (what === "conversation-settings" ? void this.loaded.reload() : undefined),
      resync: () => void this.loaded.reload(),
    });
    new Unsaved(this, "Settings", () => Object.keys(this.changes).length > 0);
  }

  private async read(): Promise<ConversationSettings> {
    const settings = await api.get<ConversationSettings>("/conversation-settings");
    if (Object.keys(this.changes).length === 0 || !this.base) this.take(settings);
    else if (unchanged(settings, this.base)) this.base = settings;
    else this.theirs = settings;
    return settings;
  }

  private take(settings: ConversationSettings): void {
    if (!this.base || !unchanged(settings, this.base) || Object.keys(this.changes).length > 0) this.drawn += 1;
    this.base = settings;
    const { version: _, ...values } = settings;
    this.given = values;
    this.theirs = null;
    this.saving.clear();
  }

  /** What is another than what was read. */
  private get changes(): Partial<Values> {
    const { base, given } = this;
    if (!base || !given) return {};
    const changed = (Object.keys(given) as (keyof Values)[]).filter((name) => JSON.stringify(given[name]) !== JSON.stringify(base[name]));
    return Object.fromEntries(changed.map((name) => [name, given[name]]));
  }

  private set(more: Partial<Values>): void {
    if (this.given) this.given = { ...this.given, ...more };
  }

  override render() {
    return html`${this.head("Conversations", "How conversations are led: messages that come quickly, when a session ends, who takes over.")}
      ${this.loaded.view(() => (this.given ? this.form(this.given) : nothing), skeleton(6, "form"))}`;
  }

  private form(given: Values) {
    const off = session.whyNot("settings.write");
    return html`<form class="stack" novalidate @submit=${this.send}>
      ${off ? notice("info", off) : nothing}
      ${keyed(this.drawn, html`${this.queue(given, off !== "")} ${this.sessions(given, off !== "")} ${this.people(given, off !== "")} ${this.access(given, off !== "")}`)}
      ${this.saveBar()}
    </form>`;
  }

  private queue(given: Values, off: boolean) {
    return html`<section class="card">
      <h2>Messages that come quickly</h2>
      <p>People write in pieces. This is what becomes of what they write while the agent works on an answer. At first it is collected.</p>
      <fieldset class="choices" ?disabled=${off}><legend class="hidden">While the agent works</legend>
        ${QUEUES.map(({ queue, title, words }) => html`<label class="choice">
          <input type="radio" name="queue" value=${queue} .checked=${queue === given.queue} @change=${() => this.set({ queue })} /><b>${title}</b><span>${words}</span>${queuePicture(queue)}</label>`)}
      </fieldset>
      <p class="legend" aria-hidden="true"><span><i></i>what they write</span><span><i class="turn"></i>what the agent answers</span><span><i class="cut"></i>given up</span></p>
      <div class="pair">
        <div>${field({ name: "debounce", label: "Wait before the agent begins, in seconds", type: "number", min: 0, max: 60, step: "any", disabled: off, value: String(given.debounce_ms / 1000),
          help: "0, as at first: it begins at once. The wait begins anew with each message, and lasts five times as long at most. Pictures, replies and commands do not wait.",
          input: (value) => this.set({ debounce_ms: Math.round(Number(value) * 1000) }) })}</div>
        <div>${field({ name: "max_merged", label: "Messages read together", type: "number", min: 1, max: 100, disabled: off, value: String(given.max_merged), help: "Where they are collected: in one turn, at most. At first 20.",
          input: (value) => this.set({ max_merged: Number(value) }) })}</div>
      </div>
    </section>`;
  }

  private sessions(given: Values, off: boolean) {
    const { daily_reset_minute: daily } = given;
    return html`<section class="card">
      <h2>When a session ends</h2>
      <p>Then the agent forgets what was said before, and routing chooses anew. People can end one themselves with <code>/new</code>.</p>
      <div class="pair top">
        <div>${field({ name: "idle", label: "After so many minutes of silence", type: "number", min: 0, disabled: off, value: String(given.idle_reset_minutes), help: "0, as at first: silence never ends one.",
          input: (value) => this.set({ idle_reset_minutes: Number(value) }) })}
          <p class="means">${given.idle_reset_minutes > 0 ? `That is ${lengthOf(given.idle_reset_minutes)}.` : "Never."}</p></div>
        <div class="stack">
          <label class="choice"><input type="checkbox" name="daily" ?disabled=${off} .checked=${daily !== null} @change=${(event: Event) => this.set({ daily_reset_minute: (event.target as HTMLInputElement).checked ? NIGHT : null })} />
            <b>Every day at a fixed time</b><span>Off at first.</span></label>
          ${daily === null
            ? nothing
            : html`<div>${field({ name: "daily_at", label: "Time, in UTC", type: "time", required: true, disabled: off, value: clockOf(daily), input: (value) => this.set({ daily_reset_minute: minuteOf(value) ?? daily }) })}
                <p class="means">${clockOf(daily)} UTC is ${localClock(daily)} here today${zone() ? ` (${zone().replaceAll("_", " ")})` : ""}.</p></div>`}
        </div>
      </div>
    </section>`;
  }

  private people(given: Values, off: boolean) {
    return html`<section class="card">
      <h2>People of yours</h2>
      <div class="pair top">
        <div>${field({ name: "take_over", label: "A take-over lasts, in minutes", type: "number", min: 1, max: 10_080, disabled: off, value: String(given.take_over_minutes),
          help: "Whoever answers by hand silences the agent in that conversation for so long, or until they hand it back. Each answer by hand begins it anew.", input: (value) => this.set({ take_over_minutes: Number(value) }) })}
          <p class="means">That is ${lengthOf(given.take_over_minutes)}.</p></div>
        <div>${field({ name: "owners", label: "Owners", type: "area", rows: 4, mono: true, disabled: off, value: given.owners.join("\n"), placeholder: "+49 151 55000001",
          help: "Phone numbers, one a line. They may write /agent, /pause and /resume to your numbers.", input: (value) => this.set({ owners: lines(value) }) })}</div>
      </div>
    </section>`;
  }

  private access(given: Values, off: boolean) {
    return html`<section class="card">
      <h2>Opting out, and asking to be let in</h2>
      <div class="pair top">
        ${field({ name: "opt_out", label: "Words that opt out", type: "area", rows: 3, disabled: off, value: given.opt_out_words.join("\n"),
          help: "One a line. Whoever writes nothing but one of them gets nothing any more. At first STOP.", input: (value) => this.set({ opt_out_words: lines(value) }) })}
        ${field({ name: "opt_in", label: "Words that opt in again", type: "area", rows: 3, disabled: off, value: given.opt_in_words.join("\n"), help: "One a line, and as alone in the message. At first START.", input: (value) => this.set({ opt_in_words: lines(value) }) })}
        <div>${field({ name: "max_pending", label: "Strangers who wait at a time", type: "number", min: 0, max: 1_000, disabled: off, value: String(given.max_pending),
          help: "Where pairing is the policy, each number keeps so many codes open; who comes then is not answered. At first 3.", input: (value) => this.set({ max_pending: Number(value) }) })}</div>
        <label class="choice"><input type="checkbox" name="approval_notice" ?disabled=${off} .checked=${given.approval_notice} @change=${(event: Event) => this.set({ approval_notice: (event.target as HTMLInputElement).checked })} />
          <b>Tell people that they were let in</b><span>Only where nothing of theirs was kept; otherwise the answer to that tells them.</span></label>
      </div>
    </section>`;
  }

  private saveBar() {
    if (Object.keys(this.changes).length === 0) return nothing;
    const { theirs } = this;
    if (theirs)
      return html`<div class="save">
        ${notice("waiting", html`<p><strong>Somebody else changed these settings while you had them open.</strong> Yours are still here, and not saved.</p>`)}
        <div class="buttons"><button type="button" @click=${() => this.take(theirs)}>Show theirs</button>
          <button type="button" @click=${() => this.keepMine(theirs)}>Keep what I changed</button></div>
      </div>`;
    return html`<div class="save">
      ${this.saving.notice()}
      <div class="buttons"><span>Your changes are not saved yet.</span>
        <button class="primary" ?disabled=${this.saving.busy} aria-busy=${this.saving.busy}>Save</button>
        <button type="button" ?disabled=${this.saving.busy} @click=${() => this.base && this.take(this.base)}>Give up changes</button></div>
    </div>`;
  }

  /** What I changed, over what they saved. */
  private keepMine(theirs: ConversationSettings): void {
    const { changes } = this;
    this.take(theirs);
    this.set(changes);
    this.drawn += 1;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (form.reportValidity()) await this.save();
  }

  private async save(): Promise<void> {
    const before = this.base?.version;
    const done = await this.saving.run(async () => {
      const settings = await api.patch<ConversationSettings>("/conversation-settings", this.changes, { version: this.base?.version });
      this.loaded.set(settings);
      this.given = null;
      this.take(settings);
    });
    if (done) toast("Saved. It holds from the next message on.");
    else if (this.saving.status === 412) {
      await this.loaded.reload();
      // Something else of the tenant was changed: what was meant still fits.
      if (!this.theirs && !this.loaded.error && this.base?.version !== before) await this.save();
    }
  }
}

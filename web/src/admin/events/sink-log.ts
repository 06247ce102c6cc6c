import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Action, Load } from "../page.js";
import { session } from "../session.js";
import { confirm } from "../ui/dialog.js";
import { badge, count, skeleton, time } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import type { SinkEvent } from "./types.js";

const STATES = { waiting: ["waiting", "Waits"], delivered: ["ok", "Taken"], given_up: ["failed", "Given up"], skipped: ["off", "Not its own"] } as const;
const CHOICES: readonly [string, string][] = [["", "All"], ["waiting", "Waiting"], ["delivered", "Taken"], ["given_up", "Given up"]];
const DAY = 86_400_000;

/** What one webhook was told, and what came of it; sends events again. Tells `replayed`. */
@customElement("sink-log")
export class SinkLog extends LitElement {
  @property() sink = "";
  /** Read anew when it changes. */
  @property({ type: Number }) waiting = 0;
  @state() private only = "";
  private readonly action = new Action(this);
  private readonly log = new Load<{ events: SinkEvent[]; next: string | null }>(this, () =>
    api.get(`/event-sinks/${part(this.sink)}/events`, { query: { state: this.only, limit: 50 } }));

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) max-content;
        gap: var(--space-1) var(--space-3);
        padding: var(--space-3) 0;
        border-top: 1px solid var(--border);
      }
      li .mono {
        overflow-wrap: anywhere;
      }
      li p {
        grid-column: 1 / -1;
        margin: 0;
        color: var(--ink-2);
        font-size: var(--text-sm);
        overflow-wrap: anywhere;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        align-items: center;
        justify-content: space-between;
      }
      h3 {
        margin: 0;
      }
    `,
  ];

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const other = changed.has("sink") && changed.get("sink");
    if (other || (changed.has("waiting") && changed.get("waiting") !== undefined)) void this.log.reload();
  }

  override render() {
    const off = session.whyNot("settings.write");
    return html`<div class="top"><h3>Log</h3>
        <div class="buttons">
          <label><span class="hidden">Show</span><select @change=${this.choose}>${CHOICES.map(([value, words]) => html`<option value=${value} ?selected=${value === this.only}>${words}</option>`)}</select></label>
          <button type="button" class="small" ?disabled=${off !== ""} title=${off || nothing} @click=${this.again}>Send a day again</button>
        </div></div>
      ${this.action.notice()}
      ${this.log.view(({ events, next }) => events.length === 0
        ? html`<p class="faint">${this.only ? "None of these." : "Nothing has happened yet that it wants to know. Events stay here for 7 days."}</p>`
        : html`<ul aria-label="Events">${events.map((event) => this.row(event, off))}</ul>
          ${next ? html`<p class="faint">The newest ${count(events.length)} are shown; the API has the others.</p>` : nothing}`, skeleton(4))}`;
  }

  private row(event: SinkEvent, off: string) {
    const [kind, word] = STATES[event.state];
    const tries = event.attempts > 1 ? `, ${count(event.attempts)} tries` : "";
    const took = event.took_ms === null ? "" : `, ${count(event.took_ms)} ms`;
    return html`<li>
      <span><b class="mono">${event.event}</b> ${time(event.at)}</span>
      <span class="buttons">${badge(kind, word)}
        ${event.state === "waiting" ? nothing : html`<button type="button" class="quiet small" ?disabled=${off !== ""} aria-label=${`Send ${event.event} again`} @click=${() => this.one(event)}>Again</button>`}</span>
      ${event.attempts === 0 ? nothing : html`<p>${event.reason ?? `answered ${event.answer_status ?? ""}`}${took}${tries}${event.state === "waiting" && event.due_at ? html`; again ${time(event.due_at)}` : nothing}</p>`}
    </li>`;
  }

  private choose(event: Event): void {
    this.only = (event.target as HTMLSelectElement).value;
    void this.log.reload();
  }

  private async one(event: SinkEvent): Promise<void> {
    const done = await this.action.run(() => api.post(`/event-sinks/${part(this.sink)}/replay`, { events: [event.id] }));
    if (done) await this.replayed("It is sent again.");
  }

  private async again(): Promise<void> {
    let sent = 0;
    const now = Date.now();
    const done = await confirm({
      heading: "Send a day again?",
      words: "All events of the last 24 hours that were taken or given up come once more, under the same ids: a program that knows them takes each once.",
      action: "Send again",
      run: async () => {
        const body = { from: new Date(now - DAY).toISOString(), to: new Date(now + 60_000).toISOString() };
        sent = (await api.post<{ events: number }>(`/event-sinks/${part(this.sink)}/replay`, body)).events;
      },
    });
    if (done) await this.replayed(`${count(sent)} ${sent === 1 ? "event is" : "events are"} sent again.`);
  }

  private async replayed(words: string): Promise<void> {
    toast(words);
    this.dispatchEvent(new CustomEvent("replayed"));
    await this.log.reload();
  }
}

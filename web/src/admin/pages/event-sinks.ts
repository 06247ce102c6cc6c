import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import "../events/sink-log.js";
import type { EventKind, EventSink, SinkTried } from "../events/types.js";
import { Live } from "../live.js";
import { Action, fields, Load } from "../page.js";
import { go } from "../router.js";
import { session } from "../session.js";
import "../ui/copy.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import "../ui/pane.js";
import { badge, count, empty, field, notice, skeleton, table, time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { SettingsPage } from "./settings-page.js";

/** How it stands with a webhook, at a glance. */
function standing(sink: EventSink) {
  if (!sink.enabled) return sink.stopped ? badge("failed", "Stopped") : badge("off", "Off");
  if (sink.held_until) return badge("failed", "No answer");
  return sink.waiting > 0 ? badge("waiting", `${count(sink.waiting)} waiting`) : badge("ok", "Up to date");
}

/** Programs of the tenant's that are told what happens. */
@customElement("page-event-sinks")
export class PageEventSinks extends SettingsPage {
  /** The webhook of the open dialog; "new" makes one. */
  @state() private edited: EventSink | "new" | null = null;
  /** A secret just made: shown once. */
  @state() private secret: { name: string; value: string } | null = null;
  @state() private tried: SinkTried | null = null;
  @state() private trying = false;
  private readonly action = new Action(this);
  private readonly sinks = new Load<{ sinks: EventSink[]; kinds: EventKind[] }>(this, () => api.get("/event-sinks"));

  static override styles = [
    ...SettingsPage.styles,
    css`
      .events {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1);
      }
      .url {
        overflow-wrap: anywhere;
        font-size: var(--text-sm);
      }
      claw-pane section {
        display: grid;
        gap: var(--space-4);
      }
      .choice .mono {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (what === "event-sinks" || what === "agents" ? void this.sinks.reload() : undefined),
      resync: () => void this.sinks.reload(),
    });
  }

  private get list(): string {
    return `/t/${part(this.tenant)}/settings/webhooks`;
  }

  override render() {
    const off = session.whyNot("settings.write");
    const make = { label: "Add a webhook", run: () => this.edit("new") };
    return html`${this.head("Webhooks", "Programs of yours that are told what happens: somebody wrote, a message was delivered or failed, a person took over.",
        html`<button type="button" class="primary" ?disabled=${off !== ""} title=${off || nothing} @click=${make.run}>${icon("plus", 18)}Add a webhook</button>`)}
      ${this.sinks.view(({ sinks, kinds }) => html`
        <div class="split"><div>
          ${sinks.length === 0
            ? empty("link", "No webhook yet", "Each event is posted to an address of yours as signed JSON, in order, and again until it is taken.", off ? undefined : make)
            : this.rows(sinks)}
        </div>${this.pane(sinks)}</div>
        ${this.dialog(kinds)}`, skeleton(3))}
      ${this.once()}`;
  }

  private rows(sinks: EventSink[]) {
    return table("Webhooks", [
      { head: "Name", kind: "main", cell: (sink) => html`<a href=${`${this.list}/${part(sink.id)}`}>${sink.name}</a>` },
      { head: "Address", cell: (sink) => sink.agent ? html`<span class="faint">the agent's, with Meta's statuses</span>` : html`<span class="mono url">${sink.url}</span>` },
      { head: "Told of", cell: (sink) => sink.agent ? "status" : `${sink.events.length} ${sink.events.length === 1 ? "event" : "events"}` },
      { head: "State", cell: (sink) => standing(sink) },
    ], sinks, (sink) => sink.id === this.params.id);
  }

  private pane(sinks: EventSink[]) {
    const sink = sinks.find(({ id }) => id === this.params.id);
    if (!sink) return nothing;
    return html`<claw-pane heading=${sink.name} @close=${() => go(this.list)}>
      <section>
        ${sink.stopped ? notice("failed", html`It was switched off: ${sink.stopped}. Mend the program, then switch it on again.`) : nothing}
        ${sink.held_until ? notice("failed", html`It answers to nothing. One event is tried again ${time(sink.held_until)}; once that is taken, all that wait follow.`) : nothing}
        ${this.tried ? this.outcome(this.tried) : nothing}
        ${this.action.notice()}
        <dl class="facts">
          <dt>State</dt><dd>${standing(sink)}</dd>
          ${sink.agent ? html`<dt>Agent</dt><dd><a href=${`/t/${part(this.tenant)}/agents/${part(sink.agent)}`}>${sink.agent}</a></dd>`
            : html`<dt>Address</dt><dd class="mono url">${sink.url}</dd>
              <dt>Told of</dt><dd class="events">${sink.events.map((event) => html`<span class="tag">${event}</span>`)}</dd>
              <dt>Made</dt><dd>${time(sink.created_at)} by ${sink.created_by}</dd>`}
          ${sink.old_secret_until && Date.parse(sink.old_secret_until) > Date.now() ? html`<dt>Old secret</dt><dd>signs as well until ${time(sink.old_secret_until)}</dd>` : nothing}
        </dl>
        ${sink.agent ? nothing : this.buttons(sink)}
        <sink-log .sink=${sink.id} .waiting=${sink.waiting} @replayed=${() => void this.sinks.reload()}></sink-log>
      </section>
    </claw-pane>`;
  }

  private buttons(sink: EventSink) {
    const off = session.whyNot("settings.write");
    return html`<div class="buttons">
      <button type="button" ?disabled=${off !== "" || this.trying} aria-busy=${this.trying} title=${off || nothing} @click=${() => this.test(sink)}>Send a test</button>
      <button type="button" ?disabled=${off !== ""} @click=${() => this.edit(sink)}>Change</button>
      <button type="button" ?disabled=${off !== ""} @click=${() => this.rotate(sink)}>New secret</button>
      <button type="button" class="quiet warn" ?disabled=${off !== ""} @click=${() => this.drop(sink)}>Delete</button>
    </div>`;
  }

  private outcome(tried: SinkTried) {
    return tried.delivered
      ? notice("ok", `The test was taken: answered ${tried.answer_status} after ${count(tried.took_ms)} ms.`)
      : notice("failed", html`The test was not taken. <b>${tried.reason}</b>`);
  }

  private dialog(kinds: EventKind[]) {
    const close = (): void => void (this.edited = null);
    const sink = this.edited === "new" ? null : this.edited;
    return html`<claw-dialog heading=${sink ? `Change ${sink.name}` : "Add a webhook"} ?open=${this.edited !== null} @close=${close}>
      ${this.edited ? html`<form class="stack" @submit=${this.save}>
        ${field({ name: "name", label: "Name", required: true, autofocus: true, maxlength: 100, value: sink?.name ?? "", placeholder: "Order system" })}
        ${field({ name: "url", label: "Address", required: true, mono: true, value: sink?.url ?? "", placeholder: "https://shop.example.org/whatsapp-events", help: "Events are posted there. It answers 2xx within 15 seconds, and does its work afterwards." })}
        <fieldset><legend>It is told of</legend>
          ${kinds.map(({ event, words }) => html`<label class="choice"><input type="checkbox" name="events" value=${event} ?checked=${sink ? sink.events.includes(event) : event === "message.received"} /><b class="mono">${event}</b><span>${words}</span></label>`)}
        </fieldset>
        <label class="choice"><input type="checkbox" name="enabled" ?checked=${sink ? sink.enabled : true} /><b>On</b><span>While it is off, nothing is kept for it.</span></label>
        ${this.action.notice()}
        <div class="buttons"><button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>${sink ? "Save" : "Add it"}</button><button type="button" @click=${close}>Cancel</button></div>
      </form>` : nothing}
    </claw-dialog>`;
  }

  private once() {
    return html`<claw-dialog fixed heading=${`The secret of ${this.secret?.name ?? ""}`} ?open=${this.secret !== null}>
      <div class="stack">
        <p>The program checks with it that an event comes from here (Standard Webhooks). It is shown only this once.</p>
        <claw-copy label="the secret" .value=${this.secret?.value ?? ""}></claw-copy>
        <div class="buttons"><button type="button" class="primary" autofocus @click=${() => (this.secret = null)}>Done</button></div>
      </div>
    </claw-dialog>`;
  }

  private edit(sink: EventSink | "new"): void {
    this.action.clear();
    this.edited = sink;
  }

  private async save(event: SubmitEvent): Promise<void> {
    const { name = "", url = "" } = fields(event);
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const events = form.getAll("events");
    if (events.length === 0) return this.action.refuse("Choose at least one event.");
    const body = { name, url, events, enabled: form.has("enabled") };
    const before = this.edited;
    const done = await this.action.run(async () => {
      if (before === "new") {
        const made = await api.post<EventSink & { secret: string }>("/event-sinks", body);
        this.secret = { name, value: made.secret };
        go(`${this.list}/${part(made.id)}`);
      } else if (before) {
        await api.patch(`/event-sinks/${part(before.id)}`, body, { version: before.version });
        toast("Saved.");
      }
    });
    if (!done) return;
    this.edited = null;
    await this.sinks.reload();
  }

  private async test(sink: EventSink): Promise<void> {
    this.tried = null;
    this.trying = true;
    await this.action.run(async () => {
      this.tried = await api.post<SinkTried>(`/event-sinks/${part(sink.id)}/test`);
    });
    this.trying = false;
  }

  private async rotate(sink: EventSink): Promise<void> {
    const done = await confirm({
      heading: `A new secret for ${sink.name}?`,
      words: "Events are signed with both for 24 hours, so that the program can change over without losing any.",
      action: "Make a new secret",
      run: async () => {
        const made = await api.post<{ secret: string }>(`/event-sinks/${part(sink.id)}/secret`);
        this.secret = { name: sink.name, value: made.secret };
      },
    });
    if (done) await this.sinks.reload();
  }

  private async drop(sink: EventSink): Promise<void> {
    const done = await confirm({
      heading: `Delete ${sink.name}?`,
      words: html`It is told nothing any more. ${sink.waiting > 0 ? `${count(sink.waiting)} events that wait for it, and its log, go with it.` : "Its log goes with it."}`,
      action: "Delete",
      danger: true,
      run: () => api.delete(`/event-sinks/${part(sink.id)}`),
    });
    if (!done) return;
    toast(`${sink.name} deleted.`);
    go(this.list);
    await this.sinks.reload();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has("params")) this.tried = null;
  }
}

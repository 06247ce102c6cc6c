import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { pretty } from "../../common/words.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Action, Load, Page } from "../page.js";
import { go, query, setQuery } from "../router.js";
import { session } from "../session.js";
import type { Paged } from "../types.js";
import "../ui/copy.js";
import "../ui/meta-error.js";
import type { MetaError } from "../ui/meta-error.js";
import "../ui/pane.js";
import { badge, bytes, empty, notice, searchBox, skeleton, table, time } from "../ui/parts.js";

interface Delivery {
  id: string;
  kind: "webhook" | "graph";
  at: string;
  took_us: number;
  outcome: string;
  wrong: boolean;
  status: number | null;
  method: string;
  path: string;
  phone_number_id: string | null;
  bytes: number;
  error_code: number | null;
  error: MetaError | null;
  fbtrace_id: string | null;
  trace: string | null;
  message: string | null;
  names: string[];
}

interface Detail extends Delivery {
  reason: string | null;
  request: string | null;
  answer: string | null;
  may_see_payload: boolean;
}

type Deliveries = { deliveries: Delivery[] } & Paged;

const PAGE = 50;
const TYPING_MS = 250;
/** What comes in while somebody looks is shown this soon, many at once. */
const LIVE_MS = 2_000;

const OUTCOMES: Record<string, string> = {
  ok: "Taken",
  bad_signature: "Not signed by your app",
  tenant_not_ready: "Not ready",
  over_limit: "Over a limit; Meta comes again",
  not_durable: "Could not be stored; Meta comes again",
  refused: "Meta refused it",
  ambiguous: "No answer came",
  not_sent: "Meta was not reached",
};
const ADVICE: Record<string, string> = {
  bad_signature: "Whoever sent this did not have the app secret that is set here. If it was Meta, the secret under Secrets is another app's.",
  tenant_not_ready: "The tenant is disabled, or WHATSAPP_APP_SECRET is not set.",
  over_limit: "More came than the tenant's limits allow. Nothing is lost: Meta delivers it again.",
  not_durable: "The gateway's disk did not take it. Nothing is lost: Meta delivers it again.",
  ambiguous: "The request was sent, and no whole answer came: Meta may have done it or not.",
  not_sent: "No connection could be made, so nothing was sent. It is tried again where that can help.",
};

const took = (us: number): string => (us < 1_000 ? `${us} µs` : us < 1_000_000 ? `${(us / 1_000).toFixed(us < 10_000 ? 1 : 0)} ms` : `${(us / 1_000_000).toFixed(1)} s`);
const what = (one: Delivery): string => (one.kind === "webhook" ? "Webhook from Meta" : `${one.method} ${one.path.replace(/^\/v[\d.]+\//, "").replace(/\?.*$/, "")}`);

/** What went between Meta and the gateway, and the one that the address names. */
@customElement("page-delivery-log")
export class PageDeliveryLog extends Page {
  @state() private search = query("q");
  @state() private kind = query("kind");
  @state() private wrong = query("wrong") === "true";
  /** As they were, where somebody asked for it. */
  @state() private payload: { request: string | null; answer: string | null } | undefined;
  private readonly log = new Load<Deliveries>(this, () => this.read());
  private readonly one = new Load<Detail>(this);
  private readonly older = new Action(this);
  private readonly opening = new Action(this);
  private typing = 0;
  private coming = 0;
  /** Pages beyond the first are open: what comes new must not shuffle them. */
  private readsOn = false;

  static override styles = [
    ...Page.styles,
    css`
      .more {
        display: grid;
        justify-items: center;
        padding: var(--space-4);
      }
      pre {
        max-height: 24rem;
        margin: var(--space-2) 0 0;
        padding: var(--space-3);
        overflow: auto;
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
        background: var(--surface-2);
        font: var(--text-sm) / 1.600 var(--font-mono);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      .names {
        overflow-wrap: anywhere;
      }
      section,
      .facts {
        margin-top: var(--space-4);
      }
      td .mono {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, { message: () => this.come(), status: () => this.come(), resync: () => void this.log.reload() });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.coming);
    this.coming = 0;
    window.clearTimeout(this.typing);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("params")) return;
    const { id } = this.params;
    if (changed.get("params")?.id === id) return;
    this.payload = undefined;
    // A link in the pane leads to the list with another search.
    const searched = query("q");
    if (searched !== this.search.trim()) {
      this.search = searched;
      void this.log.reload();
    }
    if (id) void this.one.load(() => api.get<Detail>(`/delivery-log/${part(id)}`));
  }

  private get home(): string {
    return `/t/${part(this.params.tenant)}/delivery/log`;
  }

  private get listAddress(): string {
    return `${this.home}${location.search}`;
  }

  private read(before?: string): Promise<Deliveries> {
    return api.get("/delivery-log", { query: { limit: PAGE, q: this.search.trim(), kind: this.kind, wrong: this.wrong ? "true" : "", before } });
  }

  private come(): void {
    if (this.coming || this.readsOn) return;
    this.coming = window.setTimeout(() => {
      this.coming = 0;
      void this.log.reload();
    }, LIVE_MS);
  }

  override render() {
    const { id } = this.params;
    return html`${this.head("Delivery log", html`What went between Meta and this gateway: every webhook, every call, and what came of it. <a href=${`/t/${part(this.params.tenant)}/delivery/dead-letters`}>What ended badly</a> stands by itself.`)}
      <div class="toolbar">
        ${searchBox("Search person, message id, trace or error code", this.search, (value) => this.searched(value))}
        <label class="choice"><input type="checkbox" .checked=${this.wrong} @change=${(event: Event) => this.only((event.target as HTMLInputElement).checked)} /> Only what went wrong</label>
        <label><span class="hidden">Direction</span><select @change=${(event: Event) => this.of((event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${this.kind === ""}>Both ways</option>
          <option value="webhook" ?selected=${this.kind === "webhook"}>From Meta</option>
          <option value="graph" ?selected=${this.kind === "graph"}>To Meta</option>
        </select></label>
      </div>
      <div class="split"><div>${this.log.view((page) => this.list(page), skeleton(8))}</div>${id ? this.pane() : nothing}</div>`;
  }

  private list({ deliveries, next }: Deliveries) {
    if (deliveries.length === 0 && !next) return this.none();
    return html`${table("Deliveries", [
        { head: "What", kind: "main", cell: (one) => html`<a href="${this.home}/${part(one.id)}${location.search}">${what(one)}</a>` },
        { head: "When", cell: (one) => time(one.at) },
        { head: "Outcome", cell: (one) => this.outcome(one) },
        { head: "About", cell: (one) => html`<span class="mono">${about(one)}</span>` },
        { head: "Took", kind: "num", cell: (one) => took(one.took_us) },
      ], deliveries, (one) => one.id === this.params.id)}
      ${this.older.notice()}
      ${next ? html`<p class="more"><button type="button" ?disabled=${this.older.busy} aria-busy=${this.older.busy} @click=${() => this.more(next)}>Older</button></p>` : nothing}`;
  }

  private outcome(one: Delivery) {
    const words = one.error_code ? `${OUTCOMES[one.outcome] ?? one.outcome} (${one.error_code})` : (OUTCOMES[one.outcome] ?? one.outcome);
    // A webhook may tell of an error, and was taken all the same.
    return badge(one.wrong ? "failed" : one.error_code ? "waiting" : "ok", one.error_code && !one.wrong ? `Taken: tells of error ${one.error_code}` : words);
  }

  private none() {
    if (this.search.trim() || this.kind || this.wrong)
      return empty("search", "Nothing matches", "Search for a phone number, the id of a message or a person, a trace id, or a code of Meta's. What is older than the log is kept is gone.",
        { label: "Show all", run: () => this.showAll() });
    return empty("refresh", "Nothing was delivered yet", "Every webhook from Meta and every call to it stands here for a few days: when, how long, and what came of it.",
      session.can("settings.read") ? { label: "Connect a number", href: `/t/${part(this.params.tenant)}/channels` } : undefined);
  }

  private pane() {
    const { value } = this.one;
    return html`<claw-pane heading=${value ? what(value) : "…"} @close=${() => go(this.listAddress)}>${this.one.view((one) => this.detail(one), skeleton(4, "form"))}</claw-pane>`;
  }

  private detail(one: Detail) {
    const tenant = `/t/${part(this.params.tenant)}`;
    return html`<p>${this.outcome(one)}</p>
      ${one.reason || ADVICE[one.outcome] ? notice(one.wrong ? "failed" : "info", html`${ADVICE[one.outcome] ?? ""} ${one.reason ?? ""}`) : nothing}
      ${one.error ? html`<claw-meta-error .error=${one.error}></claw-meta-error>` : nothing}
      <dl class="facts">
        <dt>When</dt><dd>${time(one.at)}, ${took(one.took_us)}</dd>
        <dt>Request</dt><dd><code>${one.method} ${one.path}</code></dd>
        <dt>Answer</dt><dd>${one.status === null ? "none" : `HTTP ${one.status}`}, ${bytes(one.bytes)}</dd>
        ${one.phone_number_id ? html`<dt>Number</dt><dd><code>${one.phone_number_id}</code></dd>` : nothing}
        ${one.fbtrace_id ? html`<dt>Meta's trace</dt><dd><code>${one.fbtrace_id}</code> <claw-copy bare .value=${one.fbtrace_id} label="Meta's trace id"></claw-copy></dd>` : nothing}
        ${one.trace ? html`<dt>Trace</dt><dd><a class="mono" href="${tenant}/delivery/log?q=${part(one.trace)}">${one.trace}</a></dd>` : nothing}
        ${one.message ? html`<dt>Message</dt><dd><a class="mono" href="${tenant}/delivery/log?q=${part(one.message)}">${one.message}</a></dd>` : nothing}
        ${one.names.length ? html`<dt>About</dt><dd class="names">${one.names.map((name) => html`<a class="mono" href="${tenant}/delivery/log?q=${part(name)}">${name}</a> `)}</dd>` : nothing}
      </dl>
      ${this.bodies(one)}`;
  }

  private bodies(one: Detail) {
    const { request, answer } = this.payload ?? one;
    if (!request && !answer) return one.outcome === "bad_signature" ? html`<p>What strangers send is not kept.</p>` : nothing;
    return html`${this.body(one.kind === "webhook" ? "What Meta sent" : "What was asked", request)}${this.body("What came back", answer)}
      ${this.payload ? nothing : html`<section>${this.opening.notice()}<p class="faint">What people wrote is counted here, not shown. Tokens and secrets are never kept.</p>
        ${one.may_see_payload ? html`<button type="button" class="small" ?disabled=${this.opening.busy} @click=${() => this.open(one.id)}>Show as it was</button>` : nothing}</section>`}`;
  }

  private body(name: string, text: string | null) {
    if (!text) return nothing;
    const shown = pretty(text);
    return html`<section><h3>${name}</h3><claw-copy bare .value=${shown} label=${name.toLowerCase()}></claw-copy><pre tabindex="0" aria-label=${name}>${shown}</pre></section>`;
  }

  private open(id: string): void {
    void this.opening.run(async () => {
      const payload = await api.get<{ request: string | null; answer: string | null }>(`/delivery-log/${part(id)}/payload`);
      if (this.params.id === id) this.payload = payload;
    });
  }

  private searched(value: string): void {
    this.search = value;
    window.clearTimeout(this.typing);
    this.typing = window.setTimeout(() => {
      if (location.pathname.startsWith(this.home)) this.look();
    }, TYPING_MS);
  }

  private only(wrong: boolean): void {
    this.wrong = wrong;
    this.look();
  }

  private of(kind: string): void {
    this.kind = kind;
    this.look();
  }

  private showAll(): void {
    this.search = this.kind = "";
    this.wrong = false;
    this.look();
  }

  private look(): void {
    setQuery({ q: this.search.trim(), kind: this.kind, wrong: this.wrong ? "true" : "" });
    this.readsOn = false;
    void this.log.reload();
  }

  private more(before: string): void {
    void this.older.run(async () => {
      const { deliveries, next } = await this.read(before);
      this.readsOn = true;
      this.log.set({ deliveries: [...(this.log.value?.deliveries ?? []), ...deliveries], next });
    });
  }
}

/** The shortest that says about whom or what. */
function about(one: Delivery): string {
  const person = one.names.find((name) => !name.startsWith("wamid."));
  const messages = one.names.filter((name) => name.startsWith("wamid.")).length;
  if (person) return messages > 1 ? `${person}, ${messages} messages` : person;
  return messages ? `${messages} ${messages === 1 ? "message" : "messages"}` : (one.phone_number_id ?? "");
}

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, query as select, state } from "lit/decorators.js";
import "../access/add-people.js";
import "../access/code-form.js";
import { AccessFeed } from "../access/feed.js";
import "../access/groups-list.js";
import { groupName } from "../access/groups-list.js";
import { namesOf } from "../access/number-names.js";
import type { ListKind } from "../access/people-list.js";
import "../access/people-list.js";
import "../access/policy-card.js";
import type { ClawPolicyCard } from "../access/policy-card.js";
import type { AccessPage, Group } from "../access/types.js";
import "../access/waiting.js";
import { policyAt } from "../access/words.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import { query, setQuery } from "../router.js";
import type { Tenant } from "../types.js";
import { icon } from "../ui/icons.js";
import { empty, searchBox, skeleton, type Button } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

type Tab = "waiting" | ListKind | "groups";

const TABS: readonly [Tab, string][] = [
  ["waiting", "Waiting"],
  ["allowed", "Allowed"],
  ["blocked", "Blocked"],
  ["opted-out", "Opted out"],
  ["groups", "Groups"],
];
const TYPING_MS = 250;
/** What the stream names when something of this page changed. */
const OURS: readonly unknown[] = ["access", "channel", "groups", "secrets"];

/** Who may talk: the policies, who waits, and the lists. */
@customElement("page-pairing")
export class PagePairing extends Page {
  @state() private search = query("q");
  @state() private number = query("number");
  @state() private names: ReadonlyMap<string, string> = new Map();
  /** The list that people are being put on. */
  @state() private adds: "allowed" | "blocked" | null = null;
  @select("claw-policy-card") private card?: ClawPolicyCard;
  private named = "";
  private timer = 0;
  private readonly tenant = new Load<Tenant>(this, () => this.readTenant());
  private readonly groups = new Load<{ groups: Group[] }>(this, () => api.get("/groups"));
  private readonly feeds: Record<Exclude<Tab, "groups">, AccessFeed> = {
    waiting: this.feed({ standing: "pending" }),
    allowed: this.feed({ standing: "allowed" }),
    blocked: this.feed({ standing: "blocked" }),
    "opted-out": this.feed({ opted_out: "true" }),
  };

  static override styles = [
    ...Page.styles,
    css`
      claw-policy-card {
        margin-bottom: var(--space-6);
      }
      .tabs {
        display: flex;
        gap: var(--space-1);
        margin-bottom: var(--space-5);
        border-bottom: 1px solid var(--border);
        overflow-x: auto;
        scrollbar-width: none;
      }
      .tabs a {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-3);
        border-bottom: 2px solid transparent;
        color: var(--ink-2);
        font-weight: 500;
        text-decoration: none;
        white-space: nowrap;
      }
      .tabs a:hover {
        color: var(--ink);
      }
      .tabs a:focus-visible {
        outline-offset: -3px;
      }
      .tabs [aria-current] {
        border-color: var(--accent);
        color: var(--accent-strong);
      }
      .tabs span {
        min-width: 20px;
        padding: 0 6px;
        border-radius: var(--radius-round);
        background: var(--surface-3);
        color: var(--ink-2);
        font-size: var(--text-sm);
        text-align: center;
        font-variant-numeric: tabular-nums;
      }
      .tabs .calls {
        background: var(--waiting-soft);
        color: var(--waiting);
      }
      .toolbar {
        align-items: flex-end;
      }
      .toolbar .search {
        flex: 0 1 20rem;
        margin-left: auto;
      }
      claw-code-form {
        flex: 1 1 26rem;
      }
      .toolbar > p {
        align-self: center;
        flex: 1 1 20rem;
        color: var(--ink-2);
      }
      .next {
        display: grid;
        justify-items: center;
        padding: var(--space-4);
      }
      .at {
        min-width: 12rem;
      }
      @media (max-width: 719px) {
        .toolbar .search,
        claw-code-form,
        .at {
          flex: 1 1 100%;
          max-width: none;
          margin: 0;
        }
        .toolbar > p {
          flex: 1 1 100%;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (OURS.includes(what) ? this.readAll() : undefined),
      resync: () => this.readAll(),
    });
  }

  private feed(which: Record<string, string>): AccessFeed {
    return new AccessFeed(this, which, { search: this.search, number: this.number });
  }

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  private readAll(): void {
    void this.tenant.reload();
    void this.groups.reload();
    for (const feed of Object.values(this.feeds)) feed.reload();
  }

  private async readTenant(): Promise<Tenant> {
    const tenant = await api.get<Tenant>("/tenant");
    const numbers = tenant.numbers.join();
    if (numbers !== this.named) {
      this.named = numbers;
      void namesOf(tenant.numbers).then((names) => (this.names = names));
    }
    return tenant;
  }

  private get tab(): Tab {
    return TABS.find(([tab]) => tab === this.params.list)?.[0] ?? "waiting";
  }

  private get home(): string {
    return `/t/${part(this.params.tenant)}`;
  }

  private get numbers(): string[] {
    return this.tenant.value?.numbers ?? [];
  }

  private filter(): void {
    for (const feed of Object.values(this.feeds)) feed.show(this.search, this.number);
  }

  private get filtered(): boolean {
    return this.search.trim() !== "" || this.number !== "";
  }

  override render() {
    return html`${this.head("Pairing", "Who may talk to your agents.")}
      ${this.tenant.view((tenant) => html`<claw-policy-card .tenant=${tenant} .names=${this.names} ?listIsEmpty=${this.feeds.allowed.empty}
        @saved=${(event: CustomEvent<Tenant>) => this.tenant.set(event.detail)} @stale=${() => void this.tenant.reload()}></claw-policy-card>`, skeleton(1))}
      ${this.tabs()}
      ${this.tab === "groups" ? this.groupList() : this.list(this.tab)}
      <claw-add-people ?open=${this.adds !== null} standing=${this.adds ?? "allowed"} .numbers=${this.numbers} .names=${this.names}
        @changed=${() => this.changed()} @close=${() => (this.adds = null)}></claw-add-people>`;
  }

  private tabs() {
    const count = (tab: Tab): string => (tab === "groups" ? String(this.groups.value?.groups.length ?? "") : this.feeds[tab].count);
    return html`<nav class="tabs" aria-label="Lists">${TABS.map(([tab, words]) => {
      const number = count(tab);
      const calls = tab === "waiting" && number !== "" && number !== "0";
      return html`<a href="${this.home}/pairing/${tab}${location.search}" aria-current=${tab === this.tab ? "page" : nothing}>${words}
        ${number ? html`<span class=${calls ? "calls" : ""}>${number}</span>` : nothing}</a>`;
    })}</nav>`;
  }

  private list(tab: Exclude<Tab, "groups">) {
    const feed = this.feeds[tab];
    return html`${this.toolbar(tab)}
      ${feed.list.view((page) => html`${tab === "waiting" ? this.waiting(page) : this.people(tab, page)}
        ${page.next ? html`<div class="next"><button type="button" @click=${() => feed.more()}>Show more</button></div>` : nothing}`, skeleton(3))}`;
  }

  private toolbar(tab: Exclude<Tab, "groups">) {
    const add = (standing: "allowed" | "blocked", words: string) =>
      html`<button type="button" class=${standing === "allowed" ? "primary" : ""} @click=${() => (this.adds = standing)}>${icon("plus", 18)}${words}</button>`;
    const what = {
      waiting: html`<claw-code-form .waiting=${this.feeds.waiting.list.value?.access ?? []} @changed=${() => this.changed()}></claw-code-form>`,
      allowed: add("allowed", "Allow people"),
      blocked: add("blocked", "Block people"),
      "opted-out": html`<p>They wrote STOP, or another word of your opt-out list, and nothing is sent to them. Only they can change it: by writing START.</p>`,
    };
    const some = !this.feeds[tab].empty || this.filtered;
    return html`<div class="toolbar">
      ${tab === "waiting" || some ? what[tab] : nothing}
      ${some ? html`${searchBox("Search a name or number", this.search, (value) => this.searched(value))}${this.numberPicker()}` : nothing}
    </div>`;
  }

  private numberPicker() {
    if (this.numbers.length < 2) return nothing;
    return html`<div class="select at"><select aria-label="Number" @change=${(event: Event) => this.narrow(this.search, (event.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${this.number === ""}>All numbers</option>
      ${this.numbers.map((number) => html`<option value=${number} ?selected=${number === this.number}>${this.names.get(number) ?? number}</option>`)}
    </select>${icon("down", 16)}</div>`;
  }

  private waiting({ access, next }: AccessPage) {
    return html`<claw-waiting .entries=${access} ?more=${next !== null} ?searched=${this.search.trim() !== ""} .filter=${`${this.search}\n${this.number}`} .number=${this.number}
      .names=${this.numbers.length > 1 ? this.names : new Map()} .home=${this.home}
      @changed=${() => this.changed()} @said=${(event: CustomEvent<string>) => toast(event.detail)}>${this.nobodyWaits()}</claw-waiting>`;
  }

  private people(kind: ListKind, { access }: AccessPage) {
    if (access.length === 0) return this.nobody(kind);
    return html`<claw-people-list .kind=${kind} .entries=${access} .names=${this.names} ?numbers=${this.numbers.length > 1} .home=${this.home}
      @changed=${() => this.changed()}></claw-people-list>`;
  }

  private get everybody(): Button {
    return { label: "Show all", run: () => this.narrow("", "") };
  }

  private noneFits(): TemplateResult {
    return empty("search", "Nobody fits", this.search ? `Nobody here has a name or number that begins with “${this.search}”.` : "Nobody stands here for this number.", this.everybody);
  }

  /** What to do next depends on what becomes of somebody new. */
  private nobodyWaits(): TemplateResult {
    if (this.filtered) return this.noneFits();
    const { value } = this.tenant;
    const change = { label: "Change who may write", run: () => this.card?.change() };
    const held = new Set(value ? [value.policy, ...value.numbers.map((number) => policyAt(value, number))] : ["pairing"]);
    if (held.has("pairing"))
      return empty("pairing", "Nobody waits", html`Whoever writes for the first time gets a code and stands here, with their first words. Try it: ${this.tryLink()} from a phone that never wrote to it.`);
    if (held.has("open")) return empty("pairing", "Nobody has to wait", "Everybody is answered at once. With “Pairing” who is new would wait here until one of you lets them in.", change);
    if (held.has("allowlist"))
      return empty("pairing", "Nobody can wait", "Who is not on the list hears nothing. Put people on it, or choose “Pairing”: then who is new gets a code and stands here.", { label: "Allow people", run: () => (this.adds = "allowed") });
    return empty("pairing", "Nobody can wait", "Nobody is answered at all. With “Pairing” who is new gets a code and stands here.", change);
  }

  private tryLink() {
    const phone = [...this.names.values()].find((name) => name.startsWith("+"));
    if (!phone) return "write to your number";
    return html`<a href="https://wa.me/${phone.replace(/\D/g, "")}?text=Hello" target="_blank" rel="noopener noreferrer">write to ${phone}</a>`;
  }

  private nobody(kind: ListKind): TemplateResult {
    if (this.filtered) return this.noneFits();
    switch (kind) {
      case "allowed":
        return empty("users", "Nobody is on the list yet", "Who is let in from Waiting stands here. You can also put people on it before they write: one, or a whole list of numbers.", { label: "Allow people", run: () => (this.adds = "allowed") });
      case "blocked":
        return empty("off", "Nobody is blocked", "Who is blocked is never answered, whatever the policy is. Block people here, from Waiting, or beside their name under Users.", { label: "Block people", run: () => (this.adds = "blocked") });
      case "opted-out":
        return empty("off", "Nobody opted out", "Who writes STOP stands here, and nothing is sent to them any more until they write START. They decide it; nobody here can.");
    }
  }

  private groupList() {
    return this.groups.view(({ groups }) => {
      if (groups.length === 0)
        return empty("users", "No group yet", "When a number of yours is in a WhatsApp group, the group stands here after its first message. It is answered once you switch it on, whoever writes in it.");
      const shown = groups.filter((group) => groupName(group).toLowerCase().startsWith(this.search.trim().toLowerCase()) && (!this.number || group.number === this.number));
      return html`<div class="toolbar"><p>A group is answered once it is switched on, whoever writes in it.</p>
          ${searchBox("Search a group", this.search, (value) => this.searched(value))}${this.numberPicker()}</div>
        ${shown.length === 0
          ? empty("search", "No group fits", "No group has a name that begins so.", this.everybody)
          : html`<claw-groups-list .groups=${shown} .names=${this.names} ?numbers=${this.numbers.length > 1} .home=${this.home} @changed=${() => void this.groups.reload()}></claw-groups-list>`}`;
    }, skeleton(3));
  }

  private searched(value: string): void {
    this.search = value;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      // Somebody who went on before has another page's address by now.
      if (location.pathname.startsWith(`${this.home}/pairing`)) this.narrow(value, this.number);
    }, TYPING_MS);
  }

  private narrow(search: string, number: string): void {
    this.search = search;
    this.number = number;
    setQuery({ q: search, number });
    this.filter();
    this.requestUpdate();
  }

  private changed(): void {
    for (const feed of Object.values(this.feeds)) feed.reload();
  }
}

import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../access/groups-list.js";
import { groupName } from "../access/groups-list.js";
import { namesOf } from "../access/number-names.js";
import type { Group } from "../access/types.js";
import { api, part, told } from "../api.js";
import type { Conversation } from "../inbox/types.js";
import "../inbox/window-ring.js";
import { nameOf, numberOf, previewOf, windowOf } from "../inbox/words.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import "../people/merge.js";
import "../people/person-access.js";
import "../people/person-addresses.js";
import { groupIdOf, isGroup, type Person, type PersonDetail } from "../people/types.js";
import { go, query, setQuery } from "../router.js";
import { session } from "../session.js";
import { icon } from "../ui/icons.js";
import "../ui/pane.js";
import { badge, empty, notice, searchBox, skeleton, table, time } from "../ui/parts.js";

interface UserPage {
  users: Person[];
  next: string | null;
}

const PAGE = 50;
const TYPING_MS = 250;

/** What a person or a group is called. */
const titleOf = (one: Person): string => (isGroup(one) ? groupName({ id: groupIdOf(one), name: one.name }) : nameOf(one));

/** Everybody who wrote, and the one that the address names. */
@customElement("page-users")
export class PageUsers extends Page {
  @state() private search = query("q");
  @state() private more = "";
  private readonly users = new Load<UserPage>(this, () => this.read());
  private readonly person = new Load<PersonDetail>(this);
  private readonly group = new Load<Group | null>(this);
  /** What each number is called, of the conversations that are shown. */
  @state() private names: ReadonlyMap<string, string> = new Map();
  @state() private merges = false;
  /** Who is offered for the merge; "" for whom one searches. */
  @state() private offered = "";
  private timer = 0;

  static override styles = [
    ...Page.styles,
    css`
      .next {
        display: grid;
        justify-items: center;
        padding: var(--space-4);
      }
      .talks {
        display: grid;
        gap: var(--space-2);
        margin-top: var(--space-2);
        padding: 0;
        list-style: none;
      }
      .talks a {
        display: grid;
        grid-template-columns: 40px minmax(0, 1fr);
        gap: var(--space-3);
        align-items: center;
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
        color: inherit;
        text-decoration: none;
      }
      .talks a:hover {
        background: var(--surface-2);
      }
      .talks span span {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      claw-pane section {
        margin-top: var(--space-6);
      }
      claw-pane h3 {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        margin-bottom: var(--space-2);
      }
      claw-pane section > p {
        margin-bottom: var(--space-2);
        color: var(--ink-2);
      }
      .name {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
      }
      .facts {
        grid-template-columns: 7rem minmax(0, 1fr);
      }
      .facts dt,
      .facts dd {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        min-height: 28px;
      }
      td:not(.main) {
        white-space: nowrap;
      }
    `,
  ];

  constructor() {
    super();
    // New people are new conversations; who is known changes seldom.
    new Live(this, {
      tenant: ({ what }) => {
        if (what === "users") this.again();
        if (what === "groups") void this.group.reload();
      },
      resync: () => this.again(),
    });
  }

  private again(): void {
    void this.users.reload();
    void this.person.reload();
  }

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("params");
    const { id } = this.params;
    if (!changed.has("params") || !id || before?.id === id) return;
    this.merges = false;
    if (this.person.value?.id !== id) void this.person.load(() => this.readPerson(id));
  }

  private async readPerson(id: string): Promise<PersonDetail> {
    const person = await api.get<PersonDetail>(`/users/${part(id)}`);
    // Somebody who became part of another one: their address leads there.
    if (person.id !== id && this.params.id === id) this.show(person);
    if (isGroup(person)) void this.group.load(() => this.readGroup(person));
    const numbers = [...new Set(person.conversations.map((one) => one.phone_number_id))];
    if (numbers.length > 1 && session.can("settings.read")) void namesOf(numbers).then((names) => (this.names = names));
    return person;
  }

  private async readGroup(person: Person): Promise<Group | null> {
    const { groups } = await api.get<{ groups: Group[] }>("/groups");
    return groups.find((one) => one.id === groupIdOf(person)) ?? null;
  }

  /** The person as an action left them, at their address. */
  private show(person: PersonDetail): void {
    this.person.set(person);
    if (person.id !== this.params.id) go(`${this.home}/${part(person.id)}${location.search}`, { replace: true });
  }

  private read(after?: string): Promise<UserPage> {
    return api.get<UserPage>("/users", { query: { limit: PAGE, search: this.search.trim(), after } });
  }

  private get home(): string {
    return `/t/${part(this.params.tenant)}/users`;
  }

  private get listAddress(): string {
    return this.home + location.search;
  }

  override render() {
    return html`${this.head("Users", "Everybody who wrote to one of your numbers.")}
      <div class="toolbar">${searchBox("Search a name or number", this.search, (value) => this.searched(value))}</div>
      <div class="split">
        <div>${this.users.view((page) => this.list(page), skeleton(8))}</div>
        ${this.params.id ? this.pane() : nothing}
      </div>`;
  }

  private list({ users, next }: UserPage) {
    if (users.length === 0)
      return this.search
        ? empty("search", "Nobody fits", `Nobody has a name or number that begins with “${this.search}”.`, { label: "Show all", run: () => this.searched("") })
        : empty("users", "Nobody has written yet", "Whoever writes to your number stands here from their first message on, with what WhatsApp tells of them.");
    return html`${table("Users", [
      { head: "Name", kind: "main", cell: (user: Person) => html`<a href="${this.home}/${part(user.id)}${location.search}"><span class="name">${titleOf(user)}${isGroup(user) ? badge("off", "group") : nothing}</span></a>` },
      { head: "Phone", cell: (user: Person) => this.phoneOf(user) },
      { head: "First seen", cell: (user: Person) => time(user.created_at) },
    ], users, (user) => user.id === this.person.value?.id && Boolean(this.params.id))}
    ${this.more ? notice("failed", this.more) : nothing}
    ${next ? html`<div class="next"><button type="button" @click=${() => void this.readOn(next)}>Show more</button></div>` : nothing}`;
  }

  private phoneOf(user: Person) {
    if (isGroup(user)) return html`<span class="faint">several people</span>`;
    return numberOf(user.phone) || html`<span class="faint">hidden by a username</span>`;
  }

  private pane() {
    const { value } = this.person;
    return html`<claw-pane heading=${value ? titleOf(value) : "…"} @close=${() => go(this.listAddress)}>
        ${this.person.view((one) => (isGroup(one) ? this.groupDetail(one) : this.detail(one)), skeleton(3, "form"))}
      </claw-pane>
      ${value && !isGroup(value) ? html`<claw-merge .person=${value} .offered=${this.offered} ?open=${this.merges} @close=${() => (this.merges = false)}
        @merged=${(event: CustomEvent<PersonDetail>) => this.changed(event.detail)}></claw-merge>` : nothing}`;
  }

  private detail(user: PersonDetail) {
    const who = titleOf(user);
    const off = session.whyNot("settings.write");
    return html`<dl class="facts">
        <dt>Here known as</dt><dd><code>${user.id}</code></dd>
        ${user.also_known_as.length ? html`<dt>Also known as</dt><dd>${user.also_known_as.map((id) => html`<code>${id}</code>&ensp;`)}</dd>` : nothing}
        <dt>First seen</dt><dd>${time(user.created_at)}</dd>
      </dl>
      ${session.can("pairing") ? html`<section aria-labelledby="may"><h3 id="may">May they write?</h3>
        <claw-person-access .addresses=${user.addresses} .name=${user.name ?? ""} .who=${who} .home=${`/t/${part(this.params.tenant)}`}></claw-person-access></section>` : nothing}
      <section aria-labelledby="addresses"><h3 id="addresses">Addresses</h3>
        <claw-person-addresses .person=${user} .who=${who} @saved=${(event: CustomEvent<PersonDetail>) => this.changed(event.detail)}
          @merge=${(event: CustomEvent<string>) => this.offer(event.detail)}></claw-person-addresses></section>
      ${this.conversations(user)}
      <section aria-labelledby="merge"><h3 id="merge">The same person twice?</h3>
        <p>Somebody who writes from a new number, or hid theirs before, stands here as two people until they are merged.</p>
        <button type="button" class="small" ?disabled=${off !== ""} title=${off || nothing} @click=${() => this.offer("")}>Merge with another person…</button></section>`;
  }

  private groupDetail(user: PersonDetail) {
    return html`<dl class="facts">
        <dt>WhatsApp's id</dt><dd><code>${groupIdOf(user)}</code></dd>
        <dt>First seen</dt><dd>${time(user.created_at)}</dd>
      </dl>
      <section aria-labelledby="answered"><h3 id="answered">${icon("users", 18)} Is it answered?</h3>
        ${this.group.view((group) => group
          ? html`<claw-groups-list .groups=${[group]} .home=${`/t/${part(this.params.tenant)}`} @changed=${() => void this.group.reload()}></claw-groups-list>`
          : html`<p>No number of yours is in this group any more.</p>`, skeleton(1))}</section>
      ${this.conversations(user)}`;
  }

  private conversations(user: PersonDetail) {
    return html`<section aria-labelledby="talks"><h3 id="talks">Conversations</h3>
      ${user.conversations.length ? html`<ul class="talks">${user.conversations.map((one) => this.talk(one))}</ul>` : html`<p>None yet.</p>`}</section>`;
  }

  private talk(one: Conversation) {
    const { open, words } = windowOf(one.window_ends_at, Date.now());
    const number = this.person.value && this.person.value.conversations.length > 1 ? `${this.names.get(one.phone_number_id) ?? one.phone_number_id} · ` : "";
    return html`<li><a href="/t/${part(this.params.tenant)}/conversations/${part(one.id)}">
      <claw-window-ring .somebody=${one.user} .until=${one.window_ends_at}></claw-window-ring>
      <span><span>${previewOf(one.last_message)}</span>
        <span class="faint small-text">${number}${time(one.last_message.created_at)} · ${open ? `${words} left` : "window closed"}</span></span>
    </a></li>`;
  }

  private offer(id: string): void {
    this.offered = id;
    this.merges = true;
  }

  private changed(person: PersonDetail): void {
    this.show(person);
    void this.users.reload();
  }

  private searched(value: string): void {
    this.search = value;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      // Somebody who went on before has another page's address by now.
      if (!location.pathname.startsWith(this.home)) return;
      setQuery({ q: value });
      void this.users.reload();
    }, TYPING_MS);
  }

  private async readOn(after: string): Promise<void> {
    this.more = "";
    try {
      const page = await this.read(after);
      const { value } = this.users;
      if (value?.next === after) this.users.set({ users: [...value.users, ...page.users], next: page.next });
    } catch (error) {
      this.more = told(error);
    }
  }
}

import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part, told } from "../api.js";
import type { Conversation, User } from "../inbox/types.js";
import "../inbox/window-ring.js";
import { nameOf, numberOf, previewOf, windowOf } from "../inbox/words.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import { go, query, setQuery } from "../router.js";
import "../ui/pane.js";
import { empty, notice, searchBox, skeleton, table, time } from "../ui/parts.js";

interface UserPage {
  users: User[];
  next: string | null;
}
interface UserDetail extends User {
  conversations: Conversation[];
}

const PAGE = 50;
const TYPING_MS = 250;

/** Everybody who wrote, and the one that the address names. */
@customElement("page-users")
export class PageUsers extends Page {
  @state() private search = query("q");
  @state() private more = "";
  private readonly users = new Load<UserPage>(this, () => this.read());
  private readonly person = new Load<UserDetail>(this);
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
      claw-pane h3 {
        margin-top: var(--space-6);
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
    new Live(this, { resync: () => void this.users.reload() });
  }

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("params");
    const { id } = this.params;
    if (changed.has("params") && id && before?.id !== id) void this.person.load(() => api.get<UserDetail>(`/users/${part(id)}`));
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
      { head: "Name", kind: "main", cell: (user: User) => html`<a href="${this.home}/${part(user.id)}${location.search}">${nameOf(user)}</a>` },
      { head: "Phone", cell: (user: User) => numberOf(user.phone) || html`<span class="faint">hidden by a username</span>` },
      { head: "First seen", cell: (user: User) => time(user.created_at) },
    ], users, (user) => user.id === this.params.id)}
    ${this.more ? notice("failed", this.more) : nothing}
    ${next ? html`<div class="next"><button type="button" @click=${() => void this.readOn(next)}>Show more</button></div>` : nothing}`;
  }

  private pane() {
    const { value } = this.person;
    return html`<claw-pane heading=${value ? nameOf(value) : "…"} @close=${() => go(this.listAddress)}>
      ${this.person.view((user) => this.detail(user), skeleton(3, "form"))}
    </claw-pane>`;
  }

  private detail(user: UserDetail) {
    return html`<dl class="facts">
        <dt>Phone</dt><dd>${user.phone ? numberOf(user.phone) : html`<span class="faint">hidden by a username</span>`}</dd>
        <dt>WhatsApp's id</dt><dd>${user.bsuid ? html`<code>${user.bsuid}</code>` : html`<span class="faint">not told yet</span>`}</dd>
        <dt>Here known as</dt><dd><code>${user.id}</code></dd>
        <dt>First seen</dt><dd>${time(user.created_at)}</dd>
      </dl>
      <h3>Conversations</h3>
      <ul class="talks">${user.conversations.map((one) => this.talk(one))}</ul>`;
  }

  private talk(one: Conversation) {
    const { open, words } = windowOf(one.window_ends_at, Date.now());
    return html`<li><a href="/t/${part(this.params.tenant)}/conversations/${part(one.id)}">
      <claw-window-ring .somebody=${one.user} .until=${one.window_ends_at}></claw-window-ring>
      <span><span>${previewOf(one.last_message)}</span>
        <span class="faint small-text">${time(one.last_message.created_at)} · ${open ? `${words} left` : "window closed"}</span></span>
    </a></li>`;
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

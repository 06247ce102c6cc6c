import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { part } from "../api.js";
import { ConversationFeed } from "../inbox/conversation-feed.js";
import "../inbox/conversation-detail.js";
import type { ConversationDetail } from "../inbox/conversation-detail.js";
import "../inbox/conversation-list.js";
import type { ConversationList } from "../inbox/conversation-list.js";
import type { MessageChange } from "../inbox/types.js";
import { Keys } from "../keys.js";
import { Live } from "../live.js";
import { Page } from "../page.js";
import { go, query as asked, setQuery } from "../router.js";
import { session } from "../session.js";
import { icon } from "../ui/icons.js";
import { empty, failed, notice, searchBox } from "../ui/parts.js";

const TYPING_MS = 250;

/** Everybody's conversations, and beside them the one that the address names. */
@customElement("page-conversations")
export class PageConversations extends Page {
  private readonly feed = new ConversationFeed();
  @state() private search = asked("q");
  @query("claw-conversation-list") private list?: ConversationList;
  @query("claw-conversation-detail") private detail?: ConversationDetail;
  private timer = 0;

  static override styles = [
    ...Page.styles,
    css`
      :host {
        display: block;
        /* The frame's edges are this page's: it fills what is between rail and border. */
        margin: calc(-1 * var(--space-8)) calc(-1 * var(--space-8)) calc(-1 * var(--space-12));
      }
      .inbox {
        display: grid;
        grid-template-columns: minmax(19rem, 23rem) minmax(0, 1fr);
        height: 100dvh;
      }
      .people {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        min-height: 0;
        border-right: 1px solid var(--border);
        background: var(--surface);
      }
      .top {
        display: grid;
        gap: var(--space-3);
        padding: var(--space-4);
        border-bottom: 1px solid var(--border);
      }
      .search {
        flex: none;
        max-width: none;
      }
      .nothing {
        display: grid;
        align-content: center;
        justify-items: center;
        gap: var(--space-2);
        padding: var(--space-8);
        color: var(--ink-3);
        text-align: center;
      }
      .nothing h2 {
        color: var(--ink-2);
      }
      .people .empty {
        margin: var(--space-4);
        align-self: start;
        padding: var(--space-8) var(--space-4);
      }
      .people .notice {
        margin: 0;
      }
      @media (max-width: 899px) {
        :host {
          margin: calc(-1 * var(--space-5)) calc(-1 * var(--space-4)) calc(-1 * var(--space-12));
        }
        .inbox {
          grid-template-columns: minmax(0, 1fr);
          height: calc(100dvh - 61px);
        }
        .reads .people > :not(.top),
        .reads .top > :not(h1),
        .inbox:not(.reads) .nothing {
          display: none;
        }
        /* Its heading stays, for who cannot see that this is one view of two. */
        .reads .people {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
    `,
  ];

  constructor() {
    super();
    const hear = (data: Record<string, unknown>): void => this.feed.hear(data as unknown as MessageChange);
    new Live(this, { message: hear, conversation: hear, resync: () => this.feed.resync() });
    new Keys(this, "Conversations", [
      { key: "j", does: "Next conversation", run: () => this.list?.move(1) },
      { key: "k", does: "Conversation before", run: () => this.list?.move(-1) },
      { key: "Enter", does: "Open it", run: () => this.list?.openCursor() },
      { key: "r", does: "Reply by hand", run: () => this.detail?.reply() },
      { key: "t", does: "Take over, or hand back", run: () => this.detail?.toggleHold() },
      { key: "Escape", does: "Close it", run: () => this.closeOne() },
    ]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.feed.addEventListener("change", this.changed);
    void this.feed.open(this.search);
  }

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    this.feed.removeEventListener("change", this.changed);
    this.feed.close();
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get("params");
    if (before?.tenant && before.tenant !== this.params.tenant) void this.feed.open((this.search = ""));
  }

  private get path(): string {
    return `/t/${part(this.params.tenant)}/conversations`;
  }

  private get home(): string {
    return this.path + location.search;
  }

  override render() {
    const { id } = this.params;
    return html`<div class="inbox ${id ? "reads" : ""}">
      <section class="people" aria-label="All conversations">
        <div class="top">
          <h1 tabindex="-1">Conversations</h1>
          ${searchBox("Search a name or number", this.search, (value) => this.searched(value))}
          ${this.feed.problem && this.feed.items.length ? notice("failed", this.feed.problem, { label: "Try again", run: () => void this.feed.open() }) : nothing}
        </div>
        ${this.people()}
      </section>
      ${id
        ? html`<claw-conversation-detail .tenant=${this.params.tenant} .conversation=${id} .back=${this.home}></claw-conversation-detail>`
        : html`<div class="nothing">${icon("conversations", 28)}<h2>Open a conversation</h2>
            <p>Click one, or move with <kbd>j</kbd> and <kbd>k</kbd> and open with <kbd>Enter</kbd>.</p></div>`}
    </div>`;
  }

  private people() {
    const { feed } = this;
    if (feed.items.length > 0 || feed.loading)
      return html`<claw-conversation-list .feed=${feed} .href=${this.path} .current=${this.params.id ?? ""}></claw-conversation-list>`;
    if (feed.problem) return failed(feed.problem, () => void feed.open());
    if (feed.search)
      return empty("search", "Nobody fits", `No conversation with a name or number like “${feed.search}”.`, { label: "Show all", run: () => this.searched("") });
    const channels = session.can("settings.read") ? { label: "Connect WhatsApp", href: `/t/${part(this.params.tenant)}/channels/whatsapp` } : undefined;
    return empty("conversations", "Nobody has written yet", "As soon as somebody writes to your number, the conversation stands here, and you see it being answered.", channels);
  }

  private closeOne(): void {
    if (!this.detail?.closeWay() && this.params.id) go(this.home);
  }

  private searched(value: string): void {
    this.search = value;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      // Somebody who went on before has another page's address by now.
      if (!location.pathname.startsWith(this.path)) return;
      setQuery({ q: value });
      void this.feed.open(value.trim());
    }, TYPING_MS);
  }

  private readonly changed = (): void => this.requestUpdate();
}

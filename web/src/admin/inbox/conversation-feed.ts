// The conversations in order of activity, as a list that grows while one scrolls and changes while one looks.

import { api, part, told } from "../api.js";
import type { Conversation, MessageChange } from "./types.js";

const FIRST_PAGE = 60;
/** Someone who scrolls fast reads long pages, so that they never wait. */
const NEXT_PAGE = 200;
/** At most so often is the top of the list read while much happens. */
const GATHER_MS = 400;
const FIRST_GATHER_MS = 120;
const MOST_SINGLE = 10;
const GLOWS_MS = 1_200;

interface Page {
  conversations: Conversation[];
  next: string | null;
}

/** Tells `change`. */
export class ConversationFeed extends EventTarget {
  items: Conversation[] = [];
  search = "";
  loading = true;
  loadingMore = false;
  problem = "";
  /** How many are new, or moved to the top, and wait until that disturbs nobody. */
  waiting = 0;
  /** Those that changed just now. */
  readonly glowing = new Set<string>();
  /** Whether somebody reads or points right now, so that nothing may move. */
  holds: () => boolean = () => false;

  private next: string | null = null;
  /** The newest first page that was not put in place yet. */
  private top: Page | null = null;
  private changed = new Set<string>();
  private timer = 0;
  private lastRead = 0;
  private reading = new AbortController();

  get whole(): boolean {
    return this.next === null && !this.loading;
  }

  /** Reads the list from its beginning; what was shown stays until the answer is there. */
  async open(search = this.search): Promise<void> {
    this.close();
    this.search = search;
    this.loading = true;
    this.problem = "";
    this.tell();
    try {
      const page = await this.read(FIRST_PAGE);
      this.begin(page);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.problem = told(error);
    }
    this.loading = false;
    if (this.changed.size > 0) this.gather();
    this.tell();
  }

  close(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.reading.abort();
    this.reading = new AbortController();
    this.loadingMore = false;
    this.changed.clear();
  }

  /** Reads on where the list ends. */
  async more(): Promise<void> {
    if (this.loading || this.loadingMore || !this.next) return;
    this.loadingMore = true;
    this.tell();
    try {
      const page = await this.read(NEXT_PAGE, this.next);
      const known = new Set(this.items.map((item) => item.id));
      this.items = this.items.concat(page.conversations.filter((item) => !known.has(item.id)));
      this.next = page.next;
      this.problem = "";
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.problem = told(error);
      // Scrolling again asks again, but not without a pause.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
    this.loadingMore = false;
    this.tell();
  }

  hear(change: Pick<MessageChange, "conversation">): void {
    this.changed.add(change.conversation);
    this.gather();
  }

  resync(): void {
    this.gather();
  }

  /** Puts what waited in its place. */
  settle(): void {
    if (!this.top || this.waiting === 0) return;
    this.place(this.top);
    this.tell();
  }

  private gather(): void {
    if (this.timer || this.loading) return;
    const wait = Math.max(FIRST_GATHER_MS, this.lastRead + GATHER_MS - Date.now());
    this.timer = window.setTimeout(() => {
      void this.refresh().finally(() => {
        this.timer = 0;
        if (this.changed.size > 0) this.gather();
      });
    }, wait);
  }

  private async refresh(): Promise<void> {
    const wanted = this.changed;
    this.changed = new Set();
    this.lastRead = Date.now();
    try {
      const page = await this.read(FIRST_PAGE);
      const fresh = new Map(page.conversations.map((item) => [item.id, item]));
      const known = new Map(this.items.map((item) => [item.id, item]));
      // Something old changed without coming to the top: a failure that was told late.
      for (const id of [...wanted].filter((one) => known.has(one) && !fresh.has(one)).slice(0, MOST_SINGLE))
        fresh.set(id, await api.get<Conversation>(`/conversations/${part(id)}`, { signal: this.reading.signal }));
      let moves = 0;
      for (const [id, item] of fresh) {
        const before = known.get(id);
        if (!before || !same(before, item)) this.glow(id);
        if (!before || before.last_message.id !== item.last_message.id) moves += 1;
      }
      this.items = this.items.map((item) => fresh.get(item.id) ?? item);
      this.top = page;
      this.waiting = moves > 0 || this.waiting > 0 ? this.countWaiting(page) : 0;
      if (this.waiting > 0 && !this.holds()) this.place(page);
      this.problem = "";
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.problem = told(error);
    }
    this.tell();
  }

  /** How many of the top do not stand where they belong. */
  private countWaiting(page: Page): number {
    const order = page.conversations.map((item) => item.id);
    const at = new Map(this.items.slice(0, order.length + 1).map((item, index) => [item.id, index]));
    // Those that are in their old order need not move; the others come before the first of them.
    let count = 0;
    let last = -1;
    for (const id of [...order].reverse()) {
      const index = at.get(id);
      if (index === undefined || (last >= 0 && index > last)) count += 1;
      else last = index;
    }
    return count;
  }

  private place(page: Page): void {
    const fresh = new Set(page.conversations.map((item) => item.id));
    const joins = this.items.some((item) => fresh.has(item.id));
    if (joins) {
      this.items = [...page.conversations, ...this.items.filter((item) => !fresh.has(item.id))];
      this.top = null;
      this.waiting = 0;
    } else {
      this.begin(page);
    }
  }

  private begin(page: Page): void {
    this.items = page.conversations;
    this.next = page.next;
    this.top = null;
    this.waiting = 0;
  }

  private glow(id: string): void {
    this.glowing.add(id);
    window.setTimeout(() => {
      this.glowing.delete(id);
      this.tell();
    }, GLOWS_MS);
  }

  private read(limit: number, before?: string): Promise<Page> {
    const query = { limit, before, search: this.search };
    return api.get<Page>("/conversations", { query, signal: this.reading.signal });
  }

  private tell(): void {
    this.dispatchEvent(new Event("change"));
  }
}

const same = (a: Conversation, b: Conversation): boolean =>
  a.last_message.id === b.last_message.id && a.last_message.state === b.last_message.state && a.user.name === b.user.name &&
  a.held_by === b.held_by && a.held_until === b.held_until;

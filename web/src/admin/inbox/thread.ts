// One conversation as it is kept on the page: its newest messages, older ones as somebody scrolls up, and what changes.

import { api, part, told } from "../api.js";
import type { Conversation, Message, MessageChange } from "./types.js";

const PAGE = 40;
/** Changes come in bursts (queued, sent, delivered within a second): one reading for all of them. */
const GATHER_MS = 120;
/** Of older messages that changed so many are read one by one; more than that is a new beginning. */
const MOST_SINGLE = 10;

interface Page {
  messages: Message[];
  next: string | null;
}

/** Tells `change`. Start it with open(), end it with close(). */
export class Thread extends EventTarget {
  conversation: Conversation | null = null;
  /** From the oldest to the newest. */
  messages: Message[] = [];
  /** Set when everything is here. */
  whole = false;
  loading = true;
  loadingOlder = false;
  problem = "";
  /** The conversation is not there, or not this tenant's. */
  missing = false;
  /** Messages that changed just now. */
  readonly glowing = new Set<string>();
  private next: string | null = null;
  private changed = new Set<string>();
  private timer = 0;
  private readonly ended = new AbortController();

  constructor(readonly id: string) {
    super();
  }

  async open(): Promise<void> {
    this.loading = true;
    this.problem = "";
    this.tell();
    try {
      const [conversation, page] = await Promise.all([this.readConversation(), this.readPage()]);
      this.conversation = conversation;
      this.messages = [...page.messages].reverse();
      this.next = page.next;
      this.whole = page.next === null;
    } catch (error) {
      if (this.ended.signal.aborted) return;
      this.missing = (error as { status?: number }).status === 404;
      this.problem = told(error);
    }
    this.loading = false;
    this.tell();
  }

  close(): void {
    window.clearTimeout(this.timer);
    this.ended.abort();
  }

  /** Reads what was before; does nothing where that is under way or all is here. */
  async older(): Promise<void> {
    if (this.loadingOlder || this.loading || !this.next) return;
    this.loadingOlder = true;
    this.tell();
    try {
      const page = await this.readPage(this.next);
      const known = new Set(this.messages.map((message) => message.id));
      this.messages = [...page.messages.filter((message) => !known.has(message.id)).reverse(), ...this.messages];
      this.next = page.next;
      this.whole = page.next === null;
      this.problem = "";
    } catch (error) {
      if (this.ended.signal.aborted) return;
      this.problem = told(error);
    }
    this.loadingOlder = false;
    this.tell();
  }

  /** Something about this conversation changed. */
  hear(change: Pick<MessageChange, "conversation"> & Partial<MessageChange>): void {
    if (change.conversation !== this.id) return;
    if (change.id) this.changed.add(change.id);
    this.gather();
  }

  /** The gateway took what was sent from here: it stands there before the stream tells of it. */
  take(message: Message): void {
    if (!this.messages.some((one) => one.id === message.id)) this.messages = [...this.messages, message];
    this.changed.add(message.id);
    this.gather();
    this.tell();
  }

  /** The conversation as an action answered it. */
  setConversation(conversation: Conversation): void {
    this.conversation = conversation;
    this.tell();
  }

  /** Something was missed: everything that is shown is read anew. */
  resync(): void {
    this.gather();
  }

  private gather(): void {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      void this.refresh().finally(() => {
        this.timer = 0;
        if (this.changed.size > 0 && !this.ended.signal.aborted) this.gather();
      });
    }, GATHER_MS);
  }

  private async refresh(): Promise<void> {
    const wanted = this.changed;
    this.changed = new Set();
    try {
      const [conversation, page] = await Promise.all([this.readConversation(), this.readPage()]);
      this.conversation = conversation;
      const fresh = new Map(page.messages.map((message) => [message.id, message]));
      const old = [...wanted].filter((id) => !fresh.has(id) && this.messages.some((message) => message.id === id));
      for (const id of old.slice(0, MOST_SINGLE)) {
        const message = await api.get<Message>(`/messages/${part(id)}`, { signal: this.ended.signal });
        fresh.set(id, message);
      }
      this.merge(page, fresh);
      this.problem = "";
    } catch (error) {
      if (this.ended.signal.aborted) return;
      this.problem = told(error);
    }
    this.tell();
  }

  private merge(page: Page, fresh: Map<string, Message>): void {
    const known = new Map(this.messages.map((message) => [message.id, message]));
    // Nothing in common: more came than one page holds, so the old beginning no longer joins on.
    if (!page.messages.some((message) => known.has(message.id))) {
      this.messages = [...page.messages].reverse();
      this.next = page.next;
      this.whole = page.next === null;
      return;
    }
    for (const [id, message] of fresh) {
      const before = known.get(id);
      if (!before || before.state !== message.state || before.reason !== message.reason) this.glow(id);
    }
    const kept = this.messages.map((message) => fresh.get(message.id) ?? message);
    const added = page.messages.filter((message) => !known.has(message.id)).reverse();
    this.messages = [...kept, ...added];
  }

  private glow(id: string): void {
    this.glowing.add(id);
    window.setTimeout(() => {
      this.glowing.delete(id);
      this.tell();
    }, 1_200);
  }

  private readConversation(): Promise<Conversation> {
    return api.get<Conversation>(`/conversations/${part(this.id)}`, { signal: this.ended.signal });
  }

  private readPage(before?: string): Promise<Page> {
    return api.get<Page>(`/conversations/${part(this.id)}/messages`, { query: { limit: PAGE, before }, signal: this.ended.signal });
  }

  private tell(): void {
    this.dispatchEvent(new Event("change"));
  }
}

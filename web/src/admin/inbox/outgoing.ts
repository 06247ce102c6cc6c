// What a person sends by hand, from the press of Enter to the moment that the gateway has it.

import { api, part, Problem, told } from "../api.js";
import { session } from "../session.js";
import type { Conversation, Message } from "./types.js";

/** The gateway says that it may not be sent at all: nothing to try again, the words go back to where they were written. */
export interface Refused {
  text: string;
  /** The end of the problem's type: "window-closed", "opted-out", "channel-disabled", "no-number"; "" for others. */
  why: string;
  error: Problem;
}

interface Draft {
  message: Message;
  /** The same for each try, so that it is sent once however often an answer is lost. */
  key: string;
}

/**
 * Shows each message at once and sends them one after another, in order.
 *
 * Tells `change`; `taken` (detail: the message as the gateway has it); `refused` (detail: Refused), after which it is gone from here.
 */
export class Outgoing extends EventTarget {
  private drafts: Draft[] = [];
  private busy = false;
  private closed = false;

  constructor(private readonly conversation: () => Conversation | null) {
    super();
  }

  get messages(): Message[] {
    return this.drafts.map(({ message }) => message);
  }

  send(text: string): void {
    const conversation = this.conversation();
    if (!conversation) return;
    const key = randomKey();
    this.drafts = [...this.drafts, { key, message: optimistic(conversation, text, key) }];
    this.tell();
    void this.go();
  }

  /** One that did not arrive is sent once more. */
  again(id: string): void {
    this.set(id, { unsent: "sending", state: "queued", reason: null });
    void this.go();
  }

  forget(id: string): void {
    this.drafts = this.drafts.filter(({ message }) => message.id !== id);
    this.tell();
  }

  close(): void {
    this.closed = true;
  }

  private async go(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.next(); next; next = this.next()) await this.post(next);
    this.busy = false;
  }

  private next(): Draft | undefined {
    return this.drafts.find(({ message }) => message.unsent === "sending");
  }

  private async post({ message, key }: Draft): Promise<void> {
    try {
      const taken = await api.post<Message>(`/conversations/${part(message.conversation)}/messages`, { text: message.text }, { key });
      this.drafts = this.drafts.filter((draft) => draft.key !== key);
      if (!this.closed) this.dispatchEvent(new CustomEvent("taken", { detail: taken }));
    } catch (error) {
      if (isRefusal(error)) this.refuse(message, error);
      else this.set(message.id, { unsent: "failed", state: "failed", reason: told(error) });
    }
    this.tell();
  }

  /** What waits behind it would be refused as well: all of it goes back. */
  private refuse(message: Message, error: Problem): void {
    const waiting = this.drafts.filter((draft) => draft.message.unsent === "sending").map((draft) => draft.message);
    this.drafts = this.drafts.filter((draft) => !waiting.includes(draft.message));
    const detail: Refused = { text: (waiting.length ? waiting : [message]).map((one) => one.text).join("\n"), why: endOf(error.body.type), error };
    this.dispatchEvent(new CustomEvent("refused", { detail }));
  }

  private set(id: string, more: Partial<Message>): void {
    this.drafts = this.drafts.map((draft) => (draft.message.id === id ? { ...draft, message: { ...draft.message, ...more } } : draft));
    this.tell();
  }

  private tell(): void {
    this.dispatchEvent(new Event("change"));
  }
}

const isRefusal = (error: unknown): error is Problem => error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429;
const endOf = (type: unknown): string => (typeof type === "string" ? (type.split("/").pop() ?? "") : "");

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const optimistic = (conversation: Conversation, text: string, key: string): Message => ({
  id: `unsent-${key}`,
  direction: "outbound",
  state: "queued",
  unsent: "sending",
  user: conversation.user,
  conversation: conversation.id,
  phone_number_id: conversation.phone_number_id,
  type: "text",
  text,
  data: null,
  wamid: null,
  created_at: new Date().toISOString(),
  meta_time: null,
  agent: null,
  by: session.current?.person.email ?? null,
  reason: null,
});

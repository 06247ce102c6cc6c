// What a person sends by hand, from the press of Enter to the moment that the gateway has it.

import { api, part, Problem, told } from "../api.js";
import { release } from "../compose/files.js";
import { bodyOf, type Saying } from "../compose/saying.js";
import { session } from "../session.js";
import { keepOwnFile } from "./own-files.js";
import type { Conversation, Message } from "./types.js";

/** The gateway says that it may not be sent at all: nothing to try again, the words go back to where they were written. */
export interface Refused {
  text: string;
  quote: Message | null;
  /** What keeps everything back until something changes: "window-closed", "opted-out", "blocked", "no-number"; "" for others. */
  why: string;
  error: Error;
}

interface Draft {
  message: Message;
  saying: Saying;
  /** The same for each try, so that it is sent once however often an answer is lost. */
  key: string;
  /** The gateway's id of its file, once it is there. */
  file?: string;
  /** While the file is on its way. */
  bringing?: AbortController;
}

/** Of an upload so many are told: each makes the page draw. */
const STEPS = 50;

/**
 * Shows each message at once and sends them one after another, in order; a file is brought first.
 *
 * Words that are refused go back to where they were written; all else stays where it stands, with the reason. Tells `change`;
 * `taken` (detail: the message as the gateway has it); `refused` (detail: Refused), after which its words are gone from here.
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

  send(saying: Saying): void {
    const conversation = this.conversation();
    if (!conversation) return;
    const key = randomKey();
    this.drafts = [...this.drafts, { key, saying, message: optimistic(conversation, saying, key) }];
    this.tell();
    void this.go();
  }

  /** One that did not arrive is sent once more. */
  again(id: string): void {
    this.set(id, { unsent: "sending", state: "queued", reason: null });
    void this.go();
  }

  /** It is not sent any more; a file that is on its way stops. */
  forget(id: string): void {
    const found = this.drafts.find(({ message }) => message.id === id);
    if (!found) return;
    found.bringing?.abort();
    if (found.saying.file) release(found.saying.file);
    this.drop(found.key);
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

  private async post(draft: Draft): Promise<void> {
    const { message, saying, key } = draft;
    try {
      if (saying.file) draft.file ??= await this.bring(draft);
      const taken = await api.post<Message>(`/conversations/${part(message.conversation)}/messages`, bodyOf(saying, draft.file), { key });
      // What was shown stays in sight: the same picture is not asked for again.
      if (saying.file && draft.file) keepOwnFile(draft.file, saying.file.url);
      this.drop(key);
      if (!this.closed) this.dispatchEvent(new CustomEvent("taken", { detail: taken }));
    } catch (error) {
      // Given up by who sent it: it is gone already.
      if (draft.bringing?.signal.aborted) return;
      this.failed(draft, error);
    }
    this.tell();
  }

  private async bring(draft: Draft): Promise<string | undefined> {
    const { file } = draft.saying;
    if (!file) return undefined;
    draft.bringing = new AbortController();
    let last = 0;
    const told = (done: number): void => {
      const step = Math.floor(done * STEPS);
      if (step !== last) this.set(draft.message.id, { brought: done });
      last = step;
    };
    this.set(draft.message.id, { brought: 0 });
    const { id } = await api.upload<{ id: string }>("/media", file.blob, told, { query: { filename: file.name }, signal: draft.bringing.signal });
    this.set(draft.message.id, { brought: undefined });
    return id;
  }

  private failed(draft: Draft, error: unknown): void {
    const { message, saying } = draft;
    if (isRefusal(error) && saying.type === "text") this.giveBack(message, error);
    else if (saying.type === "reaction") {
      // It stands on another message, where nobody would look for what became of it.
      this.drop(draft.key);
      this.refused({ text: "", quote: null, why: closes(error), error: error instanceof Error ? error : new Error(told(error)) });
    } else {
      this.set(message.id, { unsent: "failed", state: "failed", reason: told(error), brought: undefined });
      if (closes(error)) this.refused({ text: "", quote: null, why: closes(error), error: error as Problem });
    }
  }

  /** Where nothing may be sent the words that wait behind it would be refused as well: all of them go back. */
  private giveBack(message: Message, error: Problem): void {
    const why = closes(error);
    const back = this.drafts.filter((draft) => draft.message.id === message.id || (why && draft.saying.type === "text" && draft.message.unsent === "sending"));
    this.drafts = this.drafts.filter((draft) => !back.includes(draft));
    this.refused({ text: back.map((one) => one.saying.text).join("\n"), quote: back[0]?.saying.quote ?? null, why, error });
  }

  private refused(detail: Refused): void {
    this.dispatchEvent(new CustomEvent("refused", { detail }));
  }

  private drop(key: string): void {
    this.drafts = this.drafts.filter((draft) => draft.key !== key);
  }

  private set(id: string, more: Partial<Message>): void {
    for (const draft of this.drafts) if (draft.message.id === id) draft.message = { ...draft.message, ...more };
    this.drafts = [...this.drafts];
    this.tell();
  }

  private tell(): void {
    this.dispatchEvent(new Event("change"));
  }
}

const isRefusal = (error: unknown): error is Problem => error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429;
/** The end of the problem's type where it holds for every message; "" where it is about this one. */
const closes = (error: unknown): string => (error instanceof Problem && error.status === 409 && typeof error.body.type === "string" ? (error.body.type.split("/").pop() ?? "") : "");

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const optimistic = (conversation: Conversation, { type, text, data }: Saying, key: string): Message => ({
  id: `unsent-${key}`,
  direction: "outbound",
  state: "queued",
  unsent: "sending",
  user: conversation.user,
  conversation: conversation.id,
  phone_number_id: conversation.phone_number_id,
  type,
  text,
  data,
  wamid: null,
  created_at: new Date().toISOString(),
  meta_time: null,
  agent: null,
  by: session.current?.person.email ?? null,
  reason: null,
});

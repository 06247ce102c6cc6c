// A conversation as the person sees it: what only changes another message stands on that one.

import type { Message } from "./types.js";

export interface Shown {
  message: Message;
  /** What it says now: an edit's words, where it was edited. */
  text: string;
  data: Message["data"];
  edited: Message | null;
  revoked: Message | null;
  reactions: { by: string; emoji: string }[];
  /** The message it answers by quoting. */
  quoted: Message | null;
  /** An edit, reaction or deletion of a message that is not read yet: shown as a line of its own. */
  note: boolean;
}

const targetOf = (message: Message): string | undefined =>
  message.data?.reaction?.message_id ?? message.data?.edit?.message_id ?? message.data?.revoke?.message_id;

const withoutLabel = (text: string): string => text.replace(/^\[edited\]\s*/, "");

/** `messages` from the oldest to the newest; what comes out is in the same order. */
export function fold(messages: readonly Message[]): Shown[] {
  const byWamid = new Map<string, Shown>();
  const shown: Shown[] = [];
  for (const message of messages) {
    const target = byWamid.get(targetOf(message) ?? "");
    if (target && change(target, message)) continue;
    const entry: Shown = {
      message,
      text: message.text,
      data: message.data,
      edited: null,
      revoked: null,
      reactions: [],
      quoted: byWamid.get(message.data?.reply_to ?? "")?.message ?? null,
      note: targetOf(message) !== undefined,
    };
    shown.push(entry);
    if (message.wamid && !entry.note) byWamid.set(message.wamid, entry);
  }
  return shown;
}

function change(target: Shown, by: Message): boolean {
  const { data } = by;
  if (data?.reaction) {
    const who = by.direction === "outbound" ? "You" : (by.user.name ?? "The person");
    target.reactions = target.reactions.filter((one) => one.by !== who);
    if (data.reaction.emoji) target.reactions.push({ by: who, emoji: data.reaction.emoji });
    return true;
  }
  if (data?.edit) {
    target.edited = by;
    target.text = withoutLabel(by.text);
    target.data = { ...data, edit: undefined, reply_to: target.data?.reply_to };
    return true;
  }
  if (data?.revoke) {
    target.revoked = by;
    return true;
  }
  return false;
}

/** Between a person's message and the first part of its answer, in milliseconds. */
export function answerTimes(messages: readonly Message[]): Map<string, number> {
  const asked = new Map(messages.map((message) => [message.id, message]));
  const times = new Map<string, number>();
  for (const message of messages) {
    if (message.direction !== "outbound" || message.part || !message.answers) continue;
    const question = asked.get(message.answers);
    if (question) times.set(message.id, Date.parse(message.created_at) - Date.parse(question.created_at));
  }
  return times;
}

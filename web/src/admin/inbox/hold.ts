// Who answers a conversation by hand, and how that is said.

import { session } from "../session.js";
import type { Conversation, Message } from "./types.js";
import { duration, numberOf } from "./words.js";

/** Longer than anybody answers by hand: an owner's /pause has no end. */
const FOR_GOOD_MS = 365 * 86_400_000;

/** Written in WhatsApp's own app on the number's phone; nobody tells who it was. */
export const isBusinessApp = (by: string | null | undefined): boolean => by === "the business app" || by === "business app";

export interface Hold {
  /** By email. */
  by: string;
  mine: boolean;
  /** Milliseconds that are left; Infinity where it has no end. */
  left: number;
}

/** null where the agent answers: nobody took it, or the time is over. */
export function holdOf({ held_by: by, held_until: until }: Pick<Conversation, "held_by" | "held_until">, now = Date.now()): Hold | null {
  if (!by) return null;
  const left = until ? Date.parse(until) - now : Infinity;
  return left > 0 ? { by, mine: isMe(by), left: left > FOR_GOOD_MS ? Infinity : left } : null;
}

export const isMe = (email: string): boolean => email === session.current?.person.email;

/** "ada.lovelace@example.org" is "Ada Lovelace": what can be said without asking who that is. The email stands in the title. */
export function personOf(email: string): string {
  // An owner by their number, a program by its token's label, the business app.
  if (!email.includes("@")) return numberOf(email.replace(/^\+/, ""));
  const words = email.replace(/@.*$/, "").split(/[._-]+/).filter(Boolean);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ") || email;
}

/** Who a message was left to while they held its conversation; empty for one that an agent read. */
export function leftTo({ reason }: Pick<Message, "reason">): string {
  const [, by] = /^answered by hand: (.+)$/.exec(reason ?? "") ?? [];
  return !by ? "" : isMe(by) ? "you" : personOf(by);
}

/** "You", or the person's name. */
export const holderOf = (hold: Hold): string => (hold.mine ? "You" : personOf(hold.by));

/** "24 m 10 s": by the second, for it is looked at. */
export function countdown(left: number): string {
  if (left === Infinity) return "until handed back";
  const seconds = Math.max(0, Math.ceil(left / 1000));
  if (seconds >= 3_600) return duration(seconds * 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
}

/** "You, by hand", "Ada, by hand", "from the business app"; empty for what an agent wrote. */
export function byLine({ by }: Pick<Message, "by">): string {
  if (!by) return "";
  if (isBusinessApp(by)) return "written in the business app";
  return `${isMe(by) ? "You" : personOf(by)}, by hand`;
}

/** "Carla", "You", "the business app": as short as it can be said. */
export const shortHolder = (hold: Hold): string => (hold.by.includes("@") ? (holderOf(hold).split(" ")[0] ?? "") : holderOf(hold));

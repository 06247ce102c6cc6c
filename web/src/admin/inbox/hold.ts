// Who answers a conversation by hand, and how that is said.

import { session } from "../session.js";
import type { Conversation, Message } from "./types.js";
import { duration } from "./words.js";

export const BUSINESS_APP = "business app";

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
  return left > 0 ? { by, mine: isMe(by), left } : null;
}

export const isMe = (email: string): boolean => email === session.current?.person.email;

/** "ada.lovelace@example.org" is "Ada Lovelace": what can be said without asking who that is. The email stands in the title. */
export function personOf(email: string): string {
  const words = email.replace(/@.*$/, "").split(/[._-]+/).filter(Boolean);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ") || email;
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
  if (by === BUSINESS_APP) return "written in the business app";
  return `${isMe(by) ? "You" : personOf(by)}, by hand`;
}

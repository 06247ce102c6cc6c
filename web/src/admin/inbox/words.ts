// How messages, windows and people are said in the inbox.

import type { Tick } from "../../common/ticks.js";
import { phone } from "../../common/words.js";
import type { MetaError } from "../ui/meta-error.js";
import type { Message, MessageState, Somebody, User } from "./types.js";

export const WINDOW_MS = 24 * 3_600_000;

/** What a person is called: their name, else their number, else Meta's id of them. */
export function nameOf(somebody: Somebody | User): string {
  if (somebody.name) return somebody.name;
  const digits = ("phone" in somebody && somebody.phone) || somebody.id;
  return /^\d{5,15}$/.test(digits) ? phone(digits) : somebody.id;
}

export const numberOf = (digits: string | null): string => (digits && /^\d{5,15}$/.test(digits) ? phone(digits) : (digits ?? ""));

/** Two letters, or a sign for somebody without a name. */
export function initials(somebody: Somebody): string {
  const words = (somebody.name ?? "").split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  if (words.length === 0) return "";
  const first = [...words[0]][0] ?? "";
  const last = words.length > 1 ? ([...words[words.length - 1]][0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** "21 h 04 m", "4 m", "30 s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} m`;
  return `${Math.floor(hours / 24)} days`;
}

/** "320 ms", "1.8 s", "2 m 05 s": how long something took. */
export function took(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m ${String(Math.floor(ms / 1000) % 60).padStart(2, "0")} s`;
  return duration(ms);
}

export interface Window24 {
  open: boolean;
  /** Of 24 hours, what is left: 0 to 1. */
  left: number;
  words: string;
}

/** Meta's service window: 24 hours after the person wrote last. */
export function windowOf(until: string | null, now: number): Window24 {
  const rest = until ? Date.parse(until) - now : 0;
  if (rest <= 0) return { open: false, left: 0, words: "window closed: only templates may be sent until they write again" };
  return { open: true, left: Math.min(1, rest / WINDOW_MS), words: `window ${duration(rest)}` };
}

export function tickOf(state: MessageState): Tick {
  switch (state) {
    case "sent":
    case "delivered":
    case "read":
    case "played":
    case "failed":
      return state;
    default:
      return "sending";
  }
}

/** Where a message stands, in words. */
export const stateWords: Record<MessageState, string> = {
  pending: "waits for its turn",
  answered: "answered",
  ignored: "kept, not answered",
  no_reply: "the agent had nothing to say",
  agent_failed: "the agent failed",
  parked: "waits until they write",
  queued: "waits to be sent",
  sending: "on its way to Meta",
  unknown: "not known whether it arrived",
  sent: "sent",
  delivered: "delivered",
  read: "read",
  played: "played",
  failed: "failed",
};

export type Mark = "ok" | "waiting" | "failed" | "off";

/** What deserves somebody's eye. */
export function markOf(state: MessageState): Mark {
  switch (state) {
    case "failed":
    case "agent_failed":
      return "failed";
    case "pending":
    case "parked":
    case "queued":
    case "sending":
    case "unknown":
      return "waiting";
    case "ignored":
      return "off";
    default:
      return "ok";
  }
}

/** Why a message was not answered, or not sent, and whose move it is; empty where nothing is wrong. */
export function troubleOf(message: Message): { grave: boolean; words: string; detail: string; error?: MetaError | undefined } | null {
  const { state, reason, error } = message;
  const code = error ? `${error.name}${reason && reason !== error.advice ? `. ${reason}` : ""}` : "";
  if (state === "failed") return { grave: true, words: error?.advice ?? sentence(reason ?? "It was not sent."), detail: code, error };
  if (state === "unknown")
    return { grave: false, words: "Meta's answer was lost, so it may have arrived. It is not sent again; a status from Meta settles it.", detail: reason ?? "" };
  if (state === "parked")
    return { grave: false, words: "The 24 hours are over, so it waits here. It is sent by itself once they write again.", detail: "" };
  if (state === "queued" && (error || reason))
    return { grave: false, words: error?.advice ?? sentence(reason ?? ""), detail: code, error };
  if (state === "agent_failed") return { grave: true, words: `The agent gave no answer: ${sentence(reason ?? "no reason was kept")}`, detail: "" };
  if (state === "ignored") return { grave: false, words: ignoredWords(reason), detail: "" };
  return null;
}

function ignoredWords(reason: string | null): string {
  switch (reason) {
    case "channel_disabled":
      return "Nobody was answered, for the channel is closed. Open it under Channels, then new messages are answered.";
    case "tenant_disabled":
      return "Nobody was answered, for this tenant is disabled. The platform's admin can enable it.";
    default:
      return sentence(`Kept, not answered: ${(reason ?? "no reason was kept").replaceAll("_", " ")}`);
  }
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

const kindWords: Record<string, string> = {
  image: "Picture",
  video: "Video",
  audio: "Audio",
  document: "Document",
  sticker: "Sticker",
};

/** What an agent is given begins with "[image] …": for a list, in words. */
export function previewOf(last: { type: string; text: string }): string {
  if (last.type === "text") return last.text;
  const text = last.text.replace(/^\[(voice message|animated sticker|[a-z ]+)\]\s*/i, (_, kind: string) => {
    const rest = last.text.length > kind.length + 2;
    const word = kindWords[last.type] && kind !== "voice message" ? kindWords[last.type] : kind.charAt(0).toUpperCase() + kind.slice(1);
    return rest ? `${word}: ` : word;
  });
  return text || kindWords[last.type] || last.type;
}

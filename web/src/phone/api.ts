// The simulator's control API as the page uses it.

import type { Tick } from "../common/ticks.js";

export interface Delivery {
  state: "waiting" | "in_flight" | "answered" | "given_up";
  attempts: number;
  status: number;
  reason?: string;
  next_try_at?: number;
}

export interface Message {
  id: string;
  number: string;
  from: "person" | "business";
  type: string;
  text: string;
  /** As Meta's webhook or the business's request has it; none for a plain text. */
  content?: unknown;
  context?: { forwarded?: boolean; frequently_forwarded?: boolean };
  reactions?: { from: "person" | "business"; emoji: string }[];
  edited?: boolean;
  revoked?: boolean;
  at: number;
  status: Tick;
  reply_to?: string;
  error?: string;
  statuses?: { status: Tick; at: number }[];
  delivery?: Delivery;
}

export interface Thread {
  phone: string;
  name: string | null;
  typing: boolean;
  read_up_to: string | null;
  messages: Message[];
}

export interface Person {
  wa_id: string;
  name: string;
  username?: string;
  typing: boolean;
  last: Message | null;
}

export interface BusinessNumber {
  id: string;
  display_phone_number: string;
  verified_name: string;
  waba_id: string;
  callback: string;
  token_state: "valid" | "expired" | "revoked" | "no_permission" | "wrong_app";
}

/** Something that shall go wrong. */
export interface Fault {
  id: number;
  kind: string;
  struck: number;
  left: number;
  active: boolean;
  phone?: string;
  number?: string;
}

export interface Exchange {
  seq: number;
  at: number;
  kind: "graph" | "webhook" | "verify";
  what: string;
  message: string;
  method: string;
  url: string;
  status: number;
  code: number;
  outcome: "ok" | "refused" | "unreachable";
  reason: string;
  attempt: number;
  next_try_at: number | null;
  took_ms: number;
  request: string;
  answer: string;
}

/** What a person does: a message of any type but a plain text, in the shape of the control API. */
export type Act = { type: string; reply_to?: string } & Record<string, unknown>;

/** What the simulator refused, in its words. */
export class Refused extends Error {}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused("The simulator does not answer. Is it still running?");
  }
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok) {
    const { detail } = answer as { detail?: string };
    throw new Refused(detail ?? `The simulator answered ${response.status}.`);
  }
  return answer as T;
}

const at = (phone: string): string => `/_sim/phones/${encodeURIComponent(phone)}`;

export const api = {
  phones: () => call<{ phones: Person[] }>("GET", "/_sim/phones?limit=100"),
  putPhone: (phone: string, name: string, username?: string) => call<Person>("PUT", at(phone), { name, username }),
  thread: (phone: string) => call<Thread>("GET", `${at(phone)}/messages?limit=500`),
  say: (phone: string, act: { text: string } | Act, to: string) =>
    call<{ id: string }>("POST", `${at(phone)}/messages`, { ...act, to }),
  numbers: () => call<{ numbers: BusinessNumber[] }>("GET", "/_sim/numbers"),
  exchanges: (message: string) =>
    call<{ entries: Exchange[] }>("GET", `/_sim/log?limit=200&message=${encodeURIComponent(message)}`),
  clock: () => call<{ now: number; offset_ms: number }>("GET", "/_sim/clock"),
  advance: (ms: number) => call("POST", "/_sim/clock", { advance_ms: ms }),
  setTokenState: (number: string, state: BusinessNumber["token_state"]) =>
    call("PUT", `/_sim/numbers/${encodeURIComponent(number)}`, { token_state: state }),
  faults: () => call<{ faults: Fault[] }>("GET", "/_sim/faults"),
  setFault: (fault: Record<string, unknown>) => call("POST", "/_sim/faults", fault),
  removeFault: (id: number) => call("DELETE", `/_sim/faults/${id}`),
};

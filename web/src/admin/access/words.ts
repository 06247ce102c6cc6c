// How policies, standings and numbers are said wherever they are shown.

import { numberOf } from "../inbox/words.js";
import type { Tenant } from "../types.js";
import type { AccessEntry, Decision, Policy } from "./types.js";

export interface PolicyWords {
  policy: Policy;
  title: string;
  /** One sentence: what becomes of somebody who writes. */
  words: string;
}

/** From the most open to the most closed. */
export const POLICIES: readonly PolicyWords[] = [
  { policy: "open", title: "Everybody", words: "Whoever writes is answered." },
  { policy: "pairing", title: "Pairing", words: "Whoever is new gets a code, and is answered once one of you has let them in." },
  { policy: "allowlist", title: "Only the list", words: "Only people on the list are answered; to others nothing is sent." },
  { policy: "disabled", title: "Nobody", words: "Messages are kept, and nobody is answered." },
];

export const titleOf = (policy: string): string => POLICIES.find((one) => one.policy === policy)?.title ?? policy;
export const wordsOf = (policy: string): string => POLICIES.find((one) => one.policy === policy)?.words ?? "";

/** What holds at a number: its own policy, else the tenant's. */
export const policyAt = (tenant: Tenant, number: string): string => tenant.policies[number] ?? tenant.policy;

/** Who it is about, for a button's name and a sentence. */
export const whoOf = (entry: { name: string | null; address: string }): string => entry.name || numberOf(entry.address);

/** What was done, as it stands in the row and is read aloud. */
export const DONE: Record<Decision, string> = { approve: "let in", reject: "turned away", block: "blocked" };

export const people = (count: number): string => (count === 1 ? "one person" : `${count.toLocaleString("en-GB")} people`);

const CODE_LENGTH = 8;
const CODE = /^[A-HJ-NP-Z2-9]$/;

/** A code as it was typed, as the gateway compares it. */
export const codeOf = (typed: string): string => typed.replace(/[\s-]/g, "").toUpperCase();

/** What is wrong with a code that was typed; empty where it may be one. */
export function codeFault(typed: string): string {
  const code = codeOf(typed);
  const strange = [...code].filter((letter) => !CODE.test(letter));
  if (strange.length) return `There is no “${strange[0]}” in a code: it has the letters A to Z without I and O, and the digits 2 to 9.`;
  if (code.length !== CODE_LENGTH) return `A code has ${CODE_LENGTH} letters and digits; this has ${code.length}.`;
  return "";
}

/** "ABCD 2345": two halves are read aloud more easily than eight letters. */
export const halves = (code: string): string => `${code.slice(0, CODE_LENGTH / 2)} ${code.slice(CODE_LENGTH / 2)}`;

/** Those who must be decided first stand first, so that who comes new stands at the end and moves nobody. */
export const byUrgency = (a: AccessEntry, b: AccessEntry): number => (a.expires_at ?? "").localeCompare(b.expires_at ?? "");

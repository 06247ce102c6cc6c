// The list of who waits, as it stands under somebody's pointer: what is decided keeps its place for a moment.

import type { AccessEntry, Decision } from "./types.js";
import { byUrgency } from "./words.js";

/** What became of a row: decided here; its hour is over; or it went without us (somebody else decided). */
export type Fate = Decision | "over" | "gone";

export interface Row {
  readonly entry: AccessEntry;
  readonly fate: Fate | null;
  /** When it got its fate. */
  readonly at: number;
  /** Came while the list was shown. */
  readonly fresh: boolean;
  /** Why what was pressed did not work. */
  readonly error: string;
}

/** A row with a fate stays this long, so that one sees what one did and nothing moves under the pointer. */
export const STAYS_MS = 6_000;

export const row = (entry: AccessEntry, fresh: boolean): Row => ({ entry, fate: null, at: 0, fresh, error: "" });

const isOver = (entry: AccessEntry, now: number): boolean => Boolean(entry.expires_at) && Date.parse(entry.expires_at ?? "") <= now;

/** What was read anew, with what was there: rows keep their place and fate; who is new glows. */
export function merged(before: readonly Row[], entries: readonly AccessEntry[], first: boolean, now: number): Row[] {
  const read = new Map(entries.map((entry) => [entry.id, entry]));
  const kept = before.map((one): Row => {
    const entry = read.get(one.entry.id);
    read.delete(one.entry.id);
    if (entry) return { ...one, entry };
    return one.fate ? one : { ...one, fate: isOver(one.entry, now) ? "over" : "gone", at: now };
  });
  return [...kept, ...[...read.values()].map((entry) => row(entry, !first))].sort((a, b) => byUrgency(a.entry, b.entry));
}

export const fated = (rows: readonly Row[], ids: ReadonlySet<string>, fate: Fate, now: number): Row[] =>
  rows.map((one) => (ids.has(one.entry.id) ? { ...one, fate, at: now, error: "" } : one));

/** Back to waiting: the gateway refused. */
export const refused = (rows: readonly Row[], id: string, error: string): Row[] =>
  rows.map((one) => (one.entry.id === id ? { ...one, fate: null, error } : one));

/** Without those that have been seen long enough; `focused` stays, for the keyboard would else stand nowhere. */
export const swept = (rows: readonly Row[], now: number, focused: string): Row[] =>
  rows.filter((one) => !one.fate || one.entry.id === focused || now - one.at < STAYS_MS);

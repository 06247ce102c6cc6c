// Rules as they are edited on the page: in the order in which they are tried, each with a key that stays while it moves.

import { KINDS, sentenceOf, type NumberNames } from "./words.js";
import type { Rule } from "./types.js";

export interface Draft extends Rule {
  key: number;
  /** Its place among the saved rules, from 1; 0 for one that is not saved yet. */
  saved: number;
}

let last = 0;
const order = new Map(KINDS.map(({ by }, index) => [by, index]));
const tier = (rule: Rule): number => order.get(rule.by) ?? KINDS.length;

/** Kinds come first, then the tenant's order. Saved so they mean the same, and places on the page are places in the gateway. */
export const inOrder = <T extends Rule>(rules: readonly T[]): T[] => [...rules].sort((a, b) => tier(a) - tier(b));

export const draftsOf = (rules: readonly Rule[]): Draft[] =>
  inOrder(rules.map((rule, index) => ({ ...rule, key: ++last, saved: index + 1 })));

export const newDraft = (rule: Rule): Draft => ({ ...rule, key: ++last, saved: 0 });

/** As it goes to the gateway: without what is empty. */
export function plain({ by, value, number, agent }: Rule): Rule {
  return { by, ...(by !== "channel" && value ? { value } : {}), ...(number ? { number } : {}), agent };
}

/** An address as the gateway compares it: digits alone where it is a number in any spelling. */
export function addressOf(text: string): string {
  const bare = text.trim().replace(/^whatsapp:/i, "").replace(/[\s()\-./]/g, "").replace(/^(\+|00)/, "");
  return /^\d+$/.test(bare) ? bare : text.trim();
}

/** With one more at the end of its kind, or in the place of the one with its key. */
export const put = (drafts: readonly Draft[], draft: Draft): Draft[] =>
  inOrder(drafts.some(({ key }) => key === draft.key) ? drafts.map((one) => (one.key === draft.key ? draft : one)) : [...drafts, draft]);

/** Puts one into the place of another of its kind; nothing changes where there is none. */
export function move(drafts: readonly Draft[], key: number, to: number): Draft[] {
  const from = drafts.findIndex((draft) => draft.key === key);
  const target = drafts[to];
  if (from < 0 || !target || target.by !== drafts[from].by) return [...drafts];
  const moved = drafts.filter((draft) => draft.key !== key);
  moved.splice(to, 0, drafts[from]);
  return moved;
}

export const same = (a: readonly Rule[], b: readonly Rule[]): boolean => JSON.stringify(a.map(plain)) === JSON.stringify(b.map(plain));

/** Mine, over other saved rules than they began with: those that are among them keep knowing their place there. */
export function rebased(mine: readonly Draft[], saved: readonly Rule[]): Draft[] {
  const places = saved.map((rule) => JSON.stringify(plain(rule)));
  return mine.map((draft) => {
    const at = places.indexOf(JSON.stringify(plain(draft)));
    if (at >= 0) places[at] = "";
    return { ...draft, saved: at + 1 };
  });
}

/** What `theirs` has that `mine` has not, and the other way round, in words. */
export function difference(mine: readonly Rule[], theirs: readonly Rule[], names?: NumberNames): { added: string[]; gone: string[] } {
  const without = (all: readonly Rule[], others: readonly Rule[]): string[] => {
    const rest = others.map((rule) => sentenceOf(rule, names));
    return all.map((rule) => sentenceOf(rule, names)).filter((one) => {
      const at = rest.indexOf(one);
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    });
  };
  return { added: without(theirs, mine), gone: without(mine, theirs) };
}

// The kinds of rules in the order in which they are tried, and how rules and decisions are said.

import { phone } from "../../common/words.js";
import type { IconName } from "../ui/icons.js";
import type { RouteBy, Rule } from "./types.js";

export interface Kind {
  by: RouteBy;
  title: string;
  icon: IconName;
  /** What it looks at, with an example. */
  words: string;
  /** It looks at the message that a session begins with, and is silent after that. */
  first: boolean;
  /** Of the field that a rule's value is written in. */
  label: string;
  help: string;
  placeholder: string;
}

/** In this order; tenancy/routing.hpp is the reference. */
export const KINDS: readonly Kind[] = [
  { by: "peer", title: "One person", icon: "person", first: false, words: "Exactly this sender: your own phone, to try a new agent on.",
    label: "Phone number or BSUID", help: "With country code, in any spelling. Somebody without a visible number has an id of Meta's, like US.1349….", placeholder: "+49 151 55000001" },
  { by: "peer_prefix", title: "A country or an area", icon: "platform", first: false, words: "Phone numbers that begin so: +49 is Germany, +4989 is Munich.",
    label: "How the numbers begin", help: "The country code, and as many digits after it as you want. The first rule that fits wins: put longer ones above.", placeholder: "+49" },
  { by: "referral", title: "An ad", icon: "link", first: true, words: "They came by a click on this ad: the summer campaign goes to sales.",
    label: "The ad's id, or the click's", help: "source_id or ctwa_clid, as Meta tells it with the first message after the click. The ads manager shows the ad's id.", placeholder: "120210001234567890" },
  { by: "keyword", title: "A word", icon: "conversations", first: true, words: "The first message is exactly this: “sales”, as a QR code wrote it for them.",
    label: "The whole message", help: "Capitals do not matter, nor do blanks around it.", placeholder: "sales" },
  { by: "pattern", title: "A pattern", icon: "search", first: true, words: "The first message fits a regular expression: invoice|bill goes to accounting.",
    label: "Regular expression", help: "In RE2's language, found anywhere in the message; capitals do not matter. \\b is the edge of a word, | is “or”, ^ the beginning. There is no look-ahead and no back-reference.", placeholder: "\\b(invoice|bill)\\b" },
  { by: "number", title: "One of your numbers", icon: "channels", first: false, words: "Whatever is written to it: service line and sales line have agents of their own.",
    label: "Your number", help: "Those that Channels lists.", placeholder: "" },
  { by: "channel", title: "Everybody", icon: "users", first: false, words: "Whoever is left. With such a rule the default agent is never asked.",
    label: "", help: "", placeholder: "" },
];

export const kindOf = (by: RouteBy): Kind => KINDS.find((kind) => kind.by === by) ?? KINDS[KINDS.length - 1];

const spoken = (value: string): string => (/^\d{5,15}$/.test(value) ? phone(value) : value);

/** What people call their numbers, by id. */
export type NumberNames = ReadonlyMap<string, string>;

/** ", written to +1 555-010-0000", where a rule is only about what is. */
export const writtenTo = ({ by, number }: Rule, names?: NumberNames): string => (number && by !== "number" ? `, written to ${names?.get(number) ?? number}` : "");

/** Whom a rule is about: "Numbers that begin with +49, written to +1 555-010-0000". */
export const whom = (rule: Rule, names?: NumberNames): string => whomOf(rule, names) + writtenTo(rule, names);

function whomOf({ by, value = "" }: Rule, names?: NumberNames): string {
  switch (by) {
    case "peer":
      return spoken(value);
    case "peer_prefix":
      return `Numbers that begin with +${value}`;
    case "referral":
      return `Came by the ad ${value}`;
    case "keyword":
      return `First message “${value}”`;
    case "pattern":
      return `First message fits ${value}`;
    case "number":
      return `Written to ${names?.get(value) ?? value}`;
    case "channel":
      return "Whoever writes";
  }
}

export const sentenceOf = (rule: Rule, names?: NumberNames): string => `${whom(rule, names)} → ${rule.agent}`;

const MATCHED: Record<string, string> = {
  peer: "a rule is about this person",
  peer_prefix: "a rule is about numbers that begin so",
  referral: "a rule is about the ad they came by",
  keyword: "a rule is about the word that the session began with",
  pattern: "a rule's pattern fits the message that the session began with",
  number: "a rule is about the number that was written to",
  channel: "a rule is about everybody",
  default: "no rule fitted, and it is the default agent",
  command: "an owner chose it with /agent",
};

/** Why an agent was chosen, to stand behind "because". */
export const becauseOf = (matched: string): string => MATCHED[matched] ?? `it was matched by ${matched}`;

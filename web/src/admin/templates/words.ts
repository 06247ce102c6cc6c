// How templates are said.

import type { State } from "../ui/parts.js";
import type { Shown, Template } from "./types.js";

const STATUS: Readonly<Record<string, readonly [State, string] | undefined>> = {
  APPROVED: ["ok", "Approved"],
  FLAGGED: ["waiting", "Flagged"],
  PENDING: ["waiting", "In review"],
  IN_APPEAL: ["waiting", "In appeal"],
  PAUSED: ["failed", "Paused"],
  DISABLED: ["failed", "Disabled"],
  REJECTED: ["failed", "Rejected"],
  PENDING_DELETION: ["off", "Being deleted"],
  DELETED: ["off", "Deleted"],
  ARCHIVED: ["off", "Archived"],
  LOCKED: ["failed", "Locked"],
};

/** A status that we do not know yet is said in Meta's word. */
export const statusOf = ({ status }: Pick<Template, "status">): readonly [State, string] => STATUS[status ?? ""] ?? ["off", status ?? "Unknown"];

export const STATUSES = [["APPROVED", "Approved"], ["PENDING", "In review"], ["PAUSED", "Paused"], ["REJECTED", "Rejected"], ["DISABLED", "Disabled"]] as const;

export const CATEGORIES = [
  { value: "UTILITY", label: "Utility", words: "About something the person ordered, booked or asked for." },
  { value: "MARKETING", label: "Marketing", words: "Offers, news, anything that wants to sell. People can stop these." },
  { value: "AUTHENTICATION", label: "Authentication", words: "A code to sign in with. Meta writes the words." },
] as const;

export const categoryOf = ({ category }: Pick<Template, "category">): string => CATEGORIES.find(({ value }) => value === category)?.label ?? category ?? "";

const QUALITY: Readonly<Record<string, readonly [State, string] | undefined>> = {
  GREEN: ["ok", "Quality high"],
  YELLOW: ["waiting", "Quality medium"],
  RED: ["failed", "Quality low"],
};
/** Nothing where Meta has not judged it yet. */
export const qualityOf = ({ quality }: Pick<Template, "quality">): readonly [State, string] | undefined => QUALITY[quality ?? ""];

/** The languages that are offered first; any other code of Meta's may be typed. */
export const LANGUAGES = ["en_US", "en_GB", "en", "de", "fr", "es", "es_MX", "pt_BR", "pt_PT", "it", "nl", "pl", "tr", "ru", "uk", "ar", "he", "hi", "id", "zh_CN", "zh_HK", "ja", "ko", "sv", "da", "nb", "fi", "cs", "ro", "el"] as const;

const names = new Intl.DisplayNames(["en"], { type: "language" });

/** "English (United States)" of en_US. */
export function languageName(code: string): string {
  try {
    return names.of(code.replaceAll("_", "-")) ?? code;
  } catch {
    return code;
  }
}

/** All that a person reads, as one text. */
export function textOf({ header, body, footer, buttons }: Shown): string {
  const labels = (buttons ?? []).map(({ text }) => `[${text ?? ""}]`).join(" ");
  return [header?.text, body, footer, labels].filter(Boolean).join("\n");
}

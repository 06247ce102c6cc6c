// The limits of a tenant as a form: numbers, where 0 means none.

import { html, type TemplateResult } from "lit";
import type { Limits } from "../types.js";
import { bytes, count, field } from "../ui/parts.js";

const MEGABYTE = 1_000_000;

interface Row {
  name: keyof Limits;
  label: string;
  help: string;
  /** What one of the form is in the API's unit. */
  unit: number;
  said: (value: number) => string;
}

const ROWS: readonly Row[] = [
  { name: "inbound_per_second", label: "Messages in, a second", help: "What comes faster is told to come again later; Meta delivers it then.", unit: 1, said: count },
  { name: "turns_at_a_time", label: "Answers at a time", help: "More conversations wait for their turn, in order.", unit: 1, said: count },
  { name: "stored_bytes", label: "Storage, in MB", help: "When it is full nothing more is taken in.", unit: MEGABYTE, said: bytes },
  { name: "retention_days", label: "Days that messages are kept", help: "Older ones are deleted for good.", unit: 1, said: (value) => `${count(value)} days` },
  { name: "media_days", label: "Days that files are kept", help: "Pictures, voice messages, documents. Without a limit they go with their messages.", unit: 1, said: (value) => `${count(value)} days` },
];

export const limitFields = (limits: Limits): TemplateResult[] =>
  ROWS.map(({ name, label, help, unit }) =>
    field({ name, label, type: "number", min: 0, max: name.endsWith("_days") ? 36_500 : undefined, value: limits[name] ? String(shown(limits[name], unit)) : "", placeholder: "no limit", help, inputmode: "numeric" }));

/** What the form says; an empty field is no limit. What was not changed stays to the byte, however it was shown. */
export const limitsOf = (given: Record<string, string>, before: Limits): Limits =>
  Object.fromEntries(ROWS.map(({ name, unit }) => {
    const value = Number(given[name]);
    return [name, value === shown(before[name], unit) ? before[name] : Math.round(value * unit)];
  })) as unknown as Limits;

/** A limit in the form's unit; never 0 where there is one. */
function shown(limit: number, unit: number): number {
  return limit ? Math.max(1, Math.round(limit / unit)) : 0;
}

export const limitFacts = (limits: Limits): TemplateResult =>
  html`<dl class="facts">${ROWS.map(({ name, label, said }) => html`<dt>${label.replace(", in MB", "")}</dt><dd>${limits[name] ? said(limits[name]) : "no limit"}</dd>`)}</dl>`;

// A template as it is being made, and what Meta is asked for with it.

import { variablesIn } from "./shown.js";
import type { Component, TemplateButton } from "./types.js";

export interface DraftButton {
  type: "QUICK_REPLY" | "URL" | "PHONE_NUMBER" | "COPY_CODE";
  text: string;
  /** The address, the phone number or the example of a code. */
  value: string;
  /** Of an address that ends in a variable: what stands there. */
  example: string;
}

export interface Draft {
  name: string;
  language: string;
  category: "UTILITY" | "MARKETING" | "AUTHENTICATION";
  waba: string;
  /** "" without a header. */
  header: "" | "TEXT" | "IMAGE" | "VIDEO" | "DOCUMENT" | "LOCATION";
  headerText: string;
  body: string;
  footer: string;
  buttons: readonly DraftButton[];
  /** By "header.1", "body.first_name". */
  examples: Readonly<Record<string, string>>;
  /** Of a picture, film or document in the header: the id of the file that is its example. */
  sample: string;
  sampleName: string;
  /** Of a code: minutes until it is over; "" for never. */
  minutes: string;
}

export const EMPTY: Draft = { name: "", language: "en_US", category: "UTILITY", waba: "", header: "", headerText: "", body: "", footer: "", buttons: [], examples: {}, sample: "", sampleName: "", minutes: "10" };

/** WhatsApp's, in characters; the gateway holds them too. */
export const LIMITS = { name: 512, header: 60, body: 1024, footer: 60, label: 25, buttons: 10, url: 2000, phone: 20, code: 20 } as const;

export const BUTTONS: readonly { value: DraftButton["type"]; label: string; wants: string }[] = [
  { value: "QUICK_REPLY", label: "Quick answer", wants: "" },
  { value: "URL", label: "Opens a page", wants: "Address" },
  { value: "PHONE_NUMBER", label: "Calls a number", wants: "Phone number" },
  { value: "COPY_CODE", label: "Copies a code", wants: "Example of the code" },
];

/** Where variables stand, as keys with their names: an example is asked for each. */
export function variablesOf(draft: Draft): { key: string; name: string; place: "Header" | "Body" }[] {
  if (draft.category === "AUTHENTICATION") return [];
  const header = draft.header === "TEXT" ? variablesIn(draft.headerText) : [];
  return [
    ...header.map((name) => ({ key: `header.${name}`, name, place: "Header" as const })),
    ...variablesIn(draft.body).map((name) => ({ key: `body.${name}`, name, place: "Body" as const })),
  ];
}

export const isNamed = (draft: Draft): boolean => variablesOf(draft).some(({ name }) => !/^\d+$/.test(name));

function examples(draft: Draft, part: "header" | "body"): Component["example"] | undefined {
  const names = variablesOf(draft).filter(({ key }) => key.startsWith(`${part}.`)).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const of = (name: string): string => draft.examples[`${part}.${name}`] ?? "";
  if (isNamed(draft)) return { [`${part}_text_named_params`]: names.map((name) => ({ param_name: name, example: of(name) })) };
  return { [`${part}_text`]: part === "body" ? [names.map(of)] : names.map(of) };
}

function button({ type, text, value, example }: DraftButton): TemplateButton {
  switch (type) {
    case "URL":
      return { type, text, url: value, ...(variablesIn(value).length ? { example: [value.replace(/\{\{.*$/, "") + example] } : {}) };
    case "PHONE_NUMBER":
      return { type, text, phone_number: value };
    case "COPY_CODE":
      return { type, text: "Copy code", example: value };
    case "QUICK_REPLY":
      return { type, text };
  }
}

export function componentsOf(draft: Draft): Component[] {
  if (draft.category === "AUTHENTICATION")
    return [
      { type: "BODY", add_security_recommendation: true },
      ...(draft.minutes ? [{ type: "FOOTER", code_expiration_minutes: Number(draft.minutes) }] : []),
      { type: "BUTTONS", buttons: [{ type: "OTP", otp_type: "COPY_CODE", text: "Copy code" } as TemplateButton] },
    ];
  const header: Component | null = !draft.header ? null
    : draft.header === "TEXT" ? { type: "HEADER", format: "TEXT", text: draft.headerText, example: examples(draft, "header") }
    : { type: "HEADER", format: draft.header, ...(draft.sample ? { example: { header_handle: [draft.sample] } } : {}) };
  return [
    ...(header ? [header] : []),
    { type: "BODY", text: draft.body, example: examples(draft, "body") },
    ...(draft.footer ? [{ type: "FOOTER", text: draft.footer }] : []),
    ...(draft.buttons.length ? [{ type: "BUTTONS", buttons: draft.buttons.map(button) }] : []),
  ];
}

export const requestOf = (draft: Draft): Record<string, unknown> => ({
  ...(draft.waba ? { waba_id: draft.waba } : {}),
  name: draft.name,
  language: draft.language,
  category: draft.category,
  ...(isNamed(draft) ? { parameter_format: "NAMED" } : {}),
  components: componentsOf(draft),
});

/** A name as Meta takes it, of what somebody types. */
export const nameOf = (typed: string): string => typed.toLowerCase().replace(/[^a-z0-9]+/g, "_");

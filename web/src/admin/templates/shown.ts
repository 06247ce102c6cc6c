// A template's components as a person would read them, with the examples that Meta was shown in the place of variables.

import type { Component, Shown } from "./types.js";

const VARIABLE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The names of the variables in a text, each once: numbers in their order, all else as they stand. */
export function variablesIn(text: string): string[] {
  const found = [...new Set([...text.matchAll(VARIABLE)].map(([, name]) => name))];
  return found.every((name) => /^\d+$/.test(name)) ? found.sort((a, b) => Number(a) - Number(b)) : found;
}

/** `text` with a value for each variable that has one. */
export const withValues = (text: string, valueOf: (name: string, place: number) => string | undefined): string => {
  const places = variablesIn(text);
  return text.replace(VARIABLE, (whole, name: string) => valueOf(name, places.indexOf(name)) || whole);
};

type Named = { param_name: string; example: string }[];

function exampleOf(component: Component, part: "header" | "body", name: string, place: number): string | undefined {
  const named = component.example?.[`${part}_text_named_params`] as Named | undefined;
  if (named) return named.find((one) => one.param_name === name)?.example;
  const list = component.example?.[`${part}_text`] as string[] | string[][] | undefined;
  const first = Array.isArray(list?.[0]) ? list[0] : (list as string[] | undefined);
  return first?.[place];
}

const filled = (component: Component, part: "header" | "body"): string =>
  withValues(component.text ?? "", (name, place) => exampleOf(component, part, name, place));

/** Meta has the whole address as its example. */
function withExample(url: string, example: string | string[] | undefined): string {
  const [first] = [example ?? []].flat();
  return first && variablesIn(url).length ? (first.startsWith("http") ? first : withValues(url, () => first)) : url;
}

/** What Meta writes where a code is sent, as far as it does not tell. */
const CODE = "*123456* is your verification code.";

export function shownOf(components: readonly Component[], category: string | null = null): Shown {
  const shown: Shown = {};
  for (const component of components) {
    switch (component.type.toUpperCase()) {
      case "HEADER":
        shown.header = { format: component.format ?? "TEXT", ...(component.format === "TEXT" ? { text: filled(component, "header") } : {}) };
        break;
      case "BODY":
        shown.body = component.text ? filled(component, "body") : category === "AUTHENTICATION" ? CODE : "";
        break;
      case "FOOTER":
        shown.footer = component.text ?? "";
        break;
      case "BUTTONS":
        shown.buttons = (component.buttons ?? []).map((one) => ({ ...one, ...(one.url ? { url: withExample(one.url, one.example) } : {}) }));
        break;
      case "LIMITED_TIME_OFFER":
        shown.offer = component.limited_time_offer?.text ?? "";
        break;
      case "CAROUSEL":
        shown.cards = (component.cards ?? []).map((card) => shownOf(card.components));
        break;
    }
  }
  return shown;
}

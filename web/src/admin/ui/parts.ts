// The small parts of a page that have no life of their own: templates, drawn with the shared styles of styles.ts.

import { html, nothing, svg, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";
import { icon, type IconName } from "./icons.js";
import "./time.js";

type Shown = TemplateResult | string | typeof nothing;
export type State = "ok" | "waiting" | "failed" | "off";

/** A state as a shape and a word: the colour is never alone. */
export const badge = (state: State, word: string): TemplateResult =>
  html`<span class="badge ${state}"><svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">${shape(state)}</svg>${word}</span>`;

function shape(state: State) {
  switch (state) {
    case "ok":
      return svg`<circle cx="5" cy="5" r="4" fill="currentColor" />`;
    case "waiting":
      return svg`<circle cx="5" cy="5" r="3.200" fill="none" stroke="currentColor" stroke-width="1.800" />`;
    case "failed":
      return svg`<path d="M5 .8 9.500 9h-9z" fill="currentColor" />`;
    case "off":
      return svg`<path d="M1.500 5h7" stroke="currentColor" stroke-width="2" stroke-linecap="round" />`;
  }
}

/** A moment: "3 min ago", with the exact time in its title; `never` where there is none. */
export const time = (at: string | null | undefined, never = "never"): TemplateResult =>
  at ? html`<claw-time .at=${at}></claw-time>` : html`<span class="faint">${never}</span>`;

/** Grey bars where rows will stand. */
export const skeleton = (rows: number, kind: "rows" | "cards" | "form" = "rows"): TemplateResult =>
  html`<div class="skeleton ${kind}" role="status">
    <span class="hidden">Loading</span>${Array.from({ length: rows }, () => html`<div class="bone"><i></i><i></i></div>`)}
  </div>`;

export interface Button {
  label: string;
  run?: () => void;
  href?: string;
}

const button = ({ label, run, href }: Button, style: string): TemplateResult =>
  href ? html`<a class="button ${style}" href=${href}>${label}</a>` : html`<button type="button" class=${style} @click=${run}>${label}</button>`;

/** An empty page teaches: what will stand here, and the one button that makes it happen. */
export const empty = (picture: IconName, title: string, words: Shown, action?: Button): TemplateResult =>
  html`<div class="empty">
    <span class="picture">${icon(picture, 28)}</span>
    <h2>${title}</h2>
    <p>${words}</p>
    ${action ? button(action, "primary") : nothing}
  </div>`;

/** A page or part that could not be read. */
export const failed = (words: string, again: () => void): TemplateResult =>
  html`<div class="empty" role="alert">
    <span class="picture failed">${icon("alert", 28)}</span>
    <h2>This could not be loaded</h2>
    <p>${words}</p>
    <button type="button" class="primary" @click=${again}>Try again</button>
  </div>`;

/** A line or two in the page that a person should read. */
export const notice = (state: "failed" | "waiting" | "ok" | "info", words: Shown, action?: Button): TemplateResult =>
  html`<div class="notice ${state}" role=${state === "failed" ? "alert" : "status"}>
    ${icon(state === "ok" ? "check" : state === "info" ? "info" : "alert", 18)}
    <div>${words}</div>
    ${action ? button(action, "small") : nothing}
  </div>`;

/** How far long work is; without `done` only that it goes on. */
export const progress = (label: string, done?: number, of = 1): TemplateResult =>
  html`<label class="progress"><span>${label}</span><progress max=${of} value=${ifDefined(done)}></progress></label>`;

export interface Field {
  name: string;
  label: string;
  /** Under the label: what to write, and where it is found. */
  help?: Shown;
  /** Under the control, in the place of what the person did wrong. */
  error?: string;
  /** "secret": a password with "Show"; "area": several lines; "select" takes `options`. */
  type?: "text" | "email" | "search" | "number" | "time" | "secret" | "area" | "select";
  value?: string;
  options?: readonly { value: string; label: string; disabled?: boolean }[];
  placeholder?: string;
  required?: boolean;
  minlength?: number;
  maxlength?: number;
  min?: number;
  max?: number;
  /** Of a number: "any" where it need not be whole. */
  step?: string;
  /** A regular expression, and in `title` what it wants in words. */
  pattern?: string;
  title?: string;
  rows?: number;
  autocomplete?: string;
  inputmode?: string;
  autofocus?: boolean;
  disabled?: boolean;
  readonly?: boolean;
  mono?: boolean;
  /** Marks what `/` goes to. */
  search?: boolean;
  input?: (value: string) => void;
}

/** A label with its control, help and error tied to it. For native forms: `fields(event)` of page.ts reads them. */
export function field(f: Field): TemplateResult {
  const id = `f-${f.name}`;
  const described = [f.help ? `${id}-help` : "", f.error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for=${id}>${f.label}${f.required === false ? html`<span class="faint"> (optional)</span>` : nothing}</label>
    ${f.help ? html`<div class="help" id="${id}-help">${f.help}</div>` : nothing}
    ${control(f, id, described || undefined)}
    ${f.error ? html`<div class="error" id="${id}-error">${icon("alert", 16)}${f.error}</div>` : nothing}
  </div>`;
}

function control(f: Field, id: string, described: string | undefined): TemplateResult {
  const heard = (event: Event): void => f.input?.((event.target as HTMLInputElement).value);
  const invalid = f.error ? "true" : undefined;
  if (f.type === "select")
    return html`<div class="select"><select
        id=${id} name=${f.name} aria-describedby=${ifDefined(described)} aria-invalid=${ifDefined(invalid)}
        ?required=${f.required} ?disabled=${f.disabled} ?autofocus=${f.autofocus} @change=${heard}>
        ${f.options?.map((option) => html`<option value=${option.value} ?selected=${option.value === f.value} ?disabled=${option.disabled}>${option.label}</option>`)}
      </select>${icon("down", 16)}</div>`;
  if (f.type === "area")
    return html`<textarea
      id=${id} name=${f.name} class=${f.mono ? "mono" : ""} rows=${f.rows ?? 4} .value=${f.value ?? ""} spellcheck=${f.mono ? "false" : "true"}
      placeholder=${ifDefined(f.placeholder)} minlength=${ifDefined(f.minlength)} maxlength=${ifDefined(f.maxlength)}
      aria-describedby=${ifDefined(described)} aria-invalid=${ifDefined(invalid)}
      ?required=${f.required} ?disabled=${f.disabled} ?readonly=${f.readonly} ?autofocus=${f.autofocus} @input=${heard}></textarea>`;
  const secret = f.type === "secret";
  const input = html`<input
    id=${id} name=${f.name} class=${f.mono || secret ? "mono" : ""} type=${secret ? "password" : (f.type ?? "text")} .value=${f.value ?? ""}
    placeholder=${ifDefined(f.placeholder)} minlength=${ifDefined(f.minlength)} maxlength=${ifDefined(f.maxlength)}
    min=${ifDefined(f.min)} max=${ifDefined(f.max)} step=${ifDefined(f.step)} pattern=${ifDefined(f.pattern)} title=${ifDefined(f.title)}
    autocomplete=${f.autocomplete ?? "off"} inputmode=${ifDefined(f.inputmode)} autocapitalize="off" spellcheck="false"
    aria-describedby=${ifDefined(described)} aria-invalid=${ifDefined(invalid)}
    ?data-secret=${secret} ?data-search=${f.search} ?required=${f.required} ?disabled=${f.disabled} ?readonly=${f.readonly}
    ?autofocus=${f.autofocus} @input=${heard} />`;
  if (!secret) return input;
  return html`<div class="with-button">${input}<button type="button" class="quiet" aria-pressed="false" aria-label="Show ${f.label}" @click=${toggle}>Show</button></div>`;
}

function toggle(event: Event): void {
  const pressed = event.currentTarget as HTMLButtonElement;
  const input = pressed.previousElementSibling as HTMLInputElement;
  const shows = input.type === "password";
  input.type = shows ? "text" : "password";
  pressed.textContent = shows ? "Hide" : "Show";
  pressed.setAttribute("aria-pressed", String(shows));
}

/** A search box that hears while the person types; `/` goes to it. */
export const searchBox = (label: string, value: string, input: (value: string) => void): TemplateResult =>
  html`<label class="search">${icon("search", 18)}<span class="hidden">${label}</span>
    <input type="search" data-search .value=${live(value)} placeholder=${`${label}…`} autocomplete="off" spellcheck="false"
      @input=${(event: Event) => input((event.target as HTMLInputElement).value)} />
    <kbd aria-hidden="true">/</kbd></label>`;

export interface Column<Row> {
  head: string;
  cell: (row: Row) => Shown | number;
  /** "num": right, tabular; "act": buttons at the end; "main": the row's name. */
  kind?: "num" | "act" | "main";
}

/** Rows in columns, which become cards where it is narrow. An `<a>` in the main cell makes the whole row its target. */
export const table = <Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[], current?: (row: Row) => boolean): TemplateResult =>
  html`<div class="table"><table role="table">
    <caption class="hidden">${caption}</caption>
    <thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col" class=${column.kind ?? ""}>${column.head || html`<span class="hidden">Actions</span>`}</th>`)}</tr></thead>
    <tbody role="rowgroup">
      ${rows.map((row) => html`<tr role="row" aria-current=${ifDefined(current?.(row) ? "true" : undefined)}>
        ${columns.map((column) => html`<td role="cell" class=${column.kind ?? ""} data-label=${column.head}>${column.cell(row)}</td>`)}
      </tr>`)}
    </tbody>
  </table></div>`;

/** A number for people: 12,480. */
export const count = (value: number): string => value.toLocaleString("en-GB");

/** Bytes for people: 3.2 MB. */
export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let at = 0;
  let rest = value;
  while (rest >= 1000 && at < units.length - 1) {
    rest /= 1000;
    at += 1;
  }
  return `${rest < 10 && at > 0 ? rest.toFixed(1) : Math.round(rest)} ${units[at]}`;
}

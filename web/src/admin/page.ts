// What every page is made of: a base with a heading, and helpers that keep what is loaded and what is under way.

import {
  LitElement,
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from "lit";
import { property } from "lit/decorators.js";
import { Problem, told } from "./api.js";
import type { Params } from "./router.js";
import { failed, notice, skeleton } from "./ui/parts.js";
import { base } from "./ui/styles.js";

type Shown = TemplateResult | string | typeof nothing;

/** A page behind an address. The shell makes it, gives it the parts of the address, and moves the focus to its heading. */
export abstract class Page extends LitElement {
  static override styles = [base];

  /** What the address names. The element stays while only these change, so that a list keeps its place beside a detail. */
  @property({ attribute: false }) params: Params = {};

  /** The page's head: its one h1, a line that says what it is for, and its buttons. */
  protected head(title: string, lead: Shown = nothing, actions: Shown = nothing): TemplateResult {
    return html`<header class="head">
      <div>
        <h1 tabindex="-1">${title}</h1>
        ${lead === nothing ? nothing : html`<p class="lead">${lead}</p>`}
      </div>
      ${actions === nothing ? nothing : html`<div class="actions">${actions}</div>`}
    </header>`;
  }

  /** Where the keyboard and a screen reader begin after coming here. */
  async focusHeading(): Promise<void> {
    await this.updateComplete;
    const start = this.renderRoot.querySelector<HTMLElement>("[autofocus]:not(claw-dialog *)") ?? this.renderRoot.querySelector<HTMLElement>("h1");
    start?.focus({ preventScroll: true });
  }

  /** `/` goes here: the element marked with data-search. False where the page has none. */
  focusSearch(): boolean {
    const search = this.renderRoot.querySelector<HTMLElement>("[data-search]");
    search?.focus();
    return search !== null;
  }
}

/** Under this a person sees no gap; a skeleton that flashes is worse than none. */
const SKELETON_AFTER_MS = 100;

/**
 * Something read from the API: its last value stays on the screen while it is read anew.
 *
 * A page calls load() when it knows what to read, reload() when that may have changed; a later call wins over an earlier one.
 */
export class Load<T> implements ReactiveController {
  value: T | undefined;
  /** Of the last reading; with a value beside it the value is old. */
  error: Problem | Error | undefined;
  private waited = false;
  private calls = 0;
  /** The newest call whose answer was taken, or that no answer is wanted of any more. */
  private settled = 0;
  private read: (() => Promise<T>) | undefined;

  constructor(private readonly host: ReactiveControllerHost, read?: () => Promise<T>) {
    this.read = read;
    host.addController(this);
  }

  hostConnected(): void {
    if (this.read) void this.reload();
  }

  hostDisconnected(): void {
    this.settled = this.calls;
  }

  /** Reads something else: what was shown before is of no use. */
  async load(read: () => Promise<T>): Promise<void> {
    this.read = read;
    this.settled = this.calls;
    this.waited = false;
    this.value = undefined;
    this.error = undefined;
    await this.reload();
  }

  async reload(): Promise<void> {
    if (!this.read) return;
    const call = ++this.calls;
    const timer = window.setTimeout(() => {
      this.waited = true;
      this.host.requestUpdate();
    }, SKELETON_AFTER_MS);
    try {
      const value = await this.read();
      if (call <= this.settled) return;
      this.settled = call;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (call <= this.settled) return;
      this.settled = call;
      this.error = error as Error;
    } finally {
      window.clearTimeout(timer);
    }
    this.host.requestUpdate();
  }

  /** Puts what an action answered in place of what was read. */
  set(value: T): void {
    this.settled = this.calls;
    this.value = value;
    this.error = undefined;
    this.host.requestUpdate();
  }

  /** The value as `shown` draws it; until it is there a skeleton in its shape, or what went wrong with "Try again". */
  view(shown: (value: T) => Shown, waiting: TemplateResult = skeleton(4)): Shown {
    if (this.value !== undefined)
      return html`${this.error
        ? notice("failed", html`What you see may be old. ${told(this.error)}`, { label: "Try again", run: () => void this.reload() })
        : nothing}${shown(this.value)}`;
    if (this.error) return failed(told(this.error), () => void this.reload());
    return this.waited ? waiting : nothing;
  }
}

/** Something a person set off: one at a time, and what went wrong stays beside the button. */
export class Action implements ReactiveController {
  busy = false;
  error = "";
  /** The problem's status, 0 where it is none. */
  status = 0;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }
  hostConnected(): void {}

  /** True if `work` came to its end; otherwise `error` has the words. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.clear();
    try {
      await work();
      return true;
    } catch (error) {
      this.error = told(error);
      this.status = error instanceof Problem ? error.status : 0;
      return false;
    } finally {
      this.busy = false;
      this.host.requestUpdate();
    }
  }

  /** Words of the page's own, where nothing needs to be asked to see that it cannot be done. */
  refuse(words: string): void {
    this.error = words;
    this.status = 0;
    this.host.requestUpdate();
  }

  clear(): void {
    this.error = "";
    this.status = 0;
    this.host.requestUpdate();
  }

  /** What went wrong, to stand above the form's buttons. */
  notice(): Shown {
    return this.error ? notice("failed", this.error) : nothing;
  }
}

/** The fields of a form that was sent, by name; texts trimmed, but not passwords. The browser checked them before. */
export function fields(event: SubmitEvent): Record<string, string> {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string") continue;
    const secret = form.elements.namedItem(name) instanceof HTMLInputElement && (form.elements.namedItem(name) as HTMLInputElement).hasAttribute("data-secret");
    values[name] = secret ? value : value.trim();
  }
  return values;
}

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { BusinessNumber, Message, Person } from "./api.js";
import { phone, time } from "../common/words.js";
import { backIcon, closeIcon, plusIcon } from "./icons.js";
import "./phone-trouble.js";
import "./phone-wire.js";
import { store } from "./store.js";
import { pin, theme, type Theme } from "../common/theme.js";

/** The drawer: who writes and to whom, or one message's wire. Says `close` and `back`. */
@customElement("phone-panel")
export class PhonePanel extends LitElement {
  @property({ attribute: false }) people: Person[] = [];
  @property({ attribute: false }) numbers: BusinessNumber[] = [];
  @property() person = "";
  @property() number = "";
  @property() inspected = "";
  @property({ attribute: false }) message?: Message;
  @property({ type: Number }) now = 0;
  @property({ type: Boolean }) closable = false;
  @state() private adding = false;
  @state() private refused = "";
  @state() private theme: Theme = theme();

  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      min-height: 0;
      background: var(--surface);
      color: var(--ink);
    }
    header {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      min-height: 56px;
      padding: 0 var(--space-2) 0 var(--space-5);
    }
    header.deep {
      padding-left: var(--space-2);
    }
    h2 {
      flex: 1;
      margin: 0;
      font-size: var(--text-lg);
      font-weight: var(--weight-strong);
    }
    .scroll {
      flex: 1;
      min-height: 0;
      overflow-y: auto;
      scrollbar-width: thin;
      padding: 0 var(--space-5) var(--space-5);
    }
    section + section {
      margin-top: var(--space-6);
    }
    h3 {
      margin: 0 0 var(--space-2);
      color: var(--ink-3);
      font-size: var(--text-sm);
      font-weight: var(--weight-strong);
    }
    .icon {
      display: grid;
      place-items: center;
      width: 40px;
      height: 40px;
      border: 0;
      border-radius: var(--radius-round);
      background: none;
      color: var(--ink-2);
      cursor: pointer;
    }
    .icon:hover {
      background: var(--surface-2);
    }
    ul {
      list-style: none;
      margin: 0 calc(-1 * var(--space-2));
      padding: 0;
      /* Six and a half of them: a cut one says that there are more. */
      max-height: 22rem;
      overflow-y: auto;
      scrollbar-width: thin;
    }
    .entry {
      display: grid;
      grid-template-columns: auto 1fr auto;
      align-items: center;
      column-gap: var(--space-3);
      width: 100%;
      padding: var(--space-2);
      border: 0;
      border-radius: var(--radius-md);
      background: none;
      color: inherit;
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    .entry:hover {
      background: var(--surface-2);
    }
    .entry[aria-current="true"] {
      background: var(--accent-soft);
    }
    .face {
      display: grid;
      place-items: center;
      width: 38px;
      height: 38px;
      border-radius: 50%;
      background: var(--surface-3);
      color: var(--ink-2);
      font-weight: var(--weight-strong);
    }
    [aria-current="true"] .face {
      background: var(--accent);
      color: var(--on-accent);
    }
    .who,
    .last {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .middle {
      min-width: 0;
    }
    .who {
      display: block;
      font-weight: var(--weight-strong);
      line-height: var(--line-tight);
    }
    .last {
      display: block;
      color: var(--ink-3);
      font-size: var(--text-sm);
    }
    [aria-current="true"] .last,
    [aria-current="true"] .when {
      color: var(--ink-2);
    }
    .when {
      align-self: start;
      padding-top: 2px;
      color: var(--ink-3);
      font-size: var(--text-xs);
      font-variant-numeric: tabular-nums;
    }
    .add {
      display: inline-flex;
      align-items: center;
      gap: var(--space-2);
      margin-top: var(--space-2);
      padding: var(--space-2) var(--space-3);
      border: 1px dashed var(--border-strong);
      border-radius: var(--radius-md);
      background: none;
      color: var(--ink-2);
      font: inherit;
      cursor: pointer;
    }
    .add:hover {
      color: var(--accent);
      border-color: var(--accent);
    }
    form {
      display: grid;
      gap: var(--space-3);
      margin-top: var(--space-3);
      padding: var(--space-4);
      border: 1px solid var(--border);
      border-radius: var(--radius-lg);
    }
    label {
      display: grid;
      gap: var(--space-1);
      color: var(--ink-2);
      font-size: var(--text-sm);
    }
    input,
    select {
      box-sizing: border-box;
      width: 100%;
      min-height: 40px;
      padding: 0 var(--space-3);
      border: 1px solid var(--border-strong);
      border-radius: var(--radius-sm);
      background: var(--surface);
      color: var(--ink);
      font: inherit;
      font-size: var(--text-md);
    }
    .buttons {
      display: flex;
      gap: var(--space-2);
    }
    .main,
    .other {
      min-height: 40px;
      padding: 0 var(--space-4);
      border: 0;
      border-radius: var(--radius-sm);
      background: var(--accent);
      color: var(--on-accent);
      font: inherit;
      font-weight: var(--weight-strong);
      cursor: pointer;
    }
    .other {
      background: none;
      color: var(--ink-2);
      font-weight: 400;
    }
    .refused {
      margin: 0;
      color: var(--failed);
      font-size: var(--text-sm);
    }
    dl {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: 2px var(--space-3);
      margin: var(--space-2) 0 0;
      font-size: var(--text-sm);
    }
    dt {
      color: var(--ink-3);
    }
    dd {
      margin: 0;
      overflow-wrap: anywhere;
      font-variant-numeric: tabular-nums;
    }
    .segments {
      display: grid;
      grid-template-columns: repeat(3, 1fr);
      padding: 3px;
      border: 0;
      margin: 0;
      border-radius: var(--radius-md);
      background: var(--surface-3);
    }
    .segments button {
      min-height: 34px;
      border: 0;
      border-radius: 7px;
      background: none;
      color: var(--ink-2);
      font: inherit;
      cursor: pointer;
    }
    .segments button[aria-pressed="true"] {
      background: var(--surface);
      color: var(--ink);
      font-weight: var(--weight-strong);
      box-shadow: var(--shadow-1);
    }
    :is(button, input, select):focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
  `;

  override render() {
    const deep = this.inspected !== "";
    return html`
      <header class=${deep ? "deep" : ""}>
        ${deep ? html`<button class="icon" aria-label="Back to people" @click=${() => this.say("back")}>${backIcon()}</button>` : nothing}
        <h2>${deep ? "Over the wire" : "Who writes"}</h2>
        ${this.closable ? html`<button class="icon" aria-label="Close" @click=${() => this.say("close")}>${closeIcon()}</button>` : nothing}
      </header>
      <div class="scroll">
        ${deep ? html`<phone-wire .message=${this.message} .now=${this.now}></phone-wire>` : this.settings()}
      </div>
    `;
  }

  private settings() {
    return html`
      <section aria-label="People">
        <ul>${repeat(this.listed(), (person) => person.wa_id, (person) => this.entry(person))}</ul>
        ${this.adding
          ? this.form()
          : html`<button class="add" @click=${this.startAdding}>${plusIcon()} Another person</button>`}
      </section>
      <section>
        <h3>Writes to</h3>
        ${this.business()}
      </section>
      <section aria-labelledby="trouble">
        <h3 id="trouble">Make trouble</h3>
        <phone-trouble .number=${this.numbers.find((number) => number.id === this.number)} .person=${this.person}></phone-trouble>
      </section>
      <section>
        <h3 id="look">Appearance</h3>
        <div class="segments" role="group" aria-labelledby="look">
          ${(["system", "light", "dark"] as Theme[]).map(
            (choice) =>
              html`<button aria-pressed=${this.theme === choice} @click=${() => this.pick(choice)}>${choice.charAt(0).toUpperCase() + choice.slice(1)}</button>`,
          )}
        </div>
      </section>
    `;
  }

  /** The chosen person stands in the list even if a hundred others wrote since. */
  private listed(): Person[] {
    const { person } = store;
    if (!person || this.people.some((other) => other.wa_id === person.wa_id)) return this.people;
    return [{ ...person, typing: false, last: null }, ...this.people];
  }

  private entry(person: Person) {
    const last = person.last;
    return html`<li>
      <button class="entry" aria-current=${person.wa_id === this.person} @click=${() => this.choose(person.wa_id)}>
        <span class="face" aria-hidden="true">${person.name.charAt(0)}</span>
        <span class="middle">
          <span class="who">${person.name}</span>
          <span class="last">${person.username ? `@${person.username} · ` : ""}${phone(person.wa_id)}</span>
        </span>
        ${last ? html`<span class="when">${time(last.at)}</span>` : nothing}
      </button>
    </li>`;
  }

  private form() {
    return html`<form @submit=${this.add}>
      <label>Name<input name="name" required maxlength="60" autocomplete="off" placeholder="Maria K." /></label>
      <label>Phone<input name="phone" required inputmode="tel" autocomplete="off" placeholder="+49 151 2345678" /></label>
      <label>Username, which hides the phone<input name="username" maxlength="60" autocomplete="off" placeholder="none" /></label>
      ${this.refused ? html`<p class="refused" role="alert">${this.refused}</p>` : nothing}
      <div class="buttons">
        <button class="main" type="submit">Write as this person</button>
        <button class="other" type="button" @click=${() => (this.adding = false)}>Cancel</button>
      </div>
    </form>`;
  }

  private business() {
    const chosen = this.numbers.find((number) => number.id === this.number);
    if (!chosen) return html`<p>There is no business number yet. Add one with <code>POST /_sim/numbers</code>.</p>`;
    return html`
      ${this.numbers.length > 1
        ? html`<select aria-label="Business number" @change=${this.pickNumber}>
            ${this.numbers.map(
              (number) =>
                html`<option value=${number.id} ?selected=${number.id === this.number}>${number.verified_name} · ${phone(number.display_phone_number)}</option>`,
            )}
          </select>`
        : nothing}
      <dl>
        <dt>Name</dt>
        <dd>${chosen.verified_name}</dd>
        <dt>Phone</dt>
        <dd>${phone(chosen.display_phone_number)}</dd>
        <dt>Number id</dt>
        <dd>${chosen.id}</dd>
        <dt>Webhook</dt>
        <dd>${chosen.callback || "not set: nothing can be delivered"}</dd>
      </dl>
    `;
  }

  private startAdding(): void {
    this.adding = true;
    this.refused = "";
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLInputElement>("input[name=name]")?.focus());
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const digits = String(data.get("phone")).replace(/[^\d]/g, "");
    if (digits.length < 5 || digits.length > 15) {
      this.refused = "A phone number has 5 to 15 digits, with the country code first.";
      return;
    }
    try {
      await store.choose(digits, String(data.get("name")).trim(), String(data.get("username")).trim() || undefined);
      this.adding = false;
      this.say("close");
    } catch (error) {
      this.refused = error instanceof Error ? error.message : "That did not work.";
    }
  }

  private choose(waId: string): void {
    void store.choose(waId).catch(() => undefined);
    this.say("close");
  }

  private pickNumber(event: Event): void {
    store.chooseNumber((event.target as HTMLSelectElement).value);
  }

  private pick(choice: Theme): void {
    pin(choice);
    this.theme = choice;
  }

  private say(name: string): void {
    this.dispatchEvent(new CustomEvent(name));
  }
}

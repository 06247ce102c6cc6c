import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, Problem, told } from "../api.js";
import { Action } from "../page.js";
import { icon } from "../ui/icons.js";
import { field } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { Unsaved } from "../unsaved.js";
import { BUTTONS, componentsOf, EMPTY, LIMITS, nameOf, requestOf, variablesOf, type Draft, type DraftButton } from "./draft.js";
import { shownOf } from "./shown.js";
import "./template-bubble.js";
import type { Account, Shown, TemplateDetail } from "./types.js";
import { CATEGORIES, LANGUAGES, languageName } from "./words.js";

/** What Meta takes of each. */
const ACCEPTS: Readonly<Partial<Record<Draft["header"], string>>> = { IMAGE: "image/jpeg,image/png", VIDEO: "video/mp4", DOCUMENT: "application/pdf" };

const HEADERS = [
  { value: "", label: "None" },
  { value: "TEXT", label: "Text" },
  { value: "IMAGE", label: "Picture" },
  { value: "VIDEO", label: "Video" },
  { value: "DOCUMENT", label: "Document" },
  { value: "LOCATION", label: "Location" },
] as const;

/** Makes a template, with how it will read beside it. Tells `saved` (detail: the template). */
@customElement("claw-template-form")
export class TemplateForm extends LitElement {
  @property({ attribute: false }) accounts: readonly Account[] = [];
  @property() whyNot = "";
  @state() private draft: Draft = EMPTY;
  /** The example is on its way here. */
  @state() private brings = false;
  @state() private trouble = "";
  private readonly save = new Action(this);

  static override styles = [
    base,
    css`
      .sides {
        display: grid;
        gap: var(--space-6);
        align-items: start;
      }
      form,
      .kinds,
      .one,
      .seen {
        display: grid;
        gap: var(--space-4);
        min-width: 0;
      }
      .kinds {
        gap: var(--space-2);
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
        gap: var(--space-3);
        align-items: end;
      }
      .one {
        gap: var(--space-3);
        padding: var(--space-3);
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
      }
      label.button:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 1px;
      }
      .label {
        font-weight: var(--weight-strong);
      }
      .one > button {
        justify-self: end;
      }
      .seen {
        position: sticky;
        top: var(--space-6);
        gap: var(--space-2);
      }
      @media (min-width: 1000px) {
        .sides {
          grid-template-columns: minmax(0, 1fr) minmax(18rem, 26rem);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Unsaved(this, "The words", () => this.draft !== EMPTY);
  }

  override render() {
    const { draft, whyNot } = this;
    const isCode = draft.category === "AUTHENTICATION";
    return html`<div class="sides">
      <form class="card" @submit=${this.send}>
        <h2>A new template</h2>
        ${this.who()}
        <fieldset class="kinds"><legend>Category</legend>
          ${CATEGORIES.map(({ value, label, words }) => html`<label class="choice"><input type="radio" name="category" value=${value} .checked=${draft.category === value}
            ?disabled=${whyNot !== ""} @change=${() => this.set({ category: value })} /><b>${label}</b><span>${words}</span></label>`)}
        </fieldset>
        ${isCode ? this.code() : this.words()}
        ${this.save.notice()}
        <div class="buttons"><button class="primary" aria-busy=${String(this.save.busy)} ?disabled=${this.save.busy || whyNot !== ""} title=${whyNot}>Send to Meta for review</button></div>
      </form>
      <div class="seen"><h2>How it reads</h2><claw-template-bubble .shown=${this.shown()}></claw-template-bubble></div>
    </div>`;
  }

  private set(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
  }

  private who() {
    const { draft, accounts } = this;
    return html`
      ${accounts.length > 1 ? field({ name: "waba", label: "WhatsApp account", type: "select", value: draft.waba || accounts[0].waba_id,
        options: accounts.map(({ waba_id: value }) => ({ value, label: value })), input: (waba) => this.set({ waba }) }) : nothing}
      <div class="pair">
        ${field({ name: "name", label: "Name", required: true, autofocus: true, maxlength: LIMITS.name, value: draft.name, placeholder: "order_update",
          pattern: "[a-z0-9_]+", title: "Small letters, digits and _", input: (typed) => this.set({ name: nameOf(typed) }) })}
        ${field({ name: "language", label: "Language", type: "select", value: draft.language,
          options: LANGUAGES.map((value) => ({ value, label: `${languageName(value)} (${value})` })), input: (language) => this.set({ language }) })}
      </div>`;
  }

  private code() {
    return html`<p class="help">Meta writes the words: “123456 is your verification code.” People copy the code with a button.</p>
      ${field({ name: "minutes", label: "Over after minutes", type: "number", min: 1, max: 90, required: false, value: this.draft.minutes, input: (minutes) => this.set({ minutes }) })}`;
  }

  private words() {
    const { draft } = this;
    const variables = variablesOf(draft);
    return html`
      <div class="pair">
        ${field({ name: "header", label: "Header", type: "select", value: draft.header, options: HEADERS, input: (header) => this.set({ header: header as Draft["header"], sample: "", sampleName: "" }) })}
        ${draft.header === "TEXT" ? field({ name: "headerText", label: "Text of the header", required: true, maxlength: LIMITS.header, value: draft.headerText, input: (headerText) => this.set({ headerText }) }) : nothing}
        ${ACCEPTS[draft.header] ? this.sample(ACCEPTS[draft.header] ?? "") : nothing}
      </div>
      ${field({ name: "body", label: "Body", type: "area", rows: 5, required: true, maxlength: LIMITS.body, value: draft.body, placeholder: "Hello {{1}}, your order is on its way.",
        help: html`<code>{{1}}</code> or <code>{{first_name}}</code> stands for what changes with each person. *bold*, _italic_, ~struck~.`, input: (body) => this.set({ body }) })}
      ${variables.length ? html`<fieldset class="kinds"><legend>Examples</legend><p class="help">Meta's reviewers see them in the place of the variables.</p>
        <div class="pair">${variables.map(({ key, name, place }) => field({ name: `example-${key.replaceAll(".", "-")}`, label: `${place} {{${name}}}`, required: true,
          value: draft.examples[key] ?? "", input: (value) => this.set({ examples: { ...draft.examples, [key]: value } }) }))}</div></fieldset>` : nothing}
      ${field({ name: "footer", label: "Footer", required: false, maxlength: LIMITS.footer, value: draft.footer, placeholder: "Reply STOP to end", input: (footer) => this.set({ footer }) })}
      <fieldset class="kinds"><legend>Buttons</legend>
        ${draft.buttons.map((one, index) => this.button(one, index))}
        ${draft.buttons.length < LIMITS.buttons ? html`<div><button type="button" @click=${this.add}>${icon("plus", 16)} Add a button</button></div>` : nothing}
      </fieldset>`;
  }

  /** The file that Meta's reviewers see. */
  private sample(accepts: string) {
    const { sampleName } = this.draft;
    return html`<div class="field"><span class="label">Example</span>
      <label class="button" aria-busy=${String(this.brings)}>${icon("up", 16)} ${sampleName ? `Replace ${sampleName}` : "Choose the example"}
        <input class="hidden" type="file" accept=${accepts} ?disabled=${this.brings} @change=${(event: Event) => void this.bring(event.target as HTMLInputElement)} /></label>
      ${this.trouble ? html`<div class="error" role="alert">${icon("alert", 16)}${this.trouble}</div>` : nothing}</div>`;
  }

  private async bring(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    this.brings = true;
    this.trouble = "";
    try {
      const { id } = await api.bring<{ id: string }>("/media", file, { query: { filename: file.name } });
      this.set({ sample: id, sampleName: file.name });
    } catch (error) {
      this.trouble = told(error);
    }
    this.brings = false;
  }

  private button(one: DraftButton, index: number) {
    const set = (change: Partial<DraftButton>): void => this.set({ buttons: this.draft.buttons.map((other, at) => (at === index ? { ...other, ...change } : other)) });
    const wants = BUTTONS.find(({ value }) => value === one.type)?.wants ?? "";
    const nth = `Button ${index + 1}: `;
    return html`<div class="one">
      <div class="pair">
        ${field({ name: `type-${index}`, label: `${nth}what it does`, type: "select", value: one.type, options: BUTTONS, input: (type) => set({ type: type as DraftButton["type"] }) })}
        ${one.type === "COPY_CODE" ? nothing : field({ name: `text-${index}`, label: `${nth}words`, required: true, maxlength: LIMITS.label, value: one.text, input: (text) => set({ text }) })}
        ${wants ? field({ name: `value-${index}`, label: `${nth}${wants.toLowerCase()}`, required: true, value: one.value,
          maxlength: one.type === "URL" ? LIMITS.url : one.type === "COPY_CODE" ? LIMITS.code : LIMITS.phone,
          placeholder: one.type === "URL" ? "https://shop.example/orders/{{1}}" : undefined, input: (value) => set({ value }) }) : nothing}
        ${one.type === "URL" && one.value.includes("{{") ? field({ name: `example-of-${index}`, label: `${nth}example of its end`, required: true, value: one.example, input: (example) => set({ example }) }) : nothing}
      </div>
      <button type="button" class="small quiet warn" @click=${() => this.set({ buttons: this.draft.buttons.filter((_, at) => at !== index) })}>${icon("trash", 16)} Remove button ${index + 1}</button>
    </div>`;
  }

  private shown(): Shown {
    const shown = shownOf(componentsOf(this.draft), this.draft.category);
    if (shown.header && this.draft.sample) Object.assign(shown.header, { file: this.draft.sample, filename: this.draft.sampleName });
    return shown;
  }

  private readonly add = (): void => this.set({ buttons: [...this.draft.buttons, { type: "QUICK_REPLY", text: "", value: "", example: "" }] });

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    await this.save.run(async () => {
      if (ACCEPTS[this.draft.header] && !this.draft.sample) throw new Problem(400, "Choose the example of the header first: Meta's reviewers want to see one.");
      const draft = { ...this.draft, waba: this.draft.waba || (this.accounts.length > 1 ? this.accounts[0].waba_id : "") };
      const made = await api.post<TemplateDetail>("/templates", requestOf(draft));
      this.draft = EMPTY;
      await this.updateComplete;
      this.dispatchEvent(new CustomEvent("saved", { detail: made }));
    });
  }
}

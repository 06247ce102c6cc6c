import { LitElement, css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../inbox/message-content.js";
import "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { field } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { interactiveOf, type Choices } from "./saying.js";

/** Meta's, in characters (cloud-api 2.3). */
const MOST = { body: 1024, header: 60, footer: 60, open: 20, button: 20, row: 24, description: 72 };
const ROWS = { button: 3, list: 10 };

/** Writes a message that is answered by a press: up to three buttons, or a list. Tells `said` (detail: Choices) and `close`. */
@customElement("claw-choices-form")
export class ChoicesForm extends LitElement {
  @state() private wanted: Choices = { kind: "button", header: "", body: "", footer: "", open: "Choose", rows: [{ title: "", description: "" }, { title: "", description: "" }] };
  /** Set when somebody tried to send it. */
  @state() private judged = false;

  static override styles = [
    base,
    css`
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 15rem;
        gap: var(--space-6);
        align-items: start;
      }
      .preview {
        position: sticky;
        top: 64px;
        padding: var(--space-4);
        border-radius: var(--radius-md);
        background: var(--wallpaper);
      }
      .bubble {
        padding: 7px 11px;
        border-radius: var(--radius-md);
        border-top-left-radius: 3px;
        background: var(--bubble-business);
        color: var(--bubble-business-ink);
        box-shadow: var(--shadow-1);
      }
      fieldset.kinds {
        grid-template-columns: 1fr 1fr;
      }
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
        gap: var(--space-2);
      }
      .list .row {
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.4fr) auto;
      }
      .row .round {
        margin-bottom: 1px;
      }
      .rows {
        display: grid;
        gap: var(--space-2);
      }
      @media (max-width: 699px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
        .preview {
          position: static;
        }
        .list .row {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .list .row .field:nth-child(2) {
          grid-row: 2;
        }
      }
    `,
  ];

  override render() {
    const { wanted } = this;
    const { kind } = wanted;
    const problem = this.judged ? this.problem() : "";
    return html`<claw-dialog wide open heading="Buttons or a list" @close=${() => this.dispatchEvent(new Event("close"))}>
      <div class="both">
        <form class="stack" novalidate @submit=${this.submit}>
          <fieldset class="kinds"><legend class="hidden">Kind</legend>${this.kind("button", "Buttons", "Up to three, in sight at once.")}${this.kind("list", "A list", "Up to ten, behind one button.")}</fieldset>
          ${field({ name: "body", label: "Message", type: "area", rows: 3, value: wanted.body, maxlength: MOST.body, autofocus: true, input: (body) => this.set({ body }) })}
          ${kind === "list" ? field({ name: "open", label: "The button that opens the list", value: wanted.open, maxlength: MOST.open, input: (open) => this.set({ open }) }) : nothing}
          <div class="rows ${kind === "list" ? "list" : ""}" role="group" aria-label="Choices">${wanted.rows.map((_, index) => this.row(index))}</div>
          ${wanted.rows.length < ROWS[kind] ? html`<div><button type="button" class="small" @click=${this.add}>${icon("plus", 16)}Add a choice</button></div>` : nothing}
          ${field({ name: "header", label: "Heading", required: false, value: wanted.header, maxlength: MOST.header, input: (header) => this.set({ header }) })}
          ${field({ name: "footer", label: "Small print", required: false, value: wanted.footer, maxlength: MOST.footer, input: (footer) => this.set({ footer }) })}
          ${problem ? html`<div class="error" role="alert">${icon("alert", 16)}${problem}</div>` : nothing}
          <div class="buttons"><button class="primary">Send</button><button type="button" @click=${() => this.dispatchEvent(new Event("close"))}>Cancel</button></div>
        </form>
        <section class="preview" aria-label="As the person sees it"><div class="bubble">
          <claw-message-content type="interactive" .text=${wanted.body} .data=${{ message: { interactive: interactiveOf(this.preview()) } }}></claw-message-content></div></section>
      </div>
    </claw-dialog>`;
  }

  private kind(kind: Choices["kind"], name: string, words: string) {
    return html`<label class="choice"><input type="radio" name="kind" value=${kind} ?checked=${this.wanted.kind === kind} @change=${() => this.become(kind)} /><b>${name}</b><span>${words}</span></label>`;
  }

  private row(index: number) {
    const { kind, rows } = this.wanted;
    const { title = "", description = "" } = rows[index] ?? {};
    const set = (more: object): void => this.set({ rows: rows.map((one, at) => (at === index ? { ...one, ...more } : one)) });
    return html`<div class="row">
      ${field({ name: `title-${index}`, label: `Choice ${index + 1}`, value: title, maxlength: kind === "list" ? MOST.row : MOST.button, input: (value) => set({ title: value }) })}
      ${kind === "list" ? field({ name: `description-${index}`, label: "More about it", required: false, value: description, maxlength: MOST.description, input: (value) => set({ description: value }) }) : nothing}
      <button type="button" class="round" aria-label="Remove choice ${index + 1}" title="Remove" ?disabled=${rows.length === 1} @click=${() => this.set({ rows: rows.filter((_, at) => at !== index) })}>${icon("close", 16)}</button>
    </div>`;
  }

  private set(more: Partial<Choices>): void {
    this.wanted = { ...this.wanted, ...more };
  }

  /** What no longer fits is cut where it can be seen, not when it is sent. */
  private become(kind: Choices["kind"]): void {
    const most = kind === "list" ? MOST.row : MOST.button;
    const rows = this.wanted.rows.slice(0, ROWS[kind]).map((row) => ({ ...row, title: row.title.slice(0, most) }));
    this.set({ kind, rows });
  }

  private readonly add = async (): Promise<void> => {
    this.set({ rows: [...this.wanted.rows, { title: "", description: "" }] });
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`#f-title-${this.wanted.rows.length - 1}`)?.focus();
  };

  /** Without what was left empty. */
  private clean(): Choices {
    const { rows, kind, ...rest } = this.wanted;
    const words = (text: string): string => text.trim();
    return {
      kind,
      header: words(rest.header),
      body: words(rest.body),
      footer: words(rest.footer),
      open: words(rest.open),
      rows: rows.map(({ title, description }) => ({ title: words(title), description: kind === "list" ? words(description) : "" })).filter(({ title }) => title),
    };
  }

  /** What is missing yet is seen where it will stand. */
  private preview(): Choices {
    const clean = this.clean();
    return { ...clean, body: clean.body || "Your message", rows: clean.rows.length ? clean.rows : [{ title: "A choice", description: "" }] };
  }

  private problem(): string {
    const { kind, body, open, rows } = this.clean();
    const titles = rows.map(({ title }) => title);
    if (!body) return "Write what you ask: WhatsApp takes no choices without a message.";
    if (kind === "list" && !open) return "Name the button that opens the list.";
    if (titles.length === 0) return "Write at least one choice.";
    if (new Set(titles).size < titles.length) return "Two choices have the same name. WhatsApp wants each to be different.";
    return "";
  }

  private submit(event: Event): void {
    event.preventDefault();
    this.judged = true;
    if (!this.problem()) this.dispatchEvent(new CustomEvent("said", { detail: this.clean() }));
  }
}

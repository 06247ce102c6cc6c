import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part, told } from "../api.js";
import { icon } from "../ui/icons.js";
import { field, notice } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { shownOf } from "./shown.js";
import "./template-bubble.js";
import type { Preview, TemplateDetail, Variable } from "./types.js";

const TYPING_MS = 200;
const HELP: Readonly<Partial<Record<Variable["kind"], string>>> = {
  file: "A link, or the id of a file.",
  url_end: "It comes behind the button's address.",
  payload: "Your program is told it when somebody presses the button; people do not see it.",
  time: "Milliseconds since 1970.",
};

/** Where a template's variables are filled, with how it reads beside them. Tells `preview` (detail: the Preview) with each change. */
@customElement("claw-template-values")
export class TemplateValues extends LitElement {
  @property({ attribute: false }) template!: TemplateDetail;
  @state() private values: Readonly<Record<string, string>> = {};
  @state() private preview: Preview | null = null;
  @state() private trouble = "";
  /** The variable whose file is on its way. */
  @state() private brings = "";
  private timer = 0;
  private asked = 0;
  private touched = new Set<string>();

  static override styles = [
    base,
    css`
      :host {
        container-type: inline-size;
      }
      .sides {
        display: grid;
        gap: var(--space-5);
      }
      .fields {
        display: grid;
        align-content: start;
        gap: var(--space-4);
        min-width: 0;
      }
      .file {
        display: grid;
        gap: var(--space-2);
      }
      label.button {
        width: fit-content;
      }
      label.button:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 1px;
      }
      @container (min-width: 40rem) {
        .sides {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
      }
    `,
  ];

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("template");
    if (!changed.has("template") || before?.id === this.template.id) return;
    this.values = {};
    this.touched.clear();
    this.preview = null;
    void this.ask();
  }

  override render() {
    const { variables } = this.template;
    const shown = this.preview?.shown ?? shownOf(this.template.components, this.template.category);
    // What nobody has come to yet is no fault of theirs.
    const whole = this.preview?.problems.filter(({ variable }) => variable === null) ?? [];
    return html`<div class="sides">
      ${variables.length ? html`<div class="fields">${variables.map((variable) => this.field(variable))}</div>` : nothing}
      <div class="fields">
        <claw-template-bubble .shown=${shown}></claw-template-bubble>
        ${whole.map(({ words }) => notice("waiting", words))} ${this.trouble ? notice("failed", this.trouble) : nothing}
      </div>
    </div>`;
  }

  private field(variable: Variable) {
    const { key, label, kind, needed, example } = variable;
    const problem = this.touched.has(key) ? this.preview?.problems.find((one) => one.variable === key)?.words : undefined;
    const control = field({ name: key.replaceAll(".", "-"), label: `${this.place(key)}${label}`, help: HELP[kind], required: needed ? undefined : false,
      value: this.values[key] ?? "", placeholder: example && kind !== "file" ? example : undefined, error: problem,
      inputmode: kind === "number" ? "decimal" : kind === "time" ? "numeric" : undefined, input: (value) => this.set(key, value) });
    if (kind !== "file") return control;
    return html`<div class="file">${control}
      <label class="button small" aria-busy=${String(this.brings === key)}>${icon("up", 16)} Choose a file
        <input class="hidden" type="file" ?disabled=${this.brings !== ""} @change=${(event: Event) => void this.bring(key, event.target as HTMLInputElement)} /></label></div>`;
  }

  /** "Body, " or "Card 2, button, ": where the variable stands, as far as its label does not say. */
  private place(key: string): string {
    const parts = key.split(".");
    const card = parts[0] === "card" ? `Card ${Number(parts[1]) + 1}, ` : "";
    const of = card ? parts[2] : parts[0];
    return `${card}${of === "body" ? "Body " : of === "header" && /\.\w+$/.test(key) && this.isText(key) ? "Header " : ""}`;
  }

  private isText(key: string): boolean {
    return this.template.variables.find((one) => one.key === key)?.kind === "text";
  }

  private set(key: string, value: string): void {
    this.values = { ...this.values, [key]: value };
    this.touched.add(key);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), TYPING_MS);
  }

  private async bring(key: string, input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    this.brings = key;
    this.trouble = "";
    try {
      const { id } = await api.bring<{ id: string }>("/media", file, { query: { filename: file.name } });
      this.set(key, id);
    } catch (error) {
      this.trouble = told(error);
    }
    this.brings = "";
  }

  /** The gateway says how it reads: what is shown is what would be sent. */
  private async ask(): Promise<void> {
    const call = ++this.asked;
    const values = Object.fromEntries(Object.entries(this.values).filter(([, value]) => value !== ""));
    try {
      const preview = await api.post<Preview>(`/templates/${part(this.template.id)}/preview`, { values });
      if (call !== this.asked) return;
      this.preview = preview;
      this.trouble = "";
      this.dispatchEvent(new CustomEvent("preview", { detail: preview }));
    } catch (error) {
      if (call === this.asked) this.trouble = told(error);
    }
  }
}

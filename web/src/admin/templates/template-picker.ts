import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Load } from "../page.js";
import type { Conversation } from "../inbox/types.js";
import { icon } from "../ui/icons.js";
import { badge, empty, searchBox, skeleton } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import "./template-values.js";
import type { Picked, Preview, TemplateDetail, TemplateList } from "./types.js";
import { categoryOf, languageName, statusOf, textOf } from "./words.js";

const TYPING_MS = 200;

/**
 * Chooses a template for somebody and fills it. Tells `pick` (detail: Picked) when it shall be sent; in the tree of whoever listens
 * it bubbles and is composed.
 */
@customElement("template-picker")
export class TemplatePicker extends LitElement {
  @property({ attribute: false }) conversation: Conversation | null = null;
  @state() private search = "";
  @state() private chosen = "";
  @state() private preview: Preview | null = null;
  private readonly list = new Load<TemplateList>(this, () => api.get("/templates", { query: { search: this.search, limit: 50 } }));
  private readonly detail = new Load<TemplateDetail>(this);
  private timer = 0;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
        max-height: min(28rem, 60dvh);
        padding: var(--space-2) 0;
        overflow-y: auto;
      }
      ul {
        display: grid;
        gap: var(--space-2);
        padding: 0;
        list-style: none;
      }
      li button {
        display: grid;
        justify-items: start;
        width: 100%;
        gap: 2px;
        padding: var(--space-2) var(--space-3);
        text-align: left;
      }
      li span {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        color: var(--ink-2);
        font-size: var(--text-sm);
        font-weight: 400;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
      }
      .top h3 {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .empty {
        padding: var(--space-4);
      }
    `,
  ];

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  override render() {
    return this.chosen ? this.fill() : this.choose();
  }

  private choose() {
    return html`${searchBox("Find a template", this.search, this.find)}
      ${this.list.view(({ templates }) => templates.length === 0
        ? empty("file", this.search ? "No template has these words" : "There are no templates yet", this.search ? "Try other words." : "Make one under Templates; Meta looks through it first.")
        : html`<ul aria-label="Templates">${templates.map((one) => html`<li><button type="button" ?disabled=${one.why_not !== null} title=${one.why_not ?? ""} @click=${() => this.open(one.id)}>
            <b>${one.name}</b><span>${languageName(one.language)} · ${categoryOf(one)} ${one.why_not ? badge(...statusOf(one)) : nothing}</span></button></li>`)}</ul>`, skeleton(3))}`;
  }

  private fill() {
    return this.detail.view((template) => html`
      <div class="top"><button type="button" class="round" aria-label="Another template" title="Another template" @click=${() => this.open("")}>${icon("back")}</button>
        <h3>${template.name} <span class="faint">${languageName(template.language)}</span></h3>
        <button type="button" class="primary" ?disabled=${!this.ready} title=${this.ready ? "" : "Fill in what is missing first"} @click=${this.pick}>${icon("send", 16)} Send</button></div>
      <claw-template-values .template=${template} @preview=${(event: CustomEvent<Preview>) => (this.preview = event.detail)}></claw-template-values>`, skeleton(3, "form"));
  }

  private get ready(): boolean {
    return this.preview?.problems.length === 0;
  }

  private open(id: string): void {
    this.chosen = id;
    this.preview = null;
    if (id) void this.detail.load(() => api.get(`/templates/${part(id)}`));
  }

  private readonly find = (words: string): void => {
    this.search = words;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.list.reload(), TYPING_MS);
  };

  private readonly pick = (): void => {
    if (!this.preview || !this.ready) return;
    const detail: Picked = { message: this.preview.message, text: textOf(this.preview.shown) };
    this.dispatchEvent(new CustomEvent("pick", { detail, bubbles: true, composed: true }));
    this.open("");
  };
}

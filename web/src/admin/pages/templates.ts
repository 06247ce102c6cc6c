import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part, told } from "../api.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import { go, query, setQuery } from "../router.js";
import { session } from "../session.js";
import { shownOf } from "../templates/shown.js";
import "../templates/template-bubble.js";
import "../templates/template-form.js";
import "../templates/template-values.js";
import type { Account, Preview, Template, TemplateDetail, TemplateList } from "../templates/types.js";
import { CATEGORIES, categoryOf, languageName, qualityOf, STATUSES, statusOf } from "../templates/words.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import "../ui/copy.js";
import "../ui/pane.js";
import { badge, empty, notice, searchBox, skeleton, time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** In the address of one that is to be made; no id of Meta's is so. */
const NEW = "+new";
const PAGE = 60;
const TYPING_MS = 250;

/** The message templates of a tenant's accounts: how each reads, how Meta judges it, and a new one. */
@customElement("page-templates")
export class PageTemplates extends Page {
  @state() private search = query("q");
  @state() private status = query("status");
  @state() private category = query("category");
  /** Meta is being asked. */
  @state() private reading = false;
  @state() private trouble = "";
  @state() private preview: Preview | null = null;
  private readonly list = new Load<TemplateList>(this, () => this.read());
  private readonly opened = new Load<TemplateDetail>(this);
  private more = "";
  private timer = 0;

  static override styles = [
    ...Page.styles,
    css`
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr));
        gap: var(--space-4);
        padding: 0;
        list-style: none;
      }
      .cards > li {
        position: relative;
        display: grid;
        grid-template-rows: auto 1fr;
        min-width: 0;
        overflow: hidden;
        border: 1px solid var(--border);
        border-radius: var(--radius-md);
        background: var(--surface);
      }
      .cards > li:hover {
        border-color: var(--border-strong);
      }
      .cards > li[aria-current] {
        border-color: var(--accent);
        box-shadow: 0 0 0 1px var(--accent);
      }
      .cards .name {
        display: grid;
        gap: var(--space-1);
        padding: var(--space-3) var(--space-4);
      }
      .cards .name a {
        color: var(--ink);
        font-weight: var(--weight-strong);
        text-decoration: none;
        overflow-wrap: anywhere;
      }
      .cards .name a::after {
        content: "";
        position: absolute;
        inset: 0;
        z-index: 1;
      }
      .cards .name a:focus-visible {
        outline: none;
      }
      .cards > li:has(a:focus-visible) {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-1) var(--space-2);
        color: var(--ink-2);
        font-size: var(--text-sm);
      }
      .cards claw-template-bubble {
        max-height: 20rem;
        overflow: hidden;
        border-radius: 0;
      }
      .toolbar .select {
        min-width: 9rem;
      }
      .next {
        display: grid;
        justify-items: center;
        padding: var(--space-4);
      }
      .notice {
        margin-bottom: var(--space-4);
      }
      claw-pane section {
        margin-top: var(--space-5);
      }
      claw-pane h3 {
        margin-bottom: var(--space-2);
      }
      pre {
        max-height: 18rem;
        margin: var(--space-2) 0 0;
        padding: var(--space-3);
        overflow: auto;
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
        background: var(--surface-2);
        font: var(--text-sm) / 1.500 var(--font-mono);
      }
      summary {
        width: fit-content;
        color: var(--accent);
        font-weight: 500;
        cursor: pointer;
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => {
        if (what === "templates") this.again();
      },
      resync: () => this.again(),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.sync();
  }

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { id } = this.params;
    if (!changed.has("params") || changed.get("params")?.id === id) return;
    this.preview = null;
    if (id && id !== NEW) void this.opened.load(() => api.get(`/templates/${part(id)}`));
  }

  private again(): void {
    void this.list.reload();
    if (this.opened.value) void this.opened.reload();
  }

  /** The page as far as it was unfolded. */
  private async read(): Promise<TemplateList> {
    const asked = { search: this.search, status: this.status, category: this.category };
    const first = await api.get<TemplateList>("/templates", { query: { ...asked, limit: PAGE } });
    const templates = [...first.templates];
    let { next } = first;
    while (next && this.more && (next <= this.more)) {
      const page = await api.get<TemplateList>("/templates", { query: { ...asked, limit: PAGE, after: next } });
      templates.push(...page.templates);
      next = page.next;
    }
    return { ...first, templates, next };
  }

  /** Meta is asked; what came of it is in the list. */
  private async sync(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    this.trouble = "";
    try {
      await api.post("/templates/sync");
      await this.list.reload();
    } catch (error) {
      this.trouble = told(error);
    }
    this.reading = false;
  }

  private get home(): string {
    return `/t/${part(this.params.tenant)}/templates`;
  }

  private get whyNot(): string {
    return session.whyNot("settings.write");
  }

  override render() {
    const isNew = this.params.id === NEW;
    if (isNew)
      return html`${this.head("Templates", "Meta looks through a new one, mostly within minutes.", html`<a class="button" href=${this.home}>${icon("back", 16)} All templates</a>`)}
        <claw-template-form .accounts=${this.list.value?.accounts ?? []} .whyNot=${this.whyNot} @saved=${this.saved}></claw-template-form>`;
    const make = this.whyNot
      ? html`<button type="button" disabled title=${this.whyNot}>${icon("plus", 16)} Make a template</button>`
      : html`<a class="button primary" href="${this.home}/${NEW}">${icon("plus", 16)} Make a template</a>`;
    return html`${this.head("Templates", "What reaches people who have not written for 24 hours.", html`
        <button type="button" aria-busy=${String(this.reading)} ?disabled=${this.reading} @click=${() => void this.sync()}>${icon("refresh", 16)} Read from Meta</button>${make}`)}
      ${this.trouble ? notice("failed", this.trouble) : nothing}
      ${this.list.value?.accounts.map((account) => this.fault(account))}
      <div class="split"><div>
        <div class="toolbar">
          ${searchBox("Find a template", this.search, (words) => this.filter({ search: words }, TYPING_MS))}
          ${this.choice("Status", this.status, [{ value: "", label: "Every status" }, ...STATUSES.map(([value, label]) => ({ value, label }))], (status) => this.filter({ status }))}
          ${this.choice("Category", this.category, [{ value: "", label: "Every category" }, ...CATEGORIES], (category) => this.filter({ category }))}
        </div>
        ${this.list.view((list) => this.cards(list), skeleton(6, "cards"))}
      </div>${this.params.id ? this.pane() : nothing}</div>`;
  }

  private choice(name: string, value: string, options: readonly { value: string; label: string }[], chosen: (value: string) => void) {
    return html`<div class="select"><select aria-label=${name} @change=${(event: Event) => chosen((event.target as HTMLSelectElement).value)}>
      ${options.map((one) => html`<option value=${one.value} ?selected=${one.value === value}>${one.label}</option>`)}</select>${icon("down", 16)}</div>`;
  }

  private filter(change: { search?: string; status?: string; category?: string }, after = 0): void {
    Object.assign(this, change);
    this.more = "";
    setQuery({ q: this.search, status: this.status, category: this.category });
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.list.reload(), after);
  }

  private fault({ waba_id: account, fault, read_at: at }: Account) {
    if (!fault) return nothing;
    return notice("failed", html`The templates of the WhatsApp account <span class="mono">${account}</span> could not be read from Meta. ${fault} What you see is from ${time(at, "before: nothing was ever read")}.`);
  }

  private cards({ templates, next, accounts }: TemplateList) {
    if (templates.length === 0) return this.none(accounts);
    return html`<ul class="cards" aria-label="Templates">${templates.map((one) => this.card(one))}</ul>
      ${next ? html`<div class="next"><button type="button" @click=${() => this.unfold(next)}>Show more</button></div>` : nothing}`;
  }

  private unfold(next: string): void {
    this.more = next;
    void this.list.reload();
  }

  private none(accounts: readonly Account[]) {
    if (this.search || this.status || this.category) return empty("search", "No template is like this", "Look for other words, or for every status and category.");
    if (accounts.length === 0)
      return empty("channels", "No WhatsApp account is known yet", "Templates belong to a WhatsApp account. Set up the channel first; then they stand here.", { label: "Set up WhatsApp", href: `/t/${part(this.params.tenant)}/channels/whatsapp` });
    return empty("file", "There are no templates yet", "A template is a message with words that Meta has approved and places for names, dates and codes. It reaches people who have not written for 24 hours, or never.",
      this.whyNot ? undefined : { label: "Make a template", href: `${this.home}/${NEW}` });
  }

  private card(one: Template) {
    return html`<li aria-current=${one.id === this.params.id ? "true" : nothing}>
      <div class="name"><a href="${this.home}/${part(one.id)}">${one.name}</a>
        <div class="line">${this.judged(one)}</div>
        <div class="line">${categoryOf(one)} · ${languageName(one.language)}</div></div>
      <claw-template-bubble .shown=${shownOf(one.components, one.category)} inert></claw-template-bubble>
    </li>`;
  }

  private judged(one: Template) {
    const quality = qualityOf(one);
    return html`${badge(...statusOf(one))}${quality ? badge(...quality) : nothing}`;
  }

  private pane() {
    const title = this.opened.value?.name ?? "Template";
    return html`<claw-pane heading=${title} @close=${() => go(this.home)}>
      <button slot="actions" type="button" class="round" aria-label="Delete ${title}" title=${this.whyNot || "Delete"} ?disabled=${this.whyNot !== "" || !this.opened.value} @click=${this.deleteIt}>${icon("trash")}</button>
      ${this.opened.view((template) => this.detail(template), skeleton(5, "form"))}
    </claw-pane>`;
  }

  private detail(template: TemplateDetail) {
    const message = this.preview ? JSON.stringify(this.preview.message, null, 2) : "";
    return html`
      <div class="line">${this.judged(template)}</div>
      ${template.why_not ? html`<section>${notice("failed", template.why_not)}</section>` : template.reason ? html`<section>${notice("waiting", template.reason)}</section>` : nothing}
      <section><dl class="facts">
        <dt>Category</dt><dd>${categoryOf(template)}</dd>
        <dt>Language</dt><dd>${languageName(template.language)} <span class="faint">${template.language}</span></dd>
        <dt>WhatsApp account</dt><dd class="mono">${template.waba_id}</dd>
        <dt>Meta was asked</dt><dd>${time(template.seen_at)}</dd></dl></section>
      <section><h3>${template.variables.length ? "Try it" : "How it reads"}</h3>
        <claw-template-values .template=${template} @preview=${(event: CustomEvent<Preview>) => (this.preview = event.detail)}></claw-template-values></section>
      ${message ? html`<section><details><summary>The message for the API</summary>
        <p class="help">Add “to” or “conversation”, and send it by POST /api/v1/messages.</p>
        <claw-copy .value=${message} label="the message" bare></claw-copy><pre tabindex="0" aria-label="The message">${message}</pre></details></section>` : nothing}`;
  }

  private readonly saved = (event: CustomEvent<TemplateDetail>): void => {
    toast(`${event.detail.name} is with Meta's reviewers. Its status changes here by itself.`);
    void this.list.reload();
    go(`${this.home}/${part(event.detail.id)}`, { replace: true });
  };

  private async deleteIt(): Promise<void> {
    const template = this.opened.value;
    if (!template) return;
    const done = await confirm({
      heading: `Delete ${template.name} (${languageName(template.language)})?`,
      words: "It is deleted at Meta, and nothing can be sent with it any more. For 30 days no new one may have its name in this language. What was sent stays in the conversations.",
      action: "Delete",
      danger: true,
      type: template.name,
      run: () => api.delete(`/templates/${part(template.id)}`),
    });
    if (!done) return;
    toast(`${template.name} is deleted.`);
    void this.list.reload();
    go(this.home);
  }
}

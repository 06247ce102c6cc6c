import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { initials, nameOf, numberOf, previewOf } from "../inbox/words.js";
import { Action, Load } from "../page.js";
import "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { searchBox, skeleton, time } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { mergeStyle } from "./merge-style.js";
import { isGroup, type Person, type PersonDetail } from "./types.js";

const TYPING_MS = 250;
const MOST = 8;

const arrow = html`<svg width="28" height="12" viewBox="0 0 28 12" fill="none" stroke="currentColor" stroke-width="1.600" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M1 6h25M21.500 1.500 26 6l-4.500 4.500" /></svg>`;

/**
 * Two people become one: search the other, see both, read what will happen, press twice.
 *
 * Tells `close`, and `merged` with the person who is left.
 */
@customElement("claw-merge")
export class ClawMerge extends LitElement {
  @property({ attribute: false }) person!: PersonDetail;
  /** Who is offered at once; "" asks for a search. */
  @property() offered = "";
  @property({ type: Boolean }) open = false;
  @state() private search = "";
  /** Who was chosen; "" while one searches. */
  @state() private picked = "";
  /** True where the other one is to be kept, and this one becomes part of them. */
  @state() private turned = false;
  @state() private sure = false;
  private timer = 0;
  private readonly found = new Load<Person[]>(this);
  private readonly other = new Load<PersonDetail>(this);
  private readonly merging = new Action(this);

  static override styles = [base, mergeStyle];

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("open") || !this.open) return;
    this.search = "";
    this.again();
    if (this.offered) this.pick(this.offered);
    else void this.find();
  }

  /** Back to the search. */
  private again(): void {
    this.turned = false;
    this.sure = false;
    this.merging.clear();
    this.picked = "";
  }

  private async find(): Promise<void> {
    const { search, person } = this;
    await this.found.load(async () => {
      const { users } = await api.get<{ users: Person[] }>("/users", { query: { search: search.trim(), limit: MOST + 1 } });
      return users.filter((one) => one.id !== person.id && !isGroup(one)).slice(0, MOST);
    });
  }

  private pick(id: string): void {
    this.picked = id;
    this.sure = false;
    void this.other.load(() => api.get<PersonDetail>(`/users/${part(id)}`));
  }

  override render() {
    return html`<claw-dialog wide heading="Merge ${nameOf(this.person)} with another person" ?open=${this.open} @close=${this.close}>
      ${!this.open ? nothing : this.picked ? this.other.view((other) => this.preview(other), skeleton(2)) : this.choose()}
    </claw-dialog>`;
  }

  private choose() {
    return html`<div class="stack">
      <p>Who is the same person? Two people arise where somebody writes from a new number, or first with their number hidden.</p>
      ${searchBox("Search a name or number", this.search, (value) => this.searched(value))}
      ${this.found.view((found) => found.length === 0
        ? html`<p class="faint" role="status">${this.search ? `Nobody else has a name or number that begins with “${this.search}”.` : "There is nobody else yet."}</p>`
        : html`<ul class="found" aria-label="People found">${found.map((one) => html`<li><button type="button" @click=${() => this.pick(one.id)}>
            ${this.face(one)}<span class="name"><b>${nameOf(one)}</b><span class="faint small-text">${one.name ? numberOf(one.phone) || one.bsuid : (one.bsuid ?? "")}</span></span>
            <span class="faint small-text">${time(one.created_at)}</span>${icon("next", 16)}</button></li>`)}</ul>`, skeleton(3))}
    </div>`;
  }

  private face(one: Person): TemplateResult {
    return html`<span class="face" aria-hidden="true">${initials(one) || icon("person", 16)}</span>`;
  }

  private preview(other: PersonDetail) {
    const [kept, gone] = this.turned ? [other, this.person] : [this.person, other];
    if (other.id === this.person.id) return html`<p>They are one person already.</p>`;
    return html`<div class="stack">
      <div class="both">
        ${this.card(gone, "becomes part of")}
        <div class="turn">${arrow}<button type="button" class="small quiet" aria-label="Swap: keep ${nameOf(gone)}" @click=${this.turn}>Swap</button></div>
        ${this.card(kept, "stays")}
      </div>
      <div><h3>What will happen</h3>
        <ul class="happens">
          <li>All that <b>${nameOf(gone)}</b> wrote and read stands under <b>${nameOf(kept)}</b>: ${conversations(gone)}, ${addresses(gone)}.</li>
          <li>Whoever writes from ${gone.addresses.map(({ address }) => numberOf(address)).join(" or ")} is <b>${nameOf(kept)}</b> from the next message on.</li>
          <li>The name <b>${nameOf(kept)}</b> stays. Links and programs that know <code>${gone.id}</code> are led to <code>${kept.id}</code>.</li>
          <li>It cannot be taken back.</li>
        </ul></div>
      ${this.merging.notice()}
      <div class="buttons">
        <button type="button" class=${this.sure ? "danger" : "primary"} ?disabled=${this.merging.busy} aria-busy=${this.merging.busy}
          @click=${() => (this.sure ? void this.merge(kept, gone) : (this.sure = true))}>${this.sure ? `Yes, merge into ${nameOf(kept)}` : `Merge into ${nameOf(kept)}`}</button>
        <button type="button" @click=${this.back}>${this.offered ? "Cancel" : "Choose somebody else"}</button>
        <span class="faint small-text" role="status">${this.sure ? "Press once more: it cannot be taken back." : ""}</span>
      </div>
    </div>`;
  }

  private card(one: PersonDetail, role: string): TemplateResult {
    return html`<section class="one ${role === "stays" ? "stays" : ""}" aria-label="${nameOf(one)} ${role}">
      <p class="role small-text">${role}</p>
      <p class="name">${this.face(one)}<b>${nameOf(one)}</b></p>
      <dl>
        ${one.addresses.map(({ address, kind }) => html`<dt>${kind === "phone" ? "Phone" : "WhatsApp's id"}</dt><dd>${kind === "phone" ? numberOf(address) : html`<code>${address}</code>`}</dd>`)}
        <dt>Talks</dt><dd>${conversations(one)}</dd>
        <dt>First seen</dt><dd>${time(one.created_at)}</dd>
        ${one.conversations[0] ? html`<dt>Last word</dt><dd>“${previewOf(one.conversations[0].last_message)}”</dd>` : nothing}
      </dl></section>`;
  }

  private readonly turn = (): void => {
    this.turned = !this.turned;
    this.sure = false;
  };

  private readonly back = (): void => {
    if (this.offered) return this.close();
    this.again();
    if (!this.found.value) void this.find();
  };

  private searched(value: string): void {
    this.search = value;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.find(), TYPING_MS);
  }

  private async merge(kept: PersonDetail, gone: PersonDetail): Promise<void> {
    let left: PersonDetail | undefined;
    const done = await this.merging.run(async () => {
      left = await api.post<PersonDetail>(`/users/${part(kept.id)}/merge`, { user: gone.id });
    });
    this.sure = false;
    if (!done || !left) return;
    toast(`${nameOf(gone)} and ${nameOf(kept)} are one person now.`);
    this.close();
    this.dispatchEvent(new CustomEvent("merged", { detail: left }));
  }

  private readonly close = (): void => {
    if (!this.merging.busy) this.dispatchEvent(new Event("close"));
  };
}

const conversations = ({ conversations: { length } }: PersonDetail): string => (length === 1 ? "one conversation" : `${length} conversations`);
const addresses = ({ addresses: { length } }: PersonDetail): string => (length === 1 ? "one address" : `${length} addresses`);

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../access/countdown.js";
import type { AccessEntry, AccessPage, Decision } from "../access/types.js";
import { halves } from "../access/words.js";
import { api, part } from "../api.js";
import { numberOf } from "../inbox/words.js";
import { Live } from "../live.js";
import { Action, Load } from "../page.js";
import { badge, notice, skeleton, time } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import type { Address } from "./types.js";

/** An address has one entry for each number and one for all of them. */
const MOST = 50;

/** Whether a person may talk, under all that they are known by; and changing it. */
@customElement("claw-person-access")
export class ClawPersonAccess extends LitElement {
  @property({ attribute: false }) addresses: readonly Address[] = [];
  /** What the person is called here; "" where nobody told a name. */
  @property() name = "";
  @property() who = "";
  @property() home = "";
  private read = "";
  private readonly entries = new Load<AccessEntry[]>(this);
  private readonly action = new Action(this);

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      ul {
        display: grid;
        gap: var(--space-2);
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 0 var(--space-3);
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
      }
      li > :first-child {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-1) var(--space-2);
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, { tenant: ({ what }) => (what === "access" ? void this.entries.reload() : undefined), resync: () => void this.entries.reload() });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const wanted = this.addresses.map(({ address }) => address).join();
    if (!changed.has("addresses") || wanted === this.read) return;
    this.read = wanted;
    void this.entries.load(() => this.ask());
  }

  private async ask(): Promise<AccessEntry[]> {
    const pages = await Promise.all(this.addresses.map(({ address }) => api.get<AccessPage>("/access", { query: { search: address, limit: MOST } })));
    // The search finds whatever begins so.
    return pages.flatMap(({ access }) => access).filter((entry) => this.addresses.some(({ address }) => address === entry.address));
  }

  override render() {
    return html`${this.entries.view((entries) => this.shown(entries), skeleton(1))}`;
  }

  private shown(entries: readonly AccessEntry[]): TemplateResult {
    const out = entries.find((entry) => entry.opted_out_at);
    const standing = entries.filter((entry) => entry.standing !== "unknown");
    const has = (wanted: string): boolean => standing.some((entry) => entry.standing === wanted && entry.number === null);
    return html`${out ? notice("waiting", html`They opted out ${time(out.opted_out_at)}: nothing is sent to them. Only they can change it, by writing START.`) : nothing}
      ${standing.length
        ? html`<ul>${standing.map((entry) => this.row(entry))}</ul>`
        : html`<p class="faint">On no list: <a href="${this.home}/pairing">the policy</a> decides whether they are answered.</p>`}
      ${this.action.notice()}
      <div class="buttons">
        ${has("allowed") ? nothing : this.button(`Allow ${this.who}`, "Allow", () => this.put("allowed"))}
        ${has("blocked") ? nothing : this.button(`Block ${this.who}`, "Block", () => this.put("blocked"))}
      </div>`;
  }

  private button(label: string, words: string, run: () => Promise<void>, style = ""): TemplateResult {
    return html`<button type="button" class="small ${style}" aria-label=${label} ?disabled=${this.action.busy} @click=${() => void run()}>${words}</button>`;
  }

  private row(entry: AccessEntry): TemplateResult {
    const where = entry.number ? html` at <span class="mono">${entry.number}</span>` : nothing;
    const address = this.addresses.length > 1 ? html`<span class="faint small-text">${numberOf(entry.address)}</span>` : nothing;
    if (entry.standing === "pending")
      return html`<li><span>${badge("waiting", "waits")}${entry.code ? html`<code>${halves(entry.code)}</code>` : nothing}
          ${entry.expires_at ? html`<claw-countdown .until=${entry.expires_at} @over=${() => void this.entries.reload()}></claw-countdown>` : nothing}${where}${address}</span>
        <span class="buttons">${this.button(`Let in ${this.who}`, "Let in", () => this.decide(entry, "approve"), "primary")}${this.button(`Turn away ${this.who}`, "Turn away", () => this.decide(entry, "reject"))}</span></li>`;
    const allowed = entry.standing === "allowed";
    return html`<li><span>${allowed ? badge("ok", "allowed") : badge("failed", "blocked")}<span class="small-text">${time(entry.since)}${entry.by ? ` by ${entry.by}` : ""}${where}</span>${address}</span>
      ${this.button(`${allowed ? "Remove the allowance" : "Unblock"}: ${numberOf(entry.address)}`, allowed ? "Remove" : "Unblock", () => this.forget(entry), "quiet")}</li>`;
  }

  /** Under every address: who is blocked must not come in by another one. */
  private async put(standing: "allowed" | "blocked"): Promise<void> {
    const addresses = this.addresses.map(({ address }) => address);
    await this.change(() => api.post("/access", { addresses, standing, ...(this.name ? { name: this.name } : {}) }), `${this.who} is ${standing}.`);
  }

  private async forget(entry: AccessEntry): Promise<void> {
    await this.change(() => api.delete(`/access/${part(entry.id)}`), entry.standing === "allowed" ? `${this.who} is not on the list any more.` : `${this.who} is not blocked any more.`);
  }

  private async decide(entry: AccessEntry, decision: Decision): Promise<void> {
    await this.change(() => api.post(`/access/${part(entry.id)}/${decision}`), `${this.who} is ${decision === "approve" ? "let in" : "turned away"}.`);
  }

  private async change(work: () => Promise<unknown>, words: string): Promise<void> {
    if (await this.action.run(work)) toast(words);
    await this.entries.reload();
  }
}

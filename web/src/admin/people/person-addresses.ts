import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { addressOf } from "../access/addresses.js";
import { api, part, Problem, told } from "../api.js";
import { numberOf } from "../inbox/words.js";
import { fields } from "../page.js";
import { session } from "../session.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { field, notice } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import type { Address, Person, PersonDetail } from "./types.js";

/**
 * What a person is known by; linking and unlinking it.
 *
 * Tells `saved` with the person as they are then, and `merge` with the id of somebody who has the address already.
 */
@customElement("claw-person-addresses")
export class ClawPersonAddresses extends LitElement {
  @property({ attribute: false }) person!: PersonDetail;
  @property() who = "";
  @state() private links = false;
  @state() private busy = false;
  @state() private error = "";
  /** Who has the address that was to be linked. */
  @state() private holder = "";

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
        gap: var(--space-3);
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
      }
      li > span {
        display: grid;
      }
    `,
  ];

  override render() {
    const { addresses } = this.person;
    const off = session.whyNot("settings.write");
    return html`<ul>${addresses.map((one) => this.row(one, off, addresses.length === 1))}</ul>
      ${this.links ? this.form() : html`<div class="buttons"><button type="button" class="small" ?disabled=${off !== ""} title=${off || nothing} @click=${() => (this.links = true)}>${icon("link", 16)} Link another address</button></div>`}`;
  }

  /** The last one stays: without an address a person would be found by nothing. */
  private row({ address, kind }: Address, whyNot: string, last: boolean) {
    return html`<li><span>${kind === "phone" ? numberOf(address) : html`<code>${address}</code>`}<span class="faint small-text">${kind === "phone" ? "phone number" : "WhatsApp's id of them"}</span></span>
      ${last ? nothing : html`<button type="button" class="small quiet" aria-label="Unlink ${numberOf(address)}" ?disabled=${whyNot !== ""} title=${whyNot || nothing} @click=${() => void this.unlink(address)}>Unlink</button>`}</li>`;
  }

  private form() {
    return html`<form class="stack" @submit=${this.link}>
      ${field({ name: "address", label: "Another number, or WhatsApp's id of them", required: true, mono: true, autofocus: true, placeholder: "+49 151 234 567 89",
        help: `Whoever writes from there is ${this.who} from then on: one history, one standing, one agent. Their old conversation is not copied.` })}
      ${this.error ? notice("failed", this.error, this.holder ? { label: "Merge with them…", run: () => this.merge() } : undefined) : nothing}
      <div class="buttons"><button class="primary small" ?disabled=${this.busy} aria-busy=${this.busy}>Link</button><button type="button" class="small" @click=${() => this.close()}>Cancel</button></div>
    </form>`;
  }

  protected override updated(): void {
    if (this.links && !this.error && !this.busy) this.renderRoot.querySelector<HTMLElement>("input:not(:focus)")?.focus();
  }

  private close(): void {
    this.links = false;
    this.error = "";
    this.holder = "";
  }

  private async link(event: SubmitEvent): Promise<void> {
    const result = addressOf(fields(event).address ?? "");
    this.holder = "";
    if ("fault" in result) {
      this.error = `This ${result.fault}.`;
      return;
    }
    const { address } = result;
    this.busy = true;
    this.error = "";
    try {
      const person = await api.put<PersonDetail>(`/users/${part(this.person.id)}/addresses/${part(address)}`);
      this.close();
      toast(`${numberOf(address)} belongs to ${this.who} now.`);
      this.saved(person);
    } catch (error) {
      this.error = told(error);
      if (error instanceof Problem && error.status === 409) this.holder = await this.whoHas(address, error);
    } finally {
      this.busy = false;
    }
  }

  /** The refusal names them; else they are found by their number. */
  private async whoHas(address: string, problem: Problem): Promise<string> {
    if (typeof problem.body.user === "string") return problem.body.user;
    try {
      const { users } = await api.get<{ users: Person[] }>("/users", { query: { search: address, limit: 5 } });
      return users.find((one) => one.phone === address || one.bsuid === address)?.id ?? "";
    } catch {
      return "";
    }
  }

  private merge(): void {
    this.dispatchEvent(new CustomEvent("merge", { detail: this.holder }));
    this.close();
  }

  private async unlink(address: string): Promise<void> {
    await confirm({
      heading: `Unlink ${numberOf(address)}?`,
      words: html`Whoever writes from <strong>${numberOf(address)}</strong> is somebody new from then on, with an empty history. What was written before stays with <strong>${this.who}</strong>.`,
      action: "Unlink",
      danger: true,
      run: async () => this.saved(await api.delete<PersonDetail>(`/users/${part(this.person.id)}/addresses/${part(address)}`)),
    });
  }

  private saved(person: PersonDetail): void {
    this.dispatchEvent(new CustomEvent("saved", { detail: person }));
  }
}

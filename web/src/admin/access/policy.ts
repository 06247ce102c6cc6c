import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { api } from "../api.js";
import { Action } from "../page.js";
import { session } from "../session.js";
import type { Tenant } from "../types.js";
import { notice } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import type { AccessPage } from "./types.js";
import { POLICIES, titleOf, wordsOf } from "./words.js";

/** As the form names "no policy of its own": the tenant's holds. */
const INHERITED = "";

/**
 * Who may write: the tenant's policy, or with `number` that number's own. Used wherever it is set.
 *
 * A choice is applied by a button and not at once: who goes through the choices with the arrow keys would else open the door
 * to everybody for a moment. Tells `saved` with the tenant as it is then, and `stale` where somebody else was faster.
 */
@customElement("claw-policy")
export class ClawPolicy extends LitElement {
  @property({ attribute: false }) tenant!: Tenant;
  @property() number = "";
  /** What the number is called. */
  @property() label = "";
  @state() private picked: string | null = null;
  /** Whether nobody stands on the list; null while that is not known, or not to be seen. */
  @state() private listIsEmpty: boolean | null = null;
  private asked = false;
  private readonly saving = new Action(this);

  static override styles = [
    base,
    css`
      fieldset {
        grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
      }
      .choice {
        align-content: start;
      }
    `,
  ];

  private get kept(): string {
    return this.number ? (this.tenant.policies[this.number] ?? INHERITED) : this.tenant.policy;
  }

  protected override updated(): void {
    if ((this.picked ?? this.kept) === "allowlist" && !this.asked && session.can("pairing")) void this.lookAtList();
  }

  override render() {
    const value = this.picked ?? this.kept;
    const off = session.whyNot("settings.write");
    const name = this.number ? `Who may write to ${this.label || this.number}` : "Who may write";
    return html`<form class="stack" @submit=${this.save}>
      <fieldset ?disabled=${off !== "" || this.saving.busy}><legend class="hidden">${name}</legend>
        ${this.number ? this.choice(value, INHERITED, "As all numbers", `${titleOf(this.tenant.policy)}: ${wordsOf(this.tenant.policy)}`) : nothing}
        ${POLICIES.map(({ policy, title, words }) => this.choice(value, policy, title, words))}
      </fieldset>
      ${value === "allowlist" && this.listIsEmpty ? notice("waiting", html`The list is empty, so nobody would be answered. <a href="/t/${encodeURIComponent(this.tenant.name)}/pairing/allowed">Put people on it</a>.`) : nothing}
      ${this.saving.notice()}
      ${off ? html`<p class="faint">${off}</p>` : html`<div class="buttons">
        <button class="primary" ?disabled=${this.saving.busy || value === this.kept} aria-busy=${this.saving.busy}>Apply</button>
        ${value === this.kept ? html`<span class="faint small-text">This holds now.</span>` : html`<span class="faint small-text">It holds from the next message on.</span>`}
      </div>`}
    </form>`;
  }

  private choice(value: string, policy: string, title: string, words: string) {
    return html`<label class="choice"><input type="radio" name="policy" value=${policy} .checked=${live(policy === value)} @change=${() => this.pick(policy)} /><b>${title}</b><span>${words}</span></label>`;
  }

  private pick(policy: string): void {
    this.picked = policy;
    this.saving.clear();
  }

  private async lookAtList(): Promise<void> {
    this.asked = true;
    try {
      const { access } = await api.get<AccessPage>("/access", { query: { standing: "allowed", number: this.number, limit: 1 } });
      this.listIsEmpty = access.length === 0;
    } catch {
      // Only a word of advice: without it the choice can be made as well.
      this.listIsEmpty = null;
    }
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { picked, number } = this;
    if (picked === null || picked === this.kept) return;
    const done = await this.saving.run(async () => {
      const body = number ? { policy: picked === INHERITED ? null : picked, number } : { policy: picked };
      this.tenant = await api.put<Tenant>("/channel", body, { version: this.tenant.version });
    });
    if (this.saving.status === 412) this.dispatchEvent(new Event("stale"));
    if (!done) return;
    this.picked = null;
    toast(picked === INHERITED ? "It follows all numbers again." : `${titleOf(picked)}: it holds from now on.`);
    this.dispatchEvent(new CustomEvent("saved", { detail: this.tenant }));
  }
}

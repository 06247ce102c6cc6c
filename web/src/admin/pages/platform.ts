import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Action, fields, Load, Page } from "../page.js";
import { session } from "../session.js";
import type { Secret } from "../types.js";
import "../ui/copy.js";
import { confirm } from "../ui/dialog.js";
import { badge, count, field, skeleton, table, time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

interface Claim {
  waba_id: string;
  phone_number_id: string;
  tenant: string;
}

interface Unclaimed {
  waba_id: string;
  phone_number_id: string;
  display_phone_number: string;
  first_seen_at: string;
  last_seen_at: string;
  items: number;
}

interface Platform {
  webhook: string;
  app_id: string | null;
  secrets: Secret[];
  claims: Claim[];
  unclaimed: Unclaimed[];
}

const WORDS: Record<string, string> = {
  PLATFORM_APP_SECRET: "Proves that a webhook comes from Meta. Your app, App settings, Basic, App secret.",
  PLATFORM_VERIFY_TOKEN: "A word that you make up: Meta repeats it when it checks the address.",
  PLATFORM_APP_ID: "Your app at Meta: the number at the top of its page. No secret.",
};

const pathOf = (number: { waba_id: string; phone_number_id: string }): string =>
  `/platform/claims/${part(number.waba_id)}/${part(number.phone_number_id)}`;

/** One app at Meta for many tenants: its webhook, its secrets, and which number is whose. */
@customElement("page-platform")
export class PagePlatform extends Page {
  @state() private edited: Secret | null = null;
  @state() private given: Unclaimed | null = null;
  private readonly action = new Action(this);
  private readonly platform = new Load<Platform>(this, () => api.get("/platform"));

  override render() {
    return html`${this.head("Platform address", "For a platform with one app at Meta and many tenants: all their webhooks come to one address, and each number goes to its tenant.")}
      ${this.platform.view((platform) => this.parts(platform), skeleton(6))}
      ${this.dialogs()}`;
  }

  private parts(platform: Platform) {
    return html`<div class="stack far">
      <section class="card">
        <h2>Webhook</h2>
        <p>Write it into your app at Meta: WhatsApp, Configuration, Callback URL.</p>
        <claw-copy label="the webhook's address" .value=${platform.webhook}></claw-copy>
      </section>
      <section class="stack"><h2>Secrets of the app</h2>
        ${table("Secrets of the app", [
          { head: "Name", kind: "main", cell: (secret) => html`<span class="mono">${secret.name}</span><br /><span class="faint small-text">${WORDS[secret.name] ?? secret.description}</span>` },
          { head: "State", cell: (secret) => (secret.set ? badge("ok", "Set") : badge("off", "Not set")) },
          { head: "Changed", cell: (secret) => html`<span>${time(secret.set_at)}${secret.set_by ? html`<br /><span class="faint small-text">by ${secret.set_by}</span>` : nothing}</span>` },
          { head: "", kind: "act", cell: (secret) => html`<button type="button" aria-label=${`${secret.set ? "Replace" : "Set"} ${secret.name}`} @click=${() => this.edit(secret)}>${secret.set ? "Replace" : "Set"}</button>
            ${secret.set ? html`<button type="button" class="quiet warn" aria-label=${`Delete ${secret.name}`} @click=${() => this.drop(secret)}>Delete</button>` : nothing}` },
        ], platform.secrets)}
      </section>
      <section class="stack"><h2>Numbers that nobody has ${platform.unclaimed.length ? badge("waiting", count(platform.unclaimed.length)) : nothing}</h2>
        ${platform.unclaimed.length === 0
          ? html`<p class="faint">None. When Meta sends something for a number of no tenant, it is kept and stands here.</p>`
          : table("Numbers that nobody has", [
              { head: "Number", kind: "main", cell: (number) => html`${number.display_phone_number}<br /><span class="faint small-text mono">${number.phone_number_id}</span>` },
              { head: "Account", cell: (number) => html`<span class="mono">${number.waba_id}</span>` },
              { head: "Kept", kind: "num", cell: (number) => count(number.items) },
              { head: "First", cell: (number) => time(number.first_seen_at) },
              { head: "Last", cell: (number) => time(number.last_seen_at) },
              { head: "", kind: "act", cell: (number) => html`<button type="button" class="primary" aria-label=${`Give to tenant…: ${number.display_phone_number}`} @click=${() => this.give(number)}>Give to tenant…</button>` },
            ], platform.unclaimed)}
      </section>
      <section class="stack"><h2>Whose number is whose</h2>
        ${platform.claims.length === 0
          ? html`<p class="faint">No number is given to a tenant yet.</p>`
          : table("Whose number is whose", [
              { head: "Phone number ID", kind: "main", cell: (claim) => html`<span class="mono">${claim.phone_number_id}</span>` },
              { head: "Account", cell: (claim) => html`<span class="mono">${claim.waba_id}</span>` },
              { head: "Tenant", cell: (claim) => html`<a href=${`/platform/tenants/${part(claim.tenant)}`}>${claim.tenant}</a>` },
              { head: "", kind: "act", cell: (claim) => html`<button type="button" class="quiet warn" aria-label=${`Take away ${claim.phone_number_id} from ${claim.tenant}`} @click=${() => this.take(claim)}>Take away</button>` },
            ], platform.claims)}
      </section>
    </div>`;
  }

  private dialogs() {
    const close = (): void => {
      this.edited = null;
      this.given = null;
    };
    const buttons = (label: string) => html`${this.action.notice()}
      <div class="buttons"><button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>${label}</button><button type="button" @click=${close}>Cancel</button></div>`;
    const tenants = session.current?.tenants ?? [];
    return html`<claw-dialog .heading=${this.edited ? `Set ${this.edited.name}` : ""} ?open=${this.edited !== null} @close=${close}>
        ${this.edited ? html`<form class="stack" @submit=${this.save}>
          ${field({ name: "value", label: "Value", required: true, autofocus: true, mono: true, help: WORDS[this.edited.name],
            ...(this.edited.readable ? { value: this.edited.value ?? "" } : { type: "secret" as const }) })}
          ${buttons("Save")}
        </form>` : nothing}
      </claw-dialog>
      <claw-dialog .heading=${this.given ? `Give ${this.given.display_phone_number} to a tenant` : ""} ?open=${this.given !== null} @close=${close}>
        ${this.given ? html`<form class="stack" @submit=${this.claim}>
          <p>The number and its account are written into the tenant's settings. What Meta sends for it from now on is the tenant's.</p>
          ${field({ name: "tenant", label: "Tenant", type: "select", required: true, autofocus: true, options: [{ value: "", label: "Choose…", disabled: true }, ...tenants.map(({ name }) => ({ value: name, label: name }))] })}
          ${buttons("Give it")}
        </form>` : nothing}
      </claw-dialog>`;
  }

  private edit(secret: Secret): void {
    this.action.clear();
    this.edited = secret;
  }

  private give(number: Unclaimed): void {
    this.action.clear();
    this.given = number;
  }

  private async save(event: SubmitEvent): Promise<void> {
    const { value = "" } = fields(event);
    const name = this.edited?.name ?? "";
    if (!(await this.action.run(() => api.put(`/platform/secrets/${part(name)}`, { value: value.trim() })))) return;
    this.edited = null;
    toast(`${name} saved.`);
    await this.platform.reload();
  }

  private async claim(event: SubmitEvent): Promise<void> {
    const { tenant = "" } = fields(event);
    const { given } = this;
    if (!given || !(await this.action.run(() => api.put(pathOf(given), { tenant })))) return;
    this.given = null;
    toast(`${given.display_phone_number} belongs to ${tenant} now.`);
    await this.platform.reload();
  }

  private async drop(secret: Secret): Promise<void> {
    const numbers = this.platform.value?.claims.length ?? 0;
    const done = await confirm({
      heading: `Delete ${secret.name}?`,
      words: secret.name === "PLATFORM_APP_SECRET"
        ? `Every webhook on the platform's address is refused from then on, for ${count(numbers)} ${numbers === 1 ? "number" : "numbers"}.`
        : "It cannot be brought back from here.",
      action: "Delete",
      danger: true,
      type: secret.name === "PLATFORM_APP_SECRET" ? secret.name : undefined,
      run: () => api.delete(`/platform/secrets/${part(secret.name)}`),
    });
    if (done) await this.platform.reload();
  }

  private async take(claim: Claim): Promise<void> {
    const done = await confirm({
      heading: `Take the number from ${claim.tenant}?`,
      words: html`What Meta sends for <span class="mono">${claim.phone_number_id}</span> to the platform's address is kept, and not answered, until somebody has the number again. What ${claim.tenant} has stored stays with it.`,
      action: "Take away",
      danger: true,
      type: claim.tenant,
      run: () => api.delete(pathOf(claim)),
    });
    if (done) await this.platform.reload();
  }
}

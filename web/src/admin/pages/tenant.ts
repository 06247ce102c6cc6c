import { html } from "lit";
import { customElement } from "lit/decorators.js";
import "../access/policy.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Action, fields, Load } from "../page.js";
import { session } from "../session.js";
import type { Tenant } from "../types.js";
import "../ui/copy.js";
import { badge, bytes, count, skeleton, time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { limitFacts, limitFields, limitsOf } from "./limits.js";
import { SettingsPage } from "./settings-page.js";

/** The tenant itself: where Meta sends to, who is answered, what it may use. */
@customElement("page-tenant")
export class PageTenant extends SettingsPage {
  private readonly limits = new Action(this);
  private readonly loaded = new Load<Tenant>(this, () => api.get("/tenant"));

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (["channel", "limits", "secrets"].includes(String(what)) ? void this.loaded.reload() : undefined),
      resync: () => void this.loaded.reload(),
    });
  }

  override render() {
    return html`${this.head("Tenant", "Where Meta sends to, who is answered, and how much this tenant may use.")}
      <div class="stack narrow">${this.loaded.view((tenant) => this.parts(tenant), skeleton(5, "form"))}</div>`;
  }

  private parts(tenant: Tenant) {
    return html`
      <section class="card stack">
        <div><h2>${tenant.name} ${tenant.enabled ? badge("ok", "Running") : badge("failed", "Disabled")}</h2></div>
        <dl class="facts">
          <dt>Made</dt><dd>${time(tenant.created_at)}</dd>
          <dt>Numbers</dt><dd>${tenant.numbers.length ? tenant.numbers.map((number) => html`<span class="mono">${number}</span> `) : html`<span class="faint">none yet</span>`}</dd>
          <dt>Stored</dt><dd>${count(tenant.usage.messages)} messages, ${bytes(tenant.usage.stored_bytes)}</dd>
        </dl>
      </section>
      <section class="card">
        <h2>Webhook</h2>
        <p>The address that your app at Meta sends to: WhatsApp, Configuration, Callback URL.</p>
        <claw-copy label="the webhook's address" .value=${tenant.webhook}></claw-copy>
      </section>
      ${this.who(tenant)}
      <section class="card">
        <h2>Limits</h2>
        <p>${session.can("platform") ? "What this tenant may take of the gateway." : "Set by the platform's admins."}</p>
        ${session.can("platform")
          ? html`<form class="stack" @submit=${(event: SubmitEvent) => this.saveLimits(event, tenant)}>
              ${limitFields(tenant.limits)}
              ${this.limits.notice()}
              <div class="buttons"><button ?disabled=${this.limits.busy} aria-busy=${this.limits.busy}>Save limits</button></div>
            </form>`
          : limitFacts(tenant.limits)}
      </section>`;
  }

  private who(tenant: Tenant) {
    const own = Object.keys(tenant.policies).length;
    return html`<section class="card">
      <h2>Who may write</h2>
      <p>Of all numbers that have no policy of their own${own ? `; ${own === 1 ? "one has" : `${own} have`}` : ""}. <a href="/t/${part(tenant.name)}/pairing">Pairing</a> has each number, and the lists.</p>
      <claw-policy .tenant=${tenant} @saved=${(event: CustomEvent<Tenant>) => this.loaded.set(event.detail)} @stale=${() => void this.loaded.reload()}></claw-policy>
    </section>`;
  }

  private async saveLimits(event: SubmitEvent, tenant: Tenant): Promise<void> {
    const limits = limitsOf(fields(event), tenant.limits);
    await this.save(this.limits, () => api.patch<Tenant>(`/tenants/${part(tenant.name)}`, { limits }, { version: tenant.version }));
  }

  private async save(action: Action, work: () => Promise<Tenant>): Promise<void> {
    const done = await action.run(async () => this.loaded.set(await work()));
    if (done) toast("Saved.");
    else if (action.status === 412) await this.loaded.reload();
  }
}


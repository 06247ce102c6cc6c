import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Action, fields, Load, Page } from "../page.js";
import { go } from "../router.js";
import { session } from "../session.js";
import type { Paged, Tenant } from "../types.js";
import "../ui/copy.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import "../ui/pane.js";
import { badge, bytes, count, empty, field, searchBox, skeleton, table, time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { limitFields, limitsOf } from "./limits.js";

const LIST = "/platform/tenants";

/** All pages of the list: who looks for a tenant must not miss one. */
async function readAll(): Promise<Tenant[]> {
  const all: Tenant[] = [];
  for (let before: string | undefined; ; ) {
    const { tenants, next } = await api.get<{ tenants: Tenant[] } & Paged>("/tenants", { query: { limit: 200, before } });
    all.push(...tenants);
    if (!next) return all;
    before = next;
  }
}

const plural = (value: number, one: string, more: string): string => `${count(value)} ${value === 1 ? one : more}`;

/** Every tenant of the gateway, for its operators. */
@customElement("page-tenants")
export class PageTenants extends Page {
  @state() private search = "";
  @state() private making = false;
  private readonly action = new Action(this);
  private readonly limits = new Action(this);
  private readonly tenants = new Load<Tenant[]>(this, readAll);

  override render() {
    const make = { label: "Make the first tenant", run: () => this.open() };
    return html`${this.head("Tenants", "Each has its own numbers, people, agents and secrets, and sees nothing of the others.",
        html`<button type="button" class="primary" @click=${make.run}>${icon("plus", 18)}New tenant</button>`)}
      ${this.tenants.view((tenants) => tenants.length === 0
        ? empty("tenants", "No tenant yet", "A tenant is one business or team with its own WhatsApp numbers. Make the first one, then connect its number: it takes a few minutes.", make)
        : this.list(tenants), skeleton(6))}
      ${this.dialog()}`;
  }

  private list(tenants: Tenant[]) {
    const wanted = this.search.trim().toLowerCase();
    const found = tenants.filter((tenant) => [tenant.name, ...tenant.numbers].some((text) => text.toLowerCase().includes(wanted)));
    const open = tenants.find((tenant) => tenant.name === this.params.name);
    return html`<div class="split">
      <div>
        <div class="toolbar">${searchBox("Search tenants or numbers", this.search, (value) => (this.search = value))}
          <span class="faint num">${plural(tenants.length, "tenant", "tenants")}</span></div>
        ${found.length === 0
          ? empty("search", "No tenant is called that", "Look for a part of its name, or for a phone number ID.", { label: "Show all", run: () => (this.search = "") })
          : table("Tenants", [
              { head: "Name", kind: "main", cell: (tenant) => html`<a href=${`${LIST}/${part(tenant.name)}`}>${tenant.name}</a>` },
              { head: "State", cell: (tenant) => this.state(tenant) },
              { head: "Numbers", kind: "num", cell: (tenant) => count(tenant.numbers.length) },
              { head: "Messages", kind: "num", cell: (tenant) => count(tenant.usage.messages) },
              { head: "Stored", kind: "num", cell: (tenant) => bytes(tenant.usage.stored_bytes) },
            ], found, (tenant) => tenant === open)}
      </div>
      ${open ? this.detail(open) : nothing}
    </div>`;
  }

  private state(tenant: Tenant) {
    if (!tenant.enabled) return badge("failed", "Disabled");
    return tenant.missing.length ? badge("waiting", "Not connected") : badge("ok", "Running");
  }

  private detail(tenant: Tenant) {
    return html`<claw-pane .heading=${tenant.name} @close=${() => go(LIST)}>
      <div class="stack">
        <div class="buttons">${this.state(tenant)}<a class="button small" href=${`/t/${part(tenant.name)}/overview`}>Open</a></div>
        <dl class="facts">
          <dt>Made</dt><dd>${time(tenant.created_at)}</dd>
          <dt>Numbers</dt><dd class="mono">${tenant.numbers.join(", ") || "none"}</dd>
          <dt>Missing</dt><dd class="mono">${tenant.missing.join(", ") || "nothing"}</dd>
          <dt>Stored</dt><dd>${plural(tenant.usage.messages, "message", "messages")}, ${bytes(tenant.usage.stored_bytes)}</dd>
        </dl>
        <div><h3>Webhook</h3><claw-copy label="the webhook's address" .value=${tenant.webhook}></claw-copy></div>
        <form class="stack" @submit=${(event: SubmitEvent) => this.saveLimits(event, tenant)}>
          <h3>Limits</h3>
          ${limitFields(tenant.limits)}
          ${this.limits.notice()}
          <div class="buttons"><button ?disabled=${this.limits.busy} aria-busy=${this.limits.busy}>Save limits</button></div>
        </form>
        <div class="buttons">
          ${tenant.enabled
            ? html`<button type="button" class="danger" @click=${() => this.disable(tenant)}>Disable ${tenant.name}…</button>`
            : html`<button type="button" class="primary" @click=${() => this.enable(tenant)}>Enable ${tenant.name}…</button>`}
        </div>
      </div>
    </claw-pane>`;
  }

  private dialog() {
    const close = (): void => void (this.making = false);
    return html`<claw-dialog heading="New tenant" ?open=${this.making} @close=${close}>
      ${this.making ? html`<form class="stack" @submit=${this.make}>
        ${field({ name: "name", label: "Name", required: true, autofocus: true, mono: true, placeholder: "acme", pattern: "[a-z0-9]([a-z0-9\\-]{0,38}[a-z0-9])?", title: "small letters, digits and - inside; 40 at most",
          help: "Small letters, digits and -. It stands in addresses, and cannot be changed later." })}
        ${this.action.notice()}
        <div class="buttons"><button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Make it</button><button type="button" @click=${close}>Cancel</button></div>
      </form>` : nothing}
    </claw-dialog>`;
  }

  private open(): void {
    this.making = true;
    this.action.clear();
  }

  /** What a new tenant needs next is its number. */
  private async make(event: SubmitEvent): Promise<void> {
    const { name = "" } = fields(event);
    const done = await this.action.run(async () => {
      await api.post<Tenant>("/tenants", { name });
      await session.load();
    });
    if (!done) return;
    this.making = false;
    toast(`${name} is made. Connect its number now.`);
    go(`/t/${part(name)}/channels/whatsapp`);
  }

  private put(tenant: Tenant): void {
    this.tenants.set((this.tenants.value ?? []).map((one) => (one.name === tenant.name ? tenant : one)));
  }

  private change(tenant: Tenant, body: object): Promise<void> {
    return api.patch<Tenant>(`/tenants/${part(tenant.name)}`, body, { version: tenant.version }).then((changed) => this.put(changed));
  }

  private async saveLimits(event: SubmitEvent, tenant: Tenant): Promise<void> {
    const limits = limitsOf(fields(event), tenant.limits);
    if (await this.limits.run(() => this.change(tenant, { limits }))) toast("Limits saved.");
    else if (this.limits.status === 412) await this.tenants.reload();
  }

  private async disable(tenant: Tenant): Promise<void> {
    const done = await confirm({
      heading: `Disable ${tenant.name}?`,
      words: html`<p>While it is disabled, its ${plural(tenant.numbers.length, "number takes", "numbers take")} nothing in and nobody is answered; its members and programs cannot come in.</p>
        <p>Its ${plural(tenant.usage.messages, "stored message", "stored messages")} (${bytes(tenant.usage.stored_bytes)}) stay. What is written to it meanwhile Meta tries to deliver again, for up to seven days; after that it is lost.</p>`,
      action: `Disable ${tenant.name}`,
      danger: true,
      type: tenant.name,
      run: () => this.change(tenant, { enabled: false }),
    });
    if (done) toast(`${tenant.name} is disabled.`);
  }

  private async enable(tenant: Tenant): Promise<void> {
    const done = await confirm({
      heading: `Enable ${tenant.name}?`,
      words: "It takes webhooks again, and answers what waits.",
      action: `Enable ${tenant.name}`,
      run: () => this.change(tenant, { enabled: true }),
    });
    if (done) toast(`${tenant.name} is enabled.`);
  }
}

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { pin, theme, type Theme } from "../common/theme.js";
import { api } from "./api.js";
import { find, go } from "./router.js";
import { platformRail, routes, tenantRail, type Entry } from "./routes.js";
import { session } from "./session.js";
import { icon, mark } from "./ui/icons.js";
import "./ui/popover.js";
import type { ClawPopover } from "./ui/popover.js";
import { searchBox } from "./ui/parts.js";
import { base } from "./ui/styles.js";
import { complain } from "./ui/toast.js";

/** With more tenants than this a list without a search is a place to get lost in. */
const SEARCH_FROM = 8;

/** The entries of a tenant that the person may see and that have a page. */
export const entriesOf = (tenant: string): (Entry & { address: string })[] =>
  tenantRail
    .map((entry) => ({ ...entry, address: `/t/${encodeURIComponent(tenant)}${entry.href}` }))
    .filter((entry) => (!entry.needs || session.can(entry.needs)) && find(routes, entry.address));

/** The left rail: which tenant, where to, and who is signed in. */
@customElement("claw-rail")
export class ClawRail extends LitElement {
  /** The entry of the page that is shown. */
  @property() current = "";
  @property() tenant = "";
  @state() private search = "";
  @state() private theme: Theme = theme();

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--space-1);
        height: 100%;
        padding: var(--space-4) var(--space-3);
        overflow-y: auto;
      }
      .brand {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: 0 var(--space-2) var(--space-4);
        color: var(--ink);
        font-size: var(--text-lg);
        font-weight: var(--weight-strong);
        letter-spacing: -0.01em;
        text-decoration: none;
      }
      .brand:hover {
        color: var(--ink);
      }
      .brand svg {
        flex: none;
      }
      nav {
        display: grid;
        gap: 2px;
      }
      nav + nav {
        margin-top: var(--space-4);
      }
      .group {
        padding: 0 var(--space-3) var(--space-1);
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .entry {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        width: 100%;
        min-height: 36px;
        padding: var(--space-1) var(--space-3);
        border: 0;
        border-radius: var(--radius-sm);
        background: none;
        color: var(--ink-2);
        font-weight: 500;
        text-align: left;
        text-decoration: none;
        justify-content: flex-start;
      }
      .entry:hover {
        background: var(--surface-3);
        color: var(--ink);
      }
      .entry[aria-current] {
        background: var(--accent-soft);
        color: var(--accent-strong);
      }
      .switch {
        width: 100%;
        margin-bottom: var(--space-3);
        justify-content: space-between;
        border-color: var(--border);
      }
      .switch span,
      .who span {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .label {
        padding: var(--space-2) var(--space-3) var(--space-4);
        font-weight: var(--weight-strong);
        overflow-wrap: anywhere;
      }
      .list {
        display: grid;
        max-height: 50dvh;
        margin-top: var(--space-1);
        overflow-y: auto;
      }
      .list .entry {
        justify-content: space-between;
      }
      .role {
        color: var(--ink-3);
        font-size: var(--text-sm);
        font-weight: 400;
      }
      .space {
        flex: 1;
      }
      .who {
        width: 100%;
        justify-content: flex-start;
        padding: var(--space-1) var(--space-2);
        border-color: transparent;
        background: none;
      }
      .face {
        flex: none;
        display: grid;
        place-items: center;
        width: 28px;
        height: 28px;
        border-radius: 50%;
        background: var(--accent);
        color: var(--on-accent);
        font-size: var(--text-sm);
        font-weight: var(--weight-strong);
      }
      .face::before {
        content: attr(data-letter);
      }
      .me {
        padding: var(--space-1) var(--space-3) var(--space-3);
        overflow-wrap: anywhere;
      }
      .theme {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 2px;
        margin: var(--space-1) var(--space-3) var(--space-3);
        padding: 2px;
        border-radius: var(--radius-sm);
        background: var(--surface-3);
      }
      .theme button {
        min-height: 28px;
        padding: 0;
        border: 0;
        background: none;
        color: var(--ink-2);
        font-size: var(--text-sm);
      }
      .theme button[aria-pressed="true"] {
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-1);
      }
      hr {
        margin: var(--space-1) 0;
        border: 0;
        border-top: 1px solid var(--border);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    session.addEventListener("change", this.changed);
  }
  override disconnectedCallback(): void {
    session.removeEventListener("change", this.changed);
    super.disconnectedCallback();
  }
  private readonly changed = (): void => this.requestUpdate();

  override render() {
    const person = session.current?.person;
    if (!person) return nothing;
    return html`
      <a class="brand" href="/">${mark()}ClawCentral</a>
      ${this.switcher()}
      ${this.tenant && session.access ? this.nav("Tenant", entriesOf(this.tenant)) : nothing}
      ${person.platform_admin ? this.nav("Platform", platformRail.map((entry) => ({ ...entry, address: entry.href })), true) : nothing}
      <div class="space"></div>
      ${this.account(person.name || person.email, person.email)}
    `;
  }

  private nav(name: string, entries: (Entry & { address: string })[], shown = false) {
    return html`<nav aria-label=${name}>
      ${shown ? html`<div class="group">${name}</div>` : nothing}
      ${entries.map((entry) => html`<a class="entry" href=${entry.address} aria-current=${entry.id === this.current ? "page" : nothing}>${icon(entry.icon)}${entry.label}</a>`)}
    </nav>`;
  }

  private switcher() {
    const tenants = session.current?.tenants ?? [];
    if (tenants.length === 0) return nothing;
    if (tenants.length === 1 && this.tenant === tenants[0]?.name) return html`<div class="label">${this.tenant}</div>`;
    const wanted = this.search.trim().toLowerCase();
    const found = tenants.filter((tenant) => tenant.name.toLowerCase().includes(wanted));
    return html`<claw-popover @open=${() => (this.search = "")} @keydown=${this.arrows}>
      <button slot="button" type="button" class="switch" aria-label=${this.tenant ? `Tenant ${this.tenant}: switch` : "Choose a tenant"}>
        <span>${this.tenant || "Choose a tenant"}</span>${icon("down", 16)}
      </button>
      ${tenants.length > SEARCH_FROM ? searchBox("Find a tenant", this.search, (value) => (this.search = value)) : nothing}
      <div class="list" role="group" aria-label="Tenants">
        ${found.map((tenant, index) => html`<a class="entry" href=${this.addressIn(tenant.name)} ?data-first=${index === 0 && tenants.length <= SEARCH_FROM}
          aria-current=${tenant.name === this.tenant ? "true" : nothing} @click=${this.shut}>${tenant.name}<span class="role">${tenant.role === "platform" ? "" : tenant.role}</span></a>`)}
        ${found.length === 0 ? html`<p class="me faint">No tenant is called that.</p>` : nothing}
      </div>
    </claw-popover>`;
  }

  /** The same page of another tenant, without what it shows of this one. */
  private addressIn(tenant: string): string {
    const entry = tenantRail.find(({ id }) => id === this.current);
    return `/t/${encodeURIComponent(tenant)}${(this.tenant && entry ? entry : tenantRail[0])?.href ?? ""}`;
  }

  private account(name: string, email: string) {
    const themes: [Theme, string][] = [["system", "System"], ["light", "Light"], ["dark", "Dark"]];
    return html`<claw-popover side="above" @keydown=${this.arrows}>
      <button slot="button" type="button" class="who" aria-label=${`Account of ${name}`}>
        <span class="face" data-letter=${[...name][0]?.toUpperCase() ?? ""}></span><span>${name}</span>
      </button>
      <div class="me"><strong>${name}</strong><br /><span class="faint">${email}</span></div>
      <div class="theme" role="group" aria-label="Theme">
        ${themes.map(([value, label]) => html`<button type="button" aria-pressed=${this.theme === value} @click=${() => this.look(value)}>${label}</button>`)}
      </div>
      <hr />
      <a class="entry" data-first href="/account" @click=${this.shut}>${icon("person")}Account</a>
      <button type="button" class="entry" @click=${this.help}>${icon("keyboard")}Keyboard</button>
      <hr />
      <button type="button" class="entry" @click=${() => this.leave(false)}>${icon("leave")}Sign out</button>
      <button type="button" class="entry" @click=${() => this.leave(true)}>${icon("leave")}Sign out everywhere</button>
    </claw-popover>`;
  }

  private look(chosen: Theme): void {
    pin(chosen);
    this.theme = chosen;
  }

  private readonly shut = (event: Event): void => {
    (event.currentTarget as HTMLElement).closest<ClawPopover>("claw-popover")?.close();
  };

  private help(event: Event): void {
    this.shut(event);
    this.dispatchEvent(new Event("help", { bubbles: true, composed: true }));
  }

  private async leave(everywhere: boolean): Promise<void> {
    try {
      await session.signOut(everywhere);
      api.tenant = "";
      go("/sign-in");
    } catch (error) {
      complain(error);
    }
  }

  private arrows(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("input, .entry, .theme button")];
    const at = items.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    items[(at + step + items.length) % items.length]?.focus();
    event.preventDefault();
  }
}

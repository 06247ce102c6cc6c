import { css, html, nothing, type TemplateResult } from "lit";
import { Page } from "../page.js";
import { find } from "../router.js";
import { routes } from "../routes.js";
import { session } from "../session.js";
import { base } from "../ui/styles.js";

const TABS: readonly [string, string][] = [
  ["secrets", "Secrets"],
  ["conversations", "Conversations"],
  ["members", "Members"],
  ["tokens", "API tokens"],
  ["audit", "Audit log"],
  ["tenant", "Tenant"],
];

/** The base of the pages under a tenant's Settings: they share a row of tabs. */
export abstract class SettingsPage extends Page {
  static override styles = [
    base,
    css`
      .tabs {
        display: flex;
        gap: var(--space-1);
        margin-bottom: var(--space-6);
        border-bottom: 1px solid var(--border);
        overflow-x: auto;
        scrollbar-width: none;
      }
      .tabs a {
        padding: var(--space-2) var(--space-3);
        border-bottom: 2px solid transparent;
        color: var(--ink-2);
        font-weight: 500;
        text-decoration: none;
        white-space: nowrap;
      }
      .tabs a:hover {
        color: var(--ink);
      }
      .tabs a:focus-visible {
        outline-offset: -3px;
      }
      .tabs [aria-current] {
        border-color: var(--accent);
        color: var(--accent-strong);
      }
    `,
  ];

  protected get tenant(): string {
    return this.params.tenant ?? "";
  }

  protected override head(title: string, lead: TemplateResult | string | typeof nothing = nothing, actions: TemplateResult | string | typeof nothing = nothing): TemplateResult {
    const at = `/t/${encodeURIComponent(this.tenant)}/settings/`;
    const seen = TABS.filter(([path]) => {
      const needs = find(routes, at + path)?.route.needs;
      return !needs || session.can(needs);
    });
    return html`<nav class="tabs" aria-label="Settings">
        ${seen.map(([path, label]) => html`<a href=${at + path} aria-current=${location.pathname.endsWith(`/settings/${path}`) ? "page" : nothing}>${label}</a>`)}
      </nav>
      ${super.head(title, lead, actions)}`;
  }
}

import { css, html, nothing, type TemplateResult } from "lit";
import { Page } from "../page.js";
import { find } from "../router.js";
import { routes } from "../routes.js";
import { session } from "../session.js";
import { base } from "../ui/styles.js";
import { tabs } from "../ui/styles/tabs.js";

const TABS: readonly [string, string][] = [
  ["secrets", "Secrets"],
  ["conversations", "Conversations"],
  ["speech", "Speech"],
  ["delivery", "Delivery"],
  ["members", "Members"],
  ["tokens", "API tokens"],
  ["webhooks", "Webhooks"],
  ["audit", "Audit log"],
  ["tenant", "Tenant"],
];

/** The base of the pages under a tenant's Settings: they share a row of tabs. */
export abstract class SettingsPage extends Page {
  static override styles = [
    base,
    tabs,
    css`
      .tabs {
        margin-bottom: var(--space-6);
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
        ${seen.map(([path, label]) => html`<a href=${at + path} aria-current=${`${location.pathname}/`.includes(`/settings/${path}/`) ? "page" : nothing}>${label}</a>`)}
      </nav>
      ${super.head(title, lead, actions)}`;
  }
}

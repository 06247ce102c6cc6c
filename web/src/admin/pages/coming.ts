// Routing: a part that is not here yet. Its page says what holds today and where it is set; nothing on it pretends to work.

import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import type { Tenant } from "../types.js";
import { badge, skeleton } from "../ui/parts.js";

abstract class ComingPage extends Page {
  protected readonly tenant = new Load<Tenant>(this, () => api.get("/tenant"));

  static override styles = [
    ...Page.styles,
    css`
      .path {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        margin: var(--space-4) 0;
      }
      .path span:not(.badge) {
        padding: var(--space-2) var(--space-4);
        border: 1px solid var(--border);
        border-radius: var(--radius-round);
        background: var(--surface-2);
      }
      .path svg {
        color: var(--ink-3);
      }
      .card p,
      .card li {
        color: var(--ink-2);
      }
      ul {
        display: grid;
        gap: var(--space-2);
        margin: var(--space-3) 0;
        padding-left: var(--space-5);
      }
      .later h2 {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        margin-bottom: var(--space-2);
      }
    `,
  ];

  constructor() {
    super();
    const again = (): void => void this.tenant.reload();
    new Live(this, { tenant: again, resync: again });
  }

  protected to(rest: string): string {
    return `/t/${part(this.params.tenant)}/${rest}`;
  }

  protected abstract today(tenant: Tenant): TemplateResult;
  protected abstract later(): TemplateResult;
  protected abstract heading(): TemplateResult;

  override render() {
    return html`${this.heading()}<div class="stack narrow">
      ${this.tenant.view((tenant) => html`<section class="card"><h2>What holds today</h2>${this.today(tenant)}</section>`, skeleton(2))}
      <section class="card later"><h2>What will stand here ${badge("off", "not here yet")}</h2>${this.later()}</section>
    </div>`;
  }
}

const arrow = html`<svg width="18" height="12" viewBox="0 0 18 12" fill="none" stroke="currentColor" stroke-width="1.600" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M1 6h15M11.500 1.500 16 6l-4.500 4.500" /></svg>`;

/** Which agent answers whom. */
@customElement("page-routing")
export class PageRouting extends ComingPage {
  protected heading(): TemplateResult {
    return this.head("Routing", "Which agent answers whom.");
  }

  protected today({ default_agent: agent, policy }: Tenant): TemplateResult {
    const rule = agent
      ? html`<div class="path"><span>Everybody who writes</span>${arrow}<span>${agent}</span></div>
          <p>One rule: the default agent answers everybody. To change who that is, <a href=${this.to(`agents/${part(agent)}`)}>open an agent</a> and make it the default.</p>`
      : html`<div class="path"><span>Everybody who writes</span>${arrow}<span>nobody</span></div>
          <p>There is no agent, so nobody is answered. <a href=${this.to("agents/+new")}>Make one</a>; the first becomes the default.</p>`;
    return policy === "disabled"
      ? html`${rule}<p>And the channel is closed: messages are kept, and nobody is answered. <a href=${this.to("channels/whatsapp")}>Open it under Channels</a>.</p>`
      : rule;
  }

  protected later(): TemplateResult {
    return html`<p>Rules that are tried from top to bottom, so that different people reach different agents:</p>
      <ul><li>by the number they wrote to</li><li>by who they are: a person, a group of people, a country</li><li>by the first words of the message</li></ul>
      <p>and a place to try a message on: which rule it meets, and why.</p>`;
  }
}

// Pairing: a part that is not here yet. Its page says what holds today and where it is set; nothing on it pretends to work.

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

/** Who may talk at all. */
@customElement("page-pairing")
export class PagePairing extends ComingPage {
  protected heading(): TemplateResult {
    return this.head("Pairing", "Who may talk to your agents.");
  }

  protected today({ policy }: Tenant): TemplateResult {
    const open = policy !== "disabled";
    return html`<div class="path"><span>Somebody new writes</span>${arrow}<span>${open ? "they are answered" : "kept, not answered"}</span></div>
      <p>${open ? "Everybody may write; nobody has to be let in first." : "The channel is closed: messages are kept, and nobody is answered."}
        It is set for all numbers at once, <a href=${this.to("channels/whatsapp")}>under Channels, Who may write</a>.</p>`;
  }

  protected later(): TemplateResult {
    return html`<p>A third choice between everybody and nobody: who is new waits, and you let them in.</p>
      <ul><li>a list of who waits, with their first words and a code they can tell you</li><li>one press lets them in, one turns them away</li><li>who was let in by whom, and taking it back</li></ul>`;
  }
}

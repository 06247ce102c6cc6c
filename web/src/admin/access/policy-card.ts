import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Tenant } from "../types.js";
import "../ui/dialog.js";
import { icon, type IconName } from "../ui/icons.js";
import { notice } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import "./policy.js";
import { policyAt, titleOf, wordsOf } from "./words.js";

const arrow = html`<svg class="arrow" width="18" height="12" viewBox="0 0 18 12" fill="none" stroke="currentColor" stroke-width="1.600" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M1 6h15M11.500 1.500 16 6l-4.500 4.500" /></svg>`;

/** The way of somebody whom nobody let in yet, step by step, with who moves. */
const WAYS: Record<string, readonly [IconName, string][]> = {
  open: [["person", "Somebody new writes"], ["agents", "they are answered"]],
  pairing: [["person", "Somebody new writes"], ["key", "gets a code and waits"], ["hand", "you let them in"], ["agents", "they are answered"]],
  allowlist: [["person", "Somebody new writes"], ["lock", "is not on the list"], ["off", "kept, nothing is sent"]],
  disabled: [["person", "Somebody writes"], ["off", "kept, not answered"]],
};

/** What holds for whom: the way of somebody new, and the policy of the tenant and of each number. */
@customElement("claw-policy-card")
export class ClawPolicyCard extends LitElement {
  @property({ attribute: false }) tenant!: Tenant;
  /** What each number is called. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @property({ type: Boolean }) listIsEmpty = false;
  /** The number whose policy is being changed, "" for all of them. */
  @state() private changes: string | null = null;

  static override styles = [
    base,
    css`
      .card {
        display: grid;
        gap: var(--space-4);
        padding: var(--space-5);
      }
      .way {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        padding: 0;
        list-style: none;
      }
      .way li {
        display: flex;
        align-items: center;
        gap: var(--space-3);
      }
      .step {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-1) var(--space-4) var(--space-1) var(--space-1);
        border: 1px solid var(--border);
        border-radius: var(--radius-round);
        background: var(--surface-2);
      }
      .step i {
        display: grid;
        flex: none;
        place-items: center;
        width: 28px;
        height: 28px;
        border-radius: 50%;
        background: var(--surface-3);
        color: var(--ink-2);
      }
      .ends i {
        background: var(--accent-soft);
        color: var(--accent);
      }
      .arrow {
        flex: none;
        color: var(--ink-3);
      }
      h2 {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
      }
      h2 .tag {
        font-weight: 500;
      }
      .all p {
        margin-top: var(--space-1);
        color: var(--ink-2);
      }
      .all {
        align-items: start;
      }
      .numbers {
        display: grid;
        padding: 0;
        border-top: 1px solid var(--border);
        list-style: none;
      }
      .numbers li,
      .all {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--space-2) var(--space-4);
      }
      .numbers li {
        align-items: center;
        padding: var(--space-2) 0;
        border-bottom: 1px solid var(--border);
      }
      .numbers li:last-child {
        padding-bottom: 0;
        border: 0;
      }
      .policy {
        font-weight: 500;
      }
      .what {
        display: grid;
        grid-template-columns: minmax(0, 15rem) minmax(0, 1fr);
        gap: 0 var(--space-4);
      }
      @media (max-width: 719px) {
        .way,
        .way li {
          gap: var(--space-1);
        }
        .step {
          padding: 2px 10px;
          font-size: var(--text-sm);
        }
        .step i {
          display: none;
        }
        .what {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  /** Opens the choice for all numbers: an empty list offers it. */
  change(): void {
    this.changes = "";
  }

  override render() {
    const { tenant } = this;
    const held = new Set(tenant.numbers.map((number) => policyAt(tenant, number)));
    // Where all numbers are alike there is one way; else the way of those that have no policy of their own.
    const own = tenant.numbers.some((number) => tenant.policies[number]);
    const policy = held.size === 1 ? ([...held][0] ?? tenant.policy) : tenant.policy;
    return html`<section class="card" aria-labelledby="who">
        <div class="all"><div><h2 id="who">Who may write<span class="tag">${titleOf(policy)}</span></h2>
            <p>${wordsOf(policy)}${own ? " It holds where a number has no policy of its own." : ""}</p></div>
          ${this.button("", "Change")}</div>
        ${this.way(policy)}
        ${tenant.numbers.length > 1 || own ? this.perNumber() : nothing}
        ${this.warning()}
      </section>
      ${this.dialog()}`;
  }

  private way(policy: string): TemplateResult {
    const steps = WAYS[policy] ?? [];
    return html`<ol class="way" aria-label="The way of somebody new">${steps.map(([picture, words], index) => html`<li>
      ${index ? arrow : nothing}<span class="step ${picture === "agents" ? "ends" : ""}"><i>${icon(picture, 16)}</i>${words}</span></li>`)}</ol>`;
  }

  private perNumber(): TemplateResult {
    const { tenant, names } = this;
    return html`<ul class="numbers" aria-label="Policy of each number">${tenant.numbers.map((number) => {
      const policy = policyAt(tenant, number);
      const own = tenant.policies[number] !== undefined;
      return html`<li>
        <span class="what"><span>${names.get(number) ?? html`<span class="mono">${number}</span>`}</span>
          <span><span class="policy">${titleOf(policy)}</span> <span class="faint">${own ? wordsOf(policy) : "as all numbers"}</span></span></span>
        ${this.button(number, "Change", `Change who may write to ${names.get(number) ?? number}`)}</li>`;
    })}</ul>`;
  }

  private button(number: string, words: string, label = "Change who may write"): TemplateResult {
    return html`<button type="button" class="small" aria-label=${label} @click=${() => (this.changes = number)}>${words}</button>`;
  }

  private warning() {
    const { tenant } = this;
    if (!this.listIsEmpty || ![tenant.policy, ...Object.values(tenant.policies)].includes("allowlist")) return nothing;
    const all = tenant.numbers.every((number) => policyAt(tenant, number) === "allowlist");
    return notice("waiting", html`The list is empty: nobody is answered${all ? "" : " at a number with “Only the list”"}. <a href="/t/${encodeURIComponent(tenant.name)}/pairing/allowed">Put people on it</a>.`);
  }

  private dialog() {
    const number = this.changes;
    const close = (): void => void (this.changes = null);
    const name = number ? (this.names.get(number) ?? number) : "";
    return html`<claw-dialog wide heading=${name ? `Who may write to ${name}` : "Who may write"} ?open=${number !== null} @close=${close}>
      ${number === null ? nothing : html`${number === "" && this.tenant.numbers.length > 1 ? html`<p class="faint">It holds for every number that has no policy of its own.</p><br>` : nothing}
        <claw-policy .tenant=${this.tenant} .number=${number} .label=${name} @saved=${(event: CustomEvent<Tenant>) => this.saved(event)} @stale=${this.pass}></claw-policy>`}
    </claw-dialog>`;
  }

  private saved(event: CustomEvent<Tenant>): void {
    this.changes = null;
    this.pass(event);
  }

  private pass(event: Event): void {
    this.dispatchEvent(event instanceof CustomEvent ? new CustomEvent(event.type, { detail: event.detail }) : new Event(event.type));
  }
}

import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../access/policy.js";
import { policyAt } from "../access/words.js";
import { api, part } from "../api.js";
import { beforeYouBegin, beforeYouBeginStyle } from "../channel/before-you-begin.js";
import "../channel/guide-steps.js";
import { configuration, metaPage, metaPageStyle } from "../channel/meta-page.js";
import { numberFacts, numberFactsStyle } from "../channel/number-facts.js";
import "../channel/secret-row.js";
import type { Wanted } from "../channel/secret-row.js";
import type { Guide, StepId } from "../channel/types.js";
import { IDS, NUMBER, VALUES, numbersIn, withNumber } from "../channel/values.js";
import { Live } from "../live.js";
import { Action, Load, Page, fields } from "../page.js";
import { go } from "../router.js";
import { session } from "../session.js";
import type { Secret, Tenant } from "../types.js";
import "../ui/copy.js";
import "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { badge, field, notice, skeleton, time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

interface Setup {
  guide: Guide;
  secrets: Secret[];
  tenant: Tenant;
}

/** While a step waits, it is asked for again at this pace: the gateway, or Meta where only Meta knows. */
const AGAIN_MS = 8_000;
/** What Meta tells when it is asked, and never by itself. */
const ASKED: readonly StepId[] = ["token_accepted", "number_found", "app_subscribed"];

/** What has to be done before a test message is answered, by the policy. */
const BEFORE: Record<string, TemplateResult> = {
  disabled: html`Choose above who may write: now it is nobody.`,
  pairing: html`Your phone gets a code first: let it in under Pairing.`,
  allowlist: html`Put your phone's number on the list, under Pairing.`,
};

/** Connecting a number, from nothing to an answered message. */
@customElement("page-whatsapp")
export class PageWhatsapp extends Page {
  private readonly setup = new Load<Setup>(this);
  private readonly check = new Action(this);
  private readonly adding = new Action(this);
  @state() private adds = false;
  private timer = 0;

  static override styles = [
    ...Page.styles,
    metaPageStyle,
    numberFactsStyle,
    beforeYouBeginStyle,
    css`
      .tabs {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1);
        margin-bottom: var(--space-5);
        border-bottom: 1px solid var(--border);
      }
      .tabs a {
        padding: var(--space-2) var(--space-4);
        border-bottom: 2px solid transparent;
        color: var(--ink-2);
        font-weight: 500;
        text-decoration: none;
      }
      .tabs a[aria-current] {
        border-color: var(--accent);
        color: var(--ink);
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(17rem, 20rem);
        gap: var(--space-6);
        align-items: start;
      }
      .progress-card {
        position: sticky;
        top: var(--space-6);
        max-height: calc(100dvh - var(--space-12));
        overflow: auto;
        padding: var(--space-5);
      }
      .progress-card header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2);
        margin-bottom: var(--space-4);
      }
      .progress-card .help {
        margin: calc(-1 * var(--space-2)) 0 var(--space-4);
      }
      .progress-card .notice {
        margin-bottom: var(--space-3);
      }
      .values > * + * {
        border-top: 1px solid var(--border);
      }
      .place {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 19rem);
        gap: var(--space-4) var(--space-6);
        align-items: start;
      }
      .place ol {
        display: grid;
        gap: var(--space-3);
        padding-left: var(--space-5);
      }
      .place {
        margin-top: var(--space-4);
      }
      .more summary {
        width: fit-content;
        color: var(--accent);
        font-weight: 500;
        cursor: pointer;
      }
      .aside {
        margin-bottom: var(--space-4);
      }
      .test {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-3);
      }
      .form {
        display: grid;
        gap: var(--space-4);
      }
      @media (max-width: 1099px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
        .progress-card {
          position: static;
          max-height: none;
          order: -1;
        }
      }
      @media (max-width: 719px) {
        .place {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, { tenant: () => void this.setup.reload(), resync: () => void this.setup.reload() });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => {
      const waits = this.setup.value?.guide.steps.some((step) => step.state !== "done");
      if (waits && document.visibilityState === "visible") void this.askAgain();
    }, AGAIN_MS);
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("params")) void this.setup.load(() => this.read()).then(() => this.askAgain());
  }

  /** Has Meta asked where a step needs its word; else only reads. Quiet: the button says what went wrong. */
  private async askAgain(): Promise<void> {
    const { value } = this.setup;
    const needs = value?.guide.steps.some((step) => ASKED.includes(step.id) && step.state !== "done");
    const set = value?.guide.steps.every((step) => step.id !== "secrets_set" || step.state === "done");
    if (!needs || !set) return this.setup.reload();
    try {
      this.take(await api.post<Guide>("/guide/check", undefined, this.asked));
    } catch {
      await this.setup.reload();
    }
  }

  private async read(): Promise<Setup> {
    const [guide, { secrets }, tenant] = await Promise.all([
      api.get<Guide>("/guide", { query: { number: this.params.number } }),
      api.get<{ secrets: Secret[] }>("/secrets"),
      api.get<Tenant>("/tenant"),
    ]);
    return { guide, secrets, tenant };
  }

  private take(guide: Guide): void {
    const { value } = this.setup;
    if (value) this.setup.set({ ...value, guide });
  }

  private get home(): string {
    return `/t/${part(this.params.tenant)}/channels/whatsapp`;
  }

  private get whyNot(): string {
    return session.whyNot("settings.write");
  }

  override render() {
    return html`${this.head("WhatsApp", "Connect a number, step by step. Each step turns green by itself when it is done.")}
      ${this.setup.view((setup) => this.body(setup), html`<div class="columns"><div class="stack">${skeleton(4)}${skeleton(3)}</div>${skeleton(7)}</div>`)}
      ${this.addDialog()}`;
  }

  private body(setup: Setup) {
    const { guide, secrets, tenant } = setup;
    const numbers = numbersIn(this.secret(secrets, NUMBER)?.value ?? tenant.numbers.join(","));
    const number = this.params.number ?? guide.number ?? numbers[0] ?? "";
    const done = guide.steps.every((step) => step.state === "done");
    return html`${this.tabs(numbers, number)}
      ${this.whyNot ? html`<div class="aside">${notice("info", `You may look. ${this.whyNot}`)}</div>` : nothing}
      <div class="columns">
        <div class="stack">
          ${numberFacts(guide.facts)} ${this.learned(guide)}
          ${beforeYouBegin(guide.steps.some((step) => step.id === "secrets_set" && step.state !== "done"))}
          ${this.values(setup, numbers, number)} ${this.place(guide, secrets)} ${this.who(tenant, number, guide.facts)} ${this.test(guide, tenant, number, done)}
        </div>
        <section class="card progress-card" aria-labelledby="progress">
          <header><h2 id="progress">${done ? "Everything works" : "How far it is"}</h2>
            <button type="button" class="small" aria-busy=${String(this.check.busy)} ?disabled=${this.check.busy}
              @click=${this.checkAgain}>${icon("refresh", 14)} Check again</button></header>
          ${this.check.notice()}
          ${guide.facts.checked_at ? html`<p class="help">Meta was asked ${time(guide.facts.checked_at)}.</p>` : nothing}
          <claw-guide-steps .steps=${guide.steps} ?busy=${this.check.busy} .whyNot=${this.whyNot} @subscribe=${this.subscribe}></claw-guide-steps>
        </section>
      </div>`;
  }

  private tabs(numbers: string[], number: string) {
    if (numbers.length === 0) return nothing;
    return html`<nav class="tabs" aria-label="Numbers">
      ${numbers.map((one) => html`<a href="${this.home}/${part(one)}" aria-current=${one === number ? "page" : nothing}>${one}</a>`)}
      <button type="button" class="quiet" ?disabled=${this.whyNot !== ""} title=${this.whyNot} @click=${() => (this.adds = true)}>${icon("plus", 16)} Add a number</button>
    </nav>`;
  }

  private secret(secrets: Secret[], name: string): Secret | undefined {
    return secrets.find((one) => one.name === name && one.set);
  }

  private values({ secrets }: Setup, numbers: string[], number: string) {
    // The first number's values have plain names; a further one's end with its id.
    const further = numbers.indexOf(number) > 0;
    const list = this.secret(secrets, NUMBER)?.value ?? "";
    const next = this.whyNot ? undefined : VALUES.find(({ name }) => !this.secret(secrets, name));
    const row = (wanted: Wanted): TemplateResult => {
      const isNumber = wanted.name === NUMBER;
      const name = further && !isNumber ? `${wanted.name}_${number}` : wanted.name;
      return html`<claw-secret-row
        .wanted=${{ ...wanted, name }} .secret=${this.secret(secrets, name)} .whyNot=${this.whyNot}
        ?next=${wanted === next}
        ?shared=${further && !isNumber && this.secret(secrets, wanted.name) !== undefined}
        .written=${isNumber ? (value: string) => withNumber(list, number, value) : (value: string) => value}
        .shown=${isNumber ? (value: string) => (numbersIn(value).includes(number) ? number : (numbersIn(value)[0] ?? "")) : (value: string) => value}
        @saved=${this.saved}></claw-secret-row>`;
    };
    return html`<section class="card"><h2>Four values from Meta</h2><p>Copy each from Meta's page into its field. The drawing shows where it is found.</p>
      <div class="values">${VALUES.map(row)}</div>
      <details class="more"><summary>Two more, which ClawCentral learns by itself</summary><div class="values">${IDS.map(row)}</div></details></section>`;
  }

  private place({ callback_url: url, platform_callback_url: platform, fields: wanted }: Guide, secrets: Secret[]) {
    return html`<section class="card"><h2>Tell Meta where to deliver</h2><p>In your app at Meta, under <b>WhatsApp, Configuration</b>, press <i>Edit</i> beside Webhook.</p>
      <claw-copy .value=${url} label="callback URL"></claw-copy>
      <div class="place"><ol>
        <li>Paste the address above as <b>Callback URL</b>.</li>
        <li>Write the same <b>Verify token</b> as above${this.secret(secrets, "WHATSAPP_VERIFY_TOKEN") ? "" : ", which has to be saved here first"}, and press <b>Verify and save</b>.</li>
        <li>Below, under Webhook fields, press <b>Subscribe</b> beside ${wanted.map((one, index) => html`${index ? ", " : ""}<code>${one}</code>`)}.</li>
      </ol>${metaPage(configuration)}</div>
      ${platform ? html`<p class="help">Does your number belong to the platform's own Meta app? Then its address is used instead: <code>${platform}</code></p>` : nothing}
    </section>`;
  }

  private learned({ facts }: Guide) {
    const { waba_id: waba, app_id: app } = facts.learned ?? {};
    if (!waba && !app) return nothing;
    const what = [waba ? `the WhatsApp Business Account ${waba}` : "", app ? `the app ${app}` : ""].filter(Boolean).join(" and ");
    return notice("info", html`Meta names ${what} for this number. Is that yours?`, {
      label: "Yes, keep it",
      run: () => void this.check.run(async () => this.take(await api.post<Guide>("/guide/confirm", { ...(waba ? { waba_id: waba } : {}), ...(app ? { app_id: app } : {}) }, this.asked))),
    });
  }

  private who(tenant: Tenant, number: string, facts: Guide["facts"]) {
    // With one number there is nothing to tell apart: what is chosen here holds for the tenant.
    const own = number !== "" && (tenant.numbers.length > 1 || tenant.policies[number] !== undefined);
    return html`<section class="card"><h2>Who may write</h2>
      <p>${own ? "Of this number; it can follow what holds for all of them." : "Of all numbers of this tenant."} Who waits and who is on the list stands under <a href="/t/${part(this.params.tenant)}/pairing">Pairing</a>.</p>
      <claw-policy .tenant=${tenant} .number=${own ? number : ""} .label=${facts.display_phone_number ?? ""}
        @saved=${(event: CustomEvent<Tenant>) => this.setTenant(event.detail)} @stale=${() => void this.setup.reload()}></claw-policy></section>`;
  }

  private setTenant(tenant: Tenant): void {
    if (this.setup.value) this.setup.set({ ...this.setup.value, tenant });
  }

  private test({ facts, steps }: Guide, tenant: Tenant, number: string, done: boolean) {
    const digits = (facts.display_phone_number ?? "").replace(/\D/g, "");
    const answered = steps.some((step) => step.id === "test_answered" && step.state === "done");
    const missing = [
      BEFORE[policyAt(tenant, number)] ?? nothing,
      tenant.default_agent ? nothing : html`<a href="/t/${part(this.params.tenant)}/agents">Make an agent</a>, for nobody would answer.`,
    ].filter((one) => one !== nothing);
    return html`<section class="card"><h2>Write a test message</h2>
      <p>From any phone with WhatsApp. You see the message and its answer under <a href="/t/${part(this.params.tenant)}/conversations">Conversations</a>.</p>
      ${missing.length ? html`<div class="aside">${notice("waiting", html`Before it is answered: ${missing.map((one) => html`${one} `)}`)}</div>` : nothing}
      <div class="test">
        ${digits
          ? html`<a class="button primary" href="https://wa.me/${digits}?text=Hello" target="_blank" rel="noopener noreferrer">${icon("send", 16)} Write to ${facts.display_phone_number}</a>`
          : html`<button type="button" disabled title="The number is known as soon as Meta accepts the access token.">${icon("send", 16)} Write to the number</button><span class="help">The number is known as soon as Meta accepts the access token.</span>`}
        ${answered ? badge("ok", done ? "it works" : "answered") : nothing}
      </div></section>`;
  }

  private addDialog() {
    return html`<claw-dialog heading="Add a number" ?open=${this.adds} @close=${() => (this.adds = false)}>
      <form class="form" @submit=${this.add}>
        ${field({ name: "number", label: "Phone number ID", mono: true, required: true, pattern: "\\d{5,20}", title: "Only digits: it is Meta's id of the number, not the phone number itself.",
          help: "Meta's id of the new number, from WhatsApp, API Setup. The other values of the first number are used for it, unless you set its own." })}
        ${this.adding.notice()}
        <div class="buttons"><button class="primary" ?disabled=${this.adding.busy}>Add</button></div>
      </form></claw-dialog>`;
  }

  private async add(event: SubmitEvent): Promise<void> {
    const number = fields(event).number ?? "";
    const kept = this.setup.value ? this.secret(this.setup.value.secrets, NUMBER) : undefined;
    const added = await this.adding.run(() =>
      api.put<Secret>(`/secrets/${NUMBER}`, { value: withNumber(kept?.value ?? "", number, number) }, kept ? { version: kept.version } : { onlyIfNew: true }),
    );
    if (!added) return;
    this.adds = false;
    toast("The number was added.");
    go(`${this.home}/${part(number)}`);
  }

  private readonly saved = (): void => {
    void this.setup.reload().then(() => this.askAgain());
  };

  private get asked(): { query: { number: string | undefined } } {
    return { query: { number: this.params.number } };
  }

  private async checkAgain(): Promise<void> {
    await this.check.run(async () => this.take(await api.post<Guide>("/guide/check", undefined, this.asked)));
  }

  private async subscribe(): Promise<void> {
    if (await this.check.run(async () => this.take(await api.post<Guide>("/guide/subscribe", undefined, this.asked)))) toast("The app is subscribed.");
  }
}

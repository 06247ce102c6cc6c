import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part, told } from "../api.js";
import { fields, Load, Page } from "../page.js";
import { query, setQuery } from "../router.js";
import "../ui/meta-error.js";
import type { MetaError } from "../ui/meta-error.js";
import { badge, field, notice, progress, type State } from "../ui/parts.js";
import { base } from "../ui/styles.js";

type Severity = "ok" | "note" | "skipped" | "warning" | "error";

interface Check {
  id: string;
  part: string;
  title: string;
  severity: Severity;
  seen: string;
  do: string | null;
  error?: MetaError | null;
}

/** What is looked at together, in the order in which it is mended; each is asked for on its own. */
const PARTS: Record<string, string> = {
  settings: "What is set here",
  meta: "What Meta says",
  address: "Our address, from outside",
  agents: "Agents",
  speech: "Speech",
  gateway: "The gateway",
  person: "This person",
};

const STATES: Record<Severity, State> = { ok: "ok", note: "ok", skipped: "off", warning: "waiting", error: "failed" };
const WORDS: Record<Severity, string> = { ok: "well", note: "note", skipped: "not known", warning: "warning", error: "wrong" };

/** What people tell of, and the check that decides it. A check with ":" at its end stands for all of its kind. */
const SYMPTOMS: readonly { says: string; checks: readonly string[] }[] = [
  { says: "The callback URL is verified, and nothing comes", checks: ["app_subscribed", "field_messages", "callback_at_meta"] },
  { says: "Meta cannot verify the callback URL", checks: ["verification", "public_url", "certificate", "verification_answered"] },
  { says: "Messages come to Meta, and are refused here", checks: ["app_secret", "delivery_answered", "tenant_enabled", "storage"] },
  { says: "Messages come, and nobody answers", checks: ["channel_open", "agent_set", "agent:", "recent_failures"] },
  { says: "Answers come late", checks: ["agent:", "backlog", "number_throughput"] },
  { says: "Answers are not sent", checks: ["token_alive", "token_permissions", "number_registered", "backlog"] },
  { says: "Templates are refused", checks: ["templates", "messaging_tier", "number_quality"] },
  { says: "Voice messages are not understood", checks: ["speech:"] },
  { says: "It worked, and stopped by itself", checks: ["token_alive", "certificate", "disk", "clock"] },
  { says: "One person alone is not answered", checks: ["person_access", "person_window"] },
];

/** Finds out what is wrong: part after part, with what to do, and from a symptom to what decides it. */
@customElement("page-troubleshooting")
export class PageTroubleshooting extends Page {
  private readonly numbers = new Load<{ numbers: { phone_number_id: string }[] }>(this, () => api.get("/numbers"));
  @state() private checks: Check[] = [];
  @state() private looking = "";
  @state() private done = 0;
  @state() private fault = "";
  private number = query("number");
  private user = query("user");
  private round = 0;

  static override styles = [
    base,
    css`
      .asks {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-4);
        align-items: end;
        margin-bottom: var(--space-5);
      }
      section {
        margin-bottom: var(--space-6);
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li.check {
        display: grid;
        grid-template-columns: 7rem 1fr;
        gap: var(--space-1) var(--space-4);
        padding: var(--space-3) 0;
        border-top: 1px solid var(--border);
        scroll-margin-top: var(--space-8);
        overflow-wrap: anywhere;
      }
      li.check p {
        margin: 0;
        grid-column: 2;
      }
      li.check:focus {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }
      .links a {
        margin-right: var(--space-3);
      }
      @media (max-width: 640px) {
        li.check {
          grid-template-columns: 1fr;
        }
        li.check p {
          grid-column: 1;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private get parts(): string[] {
    return Object.keys(PARTS).filter((one) => one !== "person" || this.user);
  }

  /** A new round ends the one before: its answers are left alone. */
  private async look(): Promise<void> {
    const round = ++this.round;
    this.checks = [];
    this.fault = "";
    this.done = 0;
    for (const one of this.parts) {
      this.looking = one;
      try {
        const { checks } = await api.get<{ checks: Check[] }>("/doctor", { query: { part: one, number: this.number, user: this.user } });
        if (round !== this.round) return;
        this.checks = [...this.checks, ...checks];
      } catch (error) {
        if (round !== this.round) return;
        this.fault = `${PARTS[one] ?? one}: ${told(error)}`;
      }
      this.done++;
    }
    this.looking = "";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.round++;
  }

  override render() {
    return html`${this.head("Troubleshooting", "Looks at everything that messages depend on, and says what to do. Nothing is sent to anybody.",
      html`<a class="button" href="/t/${part(this.params.tenant)}/channels">Channels</a>`)}
      ${this.form()}
      ${this.looking ? progress(`Looking at: ${PARTS[this.looking] ?? ""}`, this.done, this.parts.length) : this.verdict()}
      ${this.fault ? notice("failed", this.fault) : nothing}
      ${this.parts.map((one) => this.group(one))}
      ${this.symptoms()}`;
  }

  private form() {
    const numbers = this.numbers.value?.numbers ?? [];
    return html`<form class="asks" @submit=${this.submit}>
      ${numbers.length > 1
        ? field({ name: "number", label: "Number", type: "select", value: this.number, options: numbers.map((one) => ({ value: one.phone_number_id, label: one.phone_number_id })) })
        : nothing}
      ${field({ name: "user", label: "Also one person (optional)", value: this.user, placeholder: "+49 151 12345678", maxlength: 150 })}
      <button class="primary" ?disabled=${this.looking !== ""} aria-busy=${this.looking !== ""}>Look again</button>
    </form>`;
  }

  private submit(event: SubmitEvent): void {
    const given = fields(event);
    this.number = given.number ?? "";
    this.user = (given.user ?? "").trim();
    setQuery({ number: this.number, user: this.user });
    void this.look();
  }

  private verdict() {
    if (this.fault || this.checks.length === 0) return nothing;
    const wrong = this.checks.filter((one) => one.severity === "error").length;
    const warned = this.checks.filter((one) => one.severity === "warning").length;
    if (!wrong && !warned) return notice("ok", "Nothing is wrong.");
    const counted = [wrong ? `${wrong} wrong` : "", warned ? `${warned} to be watched` : ""].filter(Boolean).join(", ");
    return notice(wrong ? "failed" : "waiting", `${counted}. Mend from the top: one cause often has several signs.`);
  }

  private group(name: string) {
    const checks = this.checks.filter((one) => one.part === name);
    if (checks.length === 0) return nothing;
    return html`<section aria-labelledby="part-${name}">
      <h2 id="part-${name}">${PARTS[name]}</h2>
      <ul>${checks.map((one) => this.row(one))}</ul>
    </section>`;
  }

  private row(one: Check) {
    return html`<li class="check" data-check=${one.id} tabindex="-1">
      <span>${badge(STATES[one.severity], WORDS[one.severity])}</span>
      <p><strong>${one.title}</strong></p>
      <p>${one.seen}</p>
      ${one.do ? html`<p>→ ${one.do}</p>` : nothing}
      ${one.error ? html`<p><claw-meta-error told .error=${one.error}></claw-meta-error></p>` : nothing}
    </li>`;
  }

  private symptoms() {
    if (this.looking || this.checks.length === 0) return nothing;
    return html`<section aria-labelledby="symptoms">
      <h2 id="symptoms">By what you see</h2>
      <ul>${SYMPTOMS.map((one) => html`<li class="check">
        <p><strong>${one.says}</strong></p>
        <p class="links">${this.deciding(one.checks)}</p>
      </li>`)}</ul>
    </section>`;
  }

  /** The checks that decide a symptom, as they stand, as ways to them. */
  private deciding(names: readonly string[]) {
    const found = this.checks.filter((one) => names.some((name) => one.id === name || (name.endsWith(":") && one.id.startsWith(name))));
    if (found.length === 0) return html`<span class="faint">Name the person above, and look again.</span>`;
    return found.map((one) => html`<a href="#${one.id}" @click=${(event: Event) => this.show(event, one.id)}>${one.title}: ${WORDS[one.severity]}</a> `);
  }

  private show(event: Event, id: string): void {
    event.preventDefault();
    event.stopPropagation();
    const row = this.renderRoot.querySelector<HTMLElement>(`[data-check="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }
}

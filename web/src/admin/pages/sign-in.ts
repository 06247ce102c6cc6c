import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, Problem } from "../api.js";
import { Action, fields, Load, Page } from "../page.js";
import { go, query, safeNext } from "../router.js";
import { session } from "../session.js";
import type { Session } from "../types.js";
import { field, notice, skeleton } from "../ui/parts.js";
import { base } from "../ui/styles.js";

interface Methods {
  password: boolean;
  oidc: { label: string; url: string } | null;
  needed: boolean;
}

/** Password, then a code where the person has one set up; or the company's own sign-in. */
@customElement("page-sign-in")
export class PageSignIn extends Page {
  @state() private credentials: { email: string; password: string } | null = null;
  private readonly action = new Action(this);
  private readonly methods = new Load<Methods>(this, async () => {
    const [methods, setup] = await Promise.all([
      api.get<Omit<Methods, "needed">>("/sign-in-methods"),
      api.get<{ needed: boolean }>("/setup"),
    ]);
    return { ...methods, needed: setup.needed };
  });
  /** The company's sign-in comes back with words when it failed. */
  private readonly outside = new URLSearchParams(location.hash.slice(1)).get("error") ?? "";

  static override styles = [
    base,
    css`
      .card {
        padding: var(--space-8);
      }
      h1 {
        margin-bottom: var(--space-4);
      }
      .or {
        display: grid;
        grid-template-columns: 1fr auto 1fr;
        align-items: center;
        gap: var(--space-3);
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .or::before,
      .or::after {
        content: "";
        border-top: 1px solid var(--border);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    if (session.current) go(this.next, { replace: true });
  }

  private get next(): string {
    return safeNext(query("next"));
  }

  override render() {
    return html`<div class="card">${this.methods.view((methods) => (methods.needed ? this.setup() : this.signIn(methods)), skeleton(2, "form"))}</div>`;
  }

  private setup() {
    return html`<div class="stack">
      <h1 tabindex="-1">Not set up yet</h1>
      <p>Nobody has an account here. When the gateway started it wrote a link to its log that ends in <code>/setup#…</code>; open it to become the first platform admin.</p>
    </div>`;
  }

  private signIn(methods: Methods) {
    const next = encodeURIComponent(this.next);
    return html`<h1 tabindex="-1">Sign in</h1>
      <div class="stack">
        ${this.outside ? notice("failed", this.outside) : nothing}
        ${query("next") && !this.action.error ? notice("info", "Sign in to go on where you were.") : nothing}
        ${methods.oidc ? html`<a class="button primary" href=${`${methods.oidc.url}?next=${next}`}>${methods.oidc.label}</a>` : nothing}
        ${methods.oidc && methods.password ? html`<div class="or">or</div>` : nothing}
        ${methods.password ? (this.credentials ? this.codeForm() : this.passwordForm()) : nothing}
      </div>`;
  }

  private passwordForm() {
    return html`<form class="stack" @submit=${this.submit}>
      ${field({ name: "email", label: "Email", type: "email", required: true, autocomplete: "username", autofocus: true })}
      ${field({ name: "password", label: "Password", type: "secret", required: true, autocomplete: "current-password" })}
      ${this.action.notice()}
      <button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Sign in</button>
    </form>`;
  }

  private codeForm() {
    return html`<form class="stack" @submit=${this.submit}>
      ${field({ name: "code", label: "Code", required: true, autofocus: true, mono: true, autocomplete: "one-time-code", maxlength: 32,
        help: "The six digits your authenticator app shows now, or one of your recovery codes." })}
      ${this.action.notice()}
      <div class="buttons">
        <button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Sign in</button>
        <button type="button" @click=${this.restart}>Back</button>
      </div>
    </form>`;
  }

  private restart(): void {
    this.credentials = null;
    this.action.clear();
    void this.focusHeading();
  }

  private async submit(event: SubmitEvent): Promise<void> {
    const given = fields(event);
    const body = this.credentials ? { ...this.credentials, ...given } : given;
    await this.action.run(async () => {
      let answer: Session;
      try {
        answer = await api.post<Session>("/session", body, { signingIn: true });
      } catch (error) {
        if (this.credentials || !(error instanceof Problem) || error.body.totp_required !== true) throw error;
        this.credentials = { email: given.email ?? "", password: given.password ?? "" };
        return;
      }
      session.take(answer);
      go(this.next, { replace: true });
    });
    if (this.credentials && !this.action.error) await this.focusHeading();
  }

  protected override updated(): void {
    // The form comes after the page: it waits for what ways there are.
    const active = this.shadowRoot?.activeElement;
    if (!active || active.localName === "h1") this.renderRoot.querySelector<HTMLElement>("[autofocus]")?.focus();
  }
}

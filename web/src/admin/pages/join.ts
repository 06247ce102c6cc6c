import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Action, fields, Load, Page } from "../page.js";
import { go } from "../router.js";
import { session } from "../session.js";
import type { Session } from "../types.js";
import { field, notice, skeleton } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { PASSWORD_LENGTH } from "./setup.js";

interface Invitation {
  email: string;
  tenant: string;
  role: string;
}

/** The link of an invitation: makes an account, or adds the tenant to the one that is signed in. */
@customElement("page-join")
export class PageJoin extends Page {
  private readonly action = new Action(this);
  private readonly code = location.hash.slice(1);
  private readonly invitation = new Load<Invitation>(this, () => api.get(`/invitations/${part(this.code || "none")}`));

  static override styles = [
    base,
    css`
      .card {
        padding: var(--space-8);
      }
      .lead {
        margin-bottom: var(--space-5);
      }
    `,
  ];

  override render() {
    return html`<div class="card">${this.body()}</div>`;
  }

  private body() {
    if ((this.invitation.error as { status?: number } | undefined)?.status === 404)
      return html`<div class="stack">
        <h1 tabindex="-1">This invitation does not work</h1>
        <p>It was used already, was withdrawn, is too old, or a part of the link is missing. Ask who sent it to you for a new one.</p>
        <a class="button" href="/">Go to the start</a>
      </div>`;
    return this.invitation.view((invitation) => this.form(invitation), skeleton(3, "form"));
  }

  private form({ email, tenant, role }: Invitation) {
    const me = session.current?.person;
    const head = html`<h1 tabindex="-1">Join ${tenant}</h1>
      <p class="lead">You are invited as <strong>${role}</strong>.</p>`;
    if (me && me.email !== email)
      return html`${head}
        <div class="stack">
          ${notice("waiting", html`You are signed in as <strong>${me.email}</strong>, and this invitation is for another address.`)}
          ${this.action.notice()}
          <button type="button" ?disabled=${this.action.busy} @click=${this.leave}>Sign out and go on as ${email}</button>
        </div>`;
    const next = encodeURIComponent(`/join#${this.code}`);
    return html`${head}
      <form class="stack" @submit=${this.submit}>
        ${me
          ? nothing
          : html`${field({ name: "name", label: "Your name", required: true, autocomplete: "name", autofocus: true, maxlength: 100 })}
              ${field({ name: "email", label: "Email", type: "email", value: email, readonly: true, autocomplete: "username" })}
              ${field({ name: "password", label: "Password", type: "secret", required: true, autocomplete: "new-password", minlength: PASSWORD_LENGTH,
                help: `${PASSWORD_LENGTH} characters at least.` })}`}
        ${this.action.notice()}
        <button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Join ${tenant}</button>
        ${me ? nothing : html`<p class="small-text">Do you have an account here already? <a href=${`/sign-in?next=${next}`}>Sign in</a>, and you come back to this invitation.</p>`}
      </form>`;
  }

  private submit(event: SubmitEvent): void {
    const { name, password } = fields(event);
    const tenant = this.invitation.value?.tenant ?? "";
    void this.action.run(async () => {
      const body = session.current ? { code: this.code } : { code: this.code, name, password };
      session.take(await api.post<Session>("/invitations/accept", body, { signingIn: true }));
      go(`/t/${part(tenant)}/overview`, { replace: true });
    });
  }

  private leave(): void {
    void this.action.run(() => session.signOut());
  }
}

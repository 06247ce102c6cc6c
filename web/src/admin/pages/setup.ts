import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { api } from "../api.js";
import { Action, fields, Page } from "../page.js";
import { go } from "../router.js";
import { session } from "../session.js";
import type { Session } from "../types.js";
import { field, notice } from "../ui/parts.js";
import { base } from "../ui/styles.js";

/** Twelve, as the gateway wants it. */
export const PASSWORD_LENGTH = 12;

/** The link that a new gateway writes to its log: whoever opens it becomes the first platform admin. */
@customElement("page-setup")
export class PageSetup extends Page {
  private readonly action = new Action(this);
  private readonly code = location.hash.slice(1);

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
    return html`<div class="card">
      <h1 tabindex="-1">Welcome to ClawCentral</h1>
      <p class="lead">You are the first one here. Make your account: it may do everything on this gateway, and can invite others.</p>
      <form class="stack" @submit=${this.submit}>
        ${this.code ? null : notice("waiting", "The end of the link is missing, the part behind the #. Open it as it stands in the gateway's log, whole.")}
        ${field({ name: "name", label: "Your name", required: true, autocomplete: "name", autofocus: true, maxlength: 100 })}
        ${field({ name: "email", label: "Email", type: "email", required: true, autocomplete: "username", help: "To sign in with. Nothing is sent to it." })}
        ${field({ name: "password", label: "Password", type: "secret", required: true, autocomplete: "new-password", minlength: PASSWORD_LENGTH,
          help: `${PASSWORD_LENGTH} characters at least; a few words in a row are easy to keep and hard to guess.` })}
        ${this.action.notice()}
        <button class="primary" ?disabled=${this.action.busy || !this.code} aria-busy=${this.action.busy}>Make the account</button>
      </form>
    </div>`;
  }

  private submit(event: SubmitEvent): void {
    const given = fields(event);
    void this.action.run(async () => {
      session.take(await api.post<Session>("/setup", { code: this.code, ...given }, { signingIn: true }));
      go("/", { replace: true });
    });
  }
}

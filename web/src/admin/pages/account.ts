import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api } from "../api.js";
import { Action, fields, Load, Page } from "../page.js";
import { go } from "../router.js";
import { session } from "../session.js";
import type { Session } from "../types.js";
import "../ui/copy.js";
import { confirm } from "../ui/dialog.js";
import { badge, field, skeleton, table, time } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { qrPath } from "../ui/qr.js";
import { toast } from "../ui/toast.js";
import { PASSWORD_LENGTH } from "./setup.js";

interface SignedIn {
  id: string;
  created_at: string;
  last_seen_at: string;
  from: string;
  agent: string;
  current: boolean;
}

/** Dark on light in every theme: that is what cameras look for. */
function picture(uri: string) {
  const { size, path } = qrPath(uri);
  return html`<svg class="qr" role="img" aria-label="The key as a QR code" viewBox="0 0 ${size} ${size}" width="200" height="200" shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#000" />
  </svg>`;
}

type Dialog = "password" | "totp" | "codes" | "totp-off" | "";

/** Who one is here: name, password, second step, and where one is signed in. */
@customElement("page-account")
export class PageAccount extends Page {
  @state() private dialog: Dialog = "";
  @state() private totp: { secret: string; uri: string } | null = null;
  @state() private codes: string[] = [];
  private readonly profile = new Action(this);
  private readonly action = new Action(this);
  private readonly sessions = new Load<{ sessions: SignedIn[] }>(this, () => api.get("/sessions"));

  static override styles = [
    base,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-3);
      }
      .line > div {
        flex: 1 1 16rem;
      }
      .codes {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr));
        gap: var(--space-1);
        padding: var(--space-3);
        border-radius: var(--radius-sm);
        background: var(--surface-2);
        list-style: none;
      }
      .qr {
        justify-self: center;
        border-radius: var(--radius-sm);
      }
      .devices {
        margin: var(--space-4) 0 var(--space-3);
      }
    `,
  ];

  override render() {
    const person = session.current?.person;
    if (!person) return nothing;
    return html`${this.head("Account", person.email)}
      <div class="stack">
        <section class="card narrow">
          <form class="stack" @submit=${this.rename}>
            ${field({ name: "name", label: "Name", value: person.name, required: true, autocomplete: "name", maxlength: 100, help: "Others see it beside what you did." })}
            ${this.profile.notice()}
            <div class="buttons"><button ?disabled=${this.profile.busy} aria-busy=${this.profile.busy}>Save</button></div>
          </form>
        </section>
        <section class="card narrow stack">
          <h2>Signing in</h2>
          <div class="line">
            <div><h3>Password</h3><p class="faint">${person.has_password ? "Changing it ends your sessions on other devices." : "You have none here: you sign in with your company's account."}</p></div>
            ${person.has_password ? html`<button type="button" @click=${() => this.ask("password")}>Change password</button>` : nothing}
          </div>
          <div class="line">
            <div><h3>Second step ${person.totp ? badge("ok", "On") : badge("off", "Off")}</h3>
              <p class="faint">A code of your phone beside the password: who learns the password alone cannot come in.</p></div>
            ${person.totp
              ? html`<button type="button" @click=${() => this.ask("totp-off")}>Turn off</button>`
              : html`<button type="button" class="primary" ?disabled=${this.action.busy} @click=${this.beginTotp}>Set up</button>`}
          </div>
          ${this.dialog ? nothing : this.action.notice()}
        </section>
        <section>
          <div class="line devices"><h2>Where you are signed in</h2>
            <button type="button" @click=${this.leaveEverywhere}>Sign out everywhere</button></div>
          ${this.sessions.view(({ sessions }) => table("Where you are signed in", [
              { head: "Device", kind: "main", cell: (one) => one.agent || "unknown" },
              { head: "State", cell: (one) => (one.current ? badge("ok", "This one") : nothing) },
              { head: "Address", cell: (one) => html`<span class="mono">${one.from}</span>` },
              { head: "Last seen", cell: (one) => time(one.last_seen_at) },
              { head: "Signed in", cell: (one) => time(one.created_at) },
            ], sessions), skeleton(2))}
        </section>
      </div>
      ${this.dialogs()}`;
  }

  private dialogs() {
    const close = (): void => this.ask("");
    const end = html`<button type="button" @click=${close}>Cancel</button>`;
    return html`
      <claw-dialog heading="Change password" ?open=${this.dialog === "password"} @close=${close}>
        ${this.dialog === "password" ? html`<form class="stack" @submit=${this.changePassword}>
          ${field({ name: "old", label: "Password now", type: "secret", required: true, autocomplete: "current-password", autofocus: true })}
          ${field({ name: "new", label: "New password", type: "secret", required: true, autocomplete: "new-password", minlength: PASSWORD_LENGTH, help: `${PASSWORD_LENGTH} characters at least.` })}
          ${this.action.notice()}
          <div class="buttons"><button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Change password</button>${end}</div>
        </form>` : nothing}
      </claw-dialog>
      <claw-dialog heading="Set up the second step" ?open=${this.dialog === "totp"} @close=${close}>
        ${this.dialog === "totp" ? html`<form class="stack" @submit=${this.finishTotp}>
          <p>1. Let your authenticator app read this picture, or enter the key under it.</p>
          ${picture(this.totp?.uri ?? "")}
          <claw-copy label="the key" .value=${this.totp?.secret ?? ""}></claw-copy>
          <p class="small-text">On this very device? <a href=${this.totp?.uri ?? ""}>Open the app with it</a>.</p>
          ${field({ name: "code", label: "2. The six digits it shows", required: true, mono: true, autofocus: true, autocomplete: "one-time-code", inputmode: "numeric", pattern: "[0-9 ]{6,7}", title: "six digits" })}
          ${this.action.notice()}
          <div class="buttons"><button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Turn on</button>${end}</div>
        </form>` : nothing}
      </claw-dialog>
      <claw-dialog fixed heading="Your recovery codes" ?open=${this.dialog === "codes"}>
        <div class="stack">
          <p>The second step is on. Should your phone be lost, each of these lets you in once. They are shown only now: keep them where you keep other papers.</p>
          <ul class="codes mono">${this.codes.map((code) => html`<li>${code}</li>`)}</ul>
          <div class="buttons"><button type="button" class="primary" autofocus @click=${close}>I have kept them</button>
            <claw-copy bare label="the recovery codes" .value=${this.codes.join("\n")}></claw-copy></div>
        </div>
      </claw-dialog>
      <claw-dialog heading="Turn the second step off" ?open=${this.dialog === "totp-off"} @close=${close}>
        ${this.dialog === "totp-off" ? html`<form class="stack" @submit=${this.endTotp}>
          <p>From then on the password alone lets you in, and the recovery codes are void.</p>
          ${field({ name: "password", label: "Password", type: "secret", required: true, autocomplete: "current-password", autofocus: true })}
          ${this.action.notice()}
          <div class="buttons"><button class="danger" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Turn off</button>${end}</div>
        </form>` : nothing}
      </claw-dialog>`;
  }

  private ask(dialog: Dialog): void {
    this.dialog = dialog;
    if (dialog !== "codes") this.codes = [];
    this.action.clear();
  }

  private async rename(event: SubmitEvent): Promise<void> {
    const given = fields(event);
    if (await this.profile.run(async () => session.take(await api.put<Session>("/session/profile", given)))) toast("Name saved.");
  }

  private async changePassword(event: SubmitEvent): Promise<void> {
    const given = fields(event);
    if (!(await this.action.run(() => api.put("/session/password", given)))) return;
    this.ask("");
    toast("Password changed.");
    await this.sessions.reload();
  }

  private async beginTotp(): Promise<void> {
    if (await this.action.run(async () => (this.totp = await api.post("/session/totp")))) this.ask("totp");
  }

  private async finishTotp(event: SubmitEvent): Promise<void> {
    const code = (fields(event).code ?? "").replace(/\s/g, "");
    const done = await this.action.run(async () => {
      this.codes = (await api.put<{ recovery_codes: string[] }>("/session/totp", { code })).recovery_codes;
    });
    if (!done) return;
    this.totp = null;
    this.ask("codes");
    await session.load();
    this.requestUpdate();
  }

  private async endTotp(event: SubmitEvent): Promise<void> {
    const given = fields(event);
    if (!(await this.action.run(() => api.delete("/session/totp", given)))) return;
    await session.load();
    this.ask("");
    toast("The second step is off.");
  }

  private async leaveEverywhere(): Promise<void> {
    const others = (this.sessions.value?.sessions.length ?? 1) - 1;
    const done = await confirm({
      heading: "Sign out everywhere?",
      words: `This ends your session here and ${others === 1 ? "one" : others} on other devices.`,
      action: "Sign out everywhere",
      run: () => session.signOut(true),
    });
    if (done) go("/sign-in");
  }
}


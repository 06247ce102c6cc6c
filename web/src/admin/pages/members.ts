import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part, type Version } from "../api.js";
import { Live } from "../live.js";
import { Action, fields, Load } from "../page.js";
import { session } from "../session.js";
import type { Role } from "../types.js";
import "../ui/copy.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { badge, empty, field, notice, skeleton, table, time } from "../ui/parts.js";
import { complain, toast } from "../ui/toast.js";
import { SettingsPage } from "./settings-page.js";

interface Member {
  id: string;
  email: string;
  name: string;
  role: Role;
  totp: boolean;
  last_seen_at: string | null;
  version: Version;
}

interface Invitation {
  id: string;
  email: string;
  role: Role;
  invited_by: string;
  expires_at: string;
}

const ROLES: readonly { role: Role; words: string }[] = [
  { role: "viewer", words: "Reads conversations and settings." },
  { role: "operator", words: "Also answers by hand and lets people in." },
  { role: "admin", words: "Also changes settings, members and tokens, and reads the audit log." },
  { role: "owner", words: "All of that, and makes or removes owners." },
];

/** Who works with this tenant, and who is invited to. */
@customElement("page-members")
export class PageMembers extends SettingsPage {
  @state() private inviting = false;
  /** The link of an invitation just made: shown once. */
  @state() private link: { email: string; link: string; expires_at: string } | null = null;
  private readonly action = new Action(this);
  private readonly members = new Load<{ members: Member[]; invitations: Invitation[] }>(this, () => api.get("/members"));

  static override styles = [
    ...SettingsPage.styles,
    css`
      .who {
        display: grid;
      }
      .role {
        min-width: 8rem;
      }
      section + section {
        margin-top: var(--space-8);
      }
      section > h2 {
        margin-bottom: var(--space-3);
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (what === "members" ? void this.members.reload() : undefined),
      resync: () => void this.members.reload(),
    });
  }

  private get mayMakeOwners(): boolean {
    return session.access?.role === "owner" || session.access?.role === "platform";
  }

  override render() {
    const invite = { label: "Invite somebody", run: () => this.open() };
    return html`${this.head("Members", "The people who work with this tenant, and what each may do.",
        html`<button type="button" class="primary" @click=${invite.run}>${icon("plus", 18)}Invite</button>`)}
      ${this.members.view(({ members, invitations }) => html`
        <section>
          ${members.length === 0
            ? empty("users", "Nobody but the platform's admins", "Invite the people who answer here. Each gets a link of their own and a role that says what they may do.", invite)
            : this.people(members)}
        </section>
        ${invitations.length === 0 ? nothing : html`<section><h2>Invited</h2>${this.invited(invitations)}</section>`}`, skeleton(4))}
      ${this.dialogs()}`;
  }

  private people(members: Member[]) {
    return table("Members", [
      { head: "Name", kind: "main", cell: (member) => html`<span class="who"><span>${member.name}${member.id === session.current?.person.id ? html` <span class="faint">(you)</span>` : nothing}</span><span class="faint small-text">${member.email}</span></span>` },
      { head: "Role", cell: (member) => this.roleOf(member) },
      { head: "Second step", cell: (member) => (member.totp ? badge("ok", "On") : badge("off", "Off")) },
      { head: "Last seen", cell: (member) => time(member.last_seen_at) },
      { head: "", kind: "act", cell: (member) => html`<button type="button" class="quiet warn" ?disabled=${!this.may(member)} title=${this.why(member) || nothing} aria-label=${`Remove ${member.name}`} @click=${() => this.drop(member)}>Remove</button>` },
    ], members);
  }

  private may(member: Member): boolean {
    return member.role !== "owner" || this.mayMakeOwners;
  }

  private why(member: Member): string {
    return this.may(member) ? "" : "Only an owner can change or remove an owner.";
  }

  private roleOf(member: Member) {
    return html`<div class="select role"><select aria-label=${`Role of ${member.name}`} ?disabled=${!this.may(member)} title=${this.why(member) || nothing}
        .value=${member.role} @change=${(event: Event) => this.changeRole(member, event.target as HTMLSelectElement)}>
      ${ROLES.map(({ role }) => html`<option value=${role} ?selected=${role === member.role} ?disabled=${role === "owner" && !this.mayMakeOwners}>${role}</option>`)}
    </select>${icon("down", 16)}</div>`;
  }

  private invited(invitations: Invitation[]) {
    return table("Invitations", [
      { head: "Email", kind: "main", cell: (one) => one.email },
      { head: "Role", cell: (one) => one.role },
      { head: "Invited by", cell: (one) => one.invited_by },
      { head: "Ends", cell: (one) => time(one.expires_at) },
      { head: "", kind: "act", cell: (one) => html`<button type="button" class="quiet warn" aria-label=${`Withdraw the invitation of ${one.email}`} @click=${() => this.withdraw(one)}>Withdraw</button>` },
    ], invitations);
  }

  private dialogs() {
    const close = (): void => void (this.inviting = false);
    return html`<claw-dialog heading="Invite somebody" ?open=${this.inviting} @close=${close}>
        ${this.inviting ? html`<form class="stack" @submit=${this.invite}>
          ${field({ name: "email", label: "Email", type: "email", required: true, autofocus: true, help: "The account is for this address. No mail is sent: you get a link to pass on." })}
          <fieldset><legend>Role</legend>
            ${ROLES.map(({ role, words }) => html`<label class="choice"><input type="radio" name="role" value=${role} ?checked=${role === "operator"} ?disabled=${role === "owner" && !this.mayMakeOwners} /><b>${role}</b><span>${words}</span></label>`)}
          </fieldset>
          ${this.action.notice()}
          <div class="buttons"><button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Make the link</button><button type="button" @click=${close}>Cancel</button></div>
        </form>` : nothing}
      </claw-dialog>
      <claw-dialog fixed heading=${`The invitation of ${this.link?.email ?? ""}`} ?open=${this.link !== null}>
        <div class="stack">
          <p>Send them this link by a way you trust: whoever opens it first joins. It is shown only now, works once, and ends ${time(this.link?.expires_at)}.</p>
          <claw-copy label="the link" .value=${this.link?.link ?? ""}></claw-copy>
          ${notice("info", "Lost it? Withdraw the invitation and make another.")}
          <div class="buttons"><button type="button" class="primary" autofocus @click=${() => (this.link = null)}>Done</button></div>
        </div>
      </claw-dialog>`;
  }

  private open(): void {
    this.inviting = true;
    this.action.clear();
  }

  private async invite(event: SubmitEvent): Promise<void> {
    const given = fields(event);
    const done = await this.action.run(async () => {
      const made = await api.post<{ link: string; expires_at: string }>("/invitations", given);
      this.link = { email: given.email ?? "", ...made };
    });
    if (!done) return;
    this.inviting = false;
    await this.members.reload();
  }

  /** Shown at once, and undone visibly if the gateway refuses. */
  private async changeRole(member: Member, select: HTMLSelectElement): Promise<void> {
    const role = select.value as Role;
    try {
      await api.patch(`/members/${part(member.id)}`, { role }, { version: member.version });
      toast(`${member.name} is ${role} now.`);
      await this.members.reload();
    } catch (error) {
      select.value = member.role;
      complain(error);
      await this.members.reload();
    }
  }

  private async drop(member: Member): Promise<void> {
    const done = await confirm({
      heading: `Remove ${member.name}?`,
      words: html`<strong>${member.email}</strong> can no longer see <strong>${this.tenant}</strong>, at once. What they did stays in the log; to come back they need a new invitation.`,
      action: "Remove",
      danger: true,
      run: () => api.delete(`/members/${part(member.id)}`, undefined, { version: member.version }),
    });
    if (!done) return;
    toast(`${member.name} is removed.`);
    await this.members.reload();
  }

  private async withdraw(invitation: Invitation): Promise<void> {
    const done = await confirm({
      heading: `Withdraw the invitation of ${invitation.email}?`,
      words: "Its link stops working at once.",
      action: "Withdraw",
      danger: true,
      run: () => api.delete(`/invitations/${part(invitation.id)}`),
    });
    if (done) await this.members.reload();
  }
}

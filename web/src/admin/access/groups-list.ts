import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { session } from "../session.js";
import { table, time, type Column } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { complain, toast } from "../ui/toast.js";
import type { Group } from "./types.js";

export const groupName = (group: { id: string; name: string | null }): string => group.name || `Group ${group.id.slice(-6)}`;

/** Groups that a number is in, and whether an agent answers there. Tells `changed`. */
@customElement("claw-groups-list")
export class ClawGroupsList extends LitElement {
  @property({ attribute: false }) groups: readonly Group[] = [];
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @property({ type: Boolean }) numbers = false;
  @property() home = "";
  /** Pressed, and not yet answered by the gateway. */
  @state() private pressed: ReadonlyMap<string, boolean> = new Map();

  static override styles = [
    base,
    css`
      [role="switch"] {
        position: relative;
        z-index: 1;
        gap: var(--space-2);
        margin: calc(-1 * var(--space-1)) calc(-1 * var(--space-2));
        padding: 0 var(--space-2);
        border-color: transparent;
        background: none;
        color: var(--ink-2);
      }
      [role="switch"][aria-checked="true"] {
        color: var(--ok);
      }
      [role="switch"] i {
        position: relative;
        width: 34px;
        height: 20px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-round);
        background: var(--surface-3);
        transition: background-color var(--quick);
      }
      [role="switch"] i::after {
        content: "";
        position: absolute;
        top: 2px;
        left: 2px;
        width: 14px;
        height: 14px;
        border-radius: 50%;
        background: var(--border-strong);
        transition: transform var(--quick) var(--ease);
      }
      [aria-checked="true"] i {
        border-color: var(--accent);
        background: var(--accent);
      }
      [aria-checked="true"] i::after {
        background: var(--on-accent);
        transform: translateX(14px);
      }
      .word {
        min-width: 5.500rem;
        text-align: left;
      }
    `,
  ];

  override render() {
    const columns: Column<Group>[] = [{ head: "Group", kind: "main", cell: (group) => html`<a href="${this.home}/conversations/${part(group.conversation)}">${groupName(group)}</a>` }];
    if (this.numbers) columns.push({ head: "Number", cell: (group) => this.names.get(group.number) ?? group.number });
    columns.push({ head: "Last message", cell: (group) => time(group.last_at, "none yet") }, { head: "Answered", cell: (group) => this.toggle(group) });
    return table("Groups", columns, this.groups);
  }

  private toggle(group: Group) {
    const on = this.pressed.get(group.id) ?? group.answered;
    const off = session.whyNot("settings.write");
    return html`<button type="button" role="switch" aria-checked=${String(on)} aria-label="An agent answers in ${groupName(group)}" ?disabled=${off !== ""} title=${off || nothing}
      @click=${() => void this.answer(group, !on)}><i></i><span class="word">${on ? "answered" : "not answered"}</span></button>`;
  }

  private press(id: string, answered: boolean | null): void {
    const pressed = new Map(this.pressed);
    if (answered === null) pressed.delete(id);
    else pressed.set(id, answered);
    this.pressed = pressed;
  }

  private async answer(group: Group, answered: boolean): Promise<void> {
    if (this.pressed.has(group.id)) return;
    this.press(group.id, answered);
    try {
      const kept = await api.put<Group>(`/groups/${part(group.id)}`, { answered });
      this.groups = this.groups.map((one) => (one.id === kept.id ? kept : one));
      toast(answered ? `An agent answers in ${groupName(group)} from now on.` : `Nobody answers in ${groupName(group)} from now on.`);
      this.dispatchEvent(new Event("changed"));
    } catch (error) {
      complain(error);
    }
    this.press(group.id, null);
  }
}

import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { numberOf } from "../inbox/words.js";
import { table, time, type Column } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { complain, toast } from "../ui/toast.js";
import type { AccessEntry } from "./types.js";
import { whoOf } from "./words.js";

export type ListKind = "allowed" | "blocked" | "opted-out";

/** Allowed, blocked, or opted out: who, where, by whom and since when; and taking it back. Tells `changed`. */
@customElement("claw-people-list")
export class ClawPeopleList extends LitElement {
  @property() kind: ListKind = "allowed";
  @property({ attribute: false }) entries: readonly AccessEntry[] = [];
  /** What each number is called; empty where there is one only. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @property({ type: Boolean }) numbers = false;
  @property() home = "";
  /** Taken away here, and not yet missing in what was read. */
  @state() private gone: ReadonlySet<string> = new Set();

  static override styles = [
    base,
    css`
      .who {
        display: grid;
      }
      .who span {
        font-weight: 400;
      }
      td:not(.main, .act) {
        color: var(--ink-2);
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("entries")) this.gone = new Set([...this.gone].filter((id) => this.entries.some((one) => one.id === id)));
  }

  override render() {
    const shown = this.entries.filter((one) => !this.gone.has(one.id));
    const columns: Column<AccessEntry>[] = [{ head: "Who", kind: "main", cell: (one) => this.who(one) }];
    if (this.numbers) columns.push({ head: "At", cell: (one) => (one.number ? (this.names.get(one.number) ?? one.number) : "all numbers") });
    if (this.kind === "opted-out") columns.push({ head: "Wants nothing", cell: (one) => time(one.opted_out_at) });
    else
      columns.push({ head: "By", cell: (one) => one.by ?? html`<span class="faint">nobody's name was kept</span>` }, { head: "Since", cell: (one) => time(one.since) }, { head: "", kind: "act", cell: (one) => this.act(one) });
    return table({ allowed: "Allowed", blocked: "Blocked", "opted-out": "Opted out" }[this.kind], columns, shown);
  }

  private who(one: AccessEntry) {
    return html`<a href="${this.home}/users?q=${part(one.address)}" class="who">${whoOf(one)}${one.name ? html`<span class="faint small-text">${numberOf(one.address)}</span>` : nothing}</a>`;
  }

  private act(one: AccessEntry) {
    const allowed = this.kind === "allowed";
    return html`<button type="button" class="quiet ${allowed ? "warn" : ""}" aria-label="${allowed ? "Remove" : "Unblock"} ${whoOf(one)}" @click=${() => void this.take(one)}>${allowed ? "Remove" : "Unblock"}</button>`;
  }

  /** Gone at once, and back visibly where the gateway refuses. It holds at once too: undoing it puts them back. */
  private async take(one: AccessEntry): Promise<void> {
    this.gone = new Set([...this.gone, one.id]);
    try {
      await api.delete(`/access/${part(one.id)}`);
    } catch (error) {
      this.gone = new Set([...this.gone].filter((id) => id !== one.id));
      complain(error);
      return;
    }
    this.dispatchEvent(new Event("changed"));
    const words = this.kind === "allowed" ? `${whoOf(one)} is not on the list any more.` : `${whoOf(one)} is not blocked any more.`;
    toast(words, { label: "Undo", run: () => void this.putBack(one) });
  }

  private async putBack(one: AccessEntry): Promise<void> {
    try {
      await api.post("/access", { addresses: [one.address], standing: one.standing, ...(one.name ? { name: one.name } : {}), ...(one.number ? { number: one.number } : {}) });
      toast(`${whoOf(one)} is back.`);
    } catch (error) {
      complain(error);
    }
    this.dispatchEvent(new Event("changed"));
  }
}

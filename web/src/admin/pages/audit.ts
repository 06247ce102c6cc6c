import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { api } from "../api.js";
import { Action, Load, Page } from "../page.js";
import { query, setQuery } from "../router.js";
import type { AuditEntry, Paged } from "../types.js";
import { empty, searchBox, skeleton, table, time } from "../ui/parts.js";
import { SettingsPage } from "./settings-page.js";

type Entries = { entries: AuditEntry[] } & Paged;

const PAGE = 50;
const SEARCH_AFTER_MS = 250;
const BY: Record<AuditEntry["who"]["kind"], string> = { person: "", token: "token", command_line: "command line", system: "ClawCentral" };

/** The log of changes as both pages show it: newest first, older ones by a cursor. */
class AuditLog {
  search = query("q");
  private timer = 0;
  private readonly older: Action;
  private readonly log: Load<Entries>;

  constructor(private readonly page: Page, private readonly path: string) {
    this.older = new Action(page);
    this.log = new Load<Entries>(page, () => this.read());
  }

  private read(before?: string): Promise<Entries> {
    return api.get(this.path, { query: { limit: PAGE, q: this.search.trim(), before } });
  }

  view() {
    return html`<div class="toolbar">${searchBox("Search who, what or where", this.search, (value) => this.find(value))}</div>
      ${this.log.view(({ entries, next }) => (entries.length === 0 ? this.none() : html`
        ${table("Audit log", [
          { head: "When", cell: (entry) => time(entry.at) },
          { head: "Who", cell: (entry) => who(entry) },
          { head: "What", kind: "main", cell: (entry) => html`${entry.what}` },
          { head: "From", cell: (entry) => html`<span class="mono">${entry.from}</span>` },
        ], entries)}
        ${this.older.notice()}
        ${next ? html`<p class="more"><button type="button" ?disabled=${this.older.busy} aria-busy=${this.older.busy} @click=${() => this.more(next)}>Older</button></p>` : nothing}`), skeleton(8))}`;
  }

  private none(): TemplateResult {
    return this.search.trim()
      ? empty("search", "Nothing matches", html`No change has <strong>${this.search}</strong> in it.`, { label: "Show all", run: () => this.find("") })
      : empty("audit", "Nothing was changed yet", "Every change of a setting, a member or a secret stands here: when, by whom, from where.");
  }

  private find(value: string): void {
    this.search = value;
    setQuery({ q: value.trim() });
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.log.reload(), SEARCH_AFTER_MS);
    this.page.requestUpdate();
  }

  private more(before: string): void {
    void this.older.run(async () => {
      const { entries, next } = await this.read(before);
      this.log.set({ entries: [...(this.log.value?.entries ?? []), ...entries], next });
    });
  }
}

function who({ who: { kind, name } }: AuditEntry) {
  if (kind === "system") return BY.system;
  return html`${name}${BY[kind] ? html` <span class="tag">${BY[kind]}</span>` : nothing}`;
}

@customElement("page-audit")
export class PageAudit extends SettingsPage {
  private readonly log = new AuditLog(this, "/audit");
  override render() {
    return html`${this.head("Audit log", "Who changed what in this tenant. It cannot be edited.")}${this.log.view()}`;
  }
}

@customElement("page-platform-audit")
export class PagePlatformAudit extends Page {
  private readonly log = new AuditLog(this, "/platform/audit");
  override render() {
    return html`${this.head("Audit log", "Who changed what on this gateway, in all tenants. It cannot be edited.")}${this.log.view()}`;
  }
}

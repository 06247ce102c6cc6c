import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Action, fields, Load } from "../page.js";
import type { Permission } from "../types.js";
import "../ui/copy.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { badge, empty, field, skeleton, table, time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { SettingsPage } from "./settings-page.js";

interface Token {
  id: string;
  label: string;
  scopes: Permission[];
  created_at: string;
  created_by: string;
  expires_at: string | null;
  last_used_at: string | null;
}

const SCOPES: readonly { scope: Permission; words: string }[] = [
  { scope: "inbox.read", words: "Read messages, people, conversations and figures." },
  { scope: "inbox.write", words: "Answer, take conversations over, write key-value rows." },
  { scope: "pairing", words: "Let people in, refuse or block them." },
  { scope: "settings.read", words: "Read the tenant's settings; of secrets only whether they are set." },
  { scope: "settings.write", words: "Change secrets, channel, agents and routing." },
  { scope: "members", words: "Change members and tokens." },
  { scope: "audit.read", words: "Read who changed what." },
];

const soon = (at: string): boolean => Date.parse(at) - Date.now() < 7 * 86_400_000;
const over = (at: string): boolean => Date.parse(at) <= Date.now();

/** What programs of the tenant sign in with. */
@customElement("page-tokens")
export class PageTokens extends SettingsPage {
  @state() private making = false;
  /** A token just made: shown once. */
  @state() private made: { label: string; token: string } | null = null;
  private readonly action = new Action(this);
  private readonly tokens = new Load<{ tokens: Token[] }>(this, () => api.get("/tokens"));

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (what === "tokens" ? void this.tokens.reload() : undefined),
      resync: () => void this.tokens.reload(),
    });
  }

  override render() {
    const make = { label: "Make a token", run: () => this.open() };
    return html`${this.head("API tokens", "For programs that read or write this tenant over the API. Each may do only what it needs.",
        html`<button type="button" class="primary" @click=${make.run}>${icon("plus", 18)}Make a token</button>`)}
      ${this.tokens.view(({ tokens }) => tokens.length === 0
        ? empty("key", "No token yet", html`A program sends its token with each request: <code>Authorization: Bearer …</code>`, make)
        : table("API tokens", [
            { head: "Label", kind: "main", cell: (token) => token.label },
            { head: "May", cell: (token) => html`<span class="buttons">${token.scopes.map((scope) => html`<span class="tag">${scope}</span>`)}</span>` },
            { head: "Made", cell: (token) => html`<span>${time(token.created_at)}<br /><span class="faint small-text">by ${token.created_by}</span></span>` },
            { head: "Last used", cell: (token) => time(token.last_used_at) },
            { head: "Ends", cell: (token) => this.end(token) },
            { head: "", kind: "act", cell: (token) => html`<button type="button" class="quiet warn" aria-label=${`Delete ${token.label}`} @click=${() => this.drop(token)}>Delete</button>` },
          ], tokens), skeleton(3))}
      ${this.dialogs()}`;
  }

  private end({ expires_at: at }: Token) {
    if (!at) return html`<span class="faint">never</span>`;
    if (over(at)) return badge("failed", "Ended");
    return soon(at) ? html`${badge("waiting", "Soon")} ${time(at)}` : time(at);
  }

  private dialogs() {
    const close = (): void => void (this.making = false);
    return html`<claw-dialog heading="Make a token" ?open=${this.making} @close=${close}>
        ${this.making ? html`<form class="stack" @submit=${this.make}>
          ${field({ name: "label", label: "Label", required: true, autofocus: true, maxlength: 100, placeholder: "Order system", help: "Which program it is for. It stands beside what the program does." })}
          <fieldset><legend>It may</legend>
            ${SCOPES.map(({ scope, words }) => html`<label class="choice"><input type="checkbox" name="scopes" value=${scope} ?checked=${scope === "inbox.read"} /><b class="mono">${scope}</b><span>${words}</span></label>`)}
          </fieldset>
          ${field({ name: "days", label: "It ends", type: "select", value: "90", options: [
            { value: "30", label: "in 30 days" }, { value: "90", label: "in 90 days" }, { value: "365", label: "in a year" }, { value: "", label: "never" }] })}
          ${this.action.notice()}
          <div class="buttons"><button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Make the token</button><button type="button" @click=${close}>Cancel</button></div>
        </form>` : nothing}
      </claw-dialog>
      <claw-dialog fixed heading=${`The token of ${this.made?.label ?? ""}`} ?open=${this.made !== null}>
        <div class="stack">
          <p>Give it to the program now: it is shown only this once, and only its hash is kept.</p>
          <claw-copy label="the token" .value=${this.made?.token ?? ""}></claw-copy>
          <div class="buttons"><button type="button" class="primary" autofocus @click=${() => (this.made = null)}>Done</button></div>
        </div>
      </claw-dialog>`;
  }

  private open(): void {
    this.making = true;
    this.action.clear();
  }

  private async make(event: SubmitEvent): Promise<void> {
    const { label = "", days } = fields(event);
    const scopes = new FormData(event.currentTarget as HTMLFormElement).getAll("scopes");
    if (scopes.length === 0) return this.action.refuse("Choose at least one thing that it may do.");
    const done = await this.action.run(async () => {
      const body = { label, scopes, ...(days ? { expires_in_days: Number(days) } : {}) };
      this.made = { label, token: (await api.post<{ token: string }>("/tokens", body)).token };
    });
    if (!done) return;
    this.making = false;
    await this.tokens.reload();
  }

  private async drop(token: Token): Promise<void> {
    const done = await confirm({
      heading: `Delete ${token.label}?`,
      words: html`The program that has it is refused from then on. It was last used ${time(token.last_used_at)}.`,
      action: "Delete",
      danger: true,
      run: () => api.delete(`/tokens/${part(token.id)}`),
    });
    if (!done) return;
    toast(`${token.label} deleted.`);
    await this.tokens.reload();
  }
}

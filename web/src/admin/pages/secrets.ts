import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Action, fields, Load } from "../page.js";
import { session } from "../session.js";
import type { Secret } from "../types.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { badge, field, skeleton, time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { FOUR, HINTS, SHARED } from "./secret-hints.js";
import { SettingsPage } from "./settings-page.js";

const MISSING = ["All that is needed is set.", "One of the four that are needed is missing.", "Two of the four that are needed are missing.",
  "Three of the four that are needed are missing.", "Four are needed; none is set yet."];

/** What a tenant keeps sealed: written here, never shown again. */
@customElement("page-secrets")
export class PageSecrets extends SettingsPage {
  /** The secret of the open dialog; "new" adds one. */
  @state() private edited: Secret | "new" | null = null;
  @state() private suggested = "";
  private readonly action = new Action(this);
  private readonly secrets = new Load<{ secrets: Secret[] }>(this, () => api.get("/secrets"));

  static override styles = [
    ...SettingsPage.styles,
    css`
      .list {
        padding: 0;
        list-style: none;
      }
      .list li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 11rem max-content;
        gap: var(--space-2) var(--space-5);
        align-items: start;
        padding: var(--space-4) var(--space-5);
        border: 1px solid var(--border);
        border-top-width: 0;
        background: var(--surface);
      }
      .list li:first-child {
        border-top-width: 1px;
        border-radius: var(--radius-md) var(--radius-md) 0 0;
      }
      .list li:last-child {
        border-radius: 0 0 var(--radius-md) var(--radius-md);
      }
      .list li:only-child {
        border-radius: var(--radius-md);
      }
      .list h3 {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
        align-items: center;
      }
      .list p {
        color: var(--ink-2);
      }
      .state {
        display: grid;
        gap: 2px;
        justify-items: start;
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .list .buttons {
        flex-wrap: nowrap;
        min-width: 8.500rem;
        justify-content: flex-end;
      }
      section + section {
        margin-top: var(--space-8);
      }
      section > .head {
        margin-bottom: var(--space-3);
      }
      .where {
        margin-top: var(--space-1);
        font-size: var(--text-sm);
      }
      @media (max-width: 899px) {
        .list li {
          grid-template-columns: minmax(0, 1fr);
          padding: var(--space-4);
        }
        .state {
          grid-auto-flow: column;
          justify-content: start;
          align-items: center;
          gap: var(--space-2);
        }
        .list .buttons {
          justify-content: flex-start;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (what === "secrets" ? void this.secrets.reload() : undefined),
      resync: () => void this.secrets.reload(),
    });
  }

  override render() {
    const off = session.whyNot("settings.write");
    return html`${this.head("Secrets", "Sealed with the gateway's key. A secret is written and replaced here; nobody can read it back.",
        html`<button type="button" ?disabled=${off !== ""} title=${off || nothing} @click=${() => this.edit("new")}>${icon("plus", 18)}Add a secret</button>`)}
      ${this.secrets.view(({ secrets }) => this.groups(secrets), skeleton(6))}
      ${this.dialog()}`;
  }

  private groups(secrets: Secret[]) {
    const ours = (secret: Secret): boolean => secret.name in HINTS && !secret.number;
    const meta = secrets.filter(ours);
    const more = secrets.filter((secret) => secret.number);
    const own = secrets.filter((secret) => !ours(secret) && !secret.number);
    const missing = meta.filter((secret) => FOUR.includes(secret.name) && !secret.set).length;
    return html`
      <section>
        <div class="head"><div><h2>WhatsApp</h2>
          <p class="lead">${MISSING[missing]}
            <a href=${`/t/${part(this.tenant)}/channels/whatsapp`}>The guide</a> goes with you through all of it.</p></div></div>
        <ul class="list">${meta.map((secret) => this.row(secret))}</ul>
      </section>
      ${more.length === 0 ? nothing : html`<section>
        <div class="head"><div><h2>Further numbers</h2><p class="lead">What a number does not have of its own is the first number's.</p></div></div>
        <ul class="list">${more.map((secret) => this.row(secret))}</ul>
      </section>`}
      <section>
        <div class="head"><div><h2>Your own</h2><p class="lead">Keys that agents need for other services. Their names stand in an agent's options; their values never do.</p></div></div>
        ${own.length === 0
          ? html`<p class="faint">None yet.</p>`
          : html`<ul class="list">${own.map((secret) => this.row(secret))}</ul>`}
      </section>`;
  }

  private row(secret: Secret) {
    const off = session.whyNot("settings.write");
    const hint = HINTS[secret.name];
    const needed = FOUR.includes(secret.name);
    return html`<li>
      <div>
        <h3><span class="mono">${secret.name}</span>${secret.number ? html`<span class="tag">number ${secret.number}</span>` : nothing}</h3>
        <p>${hint?.what ?? secret.description}</p>
        ${hint && !secret.set ? html`<p class="where faint">${hint.where}</p>` : nothing}
        ${secret.set && secret.value ? html`<p class="mono">${secret.value}</p>` : nothing}
      </div>
      <div class="state">
        ${secret.set ? badge("ok", "Set") : needed ? badge("waiting", "Missing") : badge("off", "Not set")}
        ${secret.set ? html`<span>${time(secret.set_at)}${secret.set_by ? html` by ${secret.set_by}` : nothing}</span>` : nothing}
      </div>
      <div class="buttons">
        <button type="button" class=${needed && !secret.set ? "primary" : ""} ?disabled=${off !== ""} title=${off || nothing} @click=${() => this.edit(secret)}
          aria-label=${`${secret.set ? "Replace" : "Set"} ${secret.name}`}>${secret.set ? "Replace" : "Set"}</button>
        ${secret.set ? html`<button type="button" class="round" ?disabled=${off !== ""} title=${off || "Delete"} aria-label=${`Delete ${secret.name}`} @click=${() => this.drop(secret)}>${icon("trash", 18)}</button>` : nothing}
      </div>
    </li>`;
  }

  private dialog() {
    const { edited } = this;
    const secret = edited === "new" ? null : edited;
    const hint = secret ? HINTS[secret.name] : undefined;
    const heading = secret ? `${secret.set ? "Replace" : "Set"} ${secret.name}` : "Add a secret";
    const off = (secret?.name ?? "").startsWith("WHATSAPP_VERIFY_TOKEN");
    return html`<claw-dialog .heading=${heading} ?open=${edited !== null} @close=${() => this.edit(null)}>
      ${edited === null ? nothing : html`<form class="stack" @submit=${this.save}>
        ${hint ? html`<div><p>${hint.what}</p><p class="faint">${hint.where}</p></div>` : nothing}
        ${secret ? nothing : field({ name: "name", label: "Name", required: true, mono: true, autofocus: true, pattern: "[A-Z0-9_]{1,64}", title: "1 to 64 of A to Z, 0 to 9 and _", placeholder: "ORDERS_API_KEY", help: "Capital letters, digits and _." })}
        ${secret?.readable
          ? field({ name: "value", label: "Value", required: true, mono: true, value: secret.value ?? "", autofocus: true, inputmode: "numeric", help: "No secret: it is shown on this page." })
          : field({ name: "value", label: secret?.set ? "New value" : "Value", type: "secret", required: true, autofocus: secret !== null, value: this.suggested, help: "Cannot be read again once it is saved." })}
        ${off ? html`<div><button type="button" class="small" ?disabled=${this.action.busy} @click=${this.suggest}>Make a random one</button>
          ${this.suggested ? html`<p class="help">Give Meta the same one. Copy it now: <claw-copy label="the verify token" .value=${this.suggested}></claw-copy></p>` : nothing}</div>` : nothing}
        ${hint || secret?.number ? nothing : field({ name: "description", label: "What it is for", required: false, value: secret?.description ?? "", maxlength: 200 })}
        ${secret?.set && SHARED.includes(secret.name) ? html`<p class="faint">The change is in use at once; what waits to be sent goes on with it.</p>` : nothing}
        ${this.action.notice()}
        <div class="buttons">
          <button class="primary" ?disabled=${this.action.busy} aria-busy=${this.action.busy}>${secret?.set ? "Replace" : "Save"}</button>
          <button type="button" @click=${() => this.edit(null)}>Cancel</button>
        </div>
      </form>`}
    </claw-dialog>`;
  }

  private edit(secret: Secret | "new" | null): void {
    this.edited = secret;
    this.suggested = "";
    this.action.clear();
    if (secret && secret !== "new" && secret.name.startsWith("WHATSAPP_VERIFY_TOKEN")) void import("../ui/copy.js");
  }

  private suggest(): void {
    void this.action.run(async () => {
      this.suggested = (await api.post<{ value: string }>("/verify-token")).value;
    });
  }

  private async save(event: SubmitEvent): Promise<void> {
    const given = fields(event);
    const { edited } = this;
    const name = edited === "new" ? (given.name ?? "") : (edited?.name ?? "");
    const body = { value: (given.value ?? "").trim(), ...(given.description === undefined ? {} : { description: given.description }) };
    const asked = edited === "new" || edited === null || !edited.set ? { onlyIfNew: true } : { version: edited.version };
    const done = await this.action.run(() => api.put(`/secrets/${part(name)}`, body, asked));
    if (done) {
      this.edit(null);
      toast(`${name} saved.`);
    }
    // Also where somebody else was quicker: what stands there now is what the next try is held to.
    if (done || this.action.status === 412) {
      await this.secrets.reload();
      if (!done && edited && edited !== "new") this.edited = this.secrets.value?.secrets.find((secret) => secret.name === name) ?? edited;
    }
  }

  private async drop(secret: Secret): Promise<void> {
    const needed = secret.name in HINTS;
    const done = await confirm({
      heading: `Delete ${secret.name}?`,
      words: needed
        ? html`${HINTS[secret.name]?.without ?? "WhatsApp cannot be used without it."} It cannot be brought back from here.`
        : "Agents that use it can no longer reach what it opens. It cannot be brought back from here.",
      action: "Delete",
      danger: true,
      type: needed ? secret.name : undefined,
      run: () => api.delete(`/secrets/${part(secret.name)}`, undefined, { version: secret.version }),
    });
    if (!done) return;
    toast(`${secret.name} deleted.`);
    await this.secrets.reload();
  }
}

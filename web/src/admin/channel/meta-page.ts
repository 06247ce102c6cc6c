// Drawings of Meta's pages: not how they look, but where on them a value is found.

import { css, html, nothing, type TemplateResult } from "lit";

export interface MetaRow {
  label: string;
  /** Grey dots stand for a value. */
  value?: string;
  button?: string;
  /** What the person looks for. */
  mark?: boolean;
  checked?: boolean;
}

export interface MetaPage {
  /** What it shows, for who cannot see it. */
  words: string;
  site: string;
  menu: readonly { name: string; sub?: boolean; mark?: boolean }[];
  title: string;
  rows: readonly MetaRow[];
}

export const metaPage = ({ words, site, menu, title, rows }: MetaPage): TemplateResult => html`
  <figure class="meta-page" role="img" aria-label=${words}>
    <div class="chrome" aria-hidden="true"><i></i><i></i><i></i><span>${site}</span></div>
    <div class="both" aria-hidden="true">
      <ul>${menu.map((entry) => html`<li class="${entry.sub ? "sub" : ""} ${entry.mark ? "here" : ""}">${entry.name}</li>`)}</ul>
      <div class="sheet">
        <b>${title}</b>
        ${rows.map((row) => html`<div class="line ${row.mark ? "look" : ""}">
          ${row.checked === undefined ? nothing : html`<span class="box ${row.checked ? "on" : ""}"></span>`}
          <span class="name">${row.label}</span>
          ${row.value ? html`<span class="value">${row.value}</span>` : nothing}
          ${row.button ? html`<span class="press">${row.button}</span>` : nothing}
        </div>`)}
      </div>
    </div>
  </figure>`;

export const metaPageStyle = css`
  .meta-page {
    max-width: 34rem;
    overflow: hidden;
    border: 1px solid var(--border);
    border-radius: var(--radius-md);
    background: var(--surface-2);
    color: var(--ink-2);
    font-size: var(--text-sm);
    line-height: var(--line-tight);
    user-select: none;
  }
  .meta-page .chrome {
    display: flex;
    align-items: center;
    gap: 5px;
    padding: 6px 10px;
    border-bottom: 1px solid var(--border);
    background: var(--surface-3);
  }
  .meta-page .chrome i {
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: var(--border-strong);
    opacity: 0.5;
  }
  .meta-page .chrome span {
    margin-left: var(--space-2);
    padding: 1px 10px;
    border-radius: var(--radius-round);
    background: var(--surface);
  }
  .meta-page .both {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
  }
  .meta-page ul {
    display: grid;
    gap: 2px;
    align-content: start;
    padding: var(--space-3) var(--space-2);
    border-right: 1px solid var(--border);
    list-style: none;
  }
  .meta-page li {
    padding: 3px 8px;
    border-radius: var(--radius-sm);
  }
  .meta-page li.sub {
    padding-left: 18px;
  }
  .meta-page li.here {
    background: var(--accent-soft);
    color: var(--accent-strong);
    font-weight: var(--weight-strong);
  }
  .meta-page .sheet {
    display: grid;
    gap: 6px;
    align-content: start;
    padding: var(--space-3);
    background: var(--surface);
  }
  .meta-page .line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    padding: 4px 6px;
    border: 2px solid transparent;
    border-radius: var(--radius-sm);
  }
  .meta-page .look {
    border-color: var(--accent);
    background: var(--accent-soft);
    color: var(--accent-strong);
  }
  .meta-page .name {
    flex: 1 1 5rem;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .meta-page .value {
    padding: 2px 8px;
    border: 1px solid var(--border);
    border-radius: 4px;
    background: var(--surface);
    color: var(--ink-2);
    font-family: var(--font-mono);
  }
  .meta-page .press {
    padding: 2px 8px;
    border-radius: 4px;
    background: var(--surface-3);
    color: var(--ink);
    font-weight: 500;
  }
  .meta-page .look .press {
    background: var(--accent);
    color: var(--on-accent);
  }
  .meta-page .box {
    flex: none;
    width: 11px;
    height: 11px;
    border: 1.5px solid var(--border-strong);
    border-radius: 3px;
  }
  .meta-page .box.on {
    border-color: var(--accent);
    background: var(--accent);
  }
`;

const app = (mark: string): MetaPage["menu"] =>
  [
    { name: "Dashboard" },
    { name: "App settings" },
    { name: "Basic", sub: true },
    { name: "WhatsApp" },
    { name: "API Setup", sub: true },
    { name: "Configuration", sub: true },
  ].map((entry) => ({ ...entry, mark: entry.name === mark }));

export const apiSetup = (look: "number" | "account"): MetaPage => ({
  words: `At developers.facebook.com, in your app under WhatsApp, API Setup: the ${look === "number" ? "Phone number ID" : "WhatsApp Business Account ID"}, below the number.`,
  site: "developers.facebook.com",
  menu: app("API Setup"),
  title: "Send and receive messages",
  rows: [
    { label: "From", value: "+1 555 010 0000 ▾" },
    { label: "Phone number ID", value: "1000000000…", mark: look === "number" },
    { label: "WhatsApp Business Account ID", value: "2000000000…", mark: look === "account" },
  ],
});

export const basicSettings = (look: "secret" | "id"): MetaPage => ({
  words: `At developers.facebook.com, in your app under App settings, Basic: the ${look === "secret" ? "App secret, behind the button Show" : "App ID"}.`,
  site: "developers.facebook.com",
  menu: app("Basic"),
  title: "Basic settings",
  rows: [
    { label: "App ID", value: "3000000000…", mark: look === "id" },
    { label: "App secret", value: "••••••••", button: "Show", mark: look === "secret" },
    { label: "Display name", value: "Our WhatsApp" },
  ],
});

export const systemUsers: MetaPage = {
  words:
    "At business.facebook.com, under Business settings, Users, System users: choose or make a system user, press Generate token, choose the app, never to expire, and both permissions of WhatsApp.",
  site: "business.facebook.com",
  menu: [{ name: "Business settings" }, { name: "Users" }, { name: "People", sub: true }, { name: "System users", sub: true, mark: true }, { name: "Accounts" }],
  title: "Generate token",
  rows: [
    { label: "App", value: "Our WhatsApp ▾" },
    { label: "Token expiration", value: "Never ▾", mark: true },
    { label: "whatsapp_business_messaging", checked: true, mark: true },
    { label: "whatsapp_business_management", checked: true, mark: true },
    { label: "", button: "Generate token", mark: true },
  ],
};

export const configuration: MetaPage = {
  words: "At developers.facebook.com, in your app under WhatsApp, Configuration: Callback URL and Verify token with the button Verify and save, and the field messages to be subscribed.",
  site: "developers.facebook.com",
  menu: app("Configuration"),
  title: "Webhook",
  rows: [
    { label: "Callback URL", value: "https://…", mark: true },
    { label: "Verify token", value: "the same as here", mark: true },
    { label: "", button: "Verify and save", mark: true },
    { label: "Webhook fields: messages", button: "Subscribe", mark: true },
  ],
};

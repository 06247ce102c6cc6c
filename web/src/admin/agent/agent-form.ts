import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { api, part } from "../api.js";
import { Action, fields } from "../page.js";
import type { Secret } from "../types.js";
import { field, notice } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { FORMATS, KINDS, type AgentDetail, type AgentKind, type AgentOptions, type Format } from "./types.js";

const APOLOGY = "Sorry, something went wrong on our side. Please try again in a little while.";

const ASKED = `POST /whatsapp
webhook-id: turn-4711
webhook-signature: v1,…

{"type": "message", "turn": "turn-4711", "number": "1000…",
 "from": {"phone": "4915112345678", "name": "Anna"},
 "message": {"type": "text", "text": "Where is my order?"}}`;
const ANSWERED = `{"messages": [
  "It is on its way.",
  {"type": "interactive", "interactive": {"type": "button",
   "body": {"text": "Anything else?"}, "action": {"buttons": [
   {"type": "reply", "reply": {"id": "no", "title": "No, thanks"}}]}}}]}`;

/** Makes an agent, or changes one. Tells `saved` (detail: its name), and `again` when somebody else's version shall be read. */
@customElement("claw-agent-form")
export class AgentForm extends LitElement {
  /** null: a new one. */
  @property({ attribute: false }) agent: AgentDetail | null = null;
  @property({ attribute: false }) secrets: readonly Secret[] = [];
  @property() tenant = "";
  /** It will be the default, for it is the first. */
  @property({ type: Boolean }) only = false;
  @property() whyNot = "";
  @state() private kind: AgentKind = "openai";
  /** Counts up when what was typed is given up: the form is drawn anew. */
  @state() private drawn = 0;
  private readonly save = new Action(this);

  static override styles = [
    base,
    css`
      form {
        display: grid;
        gap: var(--space-5);
      }
      .kinds {
        display: grid;
        gap: var(--space-2);
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: var(--space-3);
        align-items: end;
      }
      pre {
        max-width: 100%;
        margin: 0;
        padding: var(--space-3);
        overflow-x: auto;
        border: 1px solid var(--border);
        border-radius: var(--radius-sm);
        background: var(--surface-2);
        font: var(--text-sm) / 1.500 var(--font-mono);
      }
      details > div {
        display: grid;
        gap: var(--space-5);
        padding-top: var(--space-4);
      }
      summary {
        width: fit-content;
        color: var(--accent);
        font-weight: 500;
        cursor: pointer;
      }
      .buttons {
        position: sticky;
        bottom: calc(-1 * var(--space-5));
        margin: 0 calc(-1 * var(--space-5)) calc(-1 * var(--space-5));
        padding: var(--space-3) var(--space-5);
        border-top: 1px solid var(--border);
        background: var(--surface);
      }
      @media (max-width: 719px) {
        .pair {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("agent")) return;
    this.kind = this.agent?.kind ?? "openai";
    if (this.agent?.name !== changed.get("agent")?.name) this.save.clear();
  }

  override render() {
    const { agent, kind, whyNot } = this;
    const options: Partial<AgentOptions> = agent?.kind === kind ? agent.options : {};
    return keyed(this.drawn, html`<form @submit=${this.send}>
      ${agent ? nothing : field({ name: "name", label: "Name", required: true, autofocus: true, maxlength: 63, pattern: "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?",
        title: "Small letters a to z, digits and -", placeholder: "support", help: "Small letters, digits and -. It stands beside every answer." })}
      <fieldset class="kinds"><legend>What answers</legend>
        ${KINDS.map(({ kind: one, title, words }) => html`<label class="choice"><input type="radio" name="kind" value=${one} .checked=${kind === one}
          ?disabled=${whyNot !== ""} @change=${() => (this.kind = one)} /><b>${title}</b><span>${words}</span></label>`)}
      </fieldset>
      ${kind === "openai" ? this.model(options) : kind === "echo" ? nothing : this.program(options)}
      ${kind === "cloud-api" ? nothing : field({ name: "format", label: "What it writes", type: "select", value: options.format ?? (kind === "echo" ? "plain" : "markdown"), options: FORMATS, disabled: whyNot !== "" })}
      ${kind === "openai" ? html`${this.abilities(options)} ${this.more(options)}` : kind === "echo" ? nothing : this.patience(options)}
      ${agent?.default
        ? html`<p class="help">It is the default: it answers whoever no other rule sends elsewhere.</p>`
        : this.only ? html`<p class="help">It becomes the default, for it is the first.</p>`
        : html`<label class="choice"><input type="checkbox" name="default" ?disabled=${whyNot !== ""} /><b>Make it the default</b><span>Everybody who writes is answered by it from then on.</span></label>`}
      ${this.trouble()}
      <div class="buttons"><button class="primary" aria-busy=${String(this.save.busy)} ?disabled=${this.save.busy || whyNot !== ""} title=${whyNot}>${agent ? "Save" : "Make the agent"}</button></div>
    </form>`);
  }

  private trouble() {
    if (this.save.status === 412 && this.agent)
      return notice("failed", "Somebody else changed this agent while you had it open. Nothing of yours was saved. Copy what you want to keep, look at theirs, then save again.", {
        label: "Show theirs",
        run: () => {
          this.save.clear();
          this.drawn += 1;
          this.dispatchEvent(new Event("again"));
        },
      });
    if (this.save.status === 412) return notice("failed", "There is an agent of this name already. Choose another name, or change that one.");
    return this.save.notice();
  }

  private model(options: Partial<AgentOptions>) {
    const off = this.whyNot !== "";
    const settings = html`<a href="/t/${part(this.tenant)}/settings/secrets">Settings, Secrets</a>`;
    return html`
      ${field({ name: "url", label: "Server", required: true, mono: true, inputmode: "url", disabled: off, value: options.url ?? "", placeholder: "https://api.openai.com", pattern: "https?://[^\\s@]+[^\\s@\\/]",
        title: "An address that begins with https:// or http:// and does not end with /", help: "The address in front of /v1/chat/completions. A private network has to be opened by the gateway's operator (net.allow_private)." })}
      ${field({ name: "model", label: "Model", required: true, mono: true, disabled: off, value: options.model ?? "", placeholder: "gpt-4.1-mini", maxlength: 200, help: "As the server names it." })}
      ${this.secret("API key", "none: the server wants no key", html`The secret that holds it. Keys are kept under ${settings}; add one there, then choose it here.`, options.key_secret ?? "")}
      ${field({ name: "system_prompt", label: "Who it is and what it does", required: false, type: "area", rows: 7, disabled: off, value: options.system_prompt ?? "", maxlength: 60000,
        placeholder: "You answer customers of a shoe shop. Be short and friendly. …", help: "The system prompt: the model reads it before each conversation." })}
    `;
  }

  /** A select of the tenant's own secrets. */
  private secret(label: string, none: string, help: TemplateResult, chosen: string) {
    const own = this.secrets.filter((secret) => secret.set && !secret.name.startsWith("WHATSAPP_"));
    return field({ name: "key_secret", label, type: "select", disabled: this.whyNot !== "", value: chosen,
      options: [{ value: "", label: none }, ...own.map(({ name }) => ({ value: name, label: name })),
        ...(chosen && !own.some(({ name }) => name === chosen) ? [{ value: chosen, label: `${chosen} (missing)` }] : [])], help });
  }

  private program(options: Partial<AgentOptions>) {
    const off = this.whyNot !== "";
    const settings = html`<a href="/t/${part(this.tenant)}/settings/secrets">Settings, Secrets</a>`;
    const bot = this.kind === "cloud-api";
    return html`
      ${field({ name: "url", label: bot ? "The bot's webhook address" : "Address", required: true, mono: true, inputmode: "url", disabled: off, value: options.url ?? "",
        placeholder: bot ? "https://bot.example.org/webhook" : "https://shop.example.org/whatsapp", pattern: "https?://[^\\s@]+[^\\s@\\/]",
        title: "An address that begins with https:// or http:// and does not end with /", help: "Messages are posted there. A private network has to be opened by the gateway's operator (net.allow_private)." })}
      ${bot
        ? this.secret("App secret", "none: it checks no signature", html`The secret that the bot checks X-Hub-Signature-256 with. Keep it under ${settings}, then choose it here.`, options.key_secret ?? "")
        : this.secret("Signing secret", "none: posts are not signed", html`Lets your program check that it is us who ask (Standard Webhooks). Make one with <code>echo whsec_$(openssl rand -base64 32)</code>, keep it under ${settings}, then choose it here.`, options.key_secret ?? "")}
      ${bot
        ? html`<p class="help">The bot answers through this gateway: give it <code>${location.origin}/graph</code> in the place of <code>https://graph.facebook.com</code>, and an <a href="/t/${part(this.tenant)}/settings/tokens">API token</a> of this tenant as its access token. Nothing else changes.</p>`
        : html`<details><summary>What is asked, and what can be answered</summary><div>
            <pre><code>${ASKED}</code></pre>
            <p class="help">Answer 200 with a text, or with messages as Meta's Cloud API has them; <code>hand_off</code> lets a person go on. 204 says nothing. 202 answers later, by <code>POST /api/v1/messages</code>.</p>
            <pre><code>${ANSWERED}</code></pre>
          </div></details>`}
    `;
  }

  private abilities(options: Partial<AgentOptions>) {
    const off = this.whyNot !== "";
    return html`<fieldset class="kinds"><legend>What it can do</legend>
      <label class="choice"><input type="checkbox" name="tools" ?disabled=${off} .checked=${options.tools ?? false} /><b>May do more than speak</b><span>Buttons, lists, pictures and files, locations, reactions; hand over to a person; remember things about people. For models that use tools.</span></label>
      <label class="choice"><input type="checkbox" name="pictures" ?disabled=${off} .checked=${options.pictures ?? false} /><b>Sees pictures</b><span>What people send is shown to it. For models that take pictures.</span></label>
    </fieldset>`;
  }

  private patience(options: Partial<AgentOptions>) {
    const off = this.whyNot !== "";
    return html`<details><summary>Patience, and what is said when it fails</summary><div>
      ${field({ name: "timeout", label: "Seconds", type: "number", disabled: off, min: 1, max: 600, value: String(options.timeout ?? 120), help: "It has for its answer." })}
      ${field({ name: "apology", label: "When it fails, the person reads", type: "area", rows: 2, disabled: off, value: options.apology ?? APOLOGY, maxlength: 4096, required: true })}
    </div></details>`;
  }

  private more(options: Partial<AgentOptions>) {
    const off = this.whyNot !== "";
    return html`<details><summary>Memory, patience, and what is said when it fails</summary><div>
      <div class="pair">
        ${field({ name: "history_turns", label: "Earlier turns", type: "number", disabled: off, min: 1, max: 500, value: String(options.history_turns ?? 20), help: "That it sees, at most." })}
        ${field({ name: "history_tokens", label: "Tokens", type: "number", disabled: off, min: 1, max: 1_000_000, value: String(options.history_tokens ?? 8000), help: "With prompt and message." })}
        ${field({ name: "timeout", label: "Seconds", type: "number", disabled: off, min: 1, max: 600, value: String(options.timeout ?? 120), help: "For the whole answer." })}
      </div>
      <label class="choice"><input type="checkbox" name="stream" ?disabled=${off} .checked=${options.stream ?? false} /><b>Ask for the answer in pieces</b><span>For servers that only work so; the person reads whole answers either way.</span></label>
      ${field({ name: "apology", label: "When it fails, the person reads", type: "area", rows: 2, disabled: off, value: options.apology ?? APOLOGY, maxlength: 4096, required: true })}
    </div></details>`;
  }

  private async send(event: SubmitEvent): Promise<void> {
    const given = fields(event);
    const name = this.agent?.name ?? given.name ?? "";
    const body = { kind: this.kind, ...(given.default === undefined ? {} : { default: true }), options: this.optionsIn(given) };
    const saved = await this.save.run(async () => {
      const asked = this.agent ? { version: this.agent.version } : { onlyIfNew: true };
      await api.put<AgentDetail>(`/agents/${part(name)}`, body, asked);
    });
    if (saved) this.dispatchEvent(new CustomEvent("saved", { detail: name }));
  }

  private optionsIn(given: Record<string, string>): AgentOptions {
    const format = given.format as Format;
    if (this.kind === "echo") return { format };
    if (this.kind === "http" || this.kind === "cloud-api") {
      const options: AgentOptions = { url: given.url, key_secret: given.key_secret, apology: given.apology, timeout: Number(given.timeout) };
      return this.kind === "http" ? { ...options, format } : options;
    }
    return {
      format,
      url: given.url,
      model: given.model,
      key_secret: given.key_secret,
      system_prompt: given.system_prompt,
      apology: given.apology,
      stream: given.stream !== undefined,
      tools: given.tools !== undefined,
      pictures: given.pictures !== undefined,
      history_turns: Number(given.history_turns),
      history_tokens: Number(given.history_tokens),
      timeout: Number(given.timeout),
    };
  }
}

import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Action, Load } from "../page.js";
import { session } from "../session.js";
import "../speech/try-speech.js";
import { PROVIDERS, type ProviderKind, type SpeechProvider, type SpeechSettings } from "../speech/types.js";
import type { Secret } from "../types.js";
import { icon } from "../ui/icons.js";
import { empty, field, notice, skeleton } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { Unsaved } from "../unsaved.js";
import { SettingsPage } from "./settings-page.js";

type Values = Omit<SpeechSettings, "version" | "commands">;

const MAX_PROVIDERS = 8;
const valuesOf = ({ version: _, commands: __, ...values }: SpeechSettings): Values => values;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Who turns voice messages into text, in which order; tried out right here. */
@customElement("page-speech-settings")
export class PageSpeechSettings extends SettingsPage {
  private readonly loaded = new Load<SpeechSettings>(this, () => this.read());
  private readonly secrets = new Load<Secret[]>(this, async () => (await api.get<{ secrets: Secret[] }>("/secrets")).secrets);
  private readonly saving = new Action(this);
  @state() private given: Values | null = null;
  /** Saved by somebody else while there are changes here. */
  @state() private theirs: SpeechSettings | null = null;
  private base: SpeechSettings | null = null;
  /** Counts up when the form is drawn anew. */
  private drawn = 0;

  static override styles = [
    ...SettingsPage.styles,
    css`
      form.stack {
        max-width: 50rem;
      }
      .card {
        display: grid;
        gap: var(--space-5);
      }
      ol {
        display: grid;
        gap: var(--space-4);
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        gap: var(--space-4);
        padding: var(--space-4);
        border: 1px solid var(--border);
        border-radius: var(--radius-md);
      }
      .top {
        display: flex;
        align-items: center;
        gap: var(--space-2);
      }
      .top h3 {
        flex: 1;
        margin: 0;
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: var(--space-4);
        align-items: end;
      }
      @media (max-width: 719px) {
        .pair {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (what === "speech" ? void this.loaded.reload() : what === "secrets" ? void this.secrets.reload() : undefined),
      resync: () => void this.loaded.reload(),
    });
    new Unsaved(this, "Speech", () => this.changed);
  }

  private get changed(): boolean {
    return this.base !== null && this.given !== null && !same(this.given, valuesOf(this.base));
  }

  private async read(): Promise<SpeechSettings> {
    const settings = await api.get<SpeechSettings>("/speech");
    if (!this.base || !this.changed) this.take(settings);
    else if (same(valuesOf(settings), valuesOf(this.base))) this.base = settings;
    else this.theirs = settings;
    return settings;
  }

  private take(settings: SpeechSettings): void {
    this.drawn += 1;
    this.base = settings;
    this.given = valuesOf(settings);
    this.theirs = null;
    this.saving.clear();
  }

  private set(more: Partial<Values>): void {
    if (this.given) this.given = { ...this.given, ...more };
  }

  private setProvider(at: number, more: Partial<SpeechProvider>): void {
    if (this.given) this.set({ providers: this.given.providers.map((each, index) => (index === at ? { ...each, ...more } : each)) });
  }

  override render() {
    return html`${this.head("Speech", "Voice messages become text before the agent reads them. Providers are asked from top to bottom, until one understands.")}
      ${this.loaded.view((settings) => (this.given ? this.form(this.given, settings) : nothing), skeleton(6, "form"))}`;
  }

  private form(given: Values, settings: SpeechSettings) {
    const whyNot = session.whyNot("settings.write");
    const off = whyNot !== "";
    return html`<form class="stack" novalidate @submit=${this.send}>
      ${off ? notice("info", whyNot) : nothing}
      <section class="card"><h2>Who listens</h2>
        ${given.providers.length === 0
          ? empty("mic", "Nobody listens", "The agent is told that a voice message came, and not what was said. This machine can listen by itself: it costs nothing, and nothing leaves it.",
              off ? undefined : { label: "Let this machine listen", run: () => this.add("embedded") })
          : keyed(this.drawn, html`<ol>${given.providers.map((provider, at) => this.provider(provider, at, given.providers.length, settings, off))}</ol>`)}
        ${off || given.providers.length === 0 || given.providers.length >= MAX_PROVIDERS ? nothing
          : html`<div class="buttons"><button type="button" @click=${() => this.add("openai")}>${icon("plus", 18)}Add a provider</button></div>`}
      </section>
      ${keyed(this.drawn, html`${this.more(given, off)} ${this.reply(given, off)}`)}
      ${this.saveBar()}
      <section class="card"><h2>Try it</h2>
        <p>Nothing of it is kept. What is saved counts${this.changed ? ": save your changes first" : ""}.</p>
        <claw-try-speech .whyNot=${whyNot}></claw-try-speech>
      </section>
    </form>`;
  }

  private provider(provider: SpeechProvider, at: number, of: number, settings: SpeechSettings, off: boolean) {
    const name = provider.name || provider.kind;
    const kind = PROVIDERS.find((each) => each.kind === provider.kind);
    const byNet = provider.kind === "openai" || provider.kind === "deepgram";
    return html`<li>
      <div class="top"><h3>${at + 1}. ${name}</h3>
        <button type="button" class="icon" aria-label="Ask ${name} earlier" ?disabled=${off || at === 0} @click=${() => this.move(at, -1)}>${icon("up", 18)}</button>
        <button type="button" class="icon" aria-label="Ask ${name} later" ?disabled=${off || at === of - 1} @click=${() => this.move(at, 1)}>${icon("down", 18)}</button>
        <button type="button" class="icon" aria-label="Remove ${name}" ?disabled=${off} @click=${() => this.removeProvider(at)}>${icon("trash", 18)}</button></div>
      ${field({ name: `kind-${at}`, label: "What it is", type: "select", disabled: off, value: provider.kind, help: kind?.words,
        options: PROVIDERS.map((each) => ({ value: each.kind, label: each.title, disabled: each.kind === "command" && settings.commands.length === 0 })),
        input: (value) => this.change(at, value as ProviderKind) })}
      ${byNet ? this.server(provider, at, off) : nothing}
      ${provider.kind === "command"
        ? field({ name: `command-${at}`, label: "Program", type: "select", disabled: off, value: provider.command ?? "", options: settings.commands.map((value) => ({ value, label: value })),
            input: (command) => this.setProvider(at, { command }) })
        : nothing}
      <div class="pair">
        ${field({ name: `name-${at}`, label: "Name", required: false, disabled: off, maxlength: 40, value: provider.name ?? "", help: "Stands with each message that it understood.", input: (value) => this.setProvider(at, { name: value }) })}
        ${field({ name: `timeout-${at}`, label: "Seconds it has", type: "number", min: 1, max: 300, disabled: off, value: String(provider.timeout ?? 60), help: "Then the next one is asked.", input: (value) => this.setProvider(at, { timeout: Number(value) }) })}
      </div>
    </li>`;
  }

  private server(provider: SpeechProvider, at: number, off: boolean) {
    const deepgram = provider.kind === "deepgram";
    return html`${field({ name: `url-${at}`, label: "Server", mono: true, inputmode: "url", required: true, disabled: off, value: provider.url ?? "",
        placeholder: deepgram ? "https://api.deepgram.com" : "https://api.openai.com", help: "The address in front of /v1. A private network has to be opened by the operator (net.allow_private).",
        input: (url) => this.setProvider(at, { url }) })}
      <div class="pair">
        ${field({ name: `model-${at}`, label: "Model", mono: true, required: false, disabled: off, value: provider.model ?? "", placeholder: deepgram ? "nova-3" : "whisper-1", input: (model) => this.setProvider(at, { model }) })}
        ${this.key(`key-${at}`, provider.key_secret ?? "", off, (key_secret) => this.setProvider(at, { key_secret }))}
      </div>`;
  }

  private key(name: string, chosen: string, off: boolean, input: (value: string) => void) {
    const own = (this.secrets.value ?? []).filter((secret) => secret.set && !secret.name.startsWith("WHATSAPP_")).map((secret) => secret.name);
    const names = chosen && !own.includes(chosen) ? [...own, chosen] : own;
    return field({ name, label: "API key", type: "select", disabled: off, value: chosen, input,
      options: [{ value: "", label: "none: it wants no key" }, ...names.map((value) => ({ value, label: value }))],
      help: html`Kept under <a href="/t/${part(this.tenant)}/settings/secrets">Secrets</a>.` });
  }

  private more(given: Values, off: boolean) {
    return html`<section class="card"><h2>How they listen</h2>
      <div class="pair">
        ${field({ name: "language", label: "Language", required: false, disabled: off, maxlength: 2, value: given.language, placeholder: "de", help: "Two letters, where people speak one language. Empty: whoever listens finds out.", input: (language) => this.set({ language }) })}
        ${field({ name: "at_once", label: "Messages at a time", type: "number", min: 1, max: 16, disabled: off, value: String(given.at_once), help: "More wait, in order. At first 2.", input: (value) => this.set({ at_once: Number(value) }) })}
      </div>
      <label class="choice"><input type="checkbox" name="echo" ?disabled=${off} .checked=${given.echo} @change=${(event: Event) => this.set({ echo: (event.target as HTMLInputElement).checked })} />
        <b>Show people what was understood</b><span>They read 📝 “…” before the answer, and can say if it was something else.</span></label>
    </section>`;
  }

  private reply(given: Values, off: boolean) {
    const { reply } = given;
    const change = (more: Partial<Values["reply"]>): void => this.set({ reply: { ...(this.given?.reply ?? reply), ...more } });
    return html`<section class="card"><h2>Answers by voice</h2>
      <label class="choice"><input type="checkbox" name="reply" ?disabled=${off} .checked=${reply.enabled} @change=${(event: Event) => change({ enabled: (event.target as HTMLInputElement).checked })} />
        <b>Whoever wrote by voice is answered by voice</b><span>By a server with OpenAI's /v1/audio/speech. Where it does not answer, people read the text.</span></label>
      ${reply.enabled
        ? html`${field({ name: "reply_url", label: "Server", mono: true, required: true, disabled: off, value: reply.url, placeholder: "https://api.openai.com", input: (url) => change({ url }) })}
            <div class="pair">
              ${field({ name: "reply_model", label: "Model", mono: true, required: false, disabled: off, value: reply.model, placeholder: "gpt-4o-mini-tts", input: (model) => change({ model }) })}
              ${field({ name: "reply_voice", label: "Voice", mono: true, required: true, disabled: off, value: reply.voice, placeholder: "alloy", input: (voice) => change({ voice }) })}
            </div>
            ${this.key("reply_key", reply.key_secret, off, (key_secret) => change({ key_secret }))}`
        : nothing}
    </section>`;
  }

  private add(kind: ProviderKind): void {
    if (!this.given) return;
    const taken = this.given.providers.map((each) => each.name || each.kind);
    let name: string = kind;
    for (let number = 2; taken.includes(name); number += 1) name = `${kind} ${number}`;
    this.set({ providers: [...this.given.providers, { kind, name, timeout: 60 }] });
  }

  /** What other kinds have goes with them. */
  private change(at: number, kind: ProviderKind): void {
    const { name, timeout } = this.given?.providers[at] ?? {};
    const command = kind === "command" ? { command: this.base?.commands[0] ?? "" } : {};
    if (this.given) this.set({ providers: this.given.providers.map((each, index) => (index === at ? { kind, name, timeout, ...command } : each)) });
  }

  private removeProvider(at: number): void {
    if (this.given) this.set({ providers: this.given.providers.filter((_, index) => index !== at) });
    this.drawn += 1;
  }

  private move(at: number, by: number): void {
    if (!this.given) return;
    const providers = [...this.given.providers];
    const [moved] = providers.splice(at, 1);
    if (moved) providers.splice(at + by, 0, moved);
    this.drawn += 1;
    this.set({ providers });
  }

  private saveBar() {
    if (!this.changed) return nothing;
    const { theirs } = this;
    if (theirs)
      return html`<div>${notice("waiting", "Somebody else changed these settings while you had them open. Yours are still here, and not saved.", { label: "Show theirs", run: () => this.take(theirs) })}</div>`;
    return html`<div>${this.saving.notice()}
      <div class="buttons"><button class="primary" ?disabled=${this.saving.busy} aria-busy=${String(this.saving.busy)}>Save</button>
        <button type="button" ?disabled=${this.saving.busy} @click=${() => this.base && this.take(this.base)}>Give up changes</button></div></div>`;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (form.reportValidity()) await this.save();
  }

  private async save(): Promise<void> {
    const before = this.base?.version;
    const done = await this.saving.run(async () => {
      const settings = await api.put<SpeechSettings>("/speech", this.given, { version: before });
      this.loaded.set(settings);
      this.take(settings);
    });
    if (done) toast("Saved. It holds from the next voice message on.");
    else if (this.saving.status === 412) {
      await this.loaded.reload();
      // Something else of the tenant was changed: what was meant still fits.
      if (!this.theirs && !this.loaded.error && this.base?.version !== before) await this.save();
    }
  }
}

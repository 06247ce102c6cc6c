import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Action, fields } from "../page.js";
import type { Secret } from "../types.js";
import "../ui/copy.js";
import { icon } from "../ui/icons.js";
import { badge, field, time } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { metaPage, metaPageStyle, type MetaPage } from "./meta-page.js";

/** What a value is called, and where it comes from. */
export interface Wanted {
  /** As the gateway keeps it: "WHATSAPP_APP_SECRET". */
  name: string;
  title: string;
  help: string;
  /** The page of Meta on which it stands. */
  page?: MetaPage;
  secret: boolean;
  /** One can be made here. */
  made?: boolean;
  optional?: boolean;
  pattern?: string;
  /** What `pattern` wants, in words. */
  wants?: string;
}

/** "phone number ID", as it stands inside a sentence; a name that begins with capitals stays. */
const small = (title: string): string => (/^[A-Z][a-z]+ /.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title);

/**
 * One value of the set-up: whether it is set, where Meta shows it, and a field to write it. What is secret is never read back.
 *
 * Tells `saved`.
 */
@customElement("claw-secret-row")
export class SecretRow extends LitElement {
  @property({ attribute: false }) wanted!: Wanted;
  /** As it is kept; undefined where it was never set. */
  @property({ attribute: false }) secret: Secret | undefined;
  /** It has none of its own, and the first number's is used. */
  @property({ type: Boolean }) shared = false;
  @property() whyNot = "";
  /** It is the one to fill in now: it stands open. */
  @property({ type: Boolean }) next = false;
  /** What is written for it: a list of numbers has this one in its place. */
  @property({ attribute: false }) written: (value: string) => string = (value) => value;
  @property({ attribute: false }) shown: (value: string) => string = (value) => value;
  @state() private opens: boolean | undefined;
  @state() private made = "";
  private readonly save = new Action(this);

  static override styles = [
    base,
    metaPageStyle,
    css`
      :host {
        display: block;
      }
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 var(--space-3);
        align-items: center;
        min-height: 56px;
        padding: var(--space-2) 0;
      }
      h3 {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px var(--space-2);
      }
      h3 code {
        color: var(--ink-3);
        font-size: var(--text-xs);
        font-weight: 400;
      }
      .what {
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .open:not(:has(.meta-page)) {
        grid-template-columns: minmax(0, 28rem);
      }
      .open {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 20rem);
        gap: var(--space-4) var(--space-6);
        align-items: start;
        padding: 0 0 var(--space-5);
      }
      form {
        display: grid;
        gap: var(--space-3);
      }
      .once {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3);
        border: 1px solid var(--accent);
        border-radius: var(--radius-sm);
        background: var(--accent-soft);
      }
      @media (max-width: 719px) {
        .open {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("wanted");
    if (before && before.name !== this.wanted.name) {
      this.opens = undefined;
      this.made = "";
      this.save.clear();
    }
  }

  private get isOpen(): boolean {
    if (this.whyNot) return false;
    return this.opens ?? this.next;
  }

  override render() {
    const { wanted, secret } = this;
    return html`<div class="row">
        <div>
          <h3>${wanted.title} <code>${wanted.name}</code></h3>
          <p class="what">${this.standing()}</p>
        </div>
        <span class="buttons">${secret?.set ? badge("ok", "set") : this.shared ? badge("ok", "shared") : badge(wanted.optional ? "off" : "waiting", wanted.optional ? "not set" : "missing")}
          <button type="button" class="small" ?disabled=${this.whyNot !== ""} title=${this.whyNot} aria-expanded=${String(this.isOpen)}
            aria-label="${this.isOpen ? "Close" : secret?.set ? "Replace" : "Set"} ${wanted.title}"
            @click=${() => (this.opens = !this.isOpen)}>${this.isOpen ? "Close" : secret?.set ? "Replace" : "Set"}</button></span>
      </div>
      ${this.isOpen ? this.open() : nothing}`;
  }

  private standing() {
    const { secret } = this;
    if (secret?.set)
      return html`${secret.readable && secret.value ? html`<code>${this.shown(secret.value)}</code>, set ` : "Set "}${time(secret.set_at)}${secret.set_by ? ` by ${secret.set_by}` : ""}`;
    return this.shared ? "The first number's is used, unless you set one here." : this.wanted.optional ? "ClawCentral learns it by itself." : "Not set yet.";
  }

  private open() {
    const { wanted } = this;
    return html`<div class="open">
      <form @submit=${this.send}>
        ${this.made ? this.once() : field({
          name: "value", label: `${this.secret?.set ? "New" : wanted.made ? "Your" : "Paste the"} ${small(wanted.title)}`, help: wanted.help, required: true,
          type: wanted.secret ? "secret" : "text", mono: true, pattern: wanted.pattern, title: wanted.wants, maxlength: 4096,
          value: wanted.secret ? "" : this.shown(this.secret?.value ?? ""),
        })}
        ${this.save.notice()}
        <div class="buttons">
          <button class="primary" aria-busy=${String(this.save.busy)} ?disabled=${this.save.busy}>Save</button>
          ${wanted.made && !this.made ? html`<button type="button" @click=${this.make} ?disabled=${this.save.busy}>Make one for me</button>` : nothing}
          ${this.made ? html`<button type="button" class="quiet" @click=${() => (this.made = "")}>Write my own</button>` : nothing}
        </div>
        ${wanted.secret ? html`<p class="help">${icon("lock", 14)} Kept encrypted. Nobody can read it again, not even here; it can only be replaced.</p>` : nothing}
      </form>
      ${wanted.page ? metaPage(wanted.page) : nothing}
    </div>`;
  }

  private once() {
    return html`<div class="once">
      <p><b>Copy it now.</b> You need it once more at Meta, under WhatsApp, Configuration. After you save it, it is not shown again.</p>
      <claw-copy .value=${this.made} label="verify token"></claw-copy>
    </div>`;
  }

  private async make(): Promise<void> {
    await this.save.run(async () => {
      this.made = (await api.post<{ value: string }>("/verify-token")).value;
    });
  }

  private async send(event: SubmitEvent): Promise<void> {
    const given = fields(event);
    const value = this.made || this.written((given.value ?? "").trim());
    const { name } = this.wanted;
    const saved = await this.save.run(async () => {
      const asked = this.secret?.set ? { version: this.secret.version } : { onlyIfNew: true };
      await api.put<Secret>(`/secrets/${part(name)}`, { value }, asked);
    });
    if (!saved && this.save.status !== 412) return;
    if (saved) {
      toast(`${this.wanted.title} saved.`);
      this.opens = undefined;
      this.made = "";
    }
    this.dispatchEvent(new Event("saved"));
  }
}

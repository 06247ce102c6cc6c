import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Problem, api, told } from "../api.js";
import { numberOf, previewOf } from "../inbox/words.js";
import { icon } from "../ui/icons.js";
import { base } from "../ui/styles.js";
import type { AccessEntry } from "./types.js";
import { codeFault, codeOf, whoOf } from "./words.js";

/** A field for a code that somebody tells you: shows whose it is, and lets them in. Tells `changed`. */
@customElement("claw-code-form")
export class ClawCodeForm extends LitElement {
  /** Who waits, as far as it was read: whose code it is can be shown before it is used. */
  @property({ attribute: false }) waiting: readonly AccessEntry[] = [];
  @state() private typed = "";
  @state() private error = "";
  @state() private done = "";
  @state() private busy = false;

  static override styles = [
    base,
    css`
      form {
        display: grid;
        grid-template-columns: 10rem auto minmax(0, 1fr);
        align-items: center;
        gap: var(--space-1) var(--space-2);
      }
      label {
        grid-column: 1 / -1;
      }
      label {
        font-weight: var(--weight-strong);
      }
      input:not([type="checkbox"]) {
        font-family: var(--font-mono);
        letter-spacing: 0.06em;
        text-transform: uppercase;
      }
      input::placeholder {
        letter-spacing: 0.06em;
      }
      .says {
        display: flex;
        align-items: center;
        gap: var(--space-1);
        padding-left: var(--space-2);
        color: var(--ink-3);
        font-size: var(--text-sm);
      }
      .says.ok {
        color: var(--ok);
      }
      .says.wrong {
        color: var(--failed);
      }
      @media (max-width: 719px) {
        form {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .says {
          grid-column: 1 / -1;
          min-height: 1lh;
          padding: 0;
        }
      }
    `,
  ];

  override render() {
    return html`<form @submit=${this.submit}>
      <label for="code">A code that somebody tells you</label>
      <input id="code" name="code" .value=${this.typed} placeholder="ABCD 2345" maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false"
        aria-describedby="says" aria-invalid=${this.error ? "true" : nothing} @input=${(event: Event) => this.input((event.target as HTMLInputElement).value)} />
      <button ?disabled=${this.busy} aria-busy=${this.busy}>Let in</button>
      ${this.says()}
    </form>`;
  }

  private says() {
    const drawn = (kind: string, picture: "alert" | "check" | null, words: string) =>
      html`<span id="says" class="says ${kind}" role=${kind === "wrong" ? "alert" : "status"}>${picture ? icon(picture, 16) : nothing}<span>${words}</span></span>`;
    if (this.error) return drawn("wrong", "alert", this.error);
    if (this.done) return drawn("ok", "check", this.done);
    const whose = this.waiting.find((entry) => entry.code === codeOf(this.typed));
    if (whose) return drawn("", null, `It is of ${whoOf(whose)}${whose.name ? `, ${numberOf(whose.address)}` : ""}${whose.message ? `: “${previewOf(whose.message)}”` : "."}`);
    return drawn("", null, "It lets in whoever was told it, at once.");
  }

  private input(value: string): void {
    this.typed = value;
    this.error = "";
    this.done = "";
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.done = "";
    this.error = this.typed.trim() ? codeFault(this.typed) : "Write the code first: eight letters and digits.";
    if (this.error) return;
    this.busy = true;
    try {
      const entry = await api.post<AccessEntry>("/access/approve", { code: codeOf(this.typed) });
      this.typed = "";
      this.done = `${whoOf(entry)} is let in.`;
      this.dispatchEvent(new Event("changed"));
    } catch (error) {
      this.error = error instanceof Problem && error.status === 404
        ? "Nobody waits with this code. Compare it letter by letter; a code ends after an hour, and who writes again gets a new one."
        : told(error);
    } finally {
      this.busy = false;
    }
  }
}

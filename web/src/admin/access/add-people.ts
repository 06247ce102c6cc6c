import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api } from "../api.js";
import { Action } from "../page.js";
import "../ui/dialog.js";
import { field, notice, progress } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { read, type Wanted } from "./addresses.js";
import { people } from "./words.js";

/** What the API takes in one call. */
const AT_ONCE = 1_000;
/** More faults than this are told by their number: somebody pasted something else. */
const FAULTS_SHOWN = 8;

/** Puts people on the allowlist, or blocks them: one, or as many as are pasted. Tells `changed` and `close`. */
@customElement("claw-add-people")
export class ClawAddPeople extends LitElement {
  @property({ type: Boolean }) open = false;
  @property() standing: "allowed" | "blocked" = "allowed";
  @property({ attribute: false }) numbers: readonly string[] = [];
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @state() private text = "";
  @state() private name = "";
  @state() private number = "";
  @state() private done: { people: number; of: number } | null = null;
  private readonly adding = new Action(this);

  static override styles = [
    base,
    css`
      ol {
        display: grid;
        gap: var(--space-1);
        margin: var(--space-1) 0 0;
        padding: 0;
        list-style: none;
      }
    `,
  ];

  override render() {
    const allowed = this.standing === "allowed";
    return html`<claw-dialog heading=${allowed ? "Allow people" : "Block people"} ?open=${this.open} @close=${this.close}>
      ${this.open ? this.form(allowed) : nothing}
    </claw-dialog>`;
  }

  private form(allowed: boolean) {
    const { wanted, faults, twice } = read(this.text);
    const several = wanted.length > 1;
    return html`<form class="stack" @submit=${this.submit}>
      ${field({ name: "addresses", label: "Phone numbers, one a line", type: "area", rows: 6, mono: true, required: true, autofocus: true, value: this.text, placeholder: "+49 151 234 567 89\n+55 11 91234 5678, Ana Souza",
        help: html`With the country in front. A name may stand behind a comma; two columns of a spreadsheet can be pasted as they are.`, input: (value) => (this.text = value) })}
      ${faults.length
        ? notice("failed", html`${faults.length === 1 ? "One line cannot be used" : `${faults.length} lines cannot be used`}. Mend or remove ${faults.length === 1 ? "it" : "them"}; nothing is added before.
            <ol>${faults.slice(0, FAULTS_SHOWN).map((fault) => html`<li>Line ${fault.line}: <code>${fault.written}</code> ${fault.words}.</li>`)}
            ${faults.length > FAULTS_SHOWN ? html`<li>and ${faults.length - FAULTS_SHOWN} more.</li>` : nothing}</ol>`)
        : nothing}
      ${several ? nothing : field({ name: "name", label: "Name", required: false, maxlength: 100, value: this.name, help: "For this list only: so that others know who it is.", input: (value) => (this.name = value) })}
      ${this.numbers.length > 1
        ? field({ name: "number", label: allowed ? "They may write to" : "They are blocked at", type: "select", value: this.number, input: (value) => (this.number = value),
            options: [{ value: "", label: "all numbers" }, ...this.numbers.map((number) => ({ value: number, label: this.names.get(number) ?? number }))] })
        : nothing}
      ${this.done ? progress(`${this.done.people} of ${this.done.of}`, this.done.people, this.done.of) : nothing}
      ${this.adding.notice()}
      <div class="buttons">
        <button class=${allowed ? "primary" : "danger"} ?disabled=${this.adding.busy || faults.length > 0} aria-busy=${this.adding.busy}>${allowed ? "Allow" : "Block"}${wanted.length ? ` ${people(wanted.length)}` : ""}</button>
        <button type="button" @click=${this.close}>Cancel</button>
        ${twice ? html`<span class="faint small-text">${twice === 1 ? "One stands" : `${twice} stand`} there twice, and counts once.</span>` : nothing}
      </div>
    </form>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { wanted, faults } = read(this.text);
    if (faults.length) return;
    if (wanted.length === 0) return this.adding.refuse("Write at least one phone number.");
    const { standing, number } = this;
    const done = await this.adding.run(() => this.put(wanted));
    this.done = null;
    // Also where only a part was added: it is there.
    this.dispatchEvent(new Event("changed"));
    if (!done) return;
    toast(`${people(wanted.length)} ${wanted.length === 1 ? "is" : "are"} ${standing}${number ? ` at ${this.names.get(number) ?? number}` : ""}.`);
    this.close();
  }

  /** The API gives all of a call one name: people with names of their own go in calls of their own. */
  private async put(wanted: readonly Wanted[]): Promise<void> {
    const byName = new Map<string, string[]>();
    for (const one of wanted) {
      const name = one.name || (wanted.length === 1 ? this.name.trim() : "");
      byName.set(name, [...(byName.get(name) ?? []), one.address]);
    }
    const progress = { people: 0, of: wanted.length };
    for (const [name, addresses] of byName)
      for (let at = 0; at < addresses.length; at += AT_ONCE) {
        const some = addresses.slice(at, at + AT_ONCE);
        await api.post("/access", { addresses: some, standing: this.standing, ...(name ? { name } : {}), ...(this.number ? { number: this.number } : {}) });
        progress.people += some.length;
        if (byName.size > 1) this.done = { ...progress };
      }
  }

  private readonly close = (): void => {
    if (this.adding.busy) return;
    this.text = "";
    this.name = "";
    this.adding.clear();
    this.dispatchEvent(new Event("close"));
  };
}

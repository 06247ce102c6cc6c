import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { fields } from "../page.js";
import { field } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { addressOf, type Draft } from "./draft.js";
import type { RouteBy, Rule } from "./types.js";
import { KINDS, kindOf, type NumberNames } from "./words.js";

/** One rule in a dialog. Tells `done` (detail: the rule), or `close`. The gateway looks at it when all rules are saved. */
@customElement("claw-rule-form")
export class RuleForm extends LitElement {
  /** null: a new one, of the kind `by`. */
  @property({ attribute: false }) rule: Draft | null = null;
  @property() by: RouteBy = "peer";
  @property({ attribute: false }) agents: readonly string[] = [];
  @property({ attribute: false }) numbers: NumberNames = new Map();
  /** What the gateway said against it. */
  @property() refused = "";
  @state() private kind: RouteBy = "peer";
  @state() private error = "";

  static override styles = [
    base,
    css`
      form {
        display: grid;
        gap: var(--space-5);
      }
      .example {
        margin-top: calc(-1 * var(--space-3));
        color: var(--ink-2);
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("rule") || changed.has("by")) this.kind = this.rule?.by ?? this.by;
    if (changed.has("refused")) this.error = this.refused;
  }

  override render() {
    const kind = kindOf(this.kind);
    const { rule } = this;
    return html`<form @submit=${this.send}>
      ${field({ name: "by", label: "What it looks at", type: "select", value: this.kind, options: KINDS.map(({ by, title }) => ({ value: by, label: title })), input: (value) => this.choose(value as RouteBy) })}
      <p class="example small-text">${kind.words}${kind.first ? " It looks at the message that a session begins with; the session keeps its agent until it ends." : ""}</p>
      ${this.value(rule?.value ?? "")}
      ${this.kind === "number" || this.numbers.size < 2
        ? nothing
        : field({ name: "number", label: "Written to", type: "select", value: rule?.number ?? "", options: [{ value: "", label: "any of your numbers" }, ...[...this.numbers].map(([value, label]) => ({ value, label }))] })}
      ${field({ name: "agent", label: "Agent that answers", type: "select", value: rule?.agent ?? "", options: this.agents.map((agent) => ({ value: agent, label: agent })) })}
      <div class="buttons">
        <button class="primary">${rule ? "Change the rule" : "Add the rule"}</button>
        <button type="button" @click=${() => this.dispatchEvent(new Event("close"))}>Cancel</button>
      </div>
    </form>`;
  }

  private value(value: string) {
    const kind = kindOf(this.kind);
    if (this.kind === "channel") return nothing;
    if (this.kind === "number")
      return field({ name: "value", label: kind.label, help: kind.help, type: "select", value, error: this.error, options: [...this.numbers].map(([value, label]) => ({ value, label })) });
    return field({ name: "value", label: kind.label, help: kind.help, value, error: this.error, placeholder: kind.placeholder, required: true, maxlength: 1_000,
      mono: this.kind !== "keyword", inputmode: this.kind === "peer_prefix" ? "tel" : undefined, input: () => (this.error = "") });
  }

  private choose(kind: RouteBy): void {
    this.kind = kind;
    this.error = "";
  }

  private send(event: SubmitEvent): void {
    const given = fields(event);
    const value = this.kind === "peer" || this.kind === "peer_prefix" ? addressOf(given.value ?? "") : (given.value ?? "");
    this.error = faultOf(this.kind, value);
    if (this.error) return;
    const rule: Rule = { by: this.kind, value, number: given.number ?? "", agent: given.agent ?? "" };
    // One that has a number keeps it where no other can be chosen.
    if (given.number === undefined && this.kind !== "number" && this.rule?.number) rule.number = this.rule.number;
    this.dispatchEvent(new CustomEvent("done", { detail: rule }));
  }
}

/** What can be seen without asking the gateway. */
function faultOf(by: RouteBy, value: string): string {
  if (by === "channel") return "";
  if (!value) return by === "number" ? "There is no number yet: connect one under Channels." : "Write what it looks for.";
  if (by === "peer_prefix" && !/^\d{1,15}$/.test(value)) return "Only digits: the first ones of the phone numbers, like +49.";
  return "";
}

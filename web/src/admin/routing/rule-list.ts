import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../ui/icons.js";
import { badge } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { move, type Draft } from "./draft.js";
import type { RouteBy } from "./types.js";
import { KINDS, whom, writtenTo, type Kind, type NumberNames } from "./words.js";

/**
 * All rules under their kinds, in the order in which they are tried; inside of a kind they are moved by pointer or keyboard.
 *
 * Tells `add` (detail: the kind), `edit` and `remove` (detail: the rule's key), and `order` (detail: all rules, moved).
 */
@customElement("claw-rule-list")
export class RuleList extends LitElement {
  @property({ attribute: false }) rules: readonly Draft[] = [];
  @property({ attribute: false }) agents: readonly string[] = [];
  @property({ attribute: false }) numbers: NumberNames = new Map();
  /** Why nothing can be changed; empty where it can. */
  @property() whyNot = "";
  /** The rule that was met by what was tried; 0 for none. */
  @property({ type: Number }) met = 0;
  /** The rule that a link led to; 0 for none. */
  @property({ type: Number }) named = 0;
  /** The rule that the gateway refused, and its words. */
  @property({ attribute: false }) refused: { key: number; words: string } | null = null;
  @state() private dragged = 0;
  @state() private said = "";
  /** As it was before the drag, for Escape. */
  private grabbed: readonly Draft[] = [];

  static override styles = [
    base,
    css`
      .kinds,
      .rules {
        display: grid;
        padding: 0;
        list-style: none;
      }
      /* One line from kind to kind: they are tried from top to bottom. */
      .kind {
        position: relative;
        display: grid;
        grid-template-columns: 36px minmax(0, 1fr);
        gap: 0 var(--space-3);
        padding-bottom: var(--space-5);
      }
      .kind::before {
        content: "";
        position: absolute;
        top: 36px;
        bottom: 0;
        left: 17px;
        border-left: 2px solid var(--border);
      }
      .sign {
        display: grid;
        place-items: center;
        width: 36px;
        height: 36px;
        border: 1px solid var(--border);
        border-radius: 50%;
        background: var(--surface);
        color: var(--ink-3);
      }
      .used > .sign {
        border-color: var(--accent);
        background: var(--accent-soft);
        color: var(--accent-strong);
      }
      .top {
        display: flex;
        align-items: flex-start;
        gap: var(--space-3);
        min-height: 36px;
      }
      .top > div {
        flex: 1;
        min-width: 0;
      }
      .top h3 {
        display: inline;
      }
      .top .small-text {
        margin-top: 2px;
        color: var(--ink-3);
      }
      .rules {
        margin-top: var(--space-2);
        border: 1px solid var(--border);
        border-radius: var(--radius-md);
        background: var(--surface);
      }
      .rule {
        display: grid;
        grid-template-columns: 1.500rem minmax(0, 1fr) auto;
        align-items: center;
        gap: 0 var(--space-2);
        min-height: 48px;
        padding: var(--space-1) var(--space-2);
        background: var(--surface);
      }
      .rule:first-child {
        border-radius: var(--radius-md) var(--radius-md) 0 0;
      }
      .rule:last-child {
        border-radius: 0 0 var(--radius-md) var(--radius-md);
      }
      .rule:only-child {
        border-radius: var(--radius-md);
      }
      .rule + .rule {
        border-top: 1px solid var(--border);
      }
      .met {
        background: var(--accent-soft);
        box-shadow: inset 3px 0 var(--accent);
      }
      .dragged {
        position: relative;
        z-index: 1;
        background: var(--surface-2);
        box-shadow: var(--shadow-2);
      }
      .refused {
        box-shadow: inset 3px 0 var(--failed);
      }
      .handle {
        cursor: grab;
        touch-action: none;
      }
      .dragged .handle {
        cursor: grabbing;
      }
      .place {
        color: var(--ink-3);
        font-size: var(--text-sm);
        font-variant-numeric: tabular-nums;
        text-align: right;
      }
      .what {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px var(--space-2);
        padding: 0 var(--space-1);
      }
      .what > * {
        overflow-wrap: anywhere;
      }
      .to {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
      }
      .to .icon {
        color: var(--ink-3);
      }
      .agent {
        padding: 2px var(--space-3);
        border-radius: var(--radius-round);
        background: var(--surface-3);
        font-weight: 500;
      }
      .met .agent {
        background: var(--surface);
      }
      .act {
        display: flex;
      }
      .rule .error {
        grid-column: 2 / -1;
        padding: 0 var(--space-1) var(--space-2);
      }
      @media (max-width: 719px) {
        .what {
          display: grid;
        }
        .what {
          padding: var(--space-2) 0;
        }
        .act {
          display: grid;
        }
      }
    `,
  ];

  override disconnectedCallback(): void {
    this.listen(false);
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("refused") && this.refused) this.show(this.refused.key);
    if (changed.has("met") && this.met) this.show(this.met);
    if (changed.has("named") && this.named) this.show(this.named);
  }

  private show(key: number): void {
    this.row(key)?.scrollIntoView({ block: "nearest" });
  }

  private row(key: number): HTMLElement | null {
    return this.renderRoot.querySelector(`[data-key="${key}"]`);
  }

  override render() {
    return html`<ol class="kinds">${KINDS.map((kind) => this.kind(kind))}</ol>
      <p class="hidden" id="keys">Up and down arrows move it among the rules of its kind.</p>
      <p class="hidden" role="status">${this.said}</p>`;
  }

  private kind(kind: Kind) {
    const rules = this.rules.map((rule, place) => ({ rule, place })).filter(({ rule }) => rule.by === kind.by);
    return html`<li class="kind ${rules.length ? "used" : ""}" data-kind=${kind.by}>
      <span class="sign">${icon(kind.icon, 18)}</span>
      <div>
        <div class="top">
          <div><h3>${kind.title}</h3>${kind.first ? html` <span class="tag">first message</span>` : nothing}
            <p class="small-text">${kind.words}</p></div>
          <button type="button" class="small" aria-label="Add a rule: ${kind.title}" title=${this.whyNot} ?disabled=${this.whyNot !== ""}
            @click=${() => this.tell("add", kind.by)}>${icon("plus", 14)} Add</button>
        </div>
        ${rules.length
          ? html`<ol class="rules" aria-label=${kind.title}>${repeat(rules, ({ rule }) => rule.key, ({ rule, place }) => this.rule(rule, place, rules.length))}</ol>`
          : nothing}
      </div>
    </li>`;
  }

  private rule(rule: Draft, place: number, among: number) {
    const refused = this.refused?.key === rule.key ? this.refused.words : "";
    const name = `rule ${place + 1}, ${whom(rule, this.numbers)}`;
    const marks = [rule.key === this.met || rule.key === this.named ? "met" : "", rule.key === this.dragged ? "dragged" : "", refused ? "refused" : ""].join(" ");
    return html`<li class="rule ${marks}" data-key=${rule.key}>
      <span class="place">${place + 1}</span>
      <span class="what"><span>${rule.by === "pattern" ? html`First message fits <code>${rule.value}</code>${writtenTo(rule, this.numbers)}` : whom(rule, this.numbers)}</span>
        <span class="to">${icon("send", 14)}<span class="hidden">goes to</span><span class="agent">${rule.agent}</span>
          ${this.agents.includes(rule.agent) ? nothing : badge("failed", "not there")}</span>
        ${rule.key === this.met ? badge("ok", "fits") : nothing}</span>
      ${this.whyNot ? nothing : this.actions(rule, name, among)}
      ${refused ? html`<span class="error" role="alert">${icon("alert", 16)}${refused}</span>` : nothing}
    </li>`;
  }

  private actions(rule: Draft, name: string, among: number) {
    return html`<span class="act">
      ${among < 2
        ? nothing
        : html`<button type="button" class="round handle" aria-label="Move ${name}" aria-describedby="keys" title="Drag it, or use the arrow keys"
            @keydown=${(event: KeyboardEvent) => this.arrow(event, rule)} @pointerdown=${(event: PointerEvent) => this.grab(event, rule)}>${icon("grip", 18)}</button>`}
      <button type="button" class="round" aria-label="Edit ${name}" title="Edit" @click=${() => this.tell("edit", rule.key)}>${icon("edit", 18)}</button>
      <button type="button" class="round" aria-label="Remove ${name}" title="Remove" @click=${() => this.tell("remove", rule.key)}>${icon("trash", 18)}</button>
    </span>`;
  }

  private tell(name: string, detail: RouteBy | number | readonly Draft[]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private arrow(event: KeyboardEvent, rule: Draft): void {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.place(rule, this.rules.findIndex(({ key }) => key === rule.key) + by);
    // The row was moved in the page, which takes the focus from what is in it.
    void this.updateComplete.then(() => this.row(rule.key)?.querySelector<HTMLElement>(".handle")?.focus());
  }

  private place(rule: Draft, to: number): void {
    const moved = move(this.rules, rule.key, to);
    if (moved.every(({ key }, index) => key === this.rules[index]?.key)) return;
    this.rules = moved;
    const kin = moved.filter(({ by }) => by === rule.by);
    this.said = `${whom(rule, this.numbers)}: now ${kin.findIndex(({ key }) => key === rule.key) + 1} of ${kin.length}.`;
    this.tell("order", moved);
  }

  /** The window is listened to: a row that moves in the page would let go of a pointer that it had captured. */
  private grab(event: PointerEvent, rule: Draft): void {
    if (event.button !== 0) return;
    this.dragged = rule.key;
    this.grabbed = this.rules;
    this.listen(true);
  }

  private listen(on: boolean): void {
    const set = on ? window.addEventListener.bind(window) : window.removeEventListener.bind(window);
    set("pointermove", this.drag as EventListener);
    set("pointerup", this.drop);
    set("pointercancel", this.drop);
    set("keydown", this.escape as EventListener, true);
  }

  /** It takes the place of a row as soon as the pointer is past that row's middle. */
  private readonly drag = (event: PointerEvent): void => {
    const from = this.rules.findIndex(({ key }) => key === this.dragged);
    const rule = this.rules[from];
    if (!rule) return;
    for (const [to, other] of this.rules.entries()) {
      if (other.by !== rule.by || to === from) continue;
      const box = this.row(other.key)?.getBoundingClientRect();
      if (!box) continue;
      const middle = (box.top + box.bottom) / 2;
      if (to > from ? event.clientY > middle && event.clientY < box.bottom : event.clientY < middle && event.clientY > box.top)
        return this.place(rule, to);
    }
  };

  private readonly drop = (): void => {
    this.dragged = 0;
    this.listen(false);
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.rules = this.grabbed;
    this.tell("order", this.grabbed);
    this.drop();
  };
}

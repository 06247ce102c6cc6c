import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../ui/icons.js";
import { time } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { MOVES, type GuideStep } from "./types.js";

const MOVE = "Your move: ";
/** A detail that begins with whose move it is: the tag above it says so already. */
const withoutMove = (detail: string): string =>
  detail.startsWith(MOVE) ? detail.charAt(MOVE.length).toUpperCase() + detail.slice(MOVE.length + 1) : detail;

/** How far a number's set-up is: each step with what it waits for and whose move it is. Tells `subscribe`. */
@customElement("claw-guide-steps")
export class GuideSteps extends LitElement {
  @property({ attribute: false }) steps: readonly GuideStep[] = [];
  /** Something is under way: no second press. */
  @property({ type: Boolean }) busy = false;
  /** Why a person may only look; empty where they may do. */
  @property() whyNot = "";
  private readonly known = new Map<string, string>();

  static override styles = [
    base,
    css`
      ol {
        display: grid;
        padding: 0;
        list-style: none;
      }
      li {
        position: relative;
        display: grid;
        grid-template-columns: 28px minmax(0, 1fr);
        gap: 0 var(--space-3);
        padding: 0 var(--space-2) var(--space-4) 0;
        border-radius: var(--radius-sm);
      }
      li:not(:last-child)::before {
        content: "";
        position: absolute;
        top: 30px;
        bottom: 2px;
        left: 13px;
        border-left: 2px solid var(--border);
      }
      li.done:not(:last-child)::before {
        border-color: var(--ok);
      }
      .dot {
        display: grid;
        place-items: center;
        width: 28px;
        height: 28px;
        border: 2px solid var(--border);
        box-sizing: border-box;
        border-radius: 50%;
        color: var(--ink-3);
        font-size: var(--text-sm);
        font-variant-numeric: tabular-nums;
        transition: background-color var(--calm) var(--ease), border-color var(--calm) var(--ease);
      }
      .done .dot {
        border-color: var(--ok);
        background: var(--ok);
        color: var(--on-accent);
      }
      .now .dot {
        border-color: var(--waiting);
        color: var(--waiting);
      }
      .failed .dot {
        border-color: var(--failed);
        background: var(--failed-soft);
        color: var(--failed);
      }
      h3 {
        padding-top: 4px;
        font-weight: 500;
      }
      .done h3,
      .later h3 {
        color: var(--ink-2);
      }
      .now h3,
      .failed h3 {
        font-weight: var(--weight-strong);
      }
      li > div {
        min-width: 0;
      }
      p {
        overflow-wrap: anywhere;
        color: var(--ink-2);
        font-size: var(--text-sm);
      }
      .failed p {
        color: var(--failed);
      }
      .move {
        display: inline-flex;
        width: fit-content;
        margin: var(--space-1) 0;
        padding: 1px var(--space-2);
        border-radius: var(--radius-round);
        background: var(--waiting-soft);
        color: var(--waiting);
        font-size: var(--text-sm);
        font-weight: 500;
      }
      .failed .move {
        background: var(--failed-soft);
        color: var(--failed);
      }
      button {
        margin-top: var(--space-2);
      }
    `,
  ];

  override render() {
    const now = this.steps.find((step) => step.state !== "done");
    return html`<ol aria-label="Steps of the set-up">${this.steps.map((step, index) => this.step(step, index, step === now))}</ol>`;
  }

  private step(step: GuideStep, index: number, now: boolean) {
    const changed = this.known.has(step.id) && this.known.get(step.id) !== step.state;
    this.known.set(step.id, step.state);
    const shown = step.state === "waiting" ? (now ? "now" : "later") : step.state;
    const sign = step.state === "done" ? icon("check", 16) : step.state === "failed" ? icon("alert", 16) : String(index + 1);
    return html`<li class="${shown} ${changed ? "glow" : ""}" data-step=${step.id} data-state=${step.state} aria-current=${now ? "step" : "false"}>
      <span class="dot" aria-hidden="true">${sign}</span>
      <div>
        <h3>${step.title}<span class="hidden">: ${step.state === "done" ? "done" : step.state === "failed" ? "failed" : "waiting"}</span></h3>
        ${shown === "later" ? nothing : shown === "done"
          ? html`<p>${step.at ? time(step.at) : step.detail}</p>`
          : html`${step.detail.includes(MOVE) ? html`<span class="move">${MOVES[step.id]}</span>` : nothing}<p>${withoutMove(step.detail)}</p>`}
        ${step.id === "app_subscribed" && shown !== "done" && shown !== "later"
          ? html`<button type="button" class="primary small" ?disabled=${this.busy || this.whyNot !== ""} title=${this.whyNot} @click=${this.subscribe}>Subscribe the app</button>`
          : nothing}
      </div>
    </li>`;
  }

  private subscribe(): void {
    this.dispatchEvent(new Event("subscribe"));
  }
}

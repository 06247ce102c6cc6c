import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "./icons.js";
import { badge, type State } from "./parts.js";
import { base } from "./styles.js";

/** What one of Meta's error codes means, as docs/openapi.yaml has it. */
export interface MetaError {
  code: number;
  name: string;
  /** Whether it is tried again by itself. */
  retry?: "yes" | "later" | "fix" | "no";
  /** What happened, and what to do. */
  advice: string;
  whose?: "yours" | "metas" | "persons" | "nobodys";
  /** Meta's page about its codes. */
  link?: string;
}

const MOVES: Record<NonNullable<MetaError["whose"]>, { state: State; words: string }> = {
  yours: { state: "failed", words: "Your move" },
  metas: { state: "waiting", words: "Meta's move" },
  persons: { state: "waiting", words: "Their move" },
  nobodys: { state: "ok", words: "Nobody's move: it is tried again" },
};

/** An error of Meta's, wherever it stands: what to do, whose move it is, and where Meta writes about it. */
@customElement("claw-meta-error")
export class ClawMetaError extends LitElement {
  @property({ attribute: false }) error!: MetaError;
  /** What to do stands beside it already. */
  @property({ type: Boolean }) told = false;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-1);
        justify-items: start;
        color: inherit;
        font-size: inherit;
        overflow-wrap: anywhere;
      }
      .move {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-3);
        align-items: center;
      }
      a {
        display: inline-flex;
        gap: var(--space-1);
        align-items: center;
        color: inherit;
        text-decoration: underline;
        text-underline-offset: 2px;
      }
    `,
  ];

  override render() {
    const { error } = this;
    const move = error.whose ? MOVES[error.whose] : null;
    return html`${this.told ? nothing : html`<span>${error.advice}</span>`}
      <span class="move">${move ? badge(move.state, move.words) : nothing}${error.link
        ? html`<a href=${error.link} target="_blank" rel="noopener noreferrer">Meta on code ${error.code}${icon("external", 14)}<span class="hidden">, in a new tab</span></a>`
        : html`<span>Meta's code ${error.code}</span>`}</span>`;
  }
}

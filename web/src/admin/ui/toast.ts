import { LitElement, css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { told } from "../api.js";
import { icon } from "./icons.js";
import { base } from "./styles.js";

interface Toast {
  id: number;
  words: string;
  failed: boolean;
  offer?: Offer;
}

/** What can be done about it: "Undo". */
export interface Offer {
  label: string;
  run: () => void;
}

const STAYS_MS = 5_000;
/** Who is offered something needs time to read it and to get there. */
const OFFER_STAYS_MS = 12_000;
const AT_MOST = 3;
let last = 0;
let shelf: ClawToasts | undefined;

/** Says that something was done: "Secret saved." Gone after five seconds, or twelve with an offer; nothing a person needs later. */
export const toast = (words: string, offer?: Offer): void => shelf?.add(words, false, offer);

/** Says what went wrong where there is no form to say it in; stays until it is closed. */
export const complain = (error: unknown): void => shelf?.add(told(error), true);

/** Where they appear; the shell has one. */
@customElement("claw-toasts")
export class ClawToasts extends LitElement {
  @state() private toasts: Toast[] = [];

  static override styles = [
    base,
    css`
      :host {
        position: fixed;
        z-index: 20;
        inset: auto var(--space-4) calc(var(--space-4) + env(safe-area-inset-bottom)) auto;
        display: grid;
        justify-items: end;
        gap: var(--space-2);
        max-width: min(28rem, calc(100vw - var(--space-8)));
        pointer-events: none;
      }
      .toast {
        display: flex;
        align-items: flex-start;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3);
        border-radius: var(--radius-md);
        background: var(--ink);
        color: var(--surface);
        box-shadow: var(--shadow-2);
        animation: rise var(--calm) var(--ease);
        pointer-events: auto;
      }
      .toast .icon {
        flex: none;
        margin-top: 3px;
      }
      .toast p {
        margin: 0;
        padding: 2px 0;
      }
      .toast button {
        min-height: 0;
        padding: var(--space-1);
        border: 0;
        background: none;
        color: inherit;
      }
      .toast .offer {
        padding: 2px var(--space-2);
        font-weight: var(--weight-strong);
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    shelf = this;
  }

  add(words: string, failed: boolean, offer?: Offer): void {
    const id = ++last;
    this.toasts = [...this.toasts.filter((toast) => toast.words !== words), { id, words, failed, offer }].slice(-AT_MOST);
    if (!failed) window.setTimeout(() => this.drop(id), offer ? OFFER_STAYS_MS : STAYS_MS);
  }

  private take(id: number, offer: Offer): void {
    this.drop(id);
    offer.run();
  }

  private drop(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  override render() {
    const drawn = (toast: Toast) => html`<div class="toast">
      ${icon(toast.failed ? "alert" : "check", 16)}
      <p>${toast.words}</p>
      ${toast.offer ? html`<button type="button" class="offer" @click=${() => this.take(toast.id, toast.offer!)}>${toast.offer.label}</button>` : nothing}
      <button type="button" aria-label="Close" @click=${() => this.drop(toast.id)}>${icon("close", 16)}</button>
    </div>`;
    return html`<div role="status">${this.toasts.filter((toast) => !toast.failed).map(drawn)}</div>
      <div role="alert">${this.toasts.filter((toast) => toast.failed).map(drawn)}</div>`;
  }
}

import { LitElement, css, html, nothing, render, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { told } from "../api.js";
import { icon } from "./icons.js";
import { field, notice } from "./parts.js";
import { base } from "./styles.js";

/**
 * A dialog over the page: `<claw-dialog heading="Add a secret" ?open=${…} @close=${…}>…</claw-dialog>`.
 *
 * The browser keeps the focus inside and gives it back; Escape, the cross and a click beside it tell `close`. `fixed`: only its
 * own buttons end it, where closing by accident would lose what is shown once.
 */
@customElement("claw-dialog")
export class ClawDialog extends LitElement {
  @property() heading = "";
  @property({ type: Boolean }) open = false;
  @property({ type: Boolean }) fixed = false;
  @property({ type: Boolean }) wide = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  static override styles = [
    base,
    css`
      dialog {
        box-sizing: border-box;
        width: min(30rem, calc(100vw - var(--space-8)));
        max-height: calc(100dvh - var(--space-8));
        padding: 0;
        border: 1px solid var(--border);
        border-radius: var(--radius-lg);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-3);
        overflow: auto;
      }
      :host([wide]) dialog {
        width: min(46rem, calc(100vw - var(--space-8)));
      }
      dialog[open] {
        animation: rise var(--calm) var(--ease);
      }
      dialog::backdrop {
        background: var(--veil);
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }
      .bar {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        align-items: center;
        gap: var(--space-4);
        padding: var(--space-4) var(--space-4) var(--space-3) var(--space-6);
        background: var(--surface);
      }
      h2 {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .body {
        padding: 0 var(--space-6) var(--space-6);
      }
    `,
  ];

  override render() {
    return html`<dialog aria-labelledby="heading" @cancel=${this.cancel} @click=${this.beside}>
      <div class="bar">
        <h2 id="heading">${this.heading}</h2>
        ${this.fixed ? nothing : html`<button type="button" class="round" aria-label="Close" @click=${this.tell}>${icon("close")}</button>`}
      </div>
      <div class="body"><slot></slot></div>
    </dialog>`;
  }

  override updated(): void {
    if (this.open && !this.dialog.open) {
      this.dialog.showModal();
      (this.querySelector<HTMLElement>("[autofocus]") ?? this.querySelector<HTMLElement>("input, select, textarea"))?.focus();
    }
    if (!this.open && this.dialog.open) this.dialog.close();
  }

  private cancel(event: Event): void {
    event.preventDefault();
    if (!this.fixed) this.tell();
  }

  private beside(event: MouseEvent): void {
    if (event.target === this.dialog && !this.fixed) {
      const box = this.dialog.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) this.tell();
    }
  }

  private tell(): void {
    this.dispatchEvent(new Event("close"));
  }
}

export interface Question {
  heading: string;
  /** What will happen, in numbers where there are any. */
  words: TemplateResult | string;
  /** The button: "Delete", "Remove Maria". */
  action: string;
  danger?: boolean;
  /** The name that has to be typed before the button works: for what cannot be taken back. */
  type?: string;
  /** Does it; what it throws is shown in the dialog, which stays. */
  run: () => Promise<unknown>;
}

/** Asks before something is done. True when it was done. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((answer) => {
    const host = document.createElement("div");
    document.body.append(host);
    const end = (done: boolean): void => {
      render(nothing, host);
      host.remove();
      answer(done);
    };
    render(html`<claw-confirm .question=${question} @answer=${(event: CustomEvent<boolean>) => end(event.detail)}></claw-confirm>`, host);
  });
}

@customElement("claw-confirm")
export class ClawConfirm extends LitElement {
  @property({ attribute: false }) question!: Question;
  @state() private open = true;
  @state() private typed = "";
  @state() private busy = false;
  @state() private error = "";

  static override styles = [
    base,
    css`
      .words {
        display: grid;
        gap: var(--space-3);
      }
      .words:not(:has(> p)) {
        display: block;
      }
    `,
  ];

  override render() {
    const { heading, words, action, danger, type } = this.question;
    const ready = !this.busy && (type === undefined || this.typed === type);
    return html`<claw-dialog .heading=${heading} ?open=${this.open} @close=${() => this.end(false)}>
      <form class="stack" @submit=${this.submit}>
        <div class="words">${words}</div>
        ${type === undefined ? nothing : field({ name: "typed", label: `Type ${type} to confirm`, mono: true, autofocus: true, input: (value) => (this.typed = value.trim()) })}
        ${this.error ? notice("failed", this.error) : nothing}
        <div class="buttons">
          <button class=${danger ? "danger" : "primary"} ?disabled=${!ready} aria-busy=${this.busy}>${action}</button>
          <button type="button" ?autofocus=${type === undefined} @click=${() => this.end(false)}>Cancel</button>
        </div>
      </form>
    </claw-dialog>`;
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    this.busy = true;
    this.error = "";
    try {
      await this.question.run();
      await this.end(true);
    } catch (error) {
      this.error = told(error);
    } finally {
      this.busy = false;
    }
  }

  private async end(done: boolean): Promise<void> {
    // Closed before it goes, so that the browser gives the focus back.
    this.open = false;
    await this.updateComplete;
    await this.renderRoot.querySelector<ClawDialog>("claw-dialog")?.updateComplete;
    this.dispatchEvent(new CustomEvent("answer", { detail: done }));
  }
}

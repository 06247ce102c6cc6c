import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, type Exchange, type Message } from "./api.js";
import { tickWords } from "../common/ticks.js";
import { preciseTime, pretty } from "../common/words.js";
import { copyIcon } from "./icons.js";
import { store } from "./store.js";
import { deliveryWords, exchangeOutcome, exchangeTitle, gist } from "./words.js";

/** Everything that went over the wire about one message, newest last. */
@customElement("phone-wire")
export class PhoneWire extends LitElement {
  @property({ attribute: false }) message?: Message;
  @property({ type: Number }) now = 0;
  @state() private exchanges: Exchange[] | null = null;
  @state() private problem = "";
  @state() private copied = 0;
  private asked = "";

  static override styles = css`
    :host {
      display: block;
    }
    .text {
      margin: 0 0 var(--space-3);
      padding: var(--space-2) var(--space-3);
      border-radius: var(--radius-md);
      background: var(--surface-2);
      max-height: 6.5rem;
      overflow: auto;
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    .outcome {
      margin: 0 0 var(--space-4);
      color: var(--ink-2);
    }
    ol {
      list-style: none;
      margin: 0;
      padding: 0;
    }
    li {
      position: relative;
      padding: 0 0 var(--space-4) var(--space-5);
    }
    li::before {
      content: "";
      position: absolute;
      left: 5px;
      top: 18px;
      bottom: -4px;
      width: 1px;
      background: var(--border);
    }
    li:last-child::before {
      display: none;
    }
    .dot {
      position: absolute;
      left: 0;
      top: 5px;
      width: 11px;
      height: 11px;
      box-sizing: border-box;
      border-radius: 50%;
      border: 2px solid var(--ok);
    }
    .dot.bad {
      border-color: var(--failed);
      border-radius: 2px;
    }
    h3 {
      display: flex;
      justify-content: space-between;
      gap: var(--space-2);
      margin: 0;
      font-size: var(--text-md);
      font-weight: var(--weight-strong);
    }
    h3 time {
      color: var(--ink-3);
      font-weight: 400;
      font-size: var(--text-sm);
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
    .line {
      margin: 0;
      color: var(--ink-2);
      font-size: var(--text-sm);
      overflow-wrap: anywhere;
    }
    .bad-words {
      color: var(--failed);
    }
    details {
      margin-top: var(--space-1);
    }
    summary {
      width: fit-content;
      padding: 2px 0;
      color: var(--accent);
      font-size: var(--text-sm);
      cursor: pointer;
    }
    summary:focus-visible,
    .copy:focus-visible,
    pre:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
      border-radius: 2px;
    }
    .body {
      position: relative;
    }
    pre {
      margin: var(--space-1) 0 var(--space-2);
      padding: var(--space-2) var(--space-3);
      border-radius: var(--radius-sm);
      background: var(--surface-2);
      border: 1px solid var(--border);
      color: var(--ink);
      font-family: var(--font-mono);
      font-size: var(--text-xs);
      line-height: 1.55;
      max-height: 22rem;
      overflow: auto;
      scrollbar-width: thin;
      tab-size: 2;
    }
    .copy {
      position: absolute;
      top: 6px;
      right: 6px;
      display: inline-grid;
      place-items: center;
      width: 28px;
      height: 28px;
      border: 1px solid var(--border);
      border-radius: var(--radius-sm);
      background: var(--surface);
      color: var(--ink-2);
      cursor: pointer;
    }
    .quiet {
      color: var(--ink-3);
    }
  `;

  private readonly onExchange = (event: Event): void => {
    if ((event as CustomEvent<string>).detail === this.message?.id) void this.read();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    store.addEventListener("exchange", this.onExchange);
  }

  override disconnectedCallback(): void {
    store.removeEventListener("exchange", this.onExchange);
    super.disconnectedCallback();
  }

  protected override willUpdate(): void {
    if (!this.message || this.asked === this.message.id) return;
    this.asked = this.message.id;
    this.exchanges = null;
    void this.read();
  }

  private async read(): Promise<void> {
    const asked = this.asked;
    try {
      const { entries } = await api.exchanges(asked);
      if (asked === this.asked) this.exchanges = entries;
      this.problem = "";
    } catch (error) {
      this.problem = error instanceof Error ? error.message : "That could not be read.";
    }
  }

  override render() {
    const { message } = this;
    if (!message) return html`<p class="quiet">This message is no longer kept.</p>`;
    return html`
      <p class="text">${gist(message)}</p>
      <p class="outcome">
        ${message.from === "person"
          ? deliveryWords(message.delivery, this.now)
          : `Sent by the gateway; ${tickWords[message.status]} now.`}
      </p>
      ${this.problem ? html`<p class="bad-words" role="alert">${this.problem}</p>` : nothing}
      ${this.exchanges === null
        ? nothing
        : this.exchanges.length === 0
          ? html`<p class="quiet">Nothing has gone over the wire yet, or it was too long ago: the last 10,000 exchanges are kept.</p>`
          : html`<ol>${this.exchanges.map((exchange, index) => this.row(exchange, index === 0))}</ol>`}
    `;
  }

  private row(exchange: Exchange, open: boolean) {
    const ok = exchange.outcome === "ok";
    return html`<li>
      <span class="dot ${ok ? "" : "bad"}" aria-hidden="true"></span>
      <h3>${exchangeTitle(exchange)}${exchange.attempt > 1 ? ` · try ${exchange.attempt}` : ""}<time>${preciseTime(exchange.at)}</time></h3>
      <p class="line ${ok ? "" : "bad-words"}">${exchangeOutcome(exchange)}</p>
      ${!ok && exchange.status && exchange.reason ? html`<p class="line">${exchange.reason}</p>` : nothing}
      <details ?open=${open}>
        <summary>${exchange.method} ${short(exchange.url)}</summary>
        ${exchange.request ? this.body("Request", exchange.request, exchange.seq) : nothing}
        ${exchange.answer ? html`<p class="line">Answer</p>${this.body("Answer", exchange.answer, -exchange.seq)}` : nothing}
      </details>
    </li>`;
  }

  private body(name: string, text: string, key: number) {
    return html`<div class="body">
      <pre tabindex="0" aria-label="${name} body">${pretty(text)}</pre>
      <button class="copy" aria-label="Copy the ${name.toLowerCase()} as it was on the wire" title=${this.copied === key ? "Copied" : "Copy as sent"}
        @click=${() => this.copy(text, key)}>${this.copied === key ? "✓" : copyIcon()}</button>
    </div>`;
  }

  private async copy(text: string, key: number): Promise<void> {
    await navigator.clipboard.writeText(text);
    this.copied = key;
    window.setTimeout(() => (this.copied = 0), 1500);
  }
}

function short(url: string): string {
  try {
    return new URL(url).pathname;
  } catch {
    return url;
  }
}

import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { day, dayKey } from "../common/words.js";
import type { Message } from "./api.js";
import { downIcon } from "./icons.js";
import "./phone-bubble.js";

const NEAR_END = 80;

/** The messages, newest at the bottom; stays there unless somebody scrolled up to read. */
@customElement("phone-chat")
export class PhoneChat extends LitElement {
  @property({ attribute: false }) messages: Message[] = [];
  @property({ type: Boolean }) typing = false;
  @property({ type: Boolean }) loaded = false;
  @property() business = "";
  @property() selected = "";
  @property({ type: Number }) now = 0;
  @state() private unseen = 0;
  @query(".log") private log!: HTMLElement;
  private stays = true;

  static override styles = css`
    :host {
      position: relative;
      display: flex;
      flex-direction: column;
      min-height: 0;
    }
    .log {
      flex: 1;
      min-height: 0;
      overflow-y: auto;
      overscroll-behavior: contain;
      scrollbar-width: thin;
      padding: var(--space-3) var(--space-3) var(--space-2);
      display: flex;
      flex-direction: column;
    }
    .log:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -3px;
    }
    /* Pushes a short chat down to the field. */
    .log.filled::before {
      content: "";
      margin-top: auto;
    }
    .day {
      align-self: center;
      margin: var(--space-3) 0 var(--space-2);
      padding: 3px 12px;
      border-radius: var(--radius-sm);
      background: var(--chip);
      color: var(--chip-ink);
      box-shadow: var(--shadow-1);
      font-size: var(--text-sm);
    }
    .empty {
      align-self: center;
      margin: auto;
      max-width: 15.5rem;
      padding: var(--space-5) var(--space-5);
      border-radius: var(--radius-lg);
      background: var(--chip);
      color: var(--chip-ink);
      box-shadow: var(--shadow-1);
      text-align: center;
    }
    .empty strong {
      display: block;
      margin-bottom: var(--space-1);
      color: var(--ink);
      font-size: var(--text-lg);
      font-weight: var(--weight-strong);
    }
    .dots {
      align-self: flex-start;
      display: inline-flex;
      gap: 4px;
      margin-top: var(--space-2);
      padding: 13px 14px;
      border-radius: 3px var(--radius-md) var(--radius-md) var(--radius-md);
      background: var(--bubble-business);
      box-shadow: var(--shadow-1);
    }
    .dots i {
      width: 7px;
      height: 7px;
      border-radius: 50%;
      background: var(--bubble-business-meta);
      animation: hop var(--slow) infinite ease-in-out;
    }
    .dots i:nth-child(2) {
      animation-delay: 160ms;
    }
    .dots i:nth-child(3) {
      animation-delay: 320ms;
    }
    @keyframes hop {
      0%,
      60%,
      100% {
        opacity: 0.35;
        transform: none;
      }
      30% {
        opacity: 1;
        transform: translateY(-4px);
      }
    }
    .skeleton {
      width: 46%;
      height: 38px;
      margin-top: var(--space-2);
      border-radius: var(--radius-md);
      background: var(--bubble-business);
      opacity: 0.5;
      /* Nothing is shown for what takes less than a moment. */
      animation: appear 1ms 150ms both;
    }
    .skeleton.mine {
      align-self: flex-end;
      width: 34%;
      background: var(--bubble-person);
    }
    @keyframes appear {
      from {
        visibility: hidden;
      }
    }
    .down {
      position: absolute;
      right: var(--space-4);
      bottom: var(--space-2);
      display: inline-flex;
      align-items: center;
      gap: var(--space-1);
      min-height: 36px;
      padding: 0 var(--space-3) 0 var(--space-2);
      border: 0;
      border-radius: var(--radius-round);
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-2);
      font: inherit;
      font-size: var(--text-sm);
      cursor: pointer;
    }
    .down:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    @media (prefers-reduced-motion: reduce) {
      .dots i {
        animation: none;
        opacity: 0.8;
      }
    }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.hasUpdated && this.log) this.stays = this.atEnd();
    const before = changed.get("messages");
    if (!before) return;
    if (before[0]?.id !== this.messages[0]?.id) this.stays = true;
    const grown = this.messages.length - before.length;
    if (this.messages[this.messages.length - 1]?.from === "person" && grown > 0) this.stays = true;
    this.unseen = this.stays ? 0 : this.unseen + Math.max(0, grown);
  }

  protected override updated(): void {
    if (!this.stays) return;
    // The bubbles lay themselves out after this.
    requestAnimationFrame(() => this.log.scrollTo({ top: this.log.scrollHeight }));
  }

  override render() {
    return html`
      <div class="log ${this.messages.length ? "filled" : ""}" role="log" aria-live="polite" aria-label="Chat with ${this.business}" tabindex="0" @scroll=${this.scrolled}>
        ${this.loaded ? (this.messages.length ? this.bubbles() : this.empty()) : this.skeletons()}
        ${this.typing ? html`<span class="dots" role="status" aria-label="${this.business} is typing"><i></i><i></i><i></i></span>` : nothing}
      </div>
      ${this.unseen > 0
        ? html`<button class="down" @click=${this.toEnd}>${downIcon()} ${this.unseen} new</button>`
        : nothing}
    `;
  }

  private empty() {
    return html`<div class="empty">
      <strong>Write something</strong>
      Your agent answers here. It reaches your gateway just as WhatsApp would bring it.
    </div>`;
  }

  private skeletons() {
    return html`<span class="skeleton"></span><span class="skeleton mine"></span><span class="skeleton"></span>`;
  }

  private bubbles() {
    const byId = new Map(this.messages.map((message) => [message.id, message]));
    let before: Message | undefined;
    const rows = this.messages.map((message) => {
      const newDay = !before || dayKey(before.at) !== dayKey(message.at);
      const first = newDay || before?.from !== message.from;
      before = message;
      return { message, newDay, first };
    });
    return repeat(
      rows,
      ({ message }) => message.id,
      ({ message, newDay, first }) => html`
        ${newDay ? html`<span class="day">${day(message.at, this.now)}</span>` : nothing}
        <phone-bubble
          .message=${message} .quoted=${message.reply_to ? byId.get(message.reply_to) : undefined}
          .business=${this.business} .now=${this.now} .first=${first} .selected=${message.id === this.selected}></phone-bubble>
      `,
    );
  }

  private atEnd(): boolean {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
  }

  private scrolled(): void {
    if (this.unseen > 0 && this.atEnd()) this.unseen = 0;
  }

  private toEnd(): void {
    this.unseen = 0;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: "smooth" });
  }
}

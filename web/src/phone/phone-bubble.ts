import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { tickIcon, tickWords } from "../common/ticks.js";
import { time } from "../common/words.js";
import type { Act, Message } from "./api.js";
import { smileIcon, wireIcon } from "./icons.js";
import "./phone-content.js";
import { deliveryWords, gist, spoken } from "./words.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "🙏"];

/** One message. Says `inspect` when its wire is asked for, `act` when the person reacts to it or taps something in it. */
@customElement("phone-bubble")
export class PhoneBubble extends LitElement {
  @property({ attribute: false }) message!: Message;
  @property({ attribute: false }) quoted?: Message;
  @property() business = "";
  @property({ type: Number }) now = 0;
  @property({ type: Boolean, reflect: true }) first = false;
  @property({ type: Boolean, reflect: true }) selected = false;
  @state() private reacting = false;

  static override styles = css`
    :host {
      display: block;
      margin-top: 2px;
    }
    :host([first]) {
      margin-top: var(--space-2);
    }
    .row {
      display: flex;
      align-items: center;
      gap: var(--space-1);
    }
    .person {
      flex-direction: row-reverse;
    }
    .bubble {
      position: relative;
      max-width: min(78%, 34rem);
      padding: 6px 10px 6px;
      border-radius: var(--radius-md);
      background: var(--bubble-business);
      color: var(--bubble-business-ink);
      box-shadow: var(--shadow-1);
      overflow-wrap: anywhere;
      animation: arrive var(--calm) var(--ease);
    }
    .person .bubble {
      background: var(--bubble-person);
      color: var(--bubble-person-ink);
    }
    :host([first]) .bubble {
      border-top-left-radius: 3px;
    }
    :host([first]) .person .bubble {
      border-top-left-radius: var(--radius-md);
      border-top-right-radius: 3px;
    }
    :host([selected]) .bubble {
      outline: 2px solid var(--accent);
      outline-offset: 1px;
    }
    @keyframes arrive {
      from {
        opacity: 0;
        transform: translateY(6px) scale(0.985);
      }
    }
    phone-content {
      --meta-room: 3.8em;
    }
    .person phone-content {
      --meta-room: 4.9em;
    }
    .edited phone-content {
      --meta-room: 7.4em;
    }
    .person .edited phone-content {
      --meta-room: 8.5em;
    }
    .meta {
      position: absolute;
      right: 9px;
      bottom: 5px;
      display: inline-flex;
      align-items: center;
      gap: 3px;
      font-size: var(--text-xs);
      line-height: 1;
      color: var(--bubble-business-meta);
      font-variant-numeric: tabular-nums;
    }
    .person .meta {
      color: var(--bubble-person-meta);
    }
    .tick {
      display: inline-flex;
      transition: color var(--calm);
    }
    .tick.read,
    .tick.played {
      color: var(--read);
    }
    .tick.failed {
      color: var(--failed);
    }
    .quote {
      margin: 0 0 4px;
      padding: 3px 8px;
      border-left: 3px solid var(--accent);
      border-radius: 4px;
      background: var(--wallpaper-mark);
      font-size: var(--text-sm);
      white-space: nowrap;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .wire {
      flex: none;
      display: inline-grid;
      place-items: center;
      width: 28px;
      height: 28px;
      padding: 0;
      border: 0;
      border-radius: var(--radius-round);
      background: var(--chip);
      color: var(--chip-ink);
      box-shadow: var(--shadow-1);
      cursor: pointer;
      opacity: 0;
      transition: opacity var(--quick);
    }
    .row:hover .wire,
    .wire:focus-visible,
    :host([selected]) .wire {
      opacity: 1;
    }
    @media (hover: none) {
      .wire {
        opacity: 0.75;
      }
    }
    .wire:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    .trouble {
      display: block;
      width: fit-content;
      max-width: 78%;
      margin: 4px 0 2px auto;
      padding: 4px 10px;
      border-radius: var(--radius-sm);
      background: var(--waiting-soft);
      color: var(--waiting);
      font-size: var(--text-sm);
      line-height: var(--line-tight);
    }
    .trouble.failed {
      background: var(--failed-soft);
      color: var(--failed);
    }
    .reactions {
      display: flex;
      gap: 2px;
      width: fit-content;
      margin: -5px 0 2px 10px;
      position: relative;
      padding: 1px 6px;
      border-radius: var(--radius-round);
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-1);
      font-size: var(--text-md);
    }
    .person + .reactions {
      margin-left: auto;
      margin-right: 10px;
    }
    .pick {
      display: flex;
      gap: 2px;
      width: fit-content;
      margin: 4px 0 2px;
      padding: 2px 4px;
      border-radius: var(--radius-round);
      background: var(--surface);
      box-shadow: var(--shadow-2);
    }
    .pick.person {
      margin-left: auto;
    }
    .pick button {
      width: 36px;
      height: 36px;
      padding: 0;
      border: 0;
      border-radius: 50%;
      background: none;
      font: inherit;
      font-size: var(--text-xl);
      cursor: pointer;
    }
    .pick button:hover,
    .pick button[aria-pressed="true"] {
      background: var(--surface-3);
    }
    .pick button:focus-visible {
      outline: 2px solid var(--focus);
    }
    .hidden {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    @media (prefers-reduced-motion: reduce) {
      .bubble {
        animation: none;
      }
    }
  `;

  override render() {
    const { message } = this;
    const mine = message.from === "person";
    const label = spoken(message, this.business, this.now);
    return html`
      <div class="row ${message.from}" data-id=${message.id} data-status=${message.status}>
        <div class="bubble ${message.edited ? "edited" : ""}">
          <span class="hidden">${label}: </span>
          ${this.quoted ? html`<p class="quote">${gist(this.quoted)}</p>` : nothing}
          <phone-content .message=${message}></phone-content>
          <span class="meta" aria-hidden="true">
            ${message.edited ? "edited" : nothing}
            <time datetime=${new Date(message.at).toISOString()}>${time(message.at)}</time>
            ${mine
              ? html`<span class="tick ${message.status}" title=${tickWords[message.status]}>${tickIcon(message.status)}</span>`
              : nothing}
          </span>
        </div>
        <button class="wire" title="What went over the wire" aria-label="What went over the wire: ${label}"
          @click=${this.inspect}>${wireIcon()}</button>
        <button class="wire" title="React" aria-label="React to: ${label}" aria-expanded=${this.reacting}
          @click=${() => (this.reacting = !this.reacting)}>${smileIcon()}</button>
      </div>
      ${this.reactions()} ${this.reacting ? this.picker() : nothing}
      ${this.trouble()}
    `;
  }

  private reactions() {
    const { reactions } = this.message;
    if (!reactions?.length) return nothing;
    const said = reactions.map((one) => `${one.from === "person" ? "You" : this.business} reacted with ${one.emoji}`).join(", ");
    return html`<span class="reactions" role="img" aria-label=${said} title=${said}>${reactions.map((one) => one.emoji)}</span>`;
  }

  private picker() {
    const mine = this.message.reactions?.find((one) => one.from === "person")?.emoji;
    return html`<div class="pick ${this.message.from}" role="group" aria-label="React">
      ${EMOJI.map(
        (emoji) => html`<button aria-label="React with ${emoji}" aria-pressed=${emoji === mine}
          @click=${() => this.react(emoji === mine ? "" : emoji)}>${emoji}</button>`,
      )}
    </div>`;
  }

  private react(emoji: string): void {
    this.reacting = false;
    const detail: Act = { type: "reaction", reaction: { message_id: this.message.id, emoji } };
    this.dispatchEvent(new CustomEvent("act", { detail, bubbles: true, composed: true }));
  }

  private trouble() {
    const { delivery, from, error } = this.message;
    if (from === "business") return error ? html`<span class="trouble failed">${error}</span>` : nothing;
    if (!delivery || delivery.attempts === 0 || delivery.state === "answered") return nothing;
    // The first try is nothing to talk about.
    if (delivery.state === "in_flight" && delivery.attempts === 1) return nothing;
    return html`<span class="trouble ${delivery.state === "given_up" ? "failed" : ""}">${deliveryWords(delivery, this.now)}</span>`;
  }

  private inspect(): void {
    this.dispatchEvent(new CustomEvent("inspect", { detail: this.message.id, bubbles: true, composed: true }));
  }
}

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { tickIcon } from "../../common/ticks.js";
import { day, preciseTime, time } from "../../common/words.js";
import { icon } from "../ui/icons.js";
import "../ui/meta-error.js";
import type { Shown } from "./fold.js";
import { byLine, isBusinessApp, leftTo } from "./hold.js";
import "./message-content.js";
import { nameOf, previewOf, stateWords, tickOf, took, troubleOf } from "./words.js";

/**
 * One message of a transcript. Tells `why` (detail: its id) when its way is asked for, of one that was not sent `again` or
 * `forget`, and of one that may be answered to `quote` (detail: the message) and `react` (detail: {message, button, current}).
 */
@customElement("claw-message-bubble")
export class MessageBubble extends LitElement {
  @property({ attribute: false }) shown!: Shown;
  /** How long the person waited for it, in ms. */
  @property({ type: Number }) answeredIn: number | undefined;
  @property({ type: Boolean, reflect: true }) first = false;
  @property({ type: Boolean, reflect: true }) selected = false;
  /** Somebody may answer to it: by quoting, or with an emoji. */
  @property({ type: Boolean }) answerable = false;
  /** It changed just now. */
  @property({ type: Boolean, reflect: true }) glows = false;
  /** What can be done with it is shown: there may be no mouse that stays on it. */
  @state() private touched = false;

  static override styles = css`
    :host {
      display: block;
      flex: none;
      margin-top: var(--space-1);
      padding: 1px var(--space-1);
    }
    :host([first]) {
      margin-top: var(--space-3);
    }
    .side {
      display: flex;
      flex-direction: column;
      align-items: flex-start;
      gap: 3px;
    }
    .inbound {
      align-items: flex-end;
    }
    .row {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      max-width: min(88%, 36rem);
    }
    .acts {
      display: flex;
      flex: none;
      align-items: center;
      opacity: 0;
      transition: opacity var(--quick);
    }
    .side:hover .acts,
    .acts:focus-within,
    :host([selected]) .acts {
      opacity: 1;
    }
    /* No room beside it: over its upper edge, once it is touched. */
    @media (hover: none), (max-width: 699px) {
      .row {
        position: relative;
      }
      .acts {
        position: absolute;
        z-index: 1;
        top: -20px;
        left: var(--space-2);
        padding: 0 var(--space-1);
        border-radius: var(--radius-round);
        background: var(--surface);
        box-shadow: var(--shadow-2);
        pointer-events: none;
      }
      .inbound .acts {
        right: var(--space-2);
        left: auto;
      }
      .side:hover .acts,
      .acts:focus-within,
      :host([selected]) .acts,
      .acts.touched {
        opacity: 1;
        pointer-events: auto;
      }
    }
    .acts:empty {
      display: none;
    }
    .act {
      display: grid;
      place-items: center;
      width: 32px;
      height: 32px;
      padding: 0;
      border: 0;
      border-radius: 50%;
      background: none;
      color: var(--chip-ink);
      cursor: pointer;
    }
    .act:hover {
      background: var(--chip);
      color: var(--ink);
    }
    .act:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -1px;
    }
    progress {
      width: 6rem;
      height: 6px;
      accent-color: var(--accent);
    }
    .bubble {
      min-width: 0;
      box-sizing: border-box;
      padding: 7px 11px 6px;
      border-radius: var(--radius-md);
      background: var(--bubble-business);
      color: var(--bubble-business-ink);
      box-shadow: var(--shadow-1);
    }
    .inbound .bubble {
      background: var(--bubble-person);
      color: var(--bubble-person-ink);
    }
    :host([first]) .bubble {
      border-top-left-radius: 3px;
    }
    :host([first]) .inbound .bubble {
      border-top-left-radius: var(--radius-md);
      border-top-right-radius: 3px;
    }
    :host([selected]) .bubble {
      outline: 2px solid var(--accent);
      outline-offset: 1px;
    }
    :host([glows]) .bubble {
      animation: glow var(--slow) ease-out;
    }
    @keyframes glow {
      from {
        box-shadow: 0 0 0 4px var(--accent-soft);
      }
    }
    .meta {
      display: flex;
      align-items: center;
      justify-content: flex-end;
      gap: 4px;
      margin-top: 3px;
      color: var(--bubble-business-meta);
      font-size: var(--text-xs);
      line-height: 1.2;
      font-variant-numeric: tabular-nums;
    }
    .inbound .meta {
      color: var(--bubble-person-meta);
    }
    .tick {
      display: inline-flex;
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
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      overflow: hidden;
    }
    .under {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 var(--space-1);
      color: var(--chip-ink);
      font-size: var(--text-sm);
    }
    .why {
      min-height: 24px;
      padding: 0 var(--space-1);
      border: 0;
      border-radius: var(--radius-sm);
      background: none;
      color: var(--chip-ink);
      font: inherit;
      font-size: var(--text-sm);
      text-decoration: underline;
      text-underline-offset: 2px;
      cursor: pointer;
    }
    .why:hover {
      color: var(--ink);
    }
    .why:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
    .trouble {
      display: flex;
      gap: var(--space-2);
      max-width: min(90%, 36rem);
      box-sizing: border-box;
      padding: var(--space-2) var(--space-3);
      border-radius: var(--radius-sm);
      background: var(--waiting-soft);
      color: var(--waiting);
      font-size: var(--text-sm);
      line-height: var(--line-tight);
    }
    .trouble.grave {
      background: var(--failed-soft);
      color: var(--failed);
    }
    .trouble .icon {
      flex: none;
    }
    .trouble small {
      display: block;
      margin-top: 3px;
      font-size: var(--text-xs);
      overflow-wrap: anywhere;
    }
    .trouble claw-meta-error {
      margin-top: var(--space-1);
    }
    .reactions {
      display: flex;
      gap: 2px;
      margin: -7px 10px 0;
      padding: 1px 7px;
      position: relative;
      border-radius: var(--radius-round);
      background: var(--surface);
      box-shadow: var(--shadow-1);
      font-size: var(--text-md);
    }
    .note {
      align-self: center;
      max-width: 80%;
      padding: 3px var(--space-3);
      border-radius: var(--radius-sm);
      background: var(--chip);
      color: var(--chip-ink);
      box-shadow: var(--shadow-1);
      font-size: var(--text-sm);
    }
    .hidden {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
  `;

  override render() {
    const { message, note, revoked } = this.shown;
    if (note || message.type === "system") return html`<div class="side"><div class="note">${this.content()}</div></div>`;
    const at = Date.parse(message.created_at);
    const who = message.direction === "inbound" ? nameOf(message.user) : (byLine(message) || message.agent || "You");
    return html`<div class="side ${message.direction}" data-id=${message.id} data-state=${message.state}>
      <div class="row">
      ${message.direction === "inbound" ? html`<div class="acts ${this.touched ? "touched" : ""}">${this.why()}${this.acts()}</div>` : nothing}
      <div class="bubble" @click=${() => (this.touched = !this.touched)}>
        <span class="hidden">${who}, ${day(at, Date.now())} ${time(at)}: </span>
        ${this.shown.quoted ? html`<p class="quote">${previewOf(this.shown.quoted)}</p>` : nothing}
        ${this.content()}
        <div class="meta">${this.shown.edited && !revoked ? html`<span>edited</span>` : nothing}
          <time datetime=${message.created_at}>${time(at)}</time>${this.tick()}</div>
      </div>
      ${message.direction === "outbound" ? html`<div class="acts ${this.touched ? "touched" : ""}">${this.acts()}</div>` : nothing}
      </div>
      ${this.reactions()} ${this.trouble()} ${this.under()}
    </div>`;
  }

  private content() {
    const { message, text, data, revoked } = this.shown;
    return html`<claw-message-content .type=${message.type === "edit" ? "text" : message.type} .text=${text} .data=${data} ?revoked=${revoked !== null}></claw-message-content>`;
  }

  private tick() {
    const { message } = this.shown;
    if (message.direction === "inbound") return nothing;
    const tick = tickOf(message.state);
    const told = (message.statuses ?? []).filter((one) => one.at);
    const all = told.map((one) => `${one.status} ${preciseTime(Date.parse(one.at ?? ""))}`).join(", ");
    const last = told.find((one) => one.status === message.state)?.at;
    return html`<span class="tick ${tick}">${tickIcon(tick)}</span>
      <span title=${all}>${stateWords[message.state]}${last ? html` <time datetime=${last}>${time(Date.parse(last))}</time>` : nothing}</span>`;
  }

  private reactions() {
    const { reactions } = this.shown;
    if (reactions.length === 0) return nothing;
    const said = reactions.map((one) => `${one.by} reacted with ${one.emoji}`).join(", ");
    return html`<span class="reactions" role="img" aria-label=${said} title=${said}>${reactions.map((one) => one.emoji)}</span>`;
  }

  private trouble() {
    const trouble = troubleOf(this.shown.message);
    if (!trouble) return nothing;
    return html`<div class="trouble ${trouble.grave ? "grave" : ""}">${icon("alert", 16)}
      <span>${trouble.words}${trouble.detail ? html`<small>${trouble.detail}</small>` : nothing}
        ${trouble.error ? html`<claw-meta-error told .error=${trouble.error}></claw-meta-error>` : nothing}</span></div>`;
  }

  private under() {
    const { message } = this.shown;
    const parts: string[] = [];
    if (message.unsent === "sending")
      return html`<div class="under">${icon("hand", 14)}<span>${byLine(message)}</span>${message.brought === undefined ? nothing : this.bringing(message.brought)}</div>`;
    if (message.unsent === "failed")
      return html`<div class="under"><button type="button" class="why" @click=${() => this.send("again")}>Try again</button>
        <button type="button" class="why" @click=${() => this.send("forget")}>Remove</button></div>`;
    if (message.direction === "outbound") {
      if (message.by) parts.push(byLine(message));
      if (message.agent) parts.push(message.agent);
      if (this.answeredIn !== undefined) parts.push(`in ${took(this.answeredIn)}`);
      if ((message.attempts ?? 0) > 1) parts.push(`${message.attempts} tries`);
    } else if (message.state === "pending" || message.state === "no_reply") {
      parts.push(leftTo(message) ? `left to ${leftTo(message)}` : stateWords[message.state]);
    }
    const says = message.direction === "outbound";
    if (!says && parts.length === 0) return nothing;
    return html`<div class="under" title=${message.by ?? nothing}>${message.by ? icon(isBusinessApp(message.by) ? "channels" : "hand", 14) : nothing}${parts.map((part, index) => html`${index ? html`<span aria-hidden="true">·</span>` : nothing}<span>${part}</span>`)}
      ${says ? html`<span aria-hidden="true">·</span>${this.why()}` : nothing}</div>`;
  }

  private bringing(done: number) {
    return html`<progress max="1" value=${done} aria-label="Bringing the file"></progress><span class="num">${Math.round(done * 100)} %</span>
      <button type="button" class="why" @click=${() => this.send("forget")}>Cancel</button>`;
  }

  /** Only of what Meta knows: a quotation or an emoji names it by Meta's id. */
  private acts() {
    const { message, revoked } = this.shown;
    if (!this.answerable || !message.wamid || revoked) return nothing;
    const words = previewOf(message).slice(0, 60);
    return html`<button type="button" class="act" aria-label="Reply to: ${words}" title="Reply to this" @click=${() => this.tellOf("quote", message)}>${icon("reply", 18)}</button>
      <button type="button" class="act" aria-label="React to: ${words}" title="React" @click=${(event: Event) => this.react(event.currentTarget as HTMLElement)}>${icon("smile", 18)}</button>`;
  }

  private react(button: HTMLElement): void {
    const current = this.shown.reactions.find(({ by }) => by === "You")?.emoji ?? "";
    this.tellOf("react", { message: this.shown.message, button, current });
  }

  private tellOf(name: "quote" | "react", detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  private why() {
    return html`<button type="button" class="why" aria-label="Why? The way of: ${previewOf(this.shown.message).slice(0, 60)}" @click=${this.tell}>why?</button>`;
  }

  private tell(): void {
    this.send("why");
  }

  private send(name: "why" | "again" | "forget"): void {
    this.dispatchEvent(new CustomEvent(name, { detail: this.shown.message.id, bubbles: true, composed: true }));
  }
}

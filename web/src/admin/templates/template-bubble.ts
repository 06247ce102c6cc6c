import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { richText } from "../../common/rich-text.js";
import "../inbox/media-file.js";
import { icon, type IconName } from "../ui/icons.js";
import type { Shown, TemplateButton } from "./types.js";

const BUTTONS: Readonly<Record<string, IconName | undefined>> = { URL: "external", PHONE_NUMBER: "channels", COPY_CODE: "copy", OTP: "copy", FLOW: "edit", CATALOG: "cart", MPM: "cart", SPM: "cart", VOICE_CALL: "channels" };
const FILES: Readonly<Record<string, readonly [IconName, string] | undefined>> = { IMAGE: ["image", "Picture"], VIDEO: ["film", "Video"], GIF: ["film", "GIF"], DOCUMENT: ["file", "Document"], LOCATION: ["place", "Location"], PRODUCT: ["cart", "Product"] };
const PLAYED: Readonly<Record<string, "image" | "video" | "document" | undefined>> = { IMAGE: "image", VIDEO: "video", DOCUMENT: "document" };
/** Ours by its id. */
const OURS = /^f_[0-9a-f]{16}$/;

/** A template as it stands on a phone: nothing in it can be pressed. */
@customElement("claw-template-bubble")
export class TemplateBubble extends LitElement {
  @property({ attribute: false }) shown: Shown = {};

  static override styles = css`
    :host {
      display: block;
      padding: var(--space-4);
      border-radius: var(--radius-sm);
      background: var(--wallpaper);
    }
    .bubble {
      width: fit-content;
      min-width: min(14rem, 100%);
      max-width: 22rem;
      overflow: hidden;
      border-radius: var(--radius-md);
      background: var(--bubble-business);
      color: var(--bubble-business-ink);
      box-shadow: var(--shadow-1);
      font-size: var(--text-chat);
      line-height: var(--line-tight);
      overflow-wrap: anywhere;
    }
    .words {
      display: grid;
      gap: var(--space-2);
      padding: var(--space-3);
    }
    .body {
      white-space: pre-wrap;
    }
    .head {
      font-weight: var(--weight-strong);
    }
    .foot {
      color: var(--bubble-business-meta);
      font-size: var(--text-sm);
    }
    .offer {
      display: flex;
      gap: var(--space-2);
      padding: var(--space-2) var(--space-3);
      border-radius: var(--radius-sm);
      background: var(--wallpaper-mark);
    }
    .file {
      display: grid;
      place-items: center;
      align-content: center;
      gap: var(--space-1);
      min-height: 7rem;
      padding: var(--space-3);
      background: var(--wallpaper-mark);
      color: var(--bubble-business-meta);
      font-size: var(--text-sm);
      text-align: center;
    }
    claw-media-file {
      padding: var(--space-1);
    }
    .press {
      display: flex;
      align-items: center;
      justify-content: center;
      gap: var(--space-2);
      padding: var(--space-2) var(--space-3);
      border-top: 1px solid var(--border);
      color: var(--accent);
      font-weight: 500;
      text-align: center;
    }
    .where {
      padding: 0 var(--space-3) var(--space-2);
      color: var(--bubble-business-meta);
      font-size: var(--text-xs);
      text-align: center;
    }
    .cards {
      display: flex;
      gap: var(--space-2);
      margin: var(--space-2) 0 0;
      padding: 0 0 var(--space-1);
      overflow-x: auto;
      list-style: none;
    }
    .cards .bubble {
      flex: none;
      width: 13rem;
      min-width: 0;
    }
    code {
      font-family: var(--font-mono);
      font-size: 0.9em;
    }
    a {
      color: var(--read);
    }
  `;

  override render() {
    const { cards } = this.shown;
    return html`<div class="bubble">${this.inside(this.shown)}</div>
      ${cards?.length ? html`<ul class="cards" tabindex="0" aria-label="Cards">${cards.map((card) => html`<li class="bubble">${this.inside(card)}</li>`)}</ul>` : nothing}`;
  }

  private inside({ header, body, footer, offer, buttons }: Shown): TemplateResult {
    return html`${header && header.format !== "TEXT" ? this.file(header) : nothing}
      ${header?.text || body || footer || offer
        ? html`<div class="words">
            ${header?.text ? html`<div class="head">${header.text}</div>` : nothing}
            ${offer ? html`<div class="offer">${icon("clock", 18)}${offer}</div>` : nothing}
            ${body ? html`<div class="body">${richText(body)}</div>` : nothing}
            ${footer ? html`<div class="foot">${footer}</div>` : nothing}
          </div>`
        : nothing}
      ${(buttons ?? []).map((one) => this.press(one))}`;
  }

  private file({ format, file, filename, name, address }: NonNullable<Shown["header"]>) {
    const played = PLAYED[format];
    if (file && played && OURS.test(file)) return html`<claw-media-file .file=${file} .type=${played} .name=${filename ?? ""}></claw-media-file>`;
    const [picture, words] = FILES[format] ?? ["file", format];
    return html`<div class="file">${icon(picture as IconName, 28)}<span>${filename || [name, address].filter(Boolean).join(", ") || file || words}</span></div>`;
  }

  private press({ type, text, url, phone_number: phone }: TemplateButton) {
    const picture = BUTTONS[type];
    return html`<div class="press">${picture ? icon(picture, 16) : nothing}${text || (type === "COPY_CODE" || type === "OTP" ? "Copy code" : type)}</div>
      ${url || phone ? html`<div class="where">${url || phone}</div>` : nothing}`;
  }
}

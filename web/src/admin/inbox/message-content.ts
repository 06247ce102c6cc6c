import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { richText } from "../../common/rich-text.js";
import { icon, type IconName } from "../ui/icons.js";
import { interactiveContent, interactiveStyle, safe } from "./interactive-content.js";
import "./media-file.js";
import type { MessageData } from "./types.js";

/** What an agent is given begins with "[location] "; people see a card instead. */
const unlabelled = (text: string): string => text.replace(/^\[[^\]\n]{1,60}\]\s*/, "");

const FILES = { image: "Picture", video: "Video", audio: "Audio", document: "Document", sticker: "Sticker" } as const;

/** What stands in a bubble, whatever kind it is; nothing in it can be pressed but links. */
@customElement("claw-message-content")
export class MessageContent extends LitElement {
  @property() type = "text";
  @property() text = "";
  @property({ attribute: false }) data: MessageData | null = null;
  /** The person deleted it. */
  @property({ type: Boolean }) revoked = false;

  static override styles = [interactiveStyle, css`
    :host {
      display: block;
      line-height: var(--line-tight);
      font-size: var(--text-chat);
      overflow-wrap: anywhere;
    }
    .text {
      white-space: pre-wrap;
    }
    .card {
      display: flex;
      align-items: center;
      gap: var(--space-3);
      min-width: 12rem;
      padding: var(--space-2) var(--space-3);
      border-radius: var(--radius-sm);
      background: var(--wallpaper-mark);
      color: inherit;
      text-decoration: none;
    }
    .card + .card,
    .card + .text {
      margin-top: var(--space-1);
    }
    .card + .text {
      display: block;
    }
    .card .icon {
      flex: none;
    }
    b {
      font-weight: var(--weight-strong);
    }
    .card b,
    .card span {
      display: block;
    }
    .card span span {
      font-size: var(--text-sm);
      opacity: 0.85;
    }
    .picture {
      display: grid;
      justify-items: center;
      gap: var(--space-1);
      width: min(15rem, 100%);
      padding: var(--space-6) var(--space-4);
      box-sizing: border-box;
      text-align: center;
    }
    .picture span {
      font-size: var(--text-sm);
    }
    .voice {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      min-width: 13rem;
    }
    .wave {
      display: block;
      flex: 1;
      height: 22px;
      min-width: 6rem;
      background: repeating-linear-gradient(90deg, currentColor 0 2px, transparent 2px 5px);
      mask: radial-gradient(closest-side, #000 30%, transparent 100%) 0 0 / 34px 100% repeat-x;
      opacity: 0.55;
    }
    .small {
      margin: 2px 0 0;
      font-size: var(--text-sm);
    }
    .gone {
      font-style: italic;
    }
    dl {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: 2px var(--space-3);
      margin: var(--space-1) 0 0;
      font-size: var(--text-md);
    }
    dt {
      opacity: 0.85;
    }
    dd {
      margin: 0;
    }
    a {
      color: inherit;
    }
    code {
      font-family: var(--font-mono);
      font-size: 0.92em;
      background: var(--wallpaper-mark);
      padding: 0 3px;
      border-radius: 3px;
    }
    code.block {
      display: block;
      padding: 6px 8px;
      margin: 2px 0;
    }
  `];

  override render() {
    if (this.revoked) return html`<span class="gone">The person deleted this message</span>`;
    const { data } = this;
    return html`${data?.forwarded || data?.frequently_forwarded ? html`<p class="small gone">Forwarded</p>` : nothing}
    ${data?.referral ? this.referral(data.referral) : nothing}${this.body()}`;
  }

  private body(): TemplateResult {
    const { data, text, type } = this;
    if (data?.location) return this.location(data.location);
    if (data?.contacts) return html`${data.contacts.map((contact) => this.contact(contact))}`;
    if (data?.order) return this.order(data.order);
    const interactive = data?.interactive ?? data?.message?.interactive;
    if (interactive) return html`${data?.media ? this.media(data.media) : nothing}${interactiveContent(interactive, this.text)}`;
    if (data?.media) return this.media(data.media);
    if (data?.button || data?.list) return this.tapped(data);
    if (data?.flow || data?.address) return this.form(data.flow ? "Form" : "Address", data.flow ?? data.address ?? {});
    if (data?.template) return this.template(data.template);
    if (type === "text" || type === "template") return html`<span class="text">${richText(text)}</span>`;
    if (data?.call_permission) return this.small("Calls", unlabelled(text));
    if (type === "request_welcome") return this.small("", "Opened the chat for the first time");
    if (type === "unsupported" || type === "unknown")
      return this.small("", `WhatsApp does not pass on this kind of message${data?.unsupported?.type ? ` (${data.unsupported.type})` : ""}`);
    if (data?.reaction) return this.small("", data.reaction.emoji ? `Reacted ${data.reaction.emoji} to an earlier message` : "Took a reaction back");
    if (data?.edit) return html`${this.small("", "Edited an earlier message:")}<span class="text">${richText(unlabelled(text))}</span>`;
    if (data?.revoke) return this.small("", "Deleted an earlier message");
    return this.small("", unlabelled(text) || text || type);
  }

  private small(label: string, words: string): TemplateResult {
    return html`<span class="gone">${label ? html`<b>${label}: </b>` : nothing}${words}</span>`;
  }

  private card(picture: IconName, title: string, lines: (string | undefined)[], link = ""): TemplateResult {
    const inside = html`${icon(picture, 22)}<span><b>${title}</b>${lines.map((line) => (line ? html`<span>${line}</span>` : nothing))}</span>`;
    return link
      ? html`<a class="card" target="_blank" rel="noopener noreferrer" href=${link}>${inside}</a>`
      : html`<div class="card">${inside}</div>`;
  }

  private media(media: NonNullable<MessageData["media"]>): TemplateResult {
    const words = media.caption ? html`<span class="text">${richText(media.caption)}</span>` : nothing;
    const caption = html`${words}${media.problem ? html`<p class="small gone">Not fetched: ${media.problem}</p>` : nothing}`;
    // Of a message of ours the id is the file's; of others it is Meta's.
    const file = media.file ?? (media.id?.startsWith("f_") ? media.id : "");
    if (file || media.shown)
      return html`<claw-media-file .file=${file} .shown=${media.shown ?? ""} .type=${media.type} .name=${media.filename ?? ""} .size=${media.size ?? 0}></claw-media-file>
        ${media.type === "audio" ? this.transcript() : nothing}${caption}`;
    if (media.type === "audio")
      return html`<div class="card voice">${icon("mic", 22)}<span class="wave" aria-hidden="true"></span>
          <span><b>${media.voice ? "Voice message" : "Audio"}</b></span></div>
        ${this.transcript()}${caption}`;
    if (media.type === "document")
      return html`${this.card("file", media.filename ?? "Document", [media.mime_type ?? media.link], safe(media.link ?? ""))}${caption}`;
    const name = media.type === "sticker" && media.animated ? "Animated sticker" : FILES[media.type];
    const inside = html`${icon(media.type === "video" ? "film" : "image", 28)}<b>${name}</b><span>${media.mime_type ?? media.link ?? "its kind was not told"}</span>`;
    const link = safe(media.link ?? "");
    return html`${link ? html`<a class="card picture" target="_blank" rel="noopener noreferrer" href=${link}>${inside}</a>` : html`<div class="card picture">${inside}</div>`}${caption}`;
  }

  private transcript(): TemplateResult | typeof nothing {
    const heard = this.data?.transcript;
    if (!heard) return nothing;
    if (heard.text === undefined) return html`<p class="small gone">Nobody understood it: ${heard.attempts || heard.failed}</p>`;
    return html`<span class="text">“${heard.text}”</span><p class="small gone">understood by ${heard.provider}${heard.by ? ` (${heard.by})` : ""}</p>`;
  }

  private location(place: NonNullable<MessageData["location"]>): TemplateResult {
    const at = `${place.latitude}, ${place.longitude}`;
    const link = `https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}#map=15/${place.latitude}/${place.longitude}`;
    return this.card("place", place.name ?? "Location", [place.address, at], link);
  }

  private contact(contact: NonNullable<MessageData["contacts"]>[number]): TemplateResult {
    const title = contact.name?.formatted_name ?? contact.org?.company ?? "Contact";
    return this.card("person", title, (contact.phones ?? []).map((entry) => entry.phone ?? entry.wa_id));
  }

  private order(order: NonNullable<MessageData["order"]>): TemplateResult {
    const lines = (order.product_items ?? []).map(
      (item) => `${item.quantity} × ${item.product_retailer_id} at ${item.item_price} ${item.currency}`,
    );
    return html`${this.card("cart", "Order", lines)}${order.text ? html`<span class="text">${order.text}</span>` : nothing}`;
  }

  private tapped(data: MessageData): TemplateResult {
    const { title, description } = { description: undefined, ...(data.button ?? data.list) };
    return html`<ul class="choices"><li>${title ?? unlabelled(this.text)}${description ? html`<small>${description}</small>` : nothing}</li></ul>
      <p class="small gone">${data.button ? "pressed a button" : "chose from a list"}</p>`;
  }

  private form(title: string, form: NonNullable<MessageData["flow"]>): TemplateResult {
    const answers = Object.entries(form.answers ?? {});
    return html`<b>${title}</b>${answers.length
      ? html`<dl>${answers.map(([name, value]) => html`<dt>${name.replaceAll("_", " ")}</dt><dd>${said(value)}</dd>`)}</dl>`
      : html`<p class="small">${form.body ?? "sent"}</p>`}`;
  }

  /** The words of the template are Meta's; ours are what stands in them. */
  private template({ name, language, parameters = [] }: NonNullable<MessageData["template"]>): TemplateResult {
    const code = typeof language === "string" ? language : language?.code;
    const said = this.text && !/^\[template /.test(this.text) ? html`<span class="text">${richText(this.text)}</span>` : nothing;
    return html`${this.card("file", name ?? "Template", [code ? `Template, ${code}` : "Template"])}${said}${parameters.length
      ? html`<dl>${parameters.map((value, index) => html`<dt>{{${index + 1}}}</dt><dd>${value}</dd>`)}</dl>`
      : nothing}`;
  }

  private referral(referral: NonNullable<MessageData["referral"]>): TemplateResult {
    return this.card("external", referral.headline ?? "Came from an ad", [referral.body], safe(referral.source_url ?? ""));
  }
}

const said = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);

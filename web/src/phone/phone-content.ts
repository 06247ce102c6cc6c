import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { richText } from "../common/rich-text.js";
import type { Act, Message } from "./api.js";
import { fileIcon, personIcon, placeIcon } from "./icons.js";
import { store } from "./store.js";
import { gist } from "./words.js";

interface File {
  id?: string;
  link?: string;
  caption?: string;
  filename?: string;
  mime_type?: string;
  voice?: boolean;
}
interface Place {
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
}
interface Card {
  name?: { formatted_name?: string };
  org?: { company?: string };
  phones?: { phone?: string }[];
}
interface Choice {
  id: string;
  title: string;
  description?: string;
}
interface Interactive {
  type: string;
  header?: { type: string; text?: string; image?: File; video?: File; document?: File };
  body?: { text?: string };
  footer?: { text?: string };
  action?: {
    name?: string;
    button?: string;
    buttons?: { reply?: Choice; quick_reply?: Choice }[];
    sections?: { title?: string; rows?: Choice[]; product_items?: { product_retailer_id: string }[] }[];
    cards?: Interactive[];
    parameters?: { display_text?: string; url?: string; flow_cta?: string; flow_token?: string };
  };
}
interface Order {
  product_items?: { product_retailer_id: string; quantity: number; item_price: number; currency: string }[];
}

const source = (file: File): string => (file.id ? `/_sim/media/${encodeURIComponent(file.id)}` : safe(file.link ?? ""));
/** Links of a business go into the page: no other kind than these. */
const safe = (link: string): string => (/^https?:\/\//i.test(link) ? link : "");

/** What stands in a bubble. Says `act` with what the person does when they tap something in it. */
@customElement("phone-content")
export class PhoneContent extends LitElement {
  @property({ attribute: false }) message!: Message;

  static override styles = css`
    :host {
      display: block;
      line-height: var(--line-tight);
      font-size: var(--text-chat);
    }
    .text {
      white-space: pre-wrap;
    }
    /* Room for time and ticks on the last line; they move under it where it is full. */
    .end::after {
      content: "";
      display: inline-block;
      width: var(--meta-room);
      height: 1px;
    }
    img,
    video {
      display: block;
      max-width: 100%;
      max-height: 18rem;
      min-width: 6rem;
      min-height: 3rem;
      margin-bottom: 4px;
      border-radius: var(--radius-sm);
      background: var(--wallpaper-mark);
      object-fit: contain;
    }
    .sticker {
      width: 8rem;
      height: 8rem;
      background: none;
    }
    audio {
      display: block;
      width: 15rem;
      max-width: 100%;
      height: 40px;
    }
    .card {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      min-width: 11rem;
      margin-bottom: 2px;
      padding: var(--space-2);
      border-radius: var(--radius-sm);
      background: var(--wallpaper-mark);
      color: inherit;
      text-decoration: none;
    }
    .card svg {
      flex: none;
    }
    .card b,
    .card span {
      display: block;
      font-size: var(--text-sm);
    }
    .card b {
      font-size: var(--text-chat);
      font-weight: var(--weight-strong);
    }
    .small {
      margin: 2px 0 0;
      font-size: var(--text-sm);
    }
    .gone {
      font-style: italic;
    }
    h4 {
      margin: 0 0 2px;
      font-size: var(--text-chat);
      font-weight: var(--weight-strong);
    }
    .choices {
      display: grid;
      gap: 4px;
      margin: var(--space-2) 0 var(--space-4);
    }
    .choices button,
    .choices a,
    summary {
      box-sizing: border-box;
      width: 100%;
      min-height: 40px;
      padding: var(--space-2) var(--space-3);
      border: 1px solid var(--border-strong);
      border-radius: var(--radius-md);
      background: var(--surface);
      color: var(--accent);
      font: inherit;
      font-weight: var(--weight-strong);
      text-align: center;
      text-decoration: none;
      cursor: pointer;
    }
    .choices button:hover,
    summary:hover {
      background: var(--surface-2);
    }
    .rows button {
      display: block;
      text-align: left;
    }
    .rows small {
      display: block;
      color: var(--ink-2);
      font-size: var(--text-sm);
      font-weight: 400;
    }
    .rows {
      display: grid;
      gap: 4px;
      margin-top: 4px;
    }
    summary {
      list-style: none;
    }
    summary::-webkit-details-marker {
      display: none;
    }
    :is(button, a, summary, audio, video):focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
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
    a {
      color: inherit;
    }
  `;

  override render() {
    const { message } = this;
    if (message.revoked) return html`<span class="text end gone">${gist(message)}</span>`;
    return html`${message.context?.forwarded || message.context?.frequently_forwarded ? html`<p class="small gone">Forwarded</p>` : nothing}
    ${this.body(message)}`;
  }

  private body(message: Message): TemplateResult {
    const { content } = message;
    switch (message.type) {
      case "image":
      case "video":
      case "audio":
      case "sticker":
      case "document":
        return html`${this.file(message.type, content as File)}${this.words((content as File).caption ?? "")}`;
      case "location":
        return html`${this.place(content as Place)}${this.words("")}`;
      case "contacts":
        return html`${(content as Card[]).map((card) => this.contact(card))}${this.words("")}`;
      case "interactive":
        return message.from === "business" ? this.interactive(content as Interactive) : this.words(gist(message));
      case "order":
        return html`<h4>Order</h4>${((content as Order).product_items ?? []).map(
          (item) => html`<p class="small">${item.quantity} × ${item.product_retailer_id}, ${item.item_price} ${item.currency}</p>`,
        )}${this.words(message.text)}`;
      case "text":
      case "button":
      case "template":
        return this.words(gist(message));
      default:
        return html`<span class="text end gone">${gist(message)}</span>`;
    }
  }

  private words(text: string): TemplateResult {
    return html`<span class="text end">${richText(text)}</span>`;
  }

  private file(kind: string, file: File): TemplateResult {
    const url = source(file);
    const name = file.caption || file.filename || "";
    if (kind === "image" || kind === "sticker")
      return html`<img class=${kind} src=${url} alt=${name || (kind === "image" ? "Picture" : "Sticker")} />`;
    if (kind === "video") return html`<video controls preload="metadata" src=${url} aria-label=${name || "Video"}></video>`;
    if (kind === "audio")
      return html`<audio controls preload="metadata" src=${url} aria-label=${file.voice ? "Voice message" : "Audio"}></audio>
        <p class="small">${file.voice ? "Voice message" : "Audio"}</p>`;
    return html`<a class="card" href=${url} download=${file.filename ?? ""}>${fileIcon()}<span><b>${file.filename ?? "Document"}</b>
      <span>${file.mime_type ?? "to be saved"}</span></span></a>`;
  }

  private place(place: Place): TemplateResult {
    const at = `${place.latitude}, ${place.longitude}`;
    return html`<a class="card" target="_blank" rel="noopener noreferrer"
      href="https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}#map=15/${place.latitude}/${place.longitude}"
      >${placeIcon()}<span><b>${place.name ?? "Location"}</b><span>${place.address ?? at}</span></span></a>`;
  }

  private contact(card: Card): TemplateResult {
    return html`<div class="card">${personIcon()}<span><b>${card.name?.formatted_name ?? card.org?.company ?? "Contact"}</b>
      ${(card.phones ?? []).map((entry) => html`<span>${entry.phone}</span>`)}</span></div>`;
  }

  private interactive(content: Interactive): TemplateResult {
    const { header, action } = content;
    const file = header && (header.image ?? header.video ?? header.document);
    return html`
      ${header?.text ? html`<h4>${header.text}</h4>` : nothing}
      ${header && file ? this.file(header.type, file) : nothing}
      <span class="text">${richText(content.body?.text ?? "")}</span>
      ${content.footer?.text ? html`<p class="small">${content.footer.text}</p>` : nothing}
      ${(action?.cards ?? []).map((card) => this.interactive({ ...card, type: card.action?.buttons ? "button" : "cta_url" }))}
      ${action?.cards ? nothing : html`<div class="choices">${this.choices(content)}</div>`}
    `;
  }

  private choices({ type, action }: Interactive): unknown {
    const parameters = action?.parameters;
    switch (type) {
      case "button":
        return (action?.buttons ?? []).map((button) => this.reply("button_reply", button.reply ?? button.quick_reply));
      case "list":
        return html`<details><summary>${action?.button}</summary><div class="rows">${(action?.sections ?? []).map(
          (section) => html`${section.title ? html`<h4>${section.title}</h4>` : nothing}
            ${(section.rows ?? []).map((row) => this.reply("list_reply", row))}`,
        )}</div></details>`;
      case "cta_url":
        return html`<a href=${safe(parameters?.url ?? "")} target="_blank" rel="noopener noreferrer">${parameters?.display_text}</a>`;
      case "location_request_message":
        return this.button("Send location", { type: "location", location: MADE_UP_PLACE });
      case "request_contact_info":
        return this.button("Share my number", {
          type: "contacts",
          origin: "contact_request",
          contacts: [
            {
              name: { formatted_name: store.person?.name ?? "" },
              phones: [{ phone: `+${store.person?.wa_id}`, wa_id: store.person?.wa_id, type: "CELL" }],
            },
          ],
        });
      case "call_permission_request":
        return html`${this.button("Allow calls", permission("accept"))}${this.button("Not now", permission("reject"))}`;
      case "flow":
        return this.button(parameters?.flow_cta ?? "Open", {
          type: "interactive",
          interactive: {
            type: "nfm_reply",
            nfm_reply: { name: "flow", body: "Sent", response_json: JSON.stringify({ flow_token: parameters?.flow_token ?? "" }) },
          },
        });
      default:
        return html`<p class="small">Products and calls cannot be opened here.</p>`;
    }
  }

  private reply(kind: "button_reply" | "list_reply", choice: Choice | undefined): TemplateResult | typeof nothing {
    if (!choice) return nothing;
    return html`<button @click=${() => this.act({ type: "interactive", interactive: { type: kind, [kind]: choice } })}>
      ${choice.title}${choice.description ? html`<small>${choice.description}</small>` : nothing}</button>`;
  }

  private button(label: string, act: Act): TemplateResult {
    return html`<button @click=${() => this.act(act)}>${label}</button>`;
  }

  private act(act: Act): void {
    this.renderRoot.querySelector("details")?.removeAttribute("open");
    const detail: Act = { ...act, reply_to: this.message.id };
    this.dispatchEvent(new CustomEvent("act", { detail, bubbles: true, composed: true }));
  }
}

/** Where the person is when they send where they are: the page asks no browser for it. */
export const MADE_UP_PLACE = { latitude: 48.137154, longitude: 11.576124, name: "Marienplatz", address: "Munich" };

const permission = (response: "accept" | "reject"): Act => ({
  type: "interactive",
  interactive: { type: "call_permission_reply", call_permission_reply: { response, response_source: "user_action" } },
});

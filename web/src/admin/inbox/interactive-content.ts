// Messages that are answered by a press, as the person sees them; here nothing in them can be pressed but links.

import { css, html, nothing, type TemplateResult } from "lit";
import { richText } from "../../common/rich-text.js";
import { icon, type IconName } from "../ui/icons.js";
import type { Interactive, InteractiveCard } from "./types.js";

/** Links of people go into the page: no other kind than these. */
export const safe = (link: string): string => (/^https?:\/\//i.test(link) ? link : "");

export const interactiveStyle = css`
  .choices {
    display: grid;
    gap: 4px;
    margin: var(--space-2) 0 0;
    padding: 0;
    list-style: none;
  }
  .choices li {
    padding: 6px var(--space-3);
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-md);
    font-weight: var(--weight-strong);
    font-size: var(--text-md);
    text-align: center;
  }
  .choices li.press {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
  }
  .choices li.title {
    padding: var(--space-1) 0 0;
    border: 0;
    font-size: var(--text-sm);
    text-align: left;
  }
  .choices li.row {
    border-style: dashed;
    text-align: left;
  }
  .choices small {
    display: block;
    font-weight: 400;
    font-size: var(--text-sm);
  }
  .cards {
    display: flex;
    gap: var(--space-2);
    margin: var(--space-2) 0 0;
    padding: 0 0 var(--space-1);
    overflow-x: auto;
    list-style: none;
  }
  .cards > li {
    flex: none;
    width: 11rem;
    padding: var(--space-2);
    box-sizing: border-box;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-md);
  }
`;

/** What stands on the one button of kinds that have just one. */
const ONE_BUTTON: Record<string, [IconName, string]> = {
  location_request_message: ["place", "Send location"],
  request_contact_info: ["person", "Share contact"],
  call_permission_request: ["channels", "Allow calls"],
  voice_call: ["channels", "Call now"],
  catalog_message: ["cart", "View catalog"],
  product: ["cart", "View"],
  product_list: ["cart", "View items"],
  address_message: ["place", "Provide address"],
  flow: ["edit", "Begin"],
};

export function interactiveContent(content: Interactive, text: string): TemplateResult {
  const { action, header, body, footer } = content;
  return html`${header?.text ? html`<b>${header.text}</b><br />` : nothing}
    <span class="text">${richText(body?.text ?? text)}</span>
    ${footer?.text ? html`<p class="small">${footer.text}</p>` : nothing}
    <ul class="choices">${presses(content.type ?? "", action)}</ul>
    ${action?.cards ? html`<ul class="cards" aria-label="Cards">${action.cards.map(card)}</ul>` : nothing}`;
}

const press = (picture: IconName | "", words: string | undefined): TemplateResult => html`<li class="press">${picture ? icon(picture, 16) : nothing}${words}</li>`;

function link({ display_text: words, url }: NonNullable<NonNullable<Interactive["action"]>["parameters"]>): TemplateResult {
  const to = safe(url ?? "");
  return html`<li class="press">${icon("external", 16)}${to ? html`<a target="_blank" rel="noopener noreferrer" href=${to} title=${to}>${words}</a>` : words}</li>`;
}

/** The buttons of a message or a card, and what is behind them. */
function presses(type: string, action: Interactive["action"]): TemplateResult {
  const one = ONE_BUTTON[type];
  const products = (action?.sections ?? []).flatMap((section) => section.product_items ?? []).map((item) => item.product_retailer_id);
  return html`
    ${(action?.buttons ?? []).map((button) => press("", (button.reply ?? button.quick_reply)?.title))}
    ${action?.button ? press("menu", action.button) : nothing}
    ${(action?.sections ?? []).map((section) => html`${section.title && section.rows ? html`<li class="title">${section.title}</li>` : nothing}
      ${(section.rows ?? []).map((row) => html`<li class="row">${row.title}${row.description ? html`<small>${row.description}</small>` : nothing}</li>`)}`)}
    ${one ? press(one[0], action?.parameters?.display_text || action?.parameters?.flow_cta || one[1]) : nothing}
    ${!one && action?.parameters?.display_text ? link(action.parameters) : nothing}
    ${products.length ? html`<li class="row">${products.join(", ")}</li>` : nothing}`;
}

function card({ header, body, action }: InteractiveCard): TemplateResult {
  const file = header?.image ?? header?.video;
  const own = file?.id?.startsWith("f_") ? file.id : "";
  const picture = own
    ? html`<claw-media-file .file=${own} .type=${header?.video ? "video" : "image"}></claw-media-file>`
    : html`<div class="card picture">${icon(header?.video ? "film" : "image", 24)}</div>`;
  return html`<li>${header ? picture : nothing}${body?.text ? html`<span class="text">${richText(body.text)}</span>` : nothing}<ul class="choices">${presses("", action)}</ul></li>`;
}

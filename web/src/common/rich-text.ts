// A message's text as WhatsApp shows it: *bold*, _italic_, ~struck~, `code`, ```blocks``` and links.

import { html, type TemplateResult } from "lit";

const BLOCK = /```([\s\S]+?)```/;
const INLINE = /(?<![\p{L}\p{N}])(?:\*(\S(?:[^*\n]*\S)?)\*|_(\S(?:[^_\n]*\S)?)_|~(\S(?:[^~\n]*\S)?)~|`([^`\n]+)`)(?![\p{L}\p{N}])|(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/u;

export function richText(text: string): (TemplateResult | string)[] {
  const parts: (TemplateResult | string)[] = [];
  let rest = text;
  for (let found = BLOCK.exec(rest); found; found = BLOCK.exec(rest)) {
    parts.push(...inline(rest.slice(0, found.index)), html`<code class="block">${found[1].replace(/^\n|\n$/g, "")}</code>`);
    rest = rest.slice(found.index + found[0].length);
  }
  parts.push(...inline(rest));
  return parts;
}

function inline(text: string): (TemplateResult | string)[] {
  const parts: (TemplateResult | string)[] = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    if (found.index > 0) parts.push(rest.slice(0, found.index));
    const [all, bold, italic, struck, code, link] = found;
    if (bold !== undefined) parts.push(html`<b>${inline(bold)}</b>`);
    else if (italic !== undefined) parts.push(html`<i>${inline(italic)}</i>`);
    else if (struck !== undefined) parts.push(html`<s>${inline(struck)}</s>`);
    else if (code !== undefined) parts.push(html`<code>${code}</code>`);
    else parts.push(html`<a href=${link} target="_blank" rel="noopener noreferrer">${link}</a>`);
    rest = rest.slice(found.index + all.length);
  }
  if (rest) parts.push(rest);
  return parts;
}

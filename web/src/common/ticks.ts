// Where a message of ours stands, drawn as WhatsApp draws it. Decoration: the word stands beside it or in its title.

import { html, svg, type TemplateResult } from "lit";

export type Tick = "sending" | "sent" | "delivered" | "read" | "played" | "failed";

export const tickWords: Record<Tick, string> = {
  sending: "sending",
  sent: "sent",
  delivered: "delivered",
  read: "read",
  played: "played",
  failed: "failed",
};

const drawn = (body: TemplateResult<2>, width: number): TemplateResult =>
  html`<svg
    viewBox="0 0 ${width} 12" width=${width} height="12" fill="none" stroke="currentColor"
    stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${body}</svg>`;

const one = svg`<path d="m2 6.5 3 3L11 3" />`;
const two = svg`<path d="m1.5 6.5 3 3 6-6.500M7.5 9.500l.2.2 6.3-6.7" />`;

export function tickIcon(tick: Tick): TemplateResult {
  switch (tick) {
    case "sending":
      return drawn(svg`<circle cx="6" cy="6" r="4" />`, 12);
    case "sent":
      return drawn(one, 13);
    case "delivered":
    case "read":
    case "played":
      return drawn(two, 16);
    case "failed":
      return drawn(svg`<circle cx="6" cy="6" r="4.8" /><path d="M6 3.500v3M6 8.600v.1" />`, 12);
  }
}

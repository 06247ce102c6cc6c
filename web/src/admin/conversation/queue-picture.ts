// What the three ways do to three quick messages: drawn on one line of time, messages above and the agent's turns below.

import { html, svg, type TemplateResult } from "lit";
import type { Queue } from "./types.js";

interface Turn {
  from: number;
  to: number;
  /** The messages it answers. */
  of: string;
  cut?: boolean;
}

const MESSAGES = [12, 31, 48];
const TURNS: Record<Queue, readonly Turn[]> = {
  collect: [{ from: 12, to: 56, of: "1" }, { from: 60, to: 104, of: "2 + 3" }],
  followup: [{ from: 12, to: 56, of: "1" }, { from: 60, to: 104, of: "2" }, { from: 108, to: 152, of: "3" }],
  interrupt: [{ from: 12, to: 29, of: "", cut: true }, { from: 31, to: 46, of: "", cut: true }, { from: 48, to: 92, of: "3" }],
};
const WORDS: Record<Queue, string> = {
  collect: "Three messages come quickly. The first is answered; the second and third are answered together after it.",
  followup: "Three messages come quickly. They are answered one after the other.",
  interrupt: "Three messages come quickly. The first two turns are broken off; only the third is answered.",
};

export const queuePicture = (queue: Queue): TemplateResult => html`<svg class="picture" viewBox="0 0 164 58" role="img" aria-label=${WORDS[queue]}>
  <path class="time" d="M2 28H162" />
  ${MESSAGES.map((at, index) => svg`<g class="message"><path d="M${at} 18v10" /><circle cx=${at} cy="10" r="8" /><text x=${at} y="10.500">${index + 1}</text></g>`)}
  ${TURNS[queue].map((turn) => drawn(turn))}
</svg>`;

function drawn({ from, to, of, cut }: Turn) {
  const width = to - from;
  const middle = from + width / 2;
  if (cut) return svg`<g class="cut"><rect x=${from} y="35" width=${width} height="20" rx="5" /><path d="m${middle - 4} 41 8 8m0-8-8 8" /></g>`;
  return svg`<g class="turn"><rect x=${from} y="35" width=${width} height="20" rx="5" /><text x=${middle} y="45.500">${of}</text></g>`;
}

// Our own small drawings. All are decoration: the name stands on the control or beside them.

import { svg, html, type TemplateResult } from "lit";
import type { Tick } from "./api.js";

const icon = (body: TemplateResult<2>, width = 20, height = 20): TemplateResult =>
  html`<svg
    viewBox="0 0 ${width} ${height}" width=${width} height=${height} fill="none" stroke="currentColor"
    stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${body}</svg>`;

export const sendIcon = (): TemplateResult => icon(svg`<path d="M3.5 10h12M10.5 4.5 16 10l-5.5 5.5" />`);
export const menuIcon = (): TemplateResult => icon(svg`<path d="M3.5 6h13M3.5 10h13M3.5 14h13" />`);
export const closeIcon = (): TemplateResult => icon(svg`<path d="m5 5 10 10M15 5 5 15" />`);
export const backIcon = (): TemplateResult => icon(svg`<path d="M11.5 4.5 6 10l5.5 5.5" />`);
export const wireIcon = (): TemplateResult => icon(svg`<path d="M5 3.5 1.5 8 5 12.500M11 3.5 14.5 8 11 12.5" />`, 16, 16);
export const downIcon = (): TemplateResult => icon(svg`<path d="M10 4v12M4.5 10.5 10 16l5.5-5.5" />`);
export const plusIcon = (): TemplateResult => icon(svg`<path d="M8 3v10M3 8h10" />`, 16, 16);
export const copyIcon = (): TemplateResult =>
  icon(svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M3.5 10.500h-1v-8h8v1" />`, 16, 16);

const one = svg`<path d="m2 6.5 3 3L11 3" />`;
const two = svg`<path d="m1.5 6.5 3 3 6-6.500M7.5 9.500l.2.2 6.3-6.7" />`;

export function tickIcon(tick: Tick): TemplateResult {
  switch (tick) {
    case "sending":
      return icon(svg`<circle cx="6" cy="6" r="4" />`, 12, 12);
    case "sent":
      return icon(one, 13, 12);
    case "delivered":
    case "read":
      return icon(two, 16, 12);
    case "failed":
      return icon(svg`<circle cx="6" cy="6" r="4.8" /><path d="M6 3.500v3M6 8.600v.1" />`, 12, 12);
  }
}

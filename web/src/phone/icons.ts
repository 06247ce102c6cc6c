// Our own small drawings. All are decoration: the name stands on the control or beside them.

import { svg, html, type TemplateResult } from "lit";

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
export const attachIcon = (): TemplateResult =>
  icon(svg`<path d="m15.500 9.500-5.800 5.800a3.600 3.600 0 0 1-5.100-5.100l6.300-6.300a2.400 2.400 0 0 1 3.400 3.400l-6.200 6.200a1.200 1.200 0 0 1-1.700-1.700l5.400-5.400" />`);
export const fileIcon = (): TemplateResult => icon(svg`<path d="M5 2.500h6.500L15.500 6.500v11H5zM11.500 2.500v4h4" />`);
export const placeIcon = (): TemplateResult =>
  icon(svg`<path d="M10 17.500s5.500-5.200 5.500-9.200a5.500 5.500 0 0 0-11 0c0 4 5.500 9.200 5.500 9.200z" /><circle cx="10" cy="8.300" r="1.900" />`);
export const micIcon = (): TemplateResult =>
  icon(svg`<rect x="7.5" y="3" width="5" height="8.5" rx="2.5" /><path d="M5 10a5 5 0 0 0 10 0M10 15v2.5" />`);
export const trashIcon = (): TemplateResult => icon(svg`<path d="M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6" />`);
export const personIcon = (): TemplateResult =>
  icon(svg`<circle cx="10" cy="7" r="3.200" /><path d="M3.800 16.800a6.300 6.300 0 0 1 12.400 0" />`);
export const smileIcon = (): TemplateResult =>
  icon(svg`<circle cx="8" cy="8" r="5.800" /><path d="M5.600 9.600a2.900 2.900 0 0 0 4.800 0M6 6.300v.1M10 6.300v.1" />`, 16, 16);
export const copyIcon = (): TemplateResult =>
  icon(svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M3.5 10.500h-1v-8h8v1" />`, 16, 16);

// Our own small drawings, 20 by 20. All are decoration: the name stands on the control or beside them.

import { html, svg, type TemplateResult } from "lit";

const drawings = {
  overview: svg`<path d="M3.500 16.500v-5M8 16.500v-9M12.500 16.500v-6.500M17 16.500v-13" />`,
  conversations: svg`<path d="M3.500 4.500h13v9h-7l-3.500 3v-3h-2.500z" />`,
  channels: svg`<path d="M10 3.200a6.800 6.800 0 0 0-5.800 10.300l-.9 3.200 3.300-.8A6.800 6.800 0 1 0 10 3.200z" /><path d="M7.700 7.400c-.6 2.400 2.500 5.500 4.900 4.900" />`,
  agents: svg`<rect x="3.800" y="6.500" width="12.400" height="9.500" rx="2.500" /><path d="M10 3.500v3M7.500 10.500v1.200M12.500 10.500v1.200" />`,
  routing: svg`<circle cx="4.800" cy="10" r="1.800" /><circle cx="15.200" cy="5" r="1.800" /><circle cx="15.200" cy="15" r="1.800" /><path d="M6.600 10h2.200c2.200 0 1.800-5 4.600-5M8.800 10c2.200 0 1.800 5 4.600 5" />`,
  pairing: svg`<path d="M8.500 11.500a3 3 0 0 0 4.300 0l2.700-2.700a3 3 0 0 0-4.300-4.300l-1 1M11.500 8.500a3 3 0 0 0-4.300 0l-2.700 2.700a3 3 0 0 0 4.300 4.300l1-1" />`,
  users: svg`<circle cx="8" cy="7" r="2.800" /><path d="M2.800 16a5.200 5.200 0 0 1 10.400 0M13 4.400a2.800 2.800 0 0 1 0 5.200M15 11.800a5.200 5.200 0 0 1 2.200 4.200" />`,
  templates: svg`<rect x="3.500" y="4" width="13" height="12" rx="2" /><path d="M6.500 8h4M6.500 11h7M13 8h.5" />`,
  settings: svg`<path d="M3.500 6h7M14.500 6h2M3.500 14h2M9.500 14h7" /><circle cx="12.500" cy="6" r="2" /><circle cx="7.500" cy="14" r="2" />`,
  tenants: svg`<path d="M3.500 16.500v-12h7.500v12M11 8.500h5.500v8M2.500 16.500h15M6 7.500h2.500M6 10.500h2.500M6 13.500h2.500" />`,
  platform: svg`<circle cx="10" cy="10" r="6.800" /><path d="M3.200 10h13.600M10 3.200c2.300 2 2.800 4.400 2.800 6.800s-.5 4.800-2.800 6.800c-2.300-2-2.800-4.400-2.800-6.800s.5-4.800 2.800-6.800z" />`,
  audit: svg`<path d="M5 3.500h7l3.500 3.500v9.500H5zM7.500 9.500h5M7.500 12.500h5" />`,
  search: svg`<circle cx="9" cy="9" r="5" /><path d="m12.800 12.800 3.700 3.700" />`,
  menu: svg`<path d="M3.500 6h13M3.500 10h13M3.500 14h13" />`,
  close: svg`<path d="m5 5 10 10M15 5 5 15" />`,
  back: svg`<path d="M11.500 4.500 6 10l5.500 5.500" />`,
  next: svg`<path d="M8.500 4.500 14 10l-5.500 5.500" />`,
  down: svg`<path d="m5.500 8 4.500 4.500L14.500 8" />`,
  plus: svg`<path d="M10 4.500v11M4.500 10h11" />`,
  check: svg`<path d="m4.500 10.500 3.800 3.800 7.200-8" />`,
  copy: svg`<rect x="7" y="7" width="9.500" height="9.500" rx="2" /><path d="M4.500 13h-1v-9.500H13v1" />`,
  eye: svg`<path d="M2.500 10s2.800-5 7.500-5 7.500 5 7.500 5-2.800 5-7.500 5-7.500-5-7.500-5z" /><circle cx="10" cy="10" r="2.200" />`,
  key: svg`<circle cx="6.800" cy="13.200" r="3.200" /><path d="m9.200 10.800 6.800-6.800M13 7l2.300 2.300" />`,
  lock: svg`<rect x="4.500" y="9" width="11" height="7.500" rx="2" /><path d="M7 9V6.500a3 3 0 0 1 6 0V9" />`,
  person: svg`<circle cx="10" cy="7" r="3.200" /><path d="M3.800 16.800a6.300 6.300 0 0 1 12.400 0" />`,
  alert: svg`<path d="M10 3.500 17.500 16.500h-15zM10 8.500v3.500M10 14.200v.1" />`,
  info: svg`<circle cx="10" cy="10" r="6.800" /><path d="M10 9.200v4.300M10 6.600v.1" />`,
  external: svg`<path d="M8 5H4.500v10.500H15V12M11 4h5v5M16 4l-6.500 6.500" />`,
  trash: svg`<path d="M4 6h12M8 6V4h4v2M5.500 6l.7 10.500h7.600L14.500 6" />`,
  edit: svg`<path d="m12.500 4.500 3 3-8 8-3.700.7.700-3.700z" />`,
  refresh: svg`<path d="M15.800 8.500A6 6 0 1 0 16 11M16 4.500v4h-4" />`,
  sun: svg`<circle cx="10" cy="10" r="3" /><path d="M10 3v1.500M10 15.500V17M3 10h1.500M15.500 10H17M5 5l1 1M14 14l1 1M15 5l-1 1M6 14l-1 1" />`,
  leave: svg`<path d="M8.500 4H4.500v12h4M8.500 10h8M13.500 6.800 16.700 10l-3.200 3.200" />`,
  keyboard: svg`<rect x="2.500" y="5.500" width="15" height="9" rx="2" /><path d="M5.500 8.500h.1M8.500 8.500h.1M11.500 8.500h.1M14.500 8.500h.1M7 11.500h6" />`,
  grip: svg`<path d="M7.500 5v.1M12.500 5v.1M7.500 10v.1M12.500 10v.1M7.500 15v.1M12.500 15v.1" stroke-width="2.200" />`,
  up: svg`<path d="M10 16V4M4.500 9.500 10 4l5.500 5.500" />`,
  clock: svg`<circle cx="10" cy="10" r="6.800" /><path d="M10 6.200V10l2.600 1.800" />`,
  off: svg`<circle cx="10" cy="10" r="6.800" /><path d="M6.500 10h7" />`,
  mic: svg`<rect x="7.500" y="3" width="5" height="8.500" rx="2.500" /><path d="M5 10a5 5 0 0 0 10 0M10 15v2.500" />`,
  image: svg`<rect x="3" y="4" width="14" height="12" rx="2" /><circle cx="7.200" cy="8" r="1.300" /><path d="m3.500 14.500 4.300-4 2.700 2.500 3-3 3.300 3.300" />`,
  film: svg`<rect x="3" y="4.500" width="14" height="11" rx="2" /><path d="m8.500 7.700 4 2.300-4 2.300z" />`,
  file: svg`<path d="M5 2.500h6.500L15.500 6.500v11H5zM11.500 2.500v4h4" />`,
  place: svg`<path d="M10 17.500s5.500-5.200 5.500-9.200a5.500 5.500 0 0 0-11 0c0 4 5.500 9.200 5.500 9.200z" /><circle cx="10" cy="8.300" r="1.900" />`,
  cart: svg`<path d="M2.800 3.800h2.400l1.700 8.400h8.200l1.600-6H6M8 16.300v.1M14 16.300v.1" />`,
  send: svg`<path d="M3.500 10h12M10.500 4.500 16 10l-5.500 5.500" />`,
  attach: svg`<path d="m14.800 9.300-5.200 5.200a3 3 0 0 1-4.300-4.300l5.900-5.900a2 2 0 0 1 2.900 2.900l-5.600 5.600a1 1 0 0 1-1.400-1.400l4.900-4.900" />`,
  reply: svg`<path d="M8 4.500 3.500 9 8 13.500M4 9h6.500a6 6 0 0 1 6 6v.5" />`,
  smile: svg`<circle cx="10" cy="10" r="6.800" /><path d="M7.300 8.300v.1M12.700 8.300v.1M6.800 11.800a3.600 3.600 0 0 0 6.400 0" />`,
  choices: svg`<rect x="3" y="3.800" width="14" height="3.600" rx="1.500" /><rect x="3" y="8.700" width="14" height="3.600" rx="1.500" /><rect x="3" y="13.600" width="14" height="3.600" rx="1.500" />`,
  hand: svg`<path d="M6.500 10V5.200a1.300 1.300 0 0 1 2.600 0V9M9.100 8.500V4.200a1.300 1.300 0 0 1 2.600 0v4.600M11.700 9V5.500a1.300 1.300 0 0 1 2.600 0v6c0 3-1.800 5.500-4.800 5.500-2.400 0-3.500-1.200-4.700-3.400l-1.500-2.700c-.6-1.200 1-2 1.800-1l1.400 1.700" />`,
  link: svg`<path d="M8.500 11.500a3 3 0 0 0 4.300 0l2.700-2.700a3 3 0 0 0-4.300-4.300l-1 1M11.500 8.500a3 3 0 0 0-4.300 0l-2.700 2.700a3 3 0 0 0 4.300 4.300l1-1" />`,
};

export type IconName = keyof typeof drawings;

export const icon = (name: IconName, size = 20): TemplateResult =>
  html`<svg
    class="icon" viewBox="0 0 20 20" width=${size} height=${size} fill="none" stroke="currentColor" stroke-width="1.600"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${drawings[name]}</svg>`;

/** The mark of ClawCentral, as in the browser's tab. */
export const mark = (size = 28): TemplateResult =>
  html`<svg viewBox="0 0 32 32" width=${size} height=${size} aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="var(--brand)" />
    <path d="M8 10.500A3.500 3.500 0 0 1 11.500 7h9A3.500 3.500 0 0 1 24 10.500v7a3.500 3.500 0 0 1-3.500 3.500H15l-5 4.200V21a2 2 0 0 1-2-2z" fill="var(--on-brand)" />
    <path d="M12.500 12l1.600 4M16 11.500v5M19.500 12l-1.600 4" stroke="var(--brand)" stroke-width="1.800" stroke-linecap="round" />
  </svg>`;

// A row of tabs that are links: `<nav class="tabs">`, the current one with aria-current.

import { css } from "lit";

export const tabs = css`
  .tabs {
    display: flex;
    gap: var(--space-1);
    border-bottom: 1px solid var(--border);
    overflow-x: auto;
    scrollbar-width: none;
  }
  .tabs a {
    padding: var(--space-2) var(--space-3);
    border-bottom: 2px solid transparent;
    color: var(--ink-2);
    font-weight: 500;
    text-decoration: none;
    white-space: nowrap;
  }
  .tabs a:hover {
    color: var(--ink);
  }
  .tabs a:focus-visible {
    outline-offset: -3px;
  }
  .tabs [aria-current] {
    border-color: var(--accent);
    color: var(--accent-strong);
  }
`;

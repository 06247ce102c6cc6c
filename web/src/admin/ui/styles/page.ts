// Text, and how a page is laid out.

import { css } from "lit";

export const page = css`
  :host {
    display: block;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  figure {
    margin: 0;
  }
  h1 .badge,
  h2 .badge,
  h3 .badge {
    margin-left: var(--space-1);
    vertical-align: 2px;
  }
  h1,
  h2,
  h3 {
    line-height: var(--line-tight);
    font-weight: var(--weight-strong);
    text-wrap: balance;
  }
  h1 {
    font-size: var(--text-xl);
    letter-spacing: -0.01em;
  }
  h1:focus,
  h2:focus {
    outline: none;
  }
  h2 {
    font-size: var(--text-lg);
  }
  h3 {
    font-size: var(--text-md);
  }
  a {
    color: var(--accent);
    text-underline-offset: 3px;
    text-decoration-thickness: 1px;
  }
  a:hover {
    color: var(--accent-strong);
  }
  code,
  .mono {
    font-family: var(--font-mono);
    font-size: 0.93em;
    overflow-wrap: anywhere;
  }
  .icon {
    flex: none;
  }
  .num {
    font-variant-numeric: tabular-nums;
  }
  .faint {
    color: var(--ink-3);
    font-weight: 400;
  }
  .small-text {
    font-size: var(--text-sm);
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  /* Page and its pieces */
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    justify-content: space-between;
    gap: var(--space-3) var(--space-6);
    margin-bottom: var(--space-6);
  }
  .lead {
    max-width: 44rem;
    margin-top: var(--space-1);
    color: var(--ink-2);
  }
  .actions,
  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
  }
  .stack {
    display: grid;
    gap: var(--space-4);
  }
  .stack.far {
    gap: var(--space-8);
  }
  .stack > * {
    min-width: 0;
  }
  .narrow {
    max-width: var(--narrow);
  }
  .card {
    padding: var(--space-5) var(--space-6) var(--space-6);
    border: 1px solid var(--border);
    border-radius: var(--radius-md);
    background: var(--surface);
  }
  .card > h2 {
    margin-bottom: var(--space-1);
  }
  .card > h2 + p {
    margin-bottom: var(--space-4);
    color: var(--ink-2);
  }
  .split {
    display: grid;
    gap: var(--space-6);
    align-items: start;
  }
  .split > * {
    min-width: 0;
  }
  @media (min-width: 1100px) {
    .split:has(> claw-pane) {
      grid-template-columns: minmax(0, 1fr) clamp(22rem, 38%, 32rem);
    }
    /* Beside a detail a list keeps what one needs to find one's way in it. */
    .split:has(> claw-pane) :is(th, td).num {
      display: none;
    }
  }
  .facts {
    display: grid;
    grid-template-columns: minmax(8rem, max-content) minmax(0, 1fr);
    gap: var(--space-2) var(--space-6);
  }
  .facts dt {
    color: var(--ink-3);
  }
`;

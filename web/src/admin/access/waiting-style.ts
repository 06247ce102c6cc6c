// How the list of who waits looks: columns where it is wide, cards on a phone.

import { css } from "lit";

export const waitingStyle = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
    min-height: 44px;
    padding: var(--space-2) var(--space-4);
    border: 1px solid var(--border);
    border-bottom: 0;
    border-radius: var(--radius-md) var(--radius-md) 0 0;
    background: var(--surface-2);
  }
  .bar .progress {
    flex: 1;
  }
  .all {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    margin-right: var(--space-2);
    color: var(--ink-2);
    cursor: pointer;
  }
  input[type="checkbox"] {
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--accent);
  }
  .rows {
    padding: 0;
    border: 1px solid var(--border);
    border-radius: 0 0 var(--radius-md) var(--radius-md);
    background: var(--surface);
    list-style: none;
    overflow: hidden;
  }
  li {
    display: grid;
    grid-template-columns: 18px minmax(8rem, 12rem) minmax(0, 1fr) 6.500rem 14.500rem;
    grid-template-areas: "mark who words code acts" ". wrong wrong wrong wrong";
    align-items: center;
    gap: 0 var(--space-4);
    padding: var(--space-3) var(--space-4);
  }
  li + li {
    border-top: 1px solid var(--border);
  }
  li:focus {
    outline: none;
  }
  li:focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }
  li.done {
    background: var(--surface-2);
  }
  .mark {
    grid-area: mark;
  }
  .who {
    display: grid;
    grid-area: who;
    min-width: 0;
  }
  .who b {
    overflow: hidden;
    font-weight: var(--weight-strong);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .to {
    display: block;
    overflow-wrap: anywhere;
  }
  .words {
    display: -webkit-box;
    grid-area: words;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  q {
    color: var(--ink-2);
    quotes: "“" "”";
  }
  .code {
    display: grid;
    grid-area: code;
    justify-items: start;
  }
  .code code {
    font-weight: var(--weight-strong);
    letter-spacing: 0.06em;
    white-space: nowrap;
  }
  .code claw-countdown {
    font-size: var(--text-sm);
  }
  .acts {
    display: flex;
    grid-area: acts;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: var(--space-2);
  }
  .wrong {
    grid-area: wrong;
    margin-top: var(--space-2);
    color: var(--failed);
  }
  @media (max-width: 1099px) {
    li {
      grid-template-columns: 18px minmax(0, 1fr) auto;
      grid-template-areas: "mark who code" ". words words" ". acts acts" ". wrong wrong";
      gap: var(--space-2) var(--space-3);
    }
    .mark {
      align-self: start;
      margin-top: 2px;
    }
    .code {
      align-self: start;
      justify-items: end;
    }
    .acts {
      justify-content: flex-start;
    }
  }
  @media (max-width: 719px) {
    .small {
      min-height: 36px;
    }
  }
`;

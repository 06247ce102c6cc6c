// A list whose rows have something to do at their end, as in a person's detail.

import { css } from "lit";

export const rows = css`
  :host {
    display: grid;
    gap: var(--space-3);
  }
  ul {
    display: grid;
    gap: var(--space-2);
    padding: 0;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 var(--space-3);
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--border);
    border-radius: var(--radius-sm);
  }
`;

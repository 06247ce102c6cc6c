// Tables, which become cards where it is narrow.

import { css } from "lit";

export const tables = css`
  .table {
    overflow-x: auto;
    border: 1px solid var(--border);
    border-radius: var(--radius-md);
    background: var(--surface);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  th {
    padding: var(--space-2) var(--space-4);
    background: var(--surface-2);
    color: var(--ink-3);
    font-size: var(--text-sm);
    font-weight: 500;
    text-align: left;
    white-space: nowrap;
  }
  td {
    padding: var(--space-3) var(--space-4);
    border-top: 1px solid var(--border);
    vertical-align: middle;
    overflow-wrap: break-word;
  }
  th.num,
  td.num,
  td.act {
    text-align: right;
  }
  td.act {
    white-space: nowrap;
    overflow-wrap: normal;
  }
  td.act > button,
  td.act > .button {
    position: relative;
    z-index: 1;
    margin: calc(-1 * var(--space-1)) 0;
  }
  tbody tr {
    position: relative;
  }
  tbody tr:has(td.main a):hover,
  tbody tr[aria-current] {
    background: var(--surface-2);
  }
  tbody tr[aria-current] {
    box-shadow: inset 3px 0 var(--accent);
  }
  td.main {
    font-weight: 500;
  }
  td.main a {
    color: inherit;
    text-decoration: none;
  }
  td.main a::after {
    content: "";
    position: absolute;
    inset: 0;
  }
  td.main a:focus-visible {
    outline: none;
  }
  td.main a:focus-visible::after {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }
  @media (max-width: 719px) {
    .table {
      overflow: visible;
      border: 0;
      background: none;
    }
    table,
    tbody {
      display: grid;
      gap: var(--space-3);
    }
    thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    tbody tr {
      display: grid;
      gap: var(--space-2);
      padding: var(--space-4);
      border: 1px solid var(--border);
      border-radius: var(--radius-md);
      background: var(--surface);
    }
    td,
    td.num {
      display: grid;
      grid-template-columns: 7rem minmax(0, 1fr);
      gap: var(--space-3);
      padding: 0;
      border: 0;
      text-align: left;
    }
    td::before {
      content: attr(data-label);
      color: var(--ink-3);
      font-size: var(--text-sm);
      font-weight: 400;
      line-height: 1.750;
    }
    td.main,
    td.act {
      display: block;
      text-align: left;
    }
    td.main::before,
    td.act::before {
      content: none;
    }
    td > .badge {
      justify-self: start;
      white-space: normal;
    }
    td > .tag {
      grid-column: 2;
      justify-self: start;
      margin-top: calc(-1 * var(--space-2));
    }
    td.act > .quiet:first-child {
      margin-left: calc(-1 * var(--space-4));
    }
    td.act:not(:has(*)) {
      display: none;
    }
    td.act > button,
    td.act > .button {
      margin: var(--space-2) var(--space-2) 0 0;
    }
    .card {
      padding: var(--space-4);
    }
    .facts {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    .facts dd {
      margin-bottom: var(--space-3);
    }
  }
`;

// How the parts of parts.ts and plain controls look; every page and element takes it first: `static styles = [base, css`…`]`.

import { css } from "lit";

export const base = css`
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
    .split:has(> claw-pane) :is(th, td):nth-child(n + 4) {
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

  /* Buttons */
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
    min-height: 36px;
    padding: var(--space-1) var(--space-4);
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-sm);
    background: var(--surface);
    color: var(--ink);
    font: inherit;
    font-weight: 500;
    line-height: var(--line-tight);
    text-decoration: none;
    cursor: pointer;
  }
  button:hover,
  .button:hover {
    background: var(--surface-3);
    color: var(--ink);
  }
  .primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  .primary:hover {
    border-color: var(--accent-strong);
    background: var(--accent-strong);
    color: var(--on-accent);
  }
  .danger {
    border-color: var(--danger);
    background: var(--danger);
    color: var(--on-danger);
  }
  .danger:hover {
    border-color: var(--danger-strong);
    background: var(--danger-strong);
    color: var(--on-danger);
  }
  .quiet {
    border-color: transparent;
    background: none;
    color: var(--ink-2);
  }
  .quiet.warn {
    color: var(--failed);
  }
  .small {
    min-height: 28px;
    padding: 2px var(--space-3);
    font-size: var(--text-sm);
  }
  .round {
    flex: none;
    width: 36px;
    padding: 0;
    border-color: transparent;
    border-radius: var(--radius-round);
    background: none;
    color: var(--ink-2);
  }
  button:disabled {
    border-color: var(--border);
    background: var(--surface-3);
    color: var(--ink-3);
    cursor: not-allowed;
  }
  .quiet:disabled,
  .round:disabled {
    border-color: transparent;
    background: none;
  }
  button[aria-busy="true"]::before {
    content: "";
    width: 12px;
    height: 12px;
    border: 2px solid currentColor;
    border-right-color: transparent;
    border-radius: 50%;
    animation: turn 900ms linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }

  /* Fields */
  .field {
    display: grid;
    gap: var(--space-1);
  }
  .field > label,
  legend {
    padding: 0;
    font-weight: var(--weight-strong);
  }
  .help {
    color: var(--ink-3);
    font-size: var(--text-sm);
  }
  .error {
    display: flex;
    gap: var(--space-1);
    align-items: center;
    color: var(--failed);
    font-size: var(--text-sm);
  }
  input:not([type="checkbox"], [type="radio"]),
  select,
  textarea {
    width: 100%;
    min-width: 0;
    min-height: 38px;
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-sm);
    background: var(--surface);
    color: var(--ink);
    font: inherit;
  }
  input.mono,
  textarea.mono {
    font-family: var(--font-mono);
    font-size: var(--text-sm);
  }
  textarea {
    resize: vertical;
  }
  ::placeholder {
    color: var(--ink-3);
    opacity: 1;
  }
  input:not([type="checkbox"], [type="radio"]):focus-visible,
  select:focus-visible,
  textarea:focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: -1px;
    border-color: transparent;
  }
  [aria-invalid="true"] {
    border-color: var(--failed) !important;
  }
  input:disabled,
  select:disabled,
  textarea:disabled {
    border-color: var(--border);
    background: var(--surface-3);
    color: var(--ink-3);
  }
  .select {
    position: relative;
    display: grid;
  }
  .select select {
    padding-right: var(--space-8);
    appearance: none;
  }
  .select .icon {
    position: absolute;
    top: calc(50% - 8px);
    right: 10px;
    pointer-events: none;
  }
  .with-button {
    position: relative;
    display: flex;
  }
  .with-button input {
    padding-right: 72px;
  }
  .with-button button {
    position: absolute;
    inset: 3px 3px 3px auto;
    min-height: 0;
    padding: 0 var(--space-3);
    font-size: var(--text-sm);
  }
  fieldset {
    display: grid;
    gap: var(--space-2);
    margin: 0;
    padding: 0;
    border: 0;
  }
  .choice {
    display: grid;
    grid-template-columns: 18px minmax(0, 1fr);
    gap: 0 var(--space-3);
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--border);
    border-radius: var(--radius-sm);
    cursor: pointer;
  }
  .choice:has(:checked) {
    border-color: var(--accent);
    background: var(--accent-soft);
  }
  .choice:has(:focus-visible) {
    outline: 2px solid var(--focus);
    outline-offset: 1px;
  }
  .choice input {
    grid-row: 1 / span 2;
    width: 18px;
    height: 18px;
    margin: 2px 0 0;
    outline: none;
    accent-color: var(--accent);
  }
  .choice b {
    font-weight: 500;
  }
  .choice span {
    grid-column: 2;
    color: var(--ink-2);
    font-size: var(--text-sm);
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
    margin-bottom: var(--space-4);
  }
  .search {
    position: relative;
    display: block;
    flex: 1 1 14rem;
    max-width: 28rem;
  }
  .search .icon {
    position: absolute;
    top: 10px;
    left: 10px;
    color: var(--ink-3);
    pointer-events: none;
  }
  .search input:not([type="checkbox"]) {
    padding-left: 36px;
  }
  .search kbd {
    position: absolute;
    top: 8px;
    right: 8px;
    pointer-events: none;
  }
  .search:focus-within kbd,
  .search input:not(:placeholder-shown) + kbd {
    display: none;
  }
  kbd {
    min-width: 22px;
    padding: 1px 6px;
    border: 1px solid var(--border);
    border-bottom-width: 2px;
    border-radius: 5px;
    background: var(--surface-2);
    color: var(--ink-2);
    font: var(--text-sm) / 1.500 var(--font-mono);
    text-align: center;
  }

  /* States */
  .badge {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 1px var(--space-2);
    border-radius: var(--radius-round);
    font-size: var(--text-sm);
    font-weight: 500;
    white-space: nowrap;
  }
  .badge.ok {
    background: var(--ok-soft);
    color: var(--ok);
  }
  .badge.waiting {
    background: var(--waiting-soft);
    color: var(--waiting);
  }
  .badge.failed {
    background: var(--failed-soft);
    color: var(--failed);
  }
  .badge.off {
    background: var(--surface-3);
    color: var(--ink-2);
  }
  .tag {
    padding: 1px var(--space-2);
    border: 1px solid var(--border);
    border-radius: var(--radius-sm);
    color: var(--ink-2);
    font-size: var(--text-sm);
    white-space: nowrap;
  }
  .notice {
    display: flex;
    align-items: flex-start;
    gap: var(--space-3);
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-sm);
    background: var(--surface-3);
  }
  .notice .icon {
    margin-top: 1px;
  }
  .notice > div {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .notice.failed {
    background: var(--failed-soft);
  }
  .notice.failed .icon {
    color: var(--failed);
  }
  .notice.waiting {
    background: var(--waiting-soft);
  }
  .notice.waiting .icon {
    color: var(--waiting);
  }
  .notice.ok {
    background: var(--ok-soft);
  }
  .notice.ok .icon {
    color: var(--ok);
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: var(--space-2);
    padding: var(--space-12) var(--space-6);
    border: 1px dashed var(--border);
    border-radius: var(--radius-md);
    text-align: center;
  }
  .empty .picture {
    display: grid;
    place-items: center;
    width: 56px;
    height: 56px;
    margin-bottom: var(--space-1);
    border-radius: 50%;
    background: var(--accent-soft);
    color: var(--accent);
  }
  .empty .picture.failed {
    background: var(--failed-soft);
    color: var(--failed);
  }
  .empty p {
    max-width: 34rem;
    color: var(--ink-2);
  }
  .empty .primary {
    margin-top: var(--space-3);
  }
  .progress {
    display: grid;
    gap: var(--space-1);
    font-size: var(--text-sm);
  }
  progress {
    width: 100%;
    height: 6px;
    overflow: hidden;
    border: 0;
    border-radius: var(--radius-round);
    background: var(--surface-3);
    accent-color: var(--accent);
  }
  progress::-webkit-progress-bar {
    background: var(--surface-3);
  }
  progress::-webkit-progress-value {
    background: var(--accent);
    transition: inline-size var(--calm) var(--ease);
  }
  /* What just changed: set the class for a second. */
  .glow {
    animation: glow var(--slow) var(--ease);
  }
  @keyframes glow {
    from {
      background-color: var(--accent-soft);
    }
  }

  /* Skeletons */
  .skeleton {
    display: grid;
  }
  .skeleton.rows,
  .skeleton.form {
    border: 1px solid var(--border);
    border-radius: var(--radius-md);
    background: var(--surface);
  }
  .skeleton.cards {
    grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr));
    gap: var(--space-4);
  }
  .bone {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 1fr);
    gap: var(--space-8);
    padding: var(--space-4) var(--space-5);
  }
  .rows .bone + .bone {
    border-top: 1px solid var(--border);
  }
  .cards .bone {
    height: 108px;
    border: 1px solid var(--border);
    border-radius: var(--radius-md);
    background: var(--surface);
  }
  .form .bone {
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-2);
  }
  .bone i {
    height: 12px;
    border-radius: var(--radius-sm);
    background: var(--surface-3);
    animation: breathe 1600ms ease-in-out infinite alternate;
  }
  .form .bone i:first-child {
    width: 30%;
  }
  .form .bone i:last-child {
    height: 36px;
  }
  .rows .bone:nth-child(odd) i:first-child {
    width: 72%;
  }
  @keyframes breathe {
    to {
      opacity: 0.45;
    }
  }

  /* Tables, which become cards */
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

// Buttons and fields, for plain elements.

import { css } from "lit";

export const controls = css`
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
  button:disabled,
  button:disabled:hover {
    border-color: var(--border);
    background: var(--surface-3);
    color: var(--ink-3);
    cursor: not-allowed;
  }
  button.quiet:disabled,
  button.round:disabled,
  button.quiet:disabled:hover,
  button.round:disabled:hover {
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
    align-content: start;
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
`;

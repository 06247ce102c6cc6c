import { css } from "lit";

export const replyBoxStyle = css`
  :host {
    display: block;
    padding: var(--space-2) var(--space-4) var(--space-3);
    border-top: 1px solid var(--border);
    background: var(--surface);
  }
  form {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: end;
    gap: var(--space-2);
  }
  textarea {
    min-height: 40px;
    max-height: 12rem;
    padding: 9px var(--space-3);
    border-radius: var(--radius-lg);
    font-size: var(--text-md);
    line-height: 20px;
    resize: none;
    overflow-y: auto;
  }
  textarea[readonly] {
    border-color: var(--border);
    background: var(--surface-2);
    color: var(--ink-2);
  }
  form > button {
    width: 40px;
    min-height: 40px;
    padding: 0;
    border-radius: 50%;
  }
  .add {
    width: 40px;
    min-height: 40px;
  }
  .menu {
    display: grid;
  }
  .menu button {
    justify-content: flex-start;
    min-height: 40px;
    color: var(--ink);
  }
  p {
    display: flex;
    gap: var(--space-2);
    padding: 0 var(--space-1) var(--space-2);
    color: var(--ink-3);
    font-size: var(--text-sm);
  }
  p > span {
    flex: 1;
    min-width: 0;
  }
  p > .num {
    flex: none;
  }
  .quoted {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    margin-bottom: var(--space-2);
    padding-left: var(--space-3);
    border-left: 3px solid var(--accent);
    border-radius: 4px;
    background: var(--surface-2);
    font-size: var(--text-sm);
  }
  .quoted span {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .quoted b {
    display: block;
    color: var(--accent);
  }
  .closed {
    align-items: center;
    padding: var(--space-1);
    color: var(--ink-2);
    font-size: var(--text-md);
  }
  .closed .icon {
    color: var(--waiting);
  }
  .over {
    color: var(--failed);
  }
`;

import { css } from "lit";

export const mergeStyle = css`
  .found {
    display: grid;
    gap: var(--space-1);
    padding: 0;
    list-style: none;
  }
  .found button {
    display: grid;
    grid-template-columns: 32px minmax(0, 1fr) auto 16px;
    justify-content: stretch;
    width: 100%;
    padding: var(--space-2) var(--space-3);
    border-color: var(--border);
    gap: var(--space-3);
    text-align: left;
  }
  .found .name {
    display: grid;
  }
  .face {
    display: grid;
    flex: none;
    place-items: center;
    width: 32px;
    height: 32px;
    border-radius: 50%;
    background: var(--surface-3);
    color: var(--ink-2);
    font-size: var(--text-sm);
    font-weight: var(--weight-strong);
  }
  .both {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr);
    align-items: center;
    gap: var(--space-2);
  }
  .turn {
    display: grid;
    justify-items: center;
    gap: var(--space-1);
    color: var(--ink-3);
  }
  .one {
    align-self: stretch;
    padding: var(--space-3) var(--space-4) var(--space-4);
    border: 1px dashed var(--border-strong);
    border-radius: var(--radius-md);
  }
  .one.stays {
    border: 1px solid var(--accent);
    background: var(--accent-soft);
  }
  .one .role {
    color: var(--ink-2);
  }
  .one .name {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    margin: var(--space-1) 0 var(--space-3);
    font-size: var(--text-lg);
    overflow-wrap: anywhere;
  }
  .one.stays .face {
    background: var(--surface);
  }
  .one dl {
    display: grid;
    grid-template-columns: 5.500rem minmax(0, 1fr);
    gap: var(--space-1) var(--space-2);
  }
  .one dt {
    color: var(--ink-2);
    font-size: var(--text-sm);
    line-height: 1.750;
  }
  .one dd {
    overflow-wrap: anywhere;
  }
  .happens {
    display: grid;
    gap: var(--space-1);
    margin-top: var(--space-2);
    padding-left: var(--space-5);
    color: var(--ink-2);
  }
  @media (max-width: 719px) {
    .both {
      grid-template-columns: minmax(0, 1fr);
      justify-items: center;
    }
    .one {
      width: 100%;
    }
    .turn {
      grid-template-columns: auto auto;
      align-items: center;
    }
    .turn svg {
      transform: rotate(90deg);
    }
  }
`;

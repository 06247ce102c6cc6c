// How something stands: badges, notices, empty pages, skeletons.

import { css } from "lit";

export const states = css`
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
  .badge svg {
    flex: none;
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
`;

// A long list of rows of one height, of which only those in sight (and a few around them) are in the page.

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Rows above and below what is seen, so that a quick flick shows rows rather than nothing. */
const AROUND = 8;

/**
 * Which rows are in sight of a scroller. The host renders `from` to `to`, moved down by `offset`, inside a box of `height`:
 *
 *     const { from, to, offset, height } = this.rows.range(this.items.length);
 *
 * It asks for an update when the range changes; `onNearEnd` is called when the last rows come into sight.
 */
export class VirtualRows implements ReactiveController {
  private scroller: HTMLElement | null = null;
  private seen = 12;
  private first = 0;
  private count = 0;
  private readonly sizes = new ResizeObserver(() => this.look());

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly find: () => HTMLElement | null,
    readonly rowHeight: number,
    private readonly onNearEnd: () => void = () => undefined,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const scroller = this.find();
    if (scroller !== this.scroller) {
      this.forget();
      this.scroller = scroller;
      scroller?.addEventListener("scroll", this.look, { passive: true });
      if (scroller) this.sizes.observe(scroller);
    }
    this.look();
  }

  hostDisconnected(): void {
    this.forget();
  }

  range(count: number): { from: number; to: number; offset: number; height: number } {
    this.count = count;
    const from = Math.max(0, Math.min(this.first, count) - AROUND);
    const to = Math.min(count, this.first + this.seen + AROUND);
    return { from, to, offset: from * this.rowHeight, height: count * this.rowHeight };
  }

  get atTop(): boolean {
    return !this.scroller || this.scroller.scrollTop < this.rowHeight / 2;
  }

  /** The first row in sight. */
  get firstSeen(): number {
    return this.first;
  }

  /** Moves what is seen by that many rows, so that rows put in above do not push it down. */
  shift(rows: number): void {
    if (this.scroller && rows !== 0) this.scroller.scrollTop += rows * this.rowHeight;
  }

  toTop(smoothly = false): void {
    this.scroller?.scrollTo({ top: 0, behavior: smoothly ? "smooth" : "auto" });
  }

  /** Brings a row into sight, with as little movement as that takes. */
  show(index: number): void {
    const { scroller } = this;
    if (!scroller) return;
    const top = index * this.rowHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + this.rowHeight > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = top + this.rowHeight - scroller.clientHeight;
    this.look();
  }

  private readonly look = (): void => {
    const { scroller } = this;
    if (!scroller || scroller.clientHeight === 0) return;
    const first = Math.floor(scroller.scrollTop / this.rowHeight);
    const seen = Math.ceil(scroller.clientHeight / this.rowHeight) + 1;
    if (first !== this.first || seen !== this.seen) {
      this.first = first;
      this.seen = seen;
      this.host.requestUpdate();
    }
    if (first + seen + AROUND >= this.count) this.onNearEnd();
  };

  private forget(): void {
    this.scroller?.removeEventListener("scroll", this.look);
    this.sizes.disconnect();
    this.scroller = null;
  }
}

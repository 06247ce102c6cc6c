// What is typed and not saved yet is not lost by a click on another page.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { setGuard } from "./router.js";
import { session } from "./session.js";
import { confirm } from "./ui/dialog.js";

/**
 * Asks before the person leaves while something is unsaved: `new Unsaved(this, "The rules", () => this.dirty)`.
 *
 * Looks at `dirty` whenever its host is drawn. The browser asks in its own words where the whole page is closed.
 */
export class Unsaved implements ReactiveController {
  private on = false;

  constructor(host: ReactiveControllerHost, private readonly what: string, private readonly dirty: () => boolean) {
    host.addController(this);
  }

  hostUpdated(): void {
    this.set(this.dirty());
  }

  hostDisconnected(): void {
    this.set(false);
  }

  private set(on: boolean): void {
    if (on === this.on) return;
    this.on = on;
    setGuard(on ? this.ask : null);
    if (on) window.addEventListener("beforeunload", this.close);
    else window.removeEventListener("beforeunload", this.close);
  }

  private readonly ask = async (): Promise<boolean> =>
    // Who has signed out can save nothing any more.
    !session.current || confirm({
      heading: "Leave without saving?",
      words: `${this.what} that you changed here are not saved yet. They are lost when you leave.`,
      action: "Leave without saving",
      danger: true,
      run: () => Promise.resolve(),
    });

  private readonly close = (event: BeforeUnloadEvent): void => event.preventDefault();
}

// Keys that do something: a page says which, `?` lists them.

import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface Key {
  /** As KeyboardEvent.key has it: "j", "Enter", "/". */
  key: string;
  /** What it does, for the list: "Next conversation". */
  does: string;
  run: (event: KeyboardEvent) => void;
}

const groups: { name: string; keys: Key[] }[] = [];

/** All keys that work now, the page's own last. */
export const keyGroups = (): readonly { name: string; keys: readonly Key[] }[] => groups;

/** The keys of a page, while it is shown: `new Keys(this, "Conversations", [{ key: "j", does: …, run: … }])`. */
export class Keys implements ReactiveController {
  private readonly group: { name: string; keys: Key[] };
  constructor(host: ReactiveControllerHost, name: string, keys: Key[]) {
    this.group = { name, keys };
    host.addController(this);
  }
  hostConnected(): void {
    groups.push(this.group);
  }
  hostDisconnected(): void {
    groups.splice(groups.indexOf(this.group), 1);
  }
}

function isTyping(event: KeyboardEvent): boolean {
  const at = event.composedPath()[0];
  if (!(at instanceof HTMLElement)) return false;
  if (at.isContentEditable || at.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return true;
  return event.key === "Enter" && at.matches("a, button, summary");
}

const inDialog = (event: KeyboardEvent): boolean =>
  event.composedPath().some((node) => node instanceof HTMLDialogElement);

window.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || inDialog(event)) return;
  for (const group of [...groups].reverse()) {
    const found = group.keys.find((key) => key.key === event.key);
    if (!found) continue;
    event.preventDefault();
    found.run(event);
    return;
  }
});

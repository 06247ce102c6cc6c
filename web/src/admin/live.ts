// What changes, as it changes: one event stream for the tenant that is open, told to whoever listens.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { api } from "./api.js";

export type Connection = "off" | "connecting" | "live" | "lost";

/** What the gateway tells; `data` as docs/api.md has it. `resync`: read everything anew. */
export type LiveName = "message" | "conversation" | "status" | "event" | "tenant" | "resync";
export type LiveData = Record<string, unknown>;
const NAMES: readonly LiveName[] = ["message", "conversation", "status", "event", "tenant", "resync"];

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A page that nobody looks at gives its stream back after this long: a gateway has few, and a browser six to one host. */
const HIDDEN_MS = 60_000;

/** Tells `connection` when the stream is lost or back, and `live` (a CustomEvent of {name, data}) for each event. */
class LiveStore extends EventTarget {
  connection: Connection = "off";
  private tenant = "";
  private source: EventSource | null = null;
  private timer = 0;
  private hidden = 0;
  private wait = FIRST_WAIT_MS;

  /** Listens to that tenant from now on; to nothing where it is empty. */
  follow(tenant: string): void {
    if (tenant === this.tenant) return;
    this.close();
    this.tenant = tenant;
    if (!tenant) this.say("off");
    else this.open();
  }

  /** Somebody looks at the page, or nobody does any more. */
  look(): void {
    window.clearTimeout(this.hidden);
    if (document.visibilityState === "hidden")
      this.hidden = window.setTimeout(() => {
        this.close();
        this.say("off");
      }, HIDDEN_MS);
    else if (this.tenant && this.connection === "off") this.open();
  }

  /** Tries again now: somebody pressed the button, or the device came online. */
  retry(): void {
    if (!this.tenant || this.connection === "live") return;
    this.close();
    this.open();
  }

  private open(): void {
    if (this.connection !== "lost") this.say("connecting");
    const source = new EventSource(api.url("/stream"));
    this.source = source;
    source.addEventListener("hello", () => {
      this.wait = FIRST_WAIT_MS;
      this.say("live");
      // What changed between the page's reading and this moment nobody has told it, also the first time.
      this.tell("resync", {});
    });
    for (const name of NAMES)
      source.addEventListener(name, (event) => this.tell(name, JSON.parse((event as MessageEvent<string>).data || "{}") as LiveData));
    // A browser tries again by itself only after some failures, and not after an answer like 503.
    source.addEventListener("error", () => {
      this.close();
      this.say("lost");
      this.timer = window.setTimeout(() => this.open(), this.wait * (0.5 + Math.random()));
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    });
  }

  private close(): void {
    window.clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private say(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.dispatchEvent(new Event("connection"));
  }

  private tell(name: LiveName, data: LiveData): void {
    this.dispatchEvent(new CustomEvent("live", { detail: { name, data } }));
  }
}

export const live = new LiveStore();
window.addEventListener("online", () => live.retry());
document.addEventListener("visibilitychange", () => live.look());

/** What a page does on an event. `tenant` hears of its settings: data.what is "secrets", "agents", …  */
export type Listeners = Partial<Record<LiveName, (data: LiveData) => void>>;

/** Listens while its host is on the page: `new Live(this, { message: …, resync: … })`. */
export class Live implements ReactiveController {
  constructor(host: ReactiveControllerHost, private readonly listeners: Listeners) {
    host.addController(this);
  }
  hostConnected(): void {
    live.addEventListener("live", this.hear);
  }
  hostDisconnected(): void {
    live.removeEventListener("live", this.hear);
  }
  private readonly hear = (event: Event): void => {
    const { name, data } = (event as CustomEvent<{ name: LiveName; data: LiveData }>).detail;
    this.listeners[name]?.(data);
  };
}

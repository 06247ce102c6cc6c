// What the page knows, and how it stays true: one thread read whole, then kept by server-sent events.

import { api, Refused, type BusinessNumber, type Message, type Person } from "./api.js";

export type Connection = "connecting" | "live" | "lost";

const FIRST_PERSON = { wa_id: "15550102030", name: "Alex" };
const CHOSEN_PERSON = "claw.phone.person";
const CHOSEN_NUMBER = "claw.phone.number";

export class Store extends EventTarget {
  people: Person[] = [];
  numbers: BusinessNumber[] = [];
  person: { wa_id: string; name: string } | null = null;
  number: BusinessNumber | null = null;
  connection: Connection = "connecting";
  loaded = false;
  problem = "";
  /** The simulator's clock minus ours: it can be moved. */
  skew = 0;

  private messages = new Map<string, Message>();
  private typing = new Set<string>();
  private source: EventSource | null = null;
  private reopen = 0;
  private loads = 0;

  now(): number {
    return Date.now() + this.skew;
  }

  /** The chosen person's messages with the chosen number, oldest first. */
  thread(): Message[] {
    return [...this.messages.values()].filter((message) => message.number === this.number?.id);
  }

  message(id: string): Message | undefined {
    return this.messages.get(id);
  }

  get isTyping(): boolean {
    return this.number !== null && this.typing.has(this.number.id);
  }

  async start(): Promise<void> {
    addEventListener("hashchange", () => {
      const wanted = location.hash.slice(1);
      if (/^\d{5,15}$/.test(wanted) && wanted !== this.person?.wa_id) void this.choose(wanted);
    });
    try {
      await this.readWorld();
    } catch (error) {
      this.fail(error);
      window.setTimeout(() => void this.start(), 2000);
      return;
    }
    const fromAddress = /^\d{5,15}$/.test(location.hash.slice(1)) ? location.hash.slice(1) : "";
    const wanted = fromAddress || localStorage.getItem(CHOSEN_PERSON) || this.people[0]?.wa_id || FIRST_PERSON.wa_id;
    await this.choose(wanted);
  }

  /** Goes on as this person; one that was never seen is made. */
  async choose(waId: string, name = ""): Promise<void> {
    let known = this.people.find((person) => person.wa_id === waId);
    if (!known || (name && name !== known.name)) {
      try {
        known = await api.putPhone(waId, name || (waId === FIRST_PERSON.wa_id ? FIRST_PERSON.name : ""));
      } catch (error) {
        this.fail(error);
        throw error;
      }
    }
    this.person = { wa_id: known.wa_id, name: known.name };
    this.messages.clear();
    this.typing.clear();
    this.loaded = false;
    localStorage.setItem(CHOSEN_PERSON, known.wa_id);
    history.replaceState(null, "", `#${known.wa_id}`);
    this.changed();
    this.listen();
  }

  chooseNumber(id: string): void {
    this.number = this.numbers.find((number) => number.id === id) ?? this.number;
    if (this.number) localStorage.setItem(CHOSEN_NUMBER, this.number.id);
    this.changed();
  }

  /** Sends as the chosen person. Fails with Refused, in words for the person. */
  async say(text: string): Promise<void> {
    if (!this.person || !this.number) throw new Refused("There is no business number to write to yet.");
    await api.say(this.person.wa_id, text, this.number.id);
    if (this.connection !== "live") await this.readThread();
  }

  /** Pushes the simulator's clock forward. Fails with Refused. */
  async advance(ms: number): Promise<void> {
    await api.advance(ms);
    await this.readWorld();
  }

  private async readWorld(): Promise<void> {
    const [{ numbers }, { phones }, clock] = await Promise.all([api.numbers(), api.phones(), api.clock()]);
    this.numbers = numbers;
    this.people = phones;
    this.skew = clock.now - Date.now();
    const wanted = this.number?.id ?? localStorage.getItem(CHOSEN_NUMBER);
    this.number = numbers.find((number) => number.id === wanted) ?? numbers[0] ?? null;
    const me = phones.find((person) => person.wa_id === this.person?.wa_id);
    if (me && this.person) this.person = { wa_id: me.wa_id, name: me.name };
    this.problem = "";
    this.changed();
  }

  private async readThread(): Promise<void> {
    const asked = this.person?.wa_id;
    if (!asked) return;
    const load = ++this.loads;
    const thread = await api.thread(asked);
    // Somebody else was chosen meanwhile, or a newer answer is on its way.
    if (load !== this.loads || asked !== this.person?.wa_id) return;
    this.messages = new Map(thread.messages.map((message) => [message.id, message]));
    this.typing = new Set(thread.typing && this.number ? [this.number.id] : []);
    this.loaded = true;
    this.changed();
  }

  private listen(): void {
    this.source?.close();
    window.clearTimeout(this.reopen);
    if (!this.person) return;
    const source = new EventSource(`/_sim/events?phone=${this.person.wa_id}`);
    this.source = source;
    const on = (name: string, act: (data: Record<string, unknown>) => void): void =>
      source.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>));

    on("hello", () => {
      this.connection = "live";
      // Whatever happened while nobody listened is read whole.
      void Promise.all([this.readWorld(), this.readThread()]).catch((error: unknown) => this.fail(error));
    });
    on("resync", () => void this.readThread().catch((error: unknown) => this.fail(error)));
    on("phones", () => void this.readWorld().catch((error: unknown) => this.fail(error)));
    on("numbers", () => void this.readWorld().catch((error: unknown) => this.fail(error)));
    on("faults", () => this.dispatchEvent(new Event("faults")));
    on("message", ({ message }) => this.keep(message as Message));
    on("typing", ({ number, typing }) => {
      if (typing) this.typing.add(number as string);
      else this.typing.delete(number as string);
      this.changed();
    });
    on("exchange", ({ message }) => this.dispatchEvent(new CustomEvent("exchange", { detail: message })));
    source.onerror = () => {
      this.connection = "lost";
      this.changed();
      // The browser tries again by itself, unless the answer was no stream at all.
      if (source.readyState === EventSource.CLOSED) this.reopen = window.setTimeout(() => this.listen(), 2000);
    };
  }

  private keep(message: Message): void {
    this.messages.set(message.id, message);
    this.changed();
  }

  private fail(error: unknown): void {
    this.problem = error instanceof Error ? error.message : "Something went wrong.";
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

/** The one store of the page. */
export const store = new Store();

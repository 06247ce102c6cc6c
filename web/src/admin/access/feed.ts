import type { ReactiveControllerHost } from "lit";
import { api } from "../api.js";
import { Load } from "../page.js";
import type { AccessPage } from "./types.js";

/** Read at once; the API gives 200 at most. */
const PAGE = 100;

interface Filter {
  search: string;
  number: string;
}

/** One of the lists of Pairing: what is shown of it, searched and read on, and how many there are without a search. */
export class AccessFeed {
  readonly list: Load<AccessPage>;
  private wanted = PAGE;
  private total: { rows: number; more: boolean } | undefined;

  /** `which` is what the API asks of this list: `{ standing: "allowed" }`. */
  constructor(host: ReactiveControllerHost, private readonly which: Record<string, string>, private filter: Filter) {
    this.list = new Load<AccessPage>(host, () => this.read());
  }

  /** "12", "100+"; empty until it is known. */
  get count(): string {
    if (!this.total) return "";
    return `${this.total.rows}${this.total.more ? "+" : ""}`;
  }

  /** True where it is known that nobody at all stands in it. */
  get empty(): boolean {
    return this.total?.rows === 0;
  }

  get filtered(): boolean {
    return this.filter.search !== "" || this.filter.number !== "";
  }

  show(search: string, number: string): void {
    if (search === this.filter.search && number === this.filter.number) return;
    this.filter = { search, number };
    this.wanted = PAGE;
    void this.list.reload();
  }

  reload(): void {
    void this.list.reload();
  }

  more(): void {
    this.wanted += PAGE;
    void this.list.reload();
  }

  private async read(): Promise<AccessPage> {
    const { filter, wanted } = this;
    const [shown, whole] = await Promise.all([this.pages(filter, wanted), this.filtered ? this.pages({ search: "", number: "" }, PAGE) : undefined]);
    const all = whole ?? shown;
    this.total = { rows: all.access.length, more: all.next !== null };
    return shown;
  }

  /** As many as are on the screen already, so that reading anew makes no list shorter. */
  private async pages({ search, number }: Filter, wanted: number): Promise<AccessPage> {
    const all: AccessPage = { access: [], next: null };
    do {
      const page: AccessPage = await api.get<AccessPage>("/access", { query: { ...this.which, search: search.trim(), number, limit: PAGE, before: all.next ?? undefined } });
      all.access.push(...page.access);
      all.next = page.next;
    } while (all.next !== null && all.access.length < wanted);
    return all;
  }
}

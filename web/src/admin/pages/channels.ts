import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import { badge, count, empty, table } from "../ui/parts.js";

interface Number {
  phone_number_id: string;
  waba_id: string | null;
  policy: string;
  agent: string | null;
  secrets_set_at: Record<string, string | null>;
  waiting: number;
}

const NAMES: Record<string, string> = {
  WHATSAPP_ACCESS_TOKEN: "access token",
  WHATSAPP_APP_SECRET: "app secret",
  WHATSAPP_VERIFY_TOKEN: "verify token",
};

const OPEN: Record<string, string> = { open: "open to everybody", pairing: "open, new people are let in", allowlist: "open to the list" };

/** The numbers of a tenant and how each stands. */
@customElement("page-channels")
export class PageChannels extends Page {
  private readonly numbers = new Load<{ numbers: Number[] }>(this, () => api.get("/numbers"));

  constructor() {
    super();
    const again = (): void => void this.numbers.reload();
    new Live(this, { tenant: again, resync: again });
  }

  private get home(): string {
    return `/t/${part(this.params.tenant)}/channels/whatsapp`;
  }

  override render() {
    return html`${this.head("Channels", "The ways on which people reach your agents. Today that is WhatsApp.", html`<a class="button" href="/t/${part(this.params.tenant)}/channels/troubleshooting">Troubleshooting</a><a class="button" href=${this.home}>Set up WhatsApp</a>`)}
      ${this.numbers.view(({ numbers }) => (numbers.length === 0 ? this.none() : this.list(numbers)))}`;
  }

  private none() {
    return empty("channels", "No number is connected", "A WhatsApp number of your business, on which your agents answer. The set-up leads through every step, also at Meta; half an hour is usual.", {
      label: "Connect WhatsApp",
      href: this.home,
    });
  }

  private list(numbers: Number[]) {
    return table("Numbers", [
      { head: "Number", kind: "main", cell: (one: Number) => html`<a href="${this.home}/${part(one.phone_number_id)}">WhatsApp ${one.phone_number_id}</a>` },
      { head: "State", cell: (one: Number) => this.stateOf(one) },
      { head: "Answers", cell: (one: Number) => one.agent ?? "no agent yet" },
      { head: "Waiting to be sent", kind: "num", cell: (one: Number) => count(one.waiting) },
    ], numbers);
  }

  private stateOf(one: Number) {
    const missing = Object.entries(one.secrets_set_at).filter(([, at]) => at === null).map(([name]) => NAMES[name] ?? name);
    if (missing.length) return badge("waiting", `missing: ${missing.join(", ")}`);
    return one.policy === "disabled" ? badge("off", "nobody is answered") : badge("ok", OPEN[one.policy] ?? one.policy);
  }
}

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, type BusinessNumber, type Fault } from "./api.js";
import { store } from "./store.js";

const DAY = 24 * 3600 * 1000;

interface Trouble {
  kind: string;
  label: string;
  about: string;
  count: number;
  ms?: number;
}

interface Button {
  label: string;
  about: string;
  words: string;
  /** Missing where it does not stay on. */
  on?: boolean;
  act: () => Promise<unknown>;
}

const TROUBLES: Trouble[] = [
  { kind: "duplicate", label: "Deliver twice", about: "The next webhook about this person comes two times.", count: 1 },
  { kind: "lose_answer", label: "Lose the answer", about: "The next reply arrives, but Meta's answer to the gateway is lost.", count: 1 },
  { kind: "slow", label: "Meta is slow", about: "The next 20 replies are answered 5 seconds late.", count: 20, ms: 5_000 },
];

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** Buttons that make the simulated Meta misbehave towards the chosen person and number, each saying how it stands. */
@customElement("phone-trouble")
export class PhoneTrouble extends LitElement {
  @property({ attribute: false }) number?: BusinessNumber;
  @property() person = "";
  @state() private faults: Fault[] = [];
  @state() private ahead = 0;
  @state() private problem = "";
  /** How the button that was pressed last stands, for those who do not see it. */
  @state() private pressed = "";
  private readonly refresh = (): void => void this.read();
  /** Whatever went over the wire may have been struck. */
  private readonly happened = (): void => {
    if (this.faults.some((fault) => fault.active)) void this.read();
  };

  static override styles = css`
    :host {
      display: block;
    }
    ul {
      list-style: none;
      margin: 0;
      padding: 0;
      display: grid;
      gap: var(--space-2);
    }
    button {
      display: grid;
      grid-template-columns: 1fr auto;
      align-items: baseline;
      gap: 0 var(--space-3);
      width: 100%;
      min-height: 44px;
      padding: var(--space-2) var(--space-3);
      border: 1px solid var(--border-strong);
      border-radius: var(--radius-md);
      background: var(--surface);
      color: var(--ink);
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    button:hover {
      background: var(--surface-2);
    }
    button[aria-pressed="true"] {
      border-color: var(--accent);
      background: var(--accent-soft);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
    .name {
      font-weight: var(--weight-strong);
    }
    .state {
      color: var(--ink-2);
      font-size: var(--text-sm);
      font-variant-numeric: tabular-nums;
    }
    .about {
      grid-column: 1 / -1;
      color: var(--ink-2);
      font-size: var(--text-sm);
      line-height: var(--line-tight);
    }
    .told {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .problem {
      margin: var(--space-2) 0 0;
      color: var(--failed);
      font-size: var(--text-sm);
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    store.addEventListener("faults", this.refresh);
    store.addEventListener("exchange", this.happened);
    void this.read();
  }

  override disconnectedCallback(): void {
    store.removeEventListener("faults", this.refresh);
    store.removeEventListener("exchange", this.happened);
    super.disconnectedCallback();
  }

  override render() {
    const buttons = this.buttons();
    const pressed = buttons.find((button) => button.label === this.pressed);
    return html`
      <ul>
        ${buttons.map(
          ({ label, about, words, on, act }) => html`<li>
            <button aria-pressed=${on ?? nothing} @click=${() => this.act(label, act)}>
              <span class="name">${label}</span><span class="state">${words}</span><span class="about">${about}</span>
            </button>
          </li>`,
        )}
      </ul>
      <p class="told" role="status">${pressed ? `${pressed.label}: ${pressed.words || "off"}` : ""}</p>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    `;
  }

  private buttons(): Button[] {
    const { number } = this;
    const expired = number?.token_state === "expired";
    return [
      ...TROUBLES.map((trouble) => this.forFault(trouble)),
      {
        label: "Token expired",
        about: "Every call with this number's access token is refused.",
        words: expired ? "on" : "",
        on: expired,
        act: () => (number ? api.setTokenState(number.id, expired ? "valid" : "expired") : Promise.resolve()),
      },
      {
        label: "24 hours later",
        about: "The service window closes; what was due meanwhile happens now.",
        words: this.clockWords(),
        act: () => store.advance(DAY),
      },
    ];
  }

  private forFault({ kind, label, about, count, ms }: Trouble): Button {
    const fault = this.latest(kind);
    const on = fault?.active ?? false;
    const armed = fault?.struck ? `${fault.left} left` : "armed";
    const ended = fault?.struck ? `happened ${times(fault.struck)}` : "";
    return {
      label,
      about,
      on,
      words: on ? armed : ended,
      act: () => (fault && on ? api.removeFault(fault.id) : api.setFault({ kind, count, ms, phone: this.person, number: this.number?.id })),
    };
  }

  /** The newest of the kind that is for this person and number. */
  private latest(kind: string): Fault | undefined {
    return this.faults.filter(
      (fault) => fault.kind === kind && (!fault.phone || fault.phone === this.person) && (!fault.number || fault.number === this.number?.id),
    ).at(-1);
  }

  private clockWords(): string {
    const hours = Math.round(this.ahead / 3_600_000);
    return hours === 0 ? "" : `${hours} h ahead`;
  }

  private async act(label: string, act: () => Promise<unknown>): Promise<void> {
    this.pressed = label;
    try {
      await act();
      this.problem = "";
    } catch (error) {
      this.problem = error instanceof Error ? error.message : "That did not work.";
    }
    await this.read();
  }

  private async read(): Promise<void> {
    try {
      const [{ faults }, clock] = await Promise.all([api.faults(), api.clock()]);
      this.faults = faults;
      this.ahead = clock.offset_ms;
    } catch {
      // The page says already that the simulator is gone.
    }
  }
}

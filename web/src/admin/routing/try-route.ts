import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { Action, fields } from "../page.js";
import { icon, type IconName } from "../ui/icons.js";
import { field } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { time as clock } from "../../common/words.js";
import type { Explained } from "./types.js";
import { becauseOf, type NumberNames } from "./words.js";

type Way = "ok" | "waiting" | "failed" | "off";
interface Step {
  title: string;
  words: unknown;
  way: Way;
}

const ADMISSION: Record<Explained["access"]["admission"], { way: Way; words: string }> = {
  admit: { way: "ok", words: "Let in" },
  hold: { way: "waiting", words: "Held until somebody lets them in" },
  ignore: { way: "failed", words: "Not answered" },
};
const REASONS: Record<string, string> = {
  blocked: "they are blocked",
  not_on_allowlist: "they are not on the list",
  opted_out: "they opted out; START lets them in again",
  channel_disabled: "the channel is closed",
  tenant_disabled: "this tenant is disabled",
};
const STANDING: Record<Explained["access"]["standing"], string> = { allowed: "is on the list", pending: "waits to be let in", blocked: "is blocked", unknown: "is new" };

/** Asks the gateway who would answer a message, and shows the way to that. Tells `met` (detail: the saved rule's place, 0 for none). */
@customElement("claw-try-route")
export class TryRoute extends LitElement {
  @property() tenant = "";
  @property({ attribute: false }) numbers: NumberNames = new Map();
  /** There are changes that are not saved, of which the gateway knows nothing. */
  @property({ type: Boolean }) unsaved = false;
  /** A saved rule in words, with where it stands on the page. */
  @property({ attribute: false }) ruleWords: (saved: number) => string = (saved) => `Rule ${saved}`;
  /** What to begin with. */
  @property() from = "";
  @property() number = "";
  @state() private answer: Explained | null = null;
  private asked: Record<string, string> = {};
  private readonly action = new Action(this);

  static override styles = [
    base,
    css`
      form {
        display: grid;
        gap: var(--space-3);
      }
      details > div {
        display: grid;
        gap: var(--space-3);
        padding-top: var(--space-3);
      }
      summary {
        width: fit-content;
        color: var(--accent);
        font-weight: 500;
        cursor: pointer;
      }
      .answer {
        display: grid;
        gap: var(--space-3);
        margin-top: var(--space-4);
        padding-top: var(--space-4);
        border-top: 1px solid var(--border);
      }
      .says {
        font-size: var(--text-lg);
        line-height: var(--line-tight);
        text-wrap: pretty;
      }
      ol {
        display: grid;
        padding: 0;
        list-style: none;
      }
      li {
        position: relative;
        display: grid;
        grid-template-columns: 24px minmax(0, 1fr);
        gap: 0 var(--space-3);
        padding-bottom: var(--space-3);
      }
      li:last-child {
        padding-bottom: 0;
      }
      li:not(:last-child)::before {
        content: "";
        position: absolute;
        top: 24px;
        bottom: 0;
        left: 11px;
        border-left: 2px solid var(--border);
      }
      .dot {
        display: grid;
        place-items: center;
        width: 24px;
        height: 24px;
        border-radius: 50%;
        background: var(--ok-soft);
        color: var(--ok);
      }
      .waiting .dot {
        background: var(--waiting-soft);
        color: var(--waiting);
      }
      .failed .dot {
        background: var(--failed-soft);
        color: var(--failed);
      }
      .off .dot {
        background: var(--surface-3);
        color: var(--ink-2);
      }
      li b {
        display: block;
        margin-top: 2px;
        color: var(--ink-3);
        font-size: var(--text-sm);
        font-weight: 500;
      }
    `,
  ];

  protected override firstUpdated(): void {
    if (this.from) this.renderRoot.querySelector("form")?.requestSubmit();
  }

  /** The focus goes to the first field. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("input")?.focus();
  }

  /** Asks the same anew: the rules are others by now. */
  again(): void {
    if (this.answer) void this.ask();
  }

  override render() {
    return html`<form @submit=${this.send}>
        ${field({ name: "from", label: "From, a phone number or BSUID", value: this.from, placeholder: "+49 151 55000001", required: true, maxlength: 160, inputmode: "tel" })}
        ${this.numbers.size > 1
          ? field({ name: "number", label: "To your number", type: "select", value: this.number, options: [...this.numbers].map(([value, label]) => ({ value, label })) })
          : nothing}
        ${field({ name: "text", label: "Message", type: "area", rows: 2, maxlength: 4096, placeholder: "Where is my order?" })}
        <details><summary>They came by an ad, or the session</summary><div>
          ${field({ name: "source_id", label: "The ad's id", required: false, mono: true, help: "source_id, as Meta tells it." })}
          ${field({ name: "ctwa_clid", label: "The click's id", required: false, mono: true })}
          ${field({ name: "first", label: "Is it the first message of a session?", type: "select", options: [{ value: "", label: "as their session stands now" }, { value: "true", label: "yes, it begins one" }, { value: "false", label: "no, one goes on" }] })}
        </div></details>
        ${this.action.notice()}
        <div class="buttons"><button ?disabled=${this.action.busy} aria-busy=${this.action.busy}>Who answers?</button>
          <span class="small-text faint">Nothing is sent or kept.</span></div>
        ${this.unsaved ? html`<p class="small-text faint">It asks the rules that are saved, without your changes.</p>` : nothing}
      </form>
      <div role="status">${this.answer ? this.shown(this.answer) : nothing}</div>`;
  }

  private shown(answer: Explained) {
    return html`<div class="answer">
      <p class="says">${answer.says}</p>
      <ol aria-label="The way to the agent">${this.steps(answer).map((step) => this.step(step))}</ol>
    </div>`;
  }

  private step({ title, words, way }: Step) {
    const shapes: Record<Way, IconName> = { ok: "check", waiting: "clock", failed: "alert", off: "off" };
    return html`<li class=${way}><span class="dot">${icon(shapes[way], 16)}</span><div><b>${title}</b>${words}</div></li>`;
  }

  private steps(answer: Explained): Step[] {
    return [this.access(answer), this.session(answer), this.rule(answer), this.agent(answer)];
  }

  private access({ access, from }: Explained): Step {
    const { way, words } = ADMISSION[access.admission];
    const reason = access.opted_out ? REASONS.opted_out : (REASONS[access.reason] ?? access.reason.replaceAll("_", " "));
    const who = `${from.name ?? "This sender"} ${STANDING[access.standing]}, and the policy is “${access.policy}”.`;
    return { title: "Access", way, words: `${words}${reason ? `: ${reason}` : ""}. ${who}` };
  }

  private session({ session }: Explained): Step {
    if (!session) return { title: "Session", way: "ok", words: "There is none yet: this message would begin the first." };
    if (session.held_by) return { title: "Session", way: "waiting", words: `${session.held_by} holds it${session.held_until ? ` until ${clock(Date.parse(session.held_until))}` : ""}: agents are silent.` };
    if (session.first_of_session || !session.agent) return { title: "Session", way: "ok", words: "This message would begin a new one." };
    return { title: "Session", way: "ok", words: `One goes on, with ${session.agent}.` };
  }

  private rule({ rule, agent, matched_by: matched, session }: Explained): Step {
    if (rule) return { title: "Rule", way: "ok", words: this.ruleWords(rule) };
    if (session?.agent && session.agent === agent && !session.first_of_session) return { title: "Rule", way: "off", words: `Not asked: the session keeps its agent, as ${becauseOf(matched ?? "")}.` };
    if (matched === "command") return { title: "Rule", way: "off", words: `Not asked: ${becauseOf(matched)}.` };
    return { title: "Rule", way: "off", words: "None fits." };
  }

  private agent({ agent, matched_by: matched, access, session }: Explained): Step {
    if (!agent) return { title: "Agent", way: "failed", words: "Nobody: no rule fits, and there is no default agent." };
    const link = html`<a href="/t/${part(this.tenant)}/agents/${part(agent)}">${agent}</a>`;
    if (access.admission !== "admit") return { title: "Agent", way: "off", words: html`${link} would answer, once they are let in.` };
    if (session?.held_by) return { title: "Agent", way: "off", words: html`${link} answers again when the conversation is handed back.` };
    return { title: "Agent", way: "ok", words: html`${link} answers${matched === "default" ? ", the default agent" : ""}.` };
  }

  private send(event: SubmitEvent): void {
    this.asked = fields(event);
    void this.ask();
  }

  private async ask(): Promise<void> {
    const done = await this.action.run(async () => {
      this.answer = await api.get<Explained>("/routing/explain", { query: this.asked });
    });
    if (!done) this.answer = null;
    this.dispatchEvent(new CustomEvent("met", { detail: this.answer?.rule ?? 0 }));
  }
}

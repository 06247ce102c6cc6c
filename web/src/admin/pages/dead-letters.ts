import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, part } from "../api.js";
import { stateWords } from "../inbox/words.js";
import type { Message } from "../inbox/types.js";
import { Action, Load, Page } from "../page.js";
import { query, setQuery } from "../router.js";
import type { Paged } from "../types.js";
import "../ui/meta-error.js";
import { empty, notice, skeleton, table, time } from "../ui/parts.js";

type DeadLetter = Message & { attempts: number; age_seconds: number };
type DeadLetters = { dead_letters: DeadLetter[] } & Paged;
interface Rerun {
  rerun: string[];
  left: { id: string; reason: string }[];
  more: boolean;
}

const PAGE = 50;
const STATES = ["", "agent_failed", "failed", "unknown"] as const;
const LABELS: Record<(typeof STATES)[number], string> = {
  "": "All",
  agent_failed: "Agent failed",
  failed: "Not delivered",
  unknown: "Not known",
};

function age(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

const count = (many: number): string => (many === 1 ? "1 message" : `${many} messages`);

/** What ended badly: turns without an answer and messages that did not go, to be run again. */
@customElement("page-dead-letters")
export class PageDeadLetters extends Page {
  @state() private of = query("state");
  @state() private said = "";
  private readonly letters = new Load<DeadLetters>(this, () => this.read());
  private readonly older = new Action(this);
  private readonly again = new Action(this);

  static override styles = [
    ...Page.styles,
    css`
      .toolbar {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-bottom: var(--space-4);
      }
      .more {
        display: grid;
        justify-items: center;
        padding: var(--space-4);
      }
      .why {
        overflow-wrap: anywhere;
      }
    `,
  ];

  private read(before?: string): Promise<DeadLetters> {
    return api.get("/dead-letters", { query: { limit: PAGE, state: this.of, before } });
  }

  override render() {
    return html`${this.head("Dead letters", html`Messages whose agent gave no answer, and answers that did not go or of which nobody knows. Run again, each keeps its id. <a href=${`/t/${part(this.params.tenant)}/delivery/log`}>The delivery log</a> has what went before.`)}
      <div class="toolbar" role="group" aria-label="Which">
        ${STATES.map((each) => html`<button type="button" aria-pressed=${this.of === each} @click=${() => this.choose(each)}>${LABELS[each]}</button>`)}
      </div>
      <div role="status">${this.said ? notice("ok", this.said) : nothing}</div>
      ${this.again.notice()}
      ${this.letters.view(({ dead_letters: letters, next }) => (letters.length === 0 ? this.none() : this.list(letters, next ?? null)), skeleton(8))}`;
  }

  private none() {
    return empty("conversations", "Nothing is left behind", "Every message was answered, and every answer went.");
  }

  private list(letters: DeadLetter[], next: string | null) {
    return html`${this.of
        ? html`<p><button type="button" ?disabled=${this.again.busy} aria-busy=${this.again.busy} @click=${() => this.rerun({ state: this.of })}>Run all of these again</button></p>`
        : nothing}
      ${table<DeadLetter>("Dead letters", [
        { head: "When", cell: (letter) => html`${time(letter.created_at)} <span class="hidden">, ${age(letter.age_seconds)} ago</span>` },
        { head: "Who", cell: (letter) => html`<a href=${`/t/${part(this.params.tenant)}/conversations/${part(letter.conversation)}`}>${letter.user.name ?? letter.user.id}</a>` },
        { head: "What", kind: "main", cell: (letter) => html`${letter.direction === "inbound" ? "Asked: " : "Answer: "}${letter.text}` },
        { head: "Why", cell: (letter) => html`<span class="why">${stateWords[letter.state]}: ${letter.error ? html`<claw-meta-error .error=${letter.error}></claw-meta-error>` : (letter.reason ?? "no reason was kept")}</span>` },
        { head: "Tries", cell: (letter) => html`${letter.attempts}` },
        { head: "", cell: (letter) => html`<button type="button" ?disabled=${this.again.busy} aria-label=${`Run again: ${letter.text || letter.type}`} @click=${() => this.rerun({ ids: [letter.id] })}>Run again</button>` },
      ], letters)}
      ${this.older.notice()}
      ${next ? html`<p class="more"><button type="button" ?disabled=${this.older.busy} aria-busy=${this.older.busy} @click=${() => this.more(next)}>Older</button></p>` : nothing}`;
  }

  private choose(state: string): void {
    this.of = state;
    this.said = "";
    setQuery({ state });
    void this.letters.reload();
  }

  private rerun(which: { ids: string[] } | { state: string }): void {
    this.said = "";
    void this.again.run(async () => {
      const done = await api.post<Rerun>("/dead-letters/rerun", which);
      const left = done.left.length > 0 ? ` ${count(done.left.length)} needed nothing any more.` : "";
      this.said = `${count(done.rerun.length)} on the way again.${left}${done.more ? " There are more: run them again too." : ""}`;
      await this.letters.reload();
    });
  }

  private more(before: string): void {
    void this.older.run(async () => {
      const { dead_letters: letters, next } = await this.read(before);
      this.letters.set({ dead_letters: [...(this.letters.value?.dead_letters ?? []), ...letters], next });
    });
  }
}

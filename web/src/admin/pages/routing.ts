import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { namesOf } from "../access/number-names.js";
import type { Agent } from "../agent/types.js";
import { api, part, told } from "../api.js";
import { Keys } from "../keys.js";
import { Live } from "../live.js";
import { Action, Load, Page } from "../page.js";
import { query as asked } from "../router.js";
import { difference, draftsOf, newDraft, plain, put, rebased, same, type Draft } from "../routing/draft.js";
import "../routing/rule-form.js";
import "../routing/rule-list.js";
import "../routing/try-route.js";
import type { TryRoute } from "../routing/try-route.js";
import type { Routing, RouteBy, Rule } from "../routing/types.js";
import { whom } from "../routing/words.js";
import { session } from "../session.js";
import "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { empty, field, notice, skeleton } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { Unsaved } from "../unsaved.js";

interface Loaded {
  routing: Routing;
  agents: Agent[];
  /** By id, with what people call them. */
  numbers: Map<string, string>;
}

async function namedNumbers(ids: string[]): Promise<Map<string, string>> {
  const names = await namesOf(ids);
  return new Map(ids.map((id) => [id, names.get(id) ?? id]));
}

/** The version is the tenant's, which anything that is set changes: whether it is about the rules is seen from them. */
const unchanged = (a: Routing, b: Routing): boolean => a.default_agent === b.default_agent && same(a.rules, b.rules);

/** Which agent answers whom: rules in the order in which they are tried, and a place to try one on. */
@customElement("page-routing")
export class PageRouting extends Page {
  private readonly loaded = new Load<Loaded>(this, () => this.read());
  private readonly save = new Action(this);
  @state() private rules: Draft[] = [];
  @state() private defaultAgent = "";
  /** What is edited: a rule, or a new one of a kind. */
  @state() private edited: { rule: Draft | null; by: RouteBy } | null = null;
  @state() private refused: { key: number; words: string } | null = null;
  @state() private met = 0;
  /** The address names it: ?rule=2. */
  @state() private named = 0;
  /** Somebody else's, saved while there are changes here. */
  @state() private theirs: Routing | null = null;
  /** What the page began with, to see what is changed. */
  private base: Routing | null = null;
  @query("claw-try-route") private tries?: TryRoute;

  static override styles = [
    ...Page.styles,
    css`
      .both {
        display: grid;
        gap: var(--space-8);
        align-items: start;
      }
      .both > * {
        min-width: 0;
      }
      @media (min-width: 1100px) {
        .both {
          grid-template-columns: minmax(0, 1fr) 21rem;
        }
        .try {
          position: sticky;
          top: var(--space-6);
          max-height: calc(100dvh - var(--space-12));
          overflow: auto;
        }
      }
      .try h2 {
        margin-bottom: var(--space-3);
      }
      .last {
        display: grid;
        grid-template-columns: 36px minmax(0, 1fr);
        gap: 0 var(--space-3);
      }
      .sign {
        display: grid;
        place-items: center;
        width: 36px;
        height: 36px;
        border: 1px solid var(--accent);
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent-strong);
      }
      .last .select {
        max-width: 18rem;
      }
      .save {
        position: sticky;
        z-index: 2;
        bottom: 0;
        display: grid;
        gap: var(--space-3);
        margin-top: var(--space-5);
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--border);
        border-radius: var(--radius-md) var(--radius-md) 0 0;
        background: var(--surface);
        box-shadow: var(--shadow-2);
      }
      .save .buttons > span {
        flex: 1;
      }
      @media (max-width: 719px) {
        .save .buttons > span {
          flex-basis: 100%;
        }
      }
      .differs {
        margin: var(--space-1) 0 0;
        padding-left: var(--space-5);
      }
    `,
  ];

  constructor() {
    super();
    new Live(this, {
      tenant: ({ what }) => (["routing", "agents", "secrets"].includes(String(what)) ? void this.again() : undefined),
      resync: () => void this.again(),
    });
    new Keys(this, "Routing", [
      { key: "n", does: "New rule", run: () => this.mayEdit && this.add("peer") },
      { key: "t", does: "Try it", run: () => this.tries?.focus() },
    ]);
    new Unsaved(this, "Rules", () => this.dirty);
  }

  private get whyNot(): string {
    return session.whyNot("settings.write");
  }

  private get mayEdit(): boolean {
    return !this.whyNot && (this.loaded.value?.agents.length ?? 0) > 0;
  }

  private get dirty(): boolean {
    return this.base !== null && (this.defaultAgent !== (this.base.default_agent ?? "") || !same(this.rules, draftsOf(this.base.rules)));
  }

  private async read(): Promise<Loaded> {
    const [routing, { agents }, { numbers }] = await Promise.all([
      api.get<Routing>("/routing"),
      api.get<{ agents: Agent[] }>("/agents"),
      api.get<{ numbers: { phone_number_id: string }[] }>("/numbers"),
    ]);
    this.hear(routing);
    const ids = numbers.map((number) => number.phone_number_id);
    return { routing, agents, numbers: await namedNumbers(ids) };
  }

  /** What was read takes the place of what is shown, unless that was changed here: then a person decides. */
  private hear(routing: Routing): void {
    if (!this.dirty || !this.base) this.take(routing);
    else if (unchanged(routing, this.base)) this.base = routing;
    else this.theirs = routing;
  }

  private take(routing: Routing): void {
    this.base = routing;
    this.rules = draftsOf(routing.rules);
    this.defaultAgent = routing.default_agent ?? "";
    this.theirs = null;
    this.refused = null;
    this.met = 0;
    this.save.clear();
    this.named = this.rules.find((rule) => rule.saved === Number(asked("rule")))?.key ?? 0;
  }

  private async again(): Promise<void> {
    await this.loaded.reload();
    this.tries?.again();
  }

  override render() {
    return html`${this.head("Routing", "Which agent answers whom. The first kind with a rule that fits decides, and in it the first rule.")}
      ${this.loaded.view((loaded) => (loaded.agents.length === 0 ? this.nobody() : this.shown(loaded)), skeleton(6))}
      ${this.dialog()}`;
  }

  private nobody() {
    return empty("agents", "There is no agent yet", "Rules say which agent answers whom. The first agent becomes the default and answers everybody, without any rule.",
      this.whyNot ? undefined : { label: "Make an agent", href: `/t/${part(this.params.tenant)}/agents/+new` });
  }

  private shown({ agents, numbers }: Loaded) {
    const names = agents.map(({ name }) => name);
    return html`<div class="both">
      <section aria-labelledby="rules">
        <h2 id="rules" class="hidden">Rules</h2>
        ${this.whyNot ? notice("info", this.whyNot) : nothing}
        <claw-rule-list .rules=${this.rules} .agents=${names} .numbers=${numbers} .whyNot=${this.whyNot} .met=${this.met} .named=${this.named} .refused=${this.refused}
          @add=${(event: CustomEvent<RouteBy>) => this.add(event.detail)} @edit=${(event: CustomEvent<number>) => this.edit(event.detail)}
          @remove=${(event: CustomEvent<number>) => this.change(this.rules.filter(({ key }) => key !== event.detail))}
          @order=${(event: CustomEvent<Draft[]>) => this.change(event.detail)}></claw-rule-list>
        ${this.last(names)}
        ${this.saveBar()}
      </section>
      <section class="card try" aria-labelledby="try">
        <h2 id="try">Try it</h2>
        <claw-try-route .tenant=${this.params.tenant} .numbers=${numbers} ?unsaved=${this.dirty} .from=${asked("from")} .number=${asked("number")}
          .ruleWords=${(saved: number) => this.ruleWords(saved)}
          @met=${(event: CustomEvent<number>) => (this.met = this.rules.find((rule) => rule.saved !== 0 && rule.saved === event.detail)?.key ?? 0)}></claw-try-route>
      </section>
    </div>`;
  }

  private ruleWords(saved: number): string {
    const place = this.rules.findIndex((rule) => rule.saved === saved);
    const rule = this.rules[place];
    return rule ? `Rule ${place + 1}: ${whom(rule, this.loaded.value?.numbers)}.` : "One that you removed or changed here.";
  }

  /** Where everything ends that no rule fits. */
  private last(names: string[]) {
    const known = this.defaultAgent === "" || names.includes(this.defaultAgent);
    const options = [...(this.defaultAgent ? [] : [{ value: "", label: "nobody" }]), ...(known ? [] : [{ value: this.defaultAgent, label: `${this.defaultAgent} (not there)` }]),
      ...names.map((name) => ({ value: name, label: name }))];
    return html`<div class="last"><span class="sign">${icon("agents", 18)}</span>
      ${field({ name: "default", label: "No rule fits: the default agent", type: "select", value: this.defaultAgent, options, disabled: this.whyNot !== "", input: (value) => (this.defaultAgent = value) })}
    </div>`;
  }

  private saveBar() {
    if (!this.dirty && !this.save.error) return nothing;
    if (this.theirs) return html`<div class="save">${this.conflict(this.theirs)}</div>`;
    return html`<div class="save">
      ${this.refused ? nothing : this.save.notice()}
      <div class="buttons"><span>${this.refused ? "The gateway refused a rule. Nothing is saved yet." : "Your changes are not saved yet."}</span>
        <button type="button" class="primary" ?disabled=${this.save.busy} aria-busy=${this.save.busy} @click=${() => void this.send()}>Save</button>
        <button type="button" ?disabled=${this.save.busy} @click=${() => this.base && this.take(this.base)}>Give up changes</button></div>
    </div>`;
  }

  /** Somebody else saved first: what theirs has and yours has not, and two ways on. */
  private conflict(theirs: Routing) {
    const { added, gone } = difference(this.rules, theirs.rules, this.loaded.value?.numbers);
    const line = (words: string, rules: string[]) => (rules.length ? html`<p>${words}</p><ul class="differs">${rules.map((rule) => html`<li>${rule}</li>`)}</ul>` : nothing);
    const other = theirs.default_agent !== this.defaultAgent ? html`<p>Their default agent: ${theirs.default_agent ?? "nobody"}.</p>` : nothing;
    return html`${notice("waiting", html`<p><strong>Somebody else changed the rules while you had them open.</strong> Yours are still here, and not saved.</p>
        ${line("Theirs has:", added)}${line("Theirs has not:", gone)}${other}`)}
      <div class="buttons">
        <button type="button" @click=${() => this.take(theirs)}>Show theirs</button>
        <button type="button" @click=${() => this.keepMine(theirs)}>Keep mine</button>
      </div>`;
  }

  /** Mine stays on the page as a change of theirs; it is theirs until it is saved. */
  private keepMine(theirs: Routing): void {
    this.base = theirs;
    this.theirs = null;
    this.rules = rebased(this.rules, theirs.rules);
    this.save.clear();
  }

  private dialog() {
    const { edited } = this;
    const loaded = this.loaded.value;
    return html`<claw-dialog heading=${edited?.rule ? "Change a rule" : "A new rule"} ?open=${edited !== null} @close=${() => (this.edited = null)}>
      ${edited && loaded
        ? html`<claw-rule-form .rule=${edited.rule} .by=${edited.by} .agents=${loaded.agents.map(({ name }) => name)} .numbers=${loaded.numbers}
            .refused=${edited.rule && this.refused?.key === edited.rule.key ? this.refused.words : ""}
            @done=${(event: CustomEvent<Rule>) => this.done(event.detail)} @close=${() => (this.edited = null)}></claw-rule-form>`
        : nothing}
    </claw-dialog>`;
  }

  private add(by: RouteBy): void {
    this.edited = { rule: null, by };
  }

  private edit(key: number): void {
    const rule = this.rules.find((one) => one.key === key);
    if (rule) this.edited = { rule, by: rule.by };
  }

  private done(rule: Rule): void {
    const before = this.edited?.rule;
    this.change(put(this.rules, before ? { ...before, value: undefined, number: undefined, ...rule } : newDraft(rule)));
    this.edited = null;
  }

  private change(rules: Draft[]): void {
    this.rules = rules;
    this.refused = null;
    this.save.clear();
  }

  private async send(): Promise<void> {
    this.refused = null;
    const body = { rules: this.rules.map(plain), ...(this.defaultAgent ? { default_agent: this.defaultAgent } : {}) };
    const done = await this.save.run(async () => {
      const routing = await api.put<Routing>("/routing", body, { version: this.base?.version });
      this.take(routing);
      if (this.loaded.value) this.loaded.set({ ...this.loaded.value, routing });
    });
    if (done) {
      toast("The rules are saved, and hold for sessions that begin from now on.");
      this.tries?.again();
    } else if (this.save.status === 412) {
      if (await this.readTheirs()) await this.send();
    } else {
      this.pointOut();
    }
  }

  /** What is there now; true where it is as it was, and something else of the tenant was changed. */
  private async readTheirs(): Promise<boolean> {
    try {
      const before = this.base;
      const routing = await api.get<Routing>("/routing");
      const again = before !== null && unchanged(routing, before) && routing.version !== before.version;
      if (again) this.base = routing;
      else this.theirs = routing;
      return again;
    } catch (error) {
      this.save.refuse(told(error));
      return false;
    }
  }

  /** "rule 2 has a pattern that cannot be read": said at that rule. */
  private pointOut(): void {
    const [, place, words] = /^rule (\d+) (.+)$/is.exec(this.save.error) ?? [];
    const rule = this.rules[Number(place) - 1];
    if (rule && words) this.refused = { key: rule.key, words: `${words.charAt(0).toUpperCase()}${words.slice(1)}` };
  }
}

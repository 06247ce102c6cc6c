import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { namesOf } from "../access/number-names.js";
import "../agent/agent-form.js";
import type { Agent, AgentDetail } from "../agent/types.js";
import { api, part, Problem } from "../api.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import { go } from "../router.js";
import { inOrder } from "../routing/draft.js";
import type { Routing, Rule } from "../routing/types.js";
import { whom, type NumberNames } from "../routing/words.js";
import { session } from "../session.js";
import type { Secret } from "../types.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { badge, empty, notice, skeleton, table } from "../ui/parts.js";
import "../ui/pane.js";
import { toast } from "../ui/toast.js";

/** In the address of one that is to be made; no agent can be called so. */
const NEW = "+new";

interface Opened {
  /** null: a new one. */
  agent: AgentDetail | null;
  secrets: Secret[];
}

/** What leads to agents: the rules, each with its place on the page Routing, and which agent each number begins with. */
interface Uses {
  rules: { place: number; saved: number; rule: Rule }[];
  numbers: { phone_number_id: string; agent: string | null }[];
  names: NumberNames;
}

const ANSWERS: Readonly<Record<string, string | undefined>> = { echo: "Echo", http: "A program of yours", "cloud-api": "An existing WhatsApp bot" };

/** Who answers: the agents of a tenant, and the one that the address names. */
@customElement("page-agents")
export class PageAgents extends Page {
  private readonly agents = new Load<{ agents: Agent[] }>(this, () => api.get("/agents"));
  private readonly opened = new Load<Opened>(this);
  private readonly uses = new Load<Uses>(this, () => this.readUses());
  /** Deleting it was refused, for rules lead to it. */
  @state() private refused = "";

  static override styles = [
    ...Page.styles,
    css`
      .uses {
        display: grid;
        gap: var(--space-1);
        margin-bottom: var(--space-5);
        padding: 0 0 var(--space-5);
        border-bottom: 1px solid var(--border);
        list-style: none;
      }
      .uses li {
        display: flex;
        align-items: baseline;
        gap: var(--space-2);
        overflow-wrap: anywhere;
      }
      .uses .icon {
        align-self: center;
        color: var(--ink-3);
      }
      .notice ul {
        padding-left: var(--space-5);
      }
      claw-pane .notice {
        margin-bottom: var(--space-5);
      }
    `,
  ];

  constructor() {
    super();
    // Not the form: what is typed there stays; a change of somebody else is told when it is saved.
    const again = (): void => {
      void this.agents.reload();
      void this.uses.reload();
    };
    new Live(this, { tenant: again, resync: again });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("params");
    if (changed.has("params") && before?.name !== this.params.name) this.refused = "";
    if (changed.has("params") && this.params.name && before?.name !== this.params.name) void this.opened.load(() => this.read());
  }

  private async read(): Promise<Opened> {
    const { name } = this.params;
    const [agent, { secrets }] = await Promise.all([
      name === NEW ? null : api.get<AgentDetail>(`/agents/${part(name)}`),
      api.get<{ secrets: Secret[] }>("/secrets"),
    ]);
    return { agent, secrets };
  }

  private async readUses(): Promise<Uses> {
    const [{ rules }, { numbers }] = await Promise.all([api.get<Routing>("/routing"), api.get<Pick<Uses, "numbers">>("/numbers")]);
    const ordered = inOrder(rules.map((rule, index) => ({ ...rule, saved: index + 1 })));
    const names = await namesOf(numbers.map((number) => number.phone_number_id));
    return { rules: ordered.map(({ saved, ...rule }, index) => ({ place: index + 1, saved, rule })), numbers, names };
  }

  private rulesOf(name: string): Uses["rules"] {
    return this.uses.value?.rules.filter(({ rule }) => rule.agent === name) ?? [];
  }

  private get home(): string {
    return `/t/${part(this.params.tenant)}/agents`;
  }

  private get whyNot(): string {
    return session.whyNot("settings.write");
  }

  override render() {
    const make = this.whyNot
      ? html`<button type="button" disabled title=${this.whyNot}>${icon("plus", 16)} Make an agent</button>`
      : html`<a class="button primary" href="${this.home}/${NEW}">${icon("plus", 16)} Make an agent</a>`;
    return html`${this.head("Agents", "Who answers the people who write to you.", make)}
      <div class="split">
        <div>${this.agents.view(({ agents }) => (agents.length === 0 ? this.none() : this.list(agents)), skeleton(3))}</div>
        ${this.params.name ? this.pane() : nothing}
      </div>`;
  }

  private none() {
    return empty("agents", "Nobody answers yet", "An agent reads what people write and answers. Begin with Echo, which says back what it hears, to see that everything works; then connect your language model.",
      this.whyNot ? undefined : { label: "Make an agent", href: `${this.home}/${NEW}` });
  }

  private list(agents: Agent[]) {
    return table("Agents", [
      { head: "Name", kind: "main", cell: (agent: Agent) => html`<a href="${this.home}/${part(agent.name)}">${agent.name}</a>` },
      { head: "Role", cell: (agent: Agent) => (agent.default ? badge("ok", "default") : "") },
      { head: "Used by", cell: (agent: Agent) => this.usedBy(agent) },
      { head: "What answers", cell: (agent: Agent) => ANSWERS[agent.kind] ?? agent.model ?? agent.kind },
      { head: "Writes", cell: (agent: Agent) => agent.format },
    ], agents, (agent) => agent.name === this.params.name);
  }

  private usedBy({ name, default: isDefault }: Agent) {
    if (!this.uses.value) return "";
    const rules = this.rulesOf(name).length;
    if (rules === 0) return isDefault ? "the rest" : html`<span class="faint">nobody yet</span>`;
    return `${rules} rule${rules > 1 ? "s" : ""}${isDefault ? ", and the rest" : ""}`;
  }

  private ruleLink({ place, saved, rule }: Uses["rules"][number]) {
    return html`<a href="/t/${part(this.params.tenant)}/routing?rule=${saved}">Rule ${place}: ${whom(rule, this.uses.value?.names)}</a>`;
  }

  /** Who comes to it: by rules, as what is left, and at which numbers. */
  private usesOf({ name, default: isDefault }: AgentDetail) {
    const { value } = this.uses;
    if (!value) return nothing;
    const rules = this.rulesOf(name);
    const numbers = value.numbers.filter(({ agent }) => agent === name);
    const routing = html`<a href="/t/${part(this.params.tenant)}/routing">Routing</a>`;
    if (rules.length + numbers.length === 0 && !isDefault) return notice("info", html`Nobody reaches it yet. Make a rule for it under ${routing}.`);
    return html`<ul class="uses" aria-label="Used by">
      ${isDefault ? html`<li>${icon("agents", 16)}<span>The default: whom no rule fits reaches it.</span></li>` : nothing}
      ${rules.map((rule) => html`<li>${icon("routing", 16)}${this.ruleLink(rule)}</li>`)}
      ${numbers.length ? html`<li>${icon("channels", 16)}<span>Answers at ${numbers.map((number, index) => html`${index ? ", " : ""}${value.names.get(number.phone_number_id) ?? html`<span class="mono">${number.phone_number_id}</span>`}`)}</span></li>` : nothing}
    </ul>`;
  }

  /** Why it cannot be deleted, and where that is changed. */
  private refusal(name: string) {
    const rules = this.rulesOf(name);
    return notice("failed", html`<p>${this.refused}</p>${rules.length ? html`<ul>${rules.map((rule) => html`<li>${this.ruleLink(rule)}</li>`)}</ul>` : nothing}`);
  }

  private pane() {
    const isNew = this.params.name === NEW;
    return html`<claw-pane heading=${isNew ? "A new agent" : this.params.name} @close=${() => go(this.home)}>
      ${isNew ? nothing : html`<button slot="actions" type="button" class="round" aria-label="Delete ${this.params.name}" title=${this.whyNot || "Delete"}
        ?disabled=${this.whyNot !== ""} @click=${this.deleteAgent}>${icon("trash")}</button>`}
      ${this.opened.view(({ agent, secrets }) => html`${agent ? html`${this.refused ? this.refusal(agent.name) : this.usesOf(agent)}` : nothing}<claw-agent-form
        .agent=${agent} .secrets=${secrets} .tenant=${this.params.tenant} .whyNot=${this.whyNot} ?only=${this.agents.value?.agents.length === 0}
        @saved=${this.saved} @again=${() => void this.opened.reload()}></claw-agent-form>`, skeleton(5, "form"))}
    </claw-pane>`;
  }

  private readonly saved = (event: CustomEvent<string>): void => {
    toast(`${event.detail} is saved, and answers with it from the next message on.`);
    void this.agents.reload();
    if (this.params.name === NEW) go(`${this.home}/${part(event.detail)}`, { replace: true });
    else void this.opened.reload();
  };

  private async deleteAgent(): Promise<void> {
    const agent = this.opened.value?.agent;
    if (!agent) return;
    await this.uses.reload();
    const rules = this.rulesOf(agent.name).length;
    if (rules > 0) {
      this.refused = `${agent.name} cannot be deleted while ${rules === 1 ? "a rule leads" : `${rules} rules lead`} to it. Change or remove ${rules === 1 ? "it" : "them"} first:`;
      return;
    }
    const done = await confirm({
      heading: `Delete ${agent.name}?`,
      words: agent.default
        ? "It is the default. When it is gone, nobody is answered until another agent is made; messages are kept."
        : "It answers nobody any more. What it has said stays in the conversations.",
      action: "Delete",
      danger: true,
      run: () => this.tryToDelete(agent),
    });
    if (!done) return;
    toast(`${agent.name} is deleted.`);
    void this.agents.reload();
    go(this.home);
  }

  /** A rule of just now: the pane shows it behind the dialog. */
  private async tryToDelete(agent: AgentDetail): Promise<void> {
    try {
      await api.delete(`/agents/${part(agent.name)}`, undefined, { version: agent.version });
    } catch (error) {
      if (error instanceof Problem && error.status === 409) {
        this.refused = error.message;
        void this.uses.reload();
      }
      throw error;
    }
  }
}

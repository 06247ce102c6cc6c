import { html, nothing, type PropertyValues } from "lit";
import { customElement } from "lit/decorators.js";
import "../agent/agent-form.js";
import type { Agent, AgentDetail } from "../agent/types.js";
import { api, part } from "../api.js";
import { Live } from "../live.js";
import { Load, Page } from "../page.js";
import { go } from "../router.js";
import { session } from "../session.js";
import type { Secret } from "../types.js";
import { confirm } from "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { badge, empty, skeleton, table } from "../ui/parts.js";
import "../ui/pane.js";
import { toast } from "../ui/toast.js";

/** In the address of one that is to be made; no agent can be called so. */
const NEW = "+new";

interface Opened {
  /** null: a new one. */
  agent: AgentDetail | null;
  secrets: Secret[];
}

/** Who answers: the agents of a tenant, and the one that the address names. */
@customElement("page-agents")
export class PageAgents extends Page {
  private readonly agents = new Load<{ agents: Agent[] }>(this, () => api.get("/agents"));
  private readonly opened = new Load<Opened>(this);

  constructor() {
    super();
    // Not the form: what is typed there stays; a change of somebody else is told when it is saved.
    const again = (): void => void this.agents.reload();
    new Live(this, { tenant: again, resync: again });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("params");
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
      { head: "What answers", cell: (agent: Agent) => (agent.kind === "echo" ? "Echo" : (agent.model ?? agent.kind)) },
      { head: "Writes", cell: (agent: Agent) => agent.format },
    ], agents, (agent) => agent.name === this.params.name);
  }

  private pane() {
    const isNew = this.params.name === NEW;
    return html`<claw-pane heading=${isNew ? "A new agent" : this.params.name} @close=${() => go(this.home)}>
      ${isNew ? nothing : html`<button slot="actions" type="button" class="round" aria-label="Delete ${this.params.name}" title=${this.whyNot || "Delete"}
        ?disabled=${this.whyNot !== ""} @click=${this.deleteAgent}>${icon("trash")}</button>`}
      ${this.opened.view(({ agent, secrets }) => html`<claw-agent-form
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
    const done = await confirm({
      heading: `Delete ${agent.name}?`,
      words: agent.default
        ? "It is the default. When it is gone, nobody is answered until another agent is made; messages are kept."
        : "It answers nobody any more. What it has said stays in the conversations.",
      action: "Delete",
      danger: true,
      run: () => api.delete(`/agents/${part(agent.name)}`, undefined, { version: agent.version }),
    });
    if (!done) return;
    toast(`${agent.name} is deleted.`);
    void this.agents.reload();
    go(this.home);
  }
}

// The part of admin-stub.mjs that routing and the settings of conversations ask: rules in the order of their kinds, what would
// become of a message, and how conversations are led.

const KINDS = ["peer", "peer_prefix", "referral", "keyword", "pattern", "number", "channel"];
const FIRST = ["referral", "keyword", "pattern"];

export const SETTINGS = { queue: "collect", debounce_ms: 0, max_merged: 20, idle_reset_minutes: 0, daily_reset_minute: null, take_over_minutes: 60,
  owners: [], opt_out_words: ["STOP"], opt_in_words: ["START"], max_pending: 3, approval_notice: false };

/** Needs channelPart() before it, for the agents. */
export function routingPart() {
  return ({ on, world, expect, Refusal }) => {
    world.routing = {};
    world.conversation = {};
    /** By address: how somebody stands, and the session they have. */
    world.asked = { standings: {}, sessions: {} };
    const routingOf = (tenant) => (world.routing[tenant.name] ??= { rules: [], version: 1 });
    const settingsOf = (tenant) => (world.conversation[tenant.name] ??= { ...SETTINGS, version: 1 });
    const agentsOf = (tenant) => world.agents?.[tenant.name] ?? [];
    const defaultOf = (tenant) => agentsOf(tenant).find((agent) => agent.default)?.name ?? null;
    const shown = (tenant) => ({ rules: routingOf(tenant).rules, default_agent: defaultOf(tenant), version: String(routingOf(tenant).version) });
    const numbersOf = (tenant) => (tenant.secrets.WHATSAPP_PHONE_NUMBER_ID?.value ?? "").split(",").filter(Boolean);

    on("GET", "/routing", "settings.read", ({ tenant }) => shown(tenant));
    on("PUT", "/routing", "settings.write", ({ tenant, body, request }) => {
      const routing = routingOf(tenant);
      expect(request, routing.version);
      for (const [index, rule] of body.rules.entries()) {
        const no = (words) => { throw new Refusal(400, `rule ${index + 1} ${words}`); };
        if (!agentsOf(tenant).some((agent) => agent.name === rule.agent)) no(`names the agent "${rule.agent}", which is not there`);
        if (rule.by === "peer_prefix" && !/^\d+$/.test(rule.value)) no("wants the first digits of phone numbers, as 49 or 4915");
        if (rule.by === "pattern" && rule.value.split("(").length !== rule.value.split(")").length) no(`has a pattern that cannot be read: missing ): ${rule.value}`);
      }
      routing.rules = body.rules;
      routing.version += 1;
      if (body.default_agent) for (const agent of agentsOf(tenant)) agent.default = agent.name === body.default_agent;
      world.tell("tenant", { what: "routing" });
      return shown(tenant);
    });

    const fits = (rule, { from, number, text, source, click, first }) => {
      if (rule.number && rule.number !== number) return false;
      if (FIRST.includes(rule.by) && !first) return false;
      switch (rule.by) {
        case "peer": return rule.value === from;
        case "peer_prefix": return from.startsWith(rule.value);
        case "referral": return rule.value === source || rule.value === click;
        case "keyword": return rule.value.trim().toLowerCase() === text.trim().toLowerCase();
        case "pattern": return text !== "" && new RegExp(rule.value, "i").test(text);
        case "number": return rule.value === number;
        default: return true;
      }
    };
    on("GET", "/routing/explain", "settings.read", ({ tenant, query }) => {
      world.explained = Object.fromEntries(query);
      const digits = (query.get("from") ?? "").replace(/[^\d]/g, "");
      const from = /[A-Z]\./.test(query.get("from") ?? "") ? query.get("from") : digits;
      if (!from) throw new Refusal(400, "from is no phone number and no BSUID");
      const number = query.get("number") || numbersOf(tenant)[0];
      const session = world.asked.sessions[from] ?? null;
      const first = query.get("first") ? query.get("first") === "true" : (session?.first_of_session ?? true);
      const standing = world.asked.standings[from] ?? "unknown";
      const admission = tenant.policy === "disabled" || standing === "blocked" ? "ignore" : tenant.policy === "open" || standing === "allowed" ? "admit" : "hold";
      const access = { admission, reason: standing === "blocked" ? "blocked" : tenant.policy === "disabled" ? "channel_disabled" : "", policy: tenant.policy, standing, opted_out: false };
      const known = world.inbox?.conversations.find((one) => one.phone === from);
      const asked = { from, number, text: query.get("text") ?? "", source: query.get("source_id"), click: query.get("ctwa_clid"), first };
      const { rules } = routingOf(tenant);
      let agent = defaultOf(tenant);
      let matched = "default";
      let rule = null;
      if (session?.agent && !first) [agent, matched] = [session.agent, session.matched_by];
      else for (const kind of KINDS) {
        const at = rules.findIndex((one) => one.by === kind && fits(one, asked));
        if (at < 0) continue;
        [agent, matched, rule] = [rules[at].agent, kind, at + 1];
        break;
      }
      const says = admission === "ignore" ? "Nobody answers: the message is kept." : admission === "hold"
        ? `${agent} would answer, but this sender is not let in yet: they get a code, and the message is kept.` : `${agent ?? "Nobody"} answers${rule ? ", because a rule fits" : session?.agent && !first ? ", as in their session so far" : ", the default agent"}.`;
      return { from: { address: from, user: known?.user.id ?? null, name: known?.user.name ?? null }, number, access, agent, matched_by: matched, rule, session, says };
    });

    on("GET", "/conversation-settings", "settings.read", ({ tenant }) => ({ ...settingsOf(tenant), version: String(settingsOf(tenant).version) }));
    on("PATCH", "/conversation-settings", "settings.write", ({ tenant, body, request }) => {
      const settings = settingsOf(tenant);
      expect(request, settings.version);
      const owner = (body.owners ?? []).find((one) => !/^\+?[\d\s()-]{5,}$|^[A-Z]{2}\.\d+$/.test(one));
      if (owner) throw new Refusal(400, `owners: "${owner}" is no phone number and no BSUID`);
      world.patched = body;
      Object.assign(settings, body, body.owners ? { owners: body.owners.map((one) => one.replace(/[^\dA-Z.]/g, "")) } : {}, { version: settings.version + 1 });
      world.tell("tenant", { what: "conversation-settings" });
      return { ...settings, version: String(settings.version) };
    });
  };
}

// The part of admin-stub.mjs that pages about the set-up ask: figures, the guide, numbers, agents.
//
// `world.guide` says how far the set-up of each tenant is; `world.figures` what Overview shows.

const STEPS = [
  ["secrets_set", "The values are set", "All four values from Meta stand here."],
  ["verification_received", "Meta checked the address", "Meta called the callback URL and heard the verify token."],
  ["token_accepted", "Meta accepts the access token", "It lasts and has both permissions."],
  ["number_found", "The number was found", "The token may use this number."],
  ["app_subscribed", "The app listens to the account", "The app is subscribed to the WhatsApp Business Account."],
  ["webhook_received", "A message from Meta came", "The last one came just now."],
  ["test_answered", "A test message was answered", "Somebody wrote and read an answer."],
];
const WAITING = {
  secrets_set: "Your move: fill in the values below: each is found on a page of Meta that is drawn beside it.",
  verification_received: "Your move: in Meta's app, under WhatsApp, Configuration: paste the callback URL and the verify token, then press “Verify and save”.",
  token_accepted: "It is asked as soon as the access token is set.",
  number_found: "It is asked as soon as the access token is accepted.",
  app_subscribed: "The app does not hear of the WhatsApp Business Account, so that no message can come. Your move: press Subscribe.",
  webhook_received: "Your move: subscribe to the field “messages” under WhatsApp, Configuration.",
  test_answered: "Your move: write to the number from any phone: the answer should come within seconds.",
};
const FACTS = { checked_at: new Date().toISOString(), display_phone_number: "+1 555-010-0000", verified_name: "Keller Shoes", quality_rating: "GREEN", messaging_tier: "TIER_1K",
  business_verification: "verified", unique_users_this_month: 412, unique_users_limit: 1000, waba_id: "200000000000001", app_id: "300000000000001",
  token_expires_at: null, token_permissions: ["whatsapp_business_messaging", "whatsapp_business_management"], token_temporary: false, learned: {} };

/** What the doctor looks at, part by part. */
const CHECKS = {
  settings: ["tenant_enabled", "secrets_present", "channel_open", "agent_set"],
  meta: ["token_alive", "app_subscribed", "field_messages", "callback_at_meta"],
  address: ["public_url", "certificate"], agents: ["agent:support"], speech: [], gateway: ["disk", "backlog", "recent_failures"],
};

/** A wave of figures that looks like a day of work; the same each time. */
export function figures(range, busy = true) {
  const step = { hour: 60, day: 600, week: 3600 }[range];
  const steps = { hour: 60, day: 144, week: 168 }[range];
  const end = Math.floor(Date.now() / 1000 / step) * step;
  const points = [];
  const answers = [];
  for (let at = 0; at < steps; at += 1) {
    const wave = busy ? 6 + 4 * Math.sin(at / 9) + 2 * Math.sin(at / 2.3) : 0;
    const time = new Date((end - (steps - 1 - at) * step) * 1000).toISOString();
    const inward = Math.max(0, Math.round(wave * (step / 60) ** 0.5));
    points.push({ at: time, in: inward, out: Math.max(0, inward - (at % 5 === 0 ? 1 : 0)), failed: busy && at % 17 === 3 ? 1 : 0 });
    answers.push({ at: time, p50: busy ? Math.round(1500 + 300 * Math.sin(at / 5)) : null, p95: busy ? Math.round(3200 + 900 * Math.sin(at / 7)) : null });
  }
  const sum = (name) => points.reduce((all, point) => all + point[name], 0);
  const totals = { in: sum("in"), out: sum("out"), failed: sum("failed") };
  return { range, from: points[0].at, to: new Date().toISOString(), step_s: step, points, totals, answer_step_s: step,
    previous: { in: Math.round(totals.in * 0.88), out: Math.round(totals.out * 0.9), failed: totals.failed + 2 },
    answer_ms: { p50: busy ? 1600 : null, p95: busy ? 3900 : null, count: totals.out }, answer_points: answers };
}

export function channelPart() {
  return ({ on, world, find, note, expect, Refusal }) => {
    world.guides = {};
    world.figures = { busy: true, more: {} };
    world.agents = {};
    const guideOf = (tenant) => (world.guides[tenant.name] ??= { done: new Set(), failed: {}, facts: {}, learned: {} });
    const agentsOf = (tenant) => (world.agents[tenant.name] ??= []);
    const numbersOf = (tenant) => (tenant.secrets.WHATSAPP_PHONE_NUMBER_ID?.value ?? "").split(",").filter(Boolean);

    on("GET", "/overview", "inbox.read", ({ tenant, query }) => ({
      ...figures(query.get("range") ?? "day", world.figures.busy),
      conversations: { total: world.figures.busy ? (world.inbox?.conversations.length ?? 0) : 0, open_windows: Math.round((world.inbox?.conversations.length ?? 0) * 0.4) },
      storage: { stored_bytes: 48_200_000, messages: 12_480, limit: null, full: false },
      queue: { waiting_turns: world.figures.busy ? 2 : 0, outbox: world.figures.busy ? 3 : 0 },
      numbers: numbersOf(tenant).map((number, index) => index === 0 ? { phone_number_id: number, outbox: 3, held: false }
        : { phone_number_id: number, outbox: 12, held: true, reason: "Meta refused the access token (190, it expired on 3 May). Make a new system-user token and replace it." }),
      ...world.figures.more }));

    const guide = (tenant, query) => {
      const state = guideOf(tenant);
      const numbers = numbersOf(tenant);
      const names = ["ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN", "PHONE_NUMBER_ID"].map((name) => `WHATSAPP_${name}`);
      if (names.every((name) => tenant.secrets[name])) state.done.add("secrets_set");
      const steps = STEPS.map(([id, title, detail]) => state.failed[id] ? { id, state: "failed", title, detail: state.failed[id] }
        : state.done.has(id) ? { id, state: "done", title, detail, at: new Date(Date.now() - 60_000).toISOString() } : { id, state: "waiting", title, detail: WAITING[id] });
      const known = state.done.has("number_found");
      return { number: query.get("number") ?? numbers[0] ?? null, callback_url: `https://claw.example.org/t/${tenant.name}/webhooks/whatsapp`, platform_callback_url: null,
        fields: ["messages"], steps, facts: { ...Object.fromEntries(Object.keys(FACTS).map((key) => [key, null])), ...(known ? { ...FACTS, ...(numbers.indexOf(query.get("number")) > 0 ? { display_phone_number: "+44 20 7946 0000" } : {}) } : {}), ...state.facts, learned: state.learned } };
    };
    // Nothing is wrong but what `world.wrong` has: {id: [part, what was seen]}.
    on("GET", "/doctor", "settings.read", ({ query }) => {
      const checks = query.get("part") === "person" ? ["person_access", "person_window"] : CHECKS[query.get("part")] ?? [];
      (world.examined ??= []).push(query.get("part"));
      const wrong = world.wrong ?? {};
      return {
        number: "100000000000001", checked_at: new Date().toISOString(), healthy: !checks.some((id) => id in wrong),
        checks: checks.map((id) => ({ id, part: query.get("part"), title: `Check ${id}`, severity: id in wrong ? "error" : "ok",
          seen: wrong[id] ?? "It is well.", do: id in wrong ? "Mend it at Meta." : null, error: world.codes?.[id] ?? null })),
      };
    });
    on("GET", "/guide", "settings.read", ({ tenant, query }) => guide(tenant, query));
    on("POST", "/guide/check", "settings.read", ({ tenant, query }) => { world.checked = (world.checked ?? 0) + 1; return guide(tenant, query); });
    on("POST", "/guide/subscribe", "settings.write", ({ tenant, query }) => { guideOf(tenant).done.add("app_subscribed"); return guide(tenant, query); });
    on("POST", "/guide/confirm", "settings.write", ({ tenant, query, body }) => {
      Object.assign(guideOf(tenant).facts, body);
      guideOf(tenant).learned = {};
      return guide(tenant, query);
    });
    on("POST", "/verify-token", "settings.write", () => ({ value: "vt_8f2kQ7mZx4Lw91Tn" }));
    /** The set-up goes on by itself: Meta did something. */
    world.step = (tenant, ...ids) => { for (const one of ids) guideOf(tenant).done.add(one); world.tell("tenant", { what: "guide" }); };

    on("GET", "/numbers", "settings.read", ({ tenant }) => ({ numbers: numbersOf(tenant).map((number) => ({ phone_number_id: number, waba_id: tenant.secrets.WHATSAPP_WABA_ID?.value ?? null,
      app_id: tenant.secrets.WHATSAPP_APP_ID?.value ?? null, policy: tenant.policies[number] ?? tenant.policy, own_policy: tenant.policies[number] ?? null, agent: agentsOf(tenant).find((agent) => agent.default)?.name ?? null, waiting: 0,
      secrets_set_at: Object.fromEntries(["ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN"].map((name) => [`WHATSAPP_${name}`, tenant.secrets[`WHATSAPP_${name}`]?.at ?? null])) })) }));

    const listed = ({ name, kind, default: isDefault, options }) => ({ name, kind, default: isDefault, format: options.format, model: options.model ?? null });
    const shown = (agent) => ({ ...agent, version: String(agent.version) });
    on("GET", "/agents", "settings.read", ({ tenant }) => ({ agents: agentsOf(tenant).map(listed) }));
    on("GET", "/agents/:name", "settings.read", ({ tenant, params }) => shown(find(agentsOf(tenant), "name", params.name)));
    on("PUT", "/agents/:name", "settings.write", ({ tenant, params, body, request, session }) => {
      const agents = agentsOf(tenant);
      const known = agents.find((agent) => agent.name === params.name);
      if (known && request.headers["if-none-match"] === "*") throw new Refusal(412, "there is an agent of this name already");
      if (known) expect(request, known.version);
      if (body.kind === "openai" && !/^https?:\/\/.*[^/]$/.test(body.options.url ?? ""))
        throw new Refusal(400, "url must be like https://api.example.org or http://127.0.0.1:8000, without / at the end");
      const agent = { name: params.name, kind: body.kind, default: known?.default || body.default || agents.length === 0, options: body.options, version: (known?.version ?? 0) + 1 };
      if (agent.default) for (const one of agents) one.default = false;
      if (known) agents.splice(agents.indexOf(known), 1, agent);
      else agents.push(agent);
      note(tenant, session.person, "agent.set", `Set the agent ${params.name}`, params.name);
      world.tell("tenant", { what: "agents" });
      return shown(agent);
    });
    on("DELETE", "/agents/:name", "settings.write", ({ tenant, params, request }) => {
      const agents = agentsOf(tenant);
      const agent = find(agents, "name", params.name);
      expect(request, agent.version);
      if (agent.default && agents.length > 1) throw new Refusal(409, "This is the default agent. Make another one the default first.");
      const places = (world.routing?.[tenant.name]?.rules ?? []).flatMap((rule, index) => rule.agent === agent.name ? [index + 1] : []);
      if (places.length) throw new Refusal(409, `${places.length === 1 ? `Rule ${places[0]} names` : `Rules ${places.join(", ")} name`} this agent. Change ${places.length === 1 ? "it" : "them"} first.`);
      agents.splice(agents.indexOf(agent), 1);
    });
  };
}

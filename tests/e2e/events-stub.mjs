// The part of admin-stub.mjs that Settings, Webhooks asks.

const KINDS = [["message.received", "Somebody wrote, and it is kept."], ["message.sent", "Meta has taken a message of yours."],
  ["message.failed", "It will not arrive, and why."], ["user.opted_out", "Somebody wants no messages any more."]];
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr";

export function eventsPart() {
  return ({ on, world, expect, Refusal }) => {
    const at = new Date(Date.now() - 120_000).toISOString();
    const fields = { agent: null, enabled: true, stopped: null, waiting: 0, held_until: null, old_secret_until: null, created_at: at, created_by: "ada@example.com", version: "1" };
    const event = (number, more) => ({ id: `n${number}`, event: "message.received", about: "m_0000000000000001", at, state: "delivered", attempts: 1, due_at: null,
      tried_at: at, answer_status: 204, took_ms: 41, reason: null, ...more });
    world.sinks = [
      { ...fields, id: "w1", name: "Order system", url: "https://shop.example.org/whatsapp-events", events: ["message.received", "message.failed"] },
      { ...fields, id: "w2", name: "Warehouse", url: "https://warehouse.example.org/hook", events: ["message.sent"], waiting: 12, held_until: new Date(Date.now() + 60_000).toISOString() },
      { ...fields, id: "w3", name: "shop-bot", agent: "shop-bot", url: null, events: [], created_at: null, created_by: null },
    ];
    world.sinkEvents = [event(3, { state: "waiting", attempts: 2, answer_status: 500, reason: "answered 500: out of memory", due_at: new Date(Date.now() + 60_000).toISOString() }),
      event(2, { event: "message.failed", state: "given_up", attempts: 3, answer_status: 422, reason: "answered 422: no such order" }), event(1)];
    world.replayed = [];
    world.tried = { delivered: true, answer_status: 204, took_ms: 38, reason: null };
    const find = (id) => world.sinks.find((sink) => sink.id === id) ?? (() => { throw new Refusal(404, "There is no such webhook."); })();
    const changed = (sink) => {
      sink.version = String(Number(sink.version) + 1);
      world.tell("tenant", { what: "event-sinks" });
      return sink;
    };
    on("GET", "/event-sinks", "settings.read", () => ({ sinks: world.sinks, kinds: KINDS.map(([name, words]) => ({ event: name, words })) }));
    on("POST", "/event-sinks", "settings.write", ({ body }) => {
      if (!body.url.startsWith("https://")) throw new Refusal(400, "url must be like https://api.example.org or http://127.0.0.1:8000, without / at the end");
      const sink = { ...fields, id: `w${world.sinks.length + 1}`, ...body };
      world.sinks.push(sink);
      changed(sink);
      return { ...sink, secret: SECRET };
    });
    on("PATCH", "/event-sinks/:id", "settings.write", ({ body, request, params }) => {
      const sink = find(params.id);
      expect(request, sink.version);
      return changed(Object.assign(sink, body, { stopped: null }));
    });
    on("DELETE", "/event-sinks/:id", "settings.write", ({ params }) => {
      const gone = find(params.id);
      world.sinks = world.sinks.filter((sink) => sink !== gone);
    });
    on("POST", "/event-sinks/:id/secret", "settings.write", ({ params }) => {
      const sink = changed(find(params.id));
      sink.old_secret_until = new Date(Date.now() + 86_400_000).toISOString();
      return { ...sink, secret: SECRET };
    });
    on("POST", "/event-sinks/:id/test", "settings.write", () => world.tried);
    on("GET", "/event-sinks/:id/events", "settings.read", ({ query }) => {
      const state = query.get("state");
      return { events: world.sinkEvents.filter((one) => !state || one.state === state), next: null };
    });
    on("POST", "/event-sinks/:id/replay", "settings.write", ({ body }) => {
      world.replayed.push(body);
      return { events: body.events?.length ?? 2, more: false };
    });
  };
}

// The part of admin-stub.mjs that Delivery, Log asks.

const MINUTE = 60_000;
const id = (number) => `x_${number.toString(16).padStart(16, "0")}`;

/** What Meta's code means, as the gateway says it; null where there is none. */
export const errorOf = (code, whose = "yours") => (code === null ? null : { code, name: "ReEngagementMessage", retry: "no", whose, link: ERROR_PAGE,
  advice: "More than 24 hours have passed since the person wrote last. Send a template instead, or wait until they write." });
export const ERROR_PAGE = "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes";

export function deliveryPart() {
  return ({ on, world, find, Refusal }) => {
    const delivery = (world.delivery = { log: [], payloads: 0 });
    /** Adds one; the newest stands first. */
    delivery.add = (more) => {
      const made = { id: id(delivery.log.length + 1), kind: "webhook", at: new Date(Date.now() - 40 * MINUTE + delivery.log.length * MINUTE).toISOString(), took_us: 2_400,
        outcome: "ok", wrong: false, status: 200, method: "POST", path: "/t/acme/webhooks/whatsapp", phone_number_id: "111", bytes: 812, error_code: null,
        fbtrace_id: null, trace: null, message: null, names: [], reason: null, request: null, answer: null, words: "", ...more };
      delivery.log.unshift(made);
      return made;
    };
    const row = ({ reason, request, answer, words, ...shown }) => ({ ...shown, error: errorOf(shown.error_code) });
    delivery.dead = [];
    on("GET", "/dead-letters", "inbox.read", () => ({ dead_letters: delivery.dead, next: null }));
    on("GET", "/delivery-log", "inbox.read", ({ query }) => {
      const [q, kind, before] = ["q", "kind", "before"].map((name) => query.get(name));
      const fits = delivery.log.filter((one) => (!kind || one.kind === kind) && (query.get("wrong") !== "true" || one.wrong) &&
        (!q || [...one.names, one.trace, one.fbtrace_id, one.message, String(one.error_code)].includes(q)));
      const from = before ? fits.findIndex((one) => one.id === before) + 1 : 0;
      const page = fits.slice(from, from + 50);
      return { deliveries: page.map(row), next: from + 50 < fits.length ? page.at(-1).id : null };
    });
    on("GET", "/delivery-log/:id", "inbox.read", ({ params, session, tenant }) => {
      const one = find(delivery.log, "id", params.id);
      return { ...row(one), reason: one.reason, request: (one.words ? one.request?.replace(one.words, `(${one.words.length} characters)`) : one.request) ?? null, answer: one.answer, may_see_payload: !delivery.strict };
    });
    on("GET", "/delivery-log/:id/payload", "audit.read", ({ params }) => {
      if (delivery.strict) throw new Refusal(403, "Your role does not include that.");
      delivery.payloads += 1;
      const { request, answer } = find(delivery.log, "id", params.id);
      return { request, answer };
    });
  };
}

/** A message that came, its answer that Meta refused and then took, and a stranger's. */
export function furnishDelivery({ delivery }) {
  delivery.add({ outcome: "bad_signature", wrong: true, status: 401, took_us: 90, bytes: 0, phone_number_id: null });
  delivery.add({ names: ["wamid.ONE", "4915155000000"], trace: "4bf92f3577b34da6a3ce929d0e0e4736", words: "Where is my order?",
    request: '{"messages":[{"from":"4915155000000","id":"wamid.ONE","text":{"body":"Where is my order?"}}]}' });
  delivery.add({ kind: "graph", outcome: "refused", wrong: true, status: 400, took_us: 180_000, path: "/v25.0/111/messages?appsecret_proof=…", error_code: 131047, fbtrace_id: "Az8or2vXg1",
    message: "m_0000000000000002", names: ["4915155000000"], request: '{"to":"4915155000000","type":"text"}', answer: '{"error":{"code":131047,"fbtrace_id":"Az8or2vXg1"}}' });
  delivery.add({ kind: "graph", took_us: 1_250_000, path: "/v25.0/111/messages?appsecret_proof=…", message: "m_0000000000000003", names: ["4915155000000", "wamid.TWO"] });
  delivery.add({ kind: "graph", outcome: "ambiguous", wrong: true, status: null, took_us: 20_000_000, path: "/v25.0/111/messages?appsecret_proof=…", message: "m_0000000000000004",
    names: ["4915155000009"], reason: "the peer closed the connection" });
}

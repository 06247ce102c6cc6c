// The part of admin-stub.mjs that pages about people and messages ask: conversations, messages, people, figures.
//
// `world.inbox` is what there is; `world.inbox.say(conversation, text)` lets somebody write and be answered.

import { addUsers } from "./users-stub.mjs";

const hex = (number) => number.toString(16).padStart(16, "0");
const MINUTE = 60_000;
export const NUMBER = "100000000000001";

const NAMES = ["Maria Keller", "Tomás Rivera", "Aylin Demir", "Jonas Weber", "Chidi Okafor", "Sofia Rossi", "Liu Wei", "Emma Larsen",
  "Ravi Patel", "Nadia Haddad", "Pedro Alves", "Hanna Nowak", "Yuki Sato", "Omar Farouk", "Elena Petrova", "Lucas Martin"];
const LINES = ["Where is my order?", "Thank you, that helped!", "Are you open on Saturday?", "Can I change the address?", "Good morning",
  "Do you ship to Norway?", "I would like to return a pair of shoes", "What does express cost?"];

/** `count` conversations, the newest first; made once, so that a hundred thousand are no work later. */
function makeConversations(count, now) {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(now - 40_000 - index * (index < 40 ? 7 * MINUTE : 3 * MINUTE)).toISOString();
    const phone = `49151${String(55_000_000 + index)}`;
    const named = index % 9 !== 4;
    return {
      id: `c_${hex(index + 1)}`, phone, user: { id: phone, name: named ? `${NAMES[index % NAMES.length]}${index < 16 ? "" : ` ${index}`}` : null },
      phone_number_id: NUMBER, created_at: new Date(now - 30 * 86_400_000).toISOString(), last_inbound_at: at,
      window_ends_at: new Date(Date.parse(at) + 24 * 60 * MINUTE).toISOString(),
      last_message: { id: `m_${hex(0x10000000 + index)}`, direction: index % 3 ? "outbound" : "inbound",
        state: index % 13 === 5 ? "failed" : index % 3 ? ["read", "delivered", "sent"][index % 3 - 0 || 0] ?? "read" : index % 12 === 0 ? "pending" : "answered",
        type: "text", text: LINES[index % LINES.length], created_at: at },
    };
  });
}

export function inboxPart({ count = 0, now = Date.now() } = {}) {
  return ({ on, world, find, note, Refusal }) => {
    const inbox = (world.inbox = { conversations: makeConversations(count, now), messages: new Map(), asked: 0 });
    let last = 0x50000000;

    const messagesOf = (conversation) => {
      if (!inbox.messages.has(conversation.id)) inbox.messages.set(conversation.id, [firstMessage(conversation)]);
      return inbox.messages.get(conversation.id);
    };
    const firstMessage = (conversation) => message(conversation, { ...conversation.last_message, answers: null });
    const message = (conversation, more) => ({
      id: `m_${hex(++last)}`, direction: "inbound", state: "answered", user: conversation.user, conversation: conversation.id,
      phone_number_id: conversation.phone_number_id, type: "text", text: "", data: {}, wamid: `wamid.${last}`,
      created_at: new Date().toISOString(), meta_time: new Date().toISOString(), agent: more.direction === "outbound" ? "support" : null, reason: null, ...(more.direction === "outbound" ? { by: null } : { matched_by: null }),
      ...(more.direction === "outbound" ? { answers: null, part: 0, attempts: 1 } : {}), ...more });
    const told = ({ phone, ...conversation }) => ({ held_by: null, held_until: null, ...conversation });
    const shown = ({ raw, key, quoted, ...one }) => ({ ...one, statuses: statusesOf(one) });

    /** Adds a message as the gateway would: it is the newest, its conversation comes to the top, the stream tells. */
    inbox.add = (conversation, more) => {
      const added = message(conversation, more);
      messagesOf(conversation).push(added);
      conversation.last_message = { id: added.id, direction: added.direction, state: added.state, type: added.type, text: added.text, created_at: added.created_at };
      if (added.direction === "inbound") {
        conversation.last_inbound_at = added.created_at;
        conversation.window_ends_at = new Date(Date.parse(added.created_at) + 24 * 60 * MINUTE).toISOString();
      }
      inbox.conversations.splice(inbox.conversations.indexOf(conversation), 1);
      inbox.conversations.unshift(conversation);
      inbox.tell(added);
      return added;
    };
    /** A message stands elsewhere now. */
    inbox.change = (one, more) => {
      Object.assign(one, more);
      const conversation = find(inbox.conversations, "id", one.conversation);
      if (conversation.last_message.id === one.id) conversation.last_message.state = one.state;
      inbox.tell(one);
    };
    inbox.tell = ({ id, conversation, user, phone_number_id, direction, state, type }) =>
      world.tell("message", { id, conversation, user: user.id, phone_number_id, direction, state, type });
    /** Somebody new, or known, writes. */
    inbox.person = (name, phone) => {
      const known = inbox.conversations.find((one) => one.phone === phone);
      if (known) return known;
      const conversation = { ...makeConversations(1, now)[0], id: `c_${hex(++last)}`, phone, user: { id: phone, name } };
      conversation.last_message = { ...conversation.last_message };
      inbox.conversations.unshift(conversation);
      inbox.messages.set(conversation.id, []);
      return conversation;
    };
    /** A group that one of the numbers is in; it stands last. */
    inbox.group = (id, name) => {
      const made = { ...makeConversations(1, now - 26 * 3_600_000)[0], id: `c_${hex(++last)}`, phone: id, user: { id: `group:${id}`, name, kind: "group" } };
      made.last_message = { ...made.last_message, id: `m_${hex(++last)}`, text: "Who opens on Saturday?" };
      inbox.conversations.push(made);
      return made;
    };
    inbox.say = (conversation, text, answer, took = 1_800) => {
      const asked = inbox.add(conversation, { text, state: answer ? "answered" : "pending" });
      if (answer)
        inbox.add(conversation, { direction: "outbound", state: "read", text: answer, answers: asked.id,
          created_at: new Date(Date.parse(asked.created_at) + took).toISOString() });
      return asked;
    };

    on("GET", "/conversations", "inbox.read", ({ query }) => {
      inbox.asked += 1;
      const limit = Number(query.get("limit") ?? 50);
      const search = (query.get("search") ?? "").toLowerCase();
      const fits = ({ user, phone }) => !search || (user.name ?? "").toLowerCase().startsWith(search) || `+${phone}`.startsWith(search) || phone.startsWith(search);
      const before = query.get("before");
      const from = before ? inbox.conversations.findIndex((one) => one.last_message.id === before) + 1 : 0;
      const found = [];
      let at = from;
      for (; at < inbox.conversations.length && found.length < limit; at += 1) if (fits(inbox.conversations[at])) found.push(inbox.conversations[at]);
      return { conversations: found.map(told), next: at < inbox.conversations.length ? inbox.conversations[at - 1].last_message.id : null };
    });
    on("GET", "/conversations/:id", "inbox.read", ({ params }) => told(find(inbox.conversations, "id", params.id)));
    on("GET", "/conversations/:id/messages", "inbox.read", ({ params, query }) => {
      const all = [...messagesOf(find(inbox.conversations, "id", params.id))].reverse();
      const from = query.get("before") ? all.findIndex((one) => one.id === query.get("before")) + 1 : 0;
      const limit = Number(query.get("limit") ?? 50);
      const page = all.slice(from, from + limit);
      return { messages: page.map(shown), next: from + limit < all.length ? page[page.length - 1].id : null };
    });
    /** Somebody holds it, or nobody does any more: from this page or another one. */
    inbox.hold = (conversation, by, minutes = inbox.takeOverMinutes) => {
      conversation.held_by = by;
      conversation.held_until = by ? new Date(Date.now() + minutes * MINUTE).toISOString() : null;
      world.tell("conversation", { conversation: conversation.id });
    };
    inbox.takeOverMinutes = 60;
    /** What was asked with which key; and what is refused: {status, detail, type}. */
    inbox.sent = [];
    inbox.refusal = null;
    on("POST", "/conversations/:id/take-over", "inbox.write", ({ params, body, session }) => {
      const conversation = find(inbox.conversations, "id", params.id);
      inbox.hold(conversation, session.person.email, body.minutes);
      return told(conversation);
    });
    on("POST", "/conversations/:id/hand-back", "inbox.write", ({ params }) => {
      const conversation = find(inbox.conversations, "id", params.id);
      inbox.hold(conversation, null);
      return told(conversation);
    });
    on("POST", "/conversations/:id/messages", "inbox.write", ({ params, body, session, request }) => {
      const conversation = find(inbox.conversations, "id", params.id);
      const key = request.headers["idempotency-key"];
      const { text, type = "text", reply_to: quoted, ...content } = body;
      inbox.sent.push({ key, text, ...(type !== "text" && { type, content: content[type] }), ...(quoted && { quoted }) });
      if (inbox.refusal) throw new Refusal(inbox.refusal.status, inbox.refusal.detail, { type: inbox.refusal.type });
      const known = messagesOf(conversation).find((one) => one.key === key);
      const added = known ?? inbox.add(conversation, { direction: "outbound", state: "queued", type, ...seen(type, text, content[type]),
        ...(quoted && { quoted }), agent: null, by: session.person.email, key });
      if (quoted) added.data = { ...added.data, reply_to: messagesOf(conversation).find((one) => one.id === quoted).wamid };
      inbox.hold(conversation, session.person.email);
      if (inbox.loses) throw new Refusal(502, "The answer was lost.");
      return { status: 202, body: shown(added) };
    });
    /** Files that were brought: id → {type, name, bytes}; `inbox.bringing` is awaited before one is answered. */
    inbox.files = new Map();
    inbox.bringing = null;
    on("POST", "/media", "inbox.write", async ({ request, query, bytes }) => {
      await inbox.bringing;
      const file = { id: `f_${hex(++last)}`, type: request.headers["content-type"], name: query.get("filename"), bytes };
      inbox.files.set(file.id, file);
      return { status: 201, body: { id: file.id, mime_type: file.type, filename: file.name, size: bytes.length } };
    });
    on("GET", "/media/:id/link", "inbox.read", ({ params }) => {
      const { type, bytes } = inbox.files.get(params.id) ?? { type: "image/svg+xml", bytes: Buffer.from(DRAWING) };
      return { url: `data:${type};base64,${bytes.toString("base64")}`, expires_at: new Date(Date.now() + 300_000).toISOString() };
    });
    on("GET", "/messages/:id", "inbox.read", ({ params }) => {
      const one = find([...inbox.messages.values()].flat(), "id", params.id);
      return { ...shown(one), raw: one.direction === "inbound" ? one.raw ?? rawOf(one) : null };
    });
    addUsers({ on, world, inbox, told, note, Refusal });
  };
}

/** What the gateway reads out of a message of ours. */
function seen(type, text, content) {
  if (type === "text") return { text };
  if (type === "location") return { text: "[location]", data: { location: content, message: { location: content } } };
  if (type === "contacts") return { text: "[contacts]", data: { contacts: content, message: { contacts: content } } };
  if (type === "reaction") return { text: `[reaction] ${content.emoji}`, data: { reaction: content } };
  if (type === "interactive") return { text: `[buttons] ${content.body.text}`, data: { message: { interactive: content } } };
  if (type === "template") return { text: `[template ${content.name}]`, data: { template: { name: content.name, language: content.language.code } } };
  return { text: `[${type}] ${content.caption ?? ""}`, data: { media: { type, ...content } } };
}

/** Of a file that no test brought. */
const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200"><rect width="320" height="200" fill="#dfe9e4"/><path d="M40 150l70-80 50 50 40-40 80 70z" fill="#0b6b52"/></svg>`;

const RANKS = ["sent", "delivered", "read", "played"];
function statusesOf(one) {
  const later = (ms) => new Date(Date.parse(one.created_at) + ms).toISOString();
  if (one.statuses || one.direction === "inbound") return one.statuses ?? [];
  return RANKS.slice(0, RANKS.indexOf(one.state) + 1)
    .map((status, index) => ({ status, at: later(400 + index * 900), received_at: later(600 + index * 900), errors: [], pricing: null }));
}

const rawOf = (one) => ({ object: "whatsapp_business_account", entry: [{ id: "200000000000001", changes: [{ field: "messages", value: {
  messaging_product: "whatsapp", metadata: { display_phone_number: "15550100000", phone_number_id: one.phone_number_id },
  contacts: [{ profile: { name: one.user.name }, wa_id: one.user.id }],
  messages: [{ from: one.user.id, id: one.wamid, timestamp: String(Math.floor(Date.parse(one.meta_time) / 1000)), type: one.type, text: { body: one.text } }] } }] }] });

/** A conversation with every kind of message that there is. */
export function everyKind(inbox, conversation) {
  const minutes = (before) => new Date(Date.now() - before * MINUTE).toISOString();
  let at = 96;
  const add = (more) => inbox.add(conversation, { created_at: minutes(--at), meta_time: minutes(at), ...more });
  const first = add({ text: "Good morning! My parcel has not come yet, *order 4711*." });
  add({ direction: "outbound", text: "Good morning Maria! It left on Friday and should be with you _today_. Track it: https://example.org/t/4711",
    answers: first.id, state: "read", created_at: new Date(Date.parse(first.created_at) + 1_800).toISOString() });
  add({ type: "reaction", text: "[reaction] 👍", data: { reaction: { message_id: `wamid.${parseInt(first.id.slice(2), 16) + 1}`, emoji: "👍" } } });
  add({ type: "image", text: "[image] This is how the last one came", data: { media: { type: "image", id: "1", mime_type: "image/jpeg", caption: "This is how the last one came" } } });
  const voice = add({ type: "audio", text: "[voice message]", data: { media: { type: "audio", voice: true, mime_type: "audio/ogg" }, transcript: { text: "And please tell the driver to ring twice.", provider: "embedded", by: "Moonshine tiny" } } });
  add({ direction: "outbound", text: "I have told the driver.", answers: voice.id, state: "delivered" });
  add({ type: "document", text: "[document invoice-4711.pdf]", data: { media: { type: "document", filename: "invoice-4711.pdf", mime_type: "application/pdf" } } });
  add({ type: "location", text: "[location] Marienplatz, Munich, 48.137154, 11.576124", data: { location: { latitude: 48.137154, longitude: 11.576124, name: "Marienplatz", address: "Munich" } } });
  add({ type: "contacts", text: "[contacts] Erika Muster (+49 155 5000099)", data: { contacts: [{ name: { formatted_name: "Erika Muster" }, phones: [{ phone: "+49 155 5000099" }] }] } });
  add({ type: "sticker", text: "[animated sticker]", data: { media: { type: "sticker", animated: true, mime_type: "image/webp" } } });
  add({ type: "video", text: "[video] The box", data: { media: { type: "video", mime_type: "video/mp4", caption: "The box" } } });
  add({ type: "interactive", text: "Tomorrow", data: { button: { id: "tomorrow", title: "Tomorrow" }, reply_to: first.wamid } });
  add({ type: "interactive", text: "Express", data: { list: { id: "express", title: "Express", description: "Before ten" } } });
  add({ type: "interactive", text: "[form] street: Hauptstr. 1", data: { address: { answers: { street: "Hauptstr. 1", city: "Munich" } } } });
  add({ type: "order", text: "[order] 2 × SKU-7 at 9.9 EUR", data: { order: { product_items: [{ product_retailer_id: "SKU-7", quantity: 2, item_price: 9.9, currency: "EUR" }] } } });
  const wrong = add({ text: "This was to somebody else" });
  add({ type: "revoke", text: "[deleted a message]", data: { revoke: { message_id: wrong.wamid } } });
  const typo = add({ text: "Can I pay by invioce?" });
  add({ type: "edit", text: "[edited] Can I pay by invoice?", data: { edit: { message_id: typo.wamid } } });
  add({ direction: "outbound", text: "Yes, choose “invoice” when you order.", answers: typo.id, state: "failed", attempts: 1, reason: "Meta said: Re-engagement message",
    error: { code: 131047, name: "ReEngagementMessage", retry: "no", whose: "yours", link: "https://developers.facebook.com/documentation/", advice: "More than 24 hours have passed since the person wrote last. Send a template instead, or wait until they write." } });
  add({ type: "system", text: "[number changed] +4915555000001 is now +4915555000002", data: { system: { type: "user_changed_number" } } });
  add({ type: "unsupported", text: "[a message of a kind that WhatsApp does not pass on: poll]", data: { unsupported: { type: "poll" } } });
  const lastOne = add({ text: "Wonderful, thank you!", created_at: minutes(1) });
  add({ direction: "outbound", text: "You are welcome. Have a good day!", answers: lastOne.id, state: "read", created_at: new Date(Date.parse(lastOne.created_at) + 1_200).toISOString() });
}

/** A conversation with what agents and people of ours say besides texts, as the gateway keeps it. */
export function everyKindOfOurs(inbox, conversation) {
  let at = 40;
  const add = (type, text, data) => {
    const time = new Date(Date.now() - --at * MINUTE).toISOString();
    return inbox.add(conversation, { direction: "outbound", state: "read", type, text, data, created_at: time, meta_time: time });
  };
  const interactive = (type, body, rest, data = {}) => add("interactive", `[${type}] ${body}`, { ...data, message: { interactive: { type, body: { text: body }, ...rest } } });
  const reply = (title) => ({ type: "reply", reply: { id: title, title } });
  const link = (words) => ({ name: "cta_url", parameters: { display_text: words, url: "https://shop.example.org/" } });
  add("image", "[image] The menu", { media: { id: "f_0000000000000001", type: "image", caption: "The *menu*" } });
  add("document", "[document] Invoice.pdf", { media: { id: "f_0000000000000002", type: "document", filename: "Invoice.pdf" } });
  add("image", "[image]", { media: { link: "https://shop.example.org/menu.png", type: "image" } });
  interactive("button", "Which size?", { header: { type: "text", text: "Shoes" }, footer: { text: "Both cost the same" }, action: { buttons: [reply("Small"), reply("Large")] } });
  interactive("list", "How shall it come?", { action: { button: "Choose", sections: [{ title: "Fast", rows: [{ id: "e", title: "Express", description: "Next day" }] }, { title: "Slow", rows: [{ id: "m", title: "Mail" }] }] } });
  interactive("cta_url", "Where it is", { action: link("Follow it") });
  interactive("flow", "Make an appointment", { action: { name: "flow", parameters: { flow_cta: "Pick a day" } } });
  interactive("location_request_message", "Where are you?", { action: { name: "send_location" } });
  interactive("request_contact_info", "May we call you?", { action: { name: "request_contact_info" } });
  interactive("voice_call", "Talk to us", { action: { name: "voice_call", parameters: { display_text: "Ring us" } } });
  interactive("product_list", "Our best", { header: { type: "text", text: "Shoes" }, action: { catalog_id: "1", sections: [{ title: "A", product_items: [{ product_retailer_id: "sku-1" }, { product_retailer_id: "sku-2" }] }] } });
  interactive("carousel", "These fit", { action: { cards: ["Blue", "Red"].map((name, index) => ({ card_index: index, type: "cta_url", header: { type: "image", image: { id: `f_000000000000001${index}` } }, body: { text: `${name} ones` }, action: link(`Buy ${name.toLowerCase()}`) })) } });
  add("template", "[template order_ready] Maria, A-17", { template: { name: "order_ready", language: "en", parameters: ["Maria", "A-17"] }, message: { template: { name: "order_ready", language: { code: "en" } } } });
  add("contacts", "[contacts] Erika Muster", { contacts: [{ name: { formatted_name: "Erika Muster" }, phones: [{ phone: "+49 155 5000099" }] }] });
  add("location", "[location] Shop", { location: { latitude: 48.137154, longitude: 11.576124, name: "Our shop", address: "Marienplatz 1" } });
}

// What was made for Meta's Cloud API works by another base URL: a client library from npm as it is, and a bot that answers
// webhooks.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Client from "@great-detail/whatsapp";
import { startEchoBot } from "./echo-bot.mjs";
import { control, eventually, freshPhone, simulatorUrl } from "./support.mjs";

const NUMBER = "100000000000001";
const WABA = "200000000000001";
const gateway = process.env.GATEWAY_URL;
const token = process.env.API_TOKEN;
const sim = control(simulatorUrl());
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPYYqNBEmIY1TCqYfhqAABoMxgQ/p76BQAAAABJRU5ErkJggg==", "base64");

const api = async (method, path, body) => {
  const response = await fetch(`${gateway}/api/v1${path}`, { method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${token}` } });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
};
const thread = async (phone) => (await sim("GET", `/_sim/phones/${phone}/messages`)).body.messages;
const arrives = (phone, what, fits) =>
  eventually(what, async () => (await thread(phone)).find((message) => message.from === "business" && fits(message)));
const write = async (phone, text) => (await sim("POST", `/_sim/phones/${phone}/messages`, { text, to: NUMBER })).body.id;

describe("a client library of the Cloud API, as it comes from npm", () => {
  const sdk = new Client({ prefixUrl: `${gateway}/graph`, graphVersion: "v25.0", request: { headers: { Authorization: `Bearer ${token}` }, retry: 0 } });
  const send = async (to, type, content) => (await sdk.message.createMessage({ phoneNumberID: NUMBER, to, type, [type]: content }).json());
  const refused = async (call) => {
    const error = await call.then(() => null, (failure) => failure);
    assert.ok(error?.response, "it is refused");
    return { status: error.response.status, ...(await error.response.json()).error };
  };
  let phone;
  let first;
  before(async () => {
    phone = freshPhone();
    first = await write(phone, "hello");
    await arrives(phone, "the echo", ({ text }) => text === "hello");
  });

  test("sends a text and hears Meta's message id", async () => {
    const answer = await send(phone, "text", { body: "From a library" });
    assert.equal(answer.messaging_product, "whatsapp");
    assert.deepEqual(answer.contacts, [{ input: phone, wa_id: phone }]);
    const message = await arrives(phone, "the text", ({ text }) => text === "From a library");
    assert.equal(answer.messages[0].id, message.id);
  });

  test("sends buttons, and a reply to them finds its message", async () => {
    const { messages } = await send(phone, "interactive", { type: "button", body: { text: "Which size?" },
      action: { buttons: [{ type: "reply", reply: { id: "s", title: "Small" } }, { type: "reply", reply: { id: "l", title: "Large" } }] } });
    const message = await arrives(phone, "the buttons", ({ type }) => type === "interactive");
    assert.equal(message.id, messages[0].id);
    assert.deepEqual(message.content.action.buttons.map(({ reply }) => reply.title), ["Small", "Large"]);
  });

  test("uploads a picture once and sends it twice", async () => {
    const { id } = await sdk.media.upload({ phoneNumberID: NUMBER, mimeType: "image/png", file: new Blob([PICTURE], { type: "image/png" }), filename: "menu.png" }).json();
    for (const caption of ["Menu", "Menu again"]) {
      await send(phone, "image", { id, caption });
      await arrives(phone, caption, ({ type, content }) => type === "image" && content.caption === caption);
    }
    const facts = await sdk.media.getURL({ mediaID: id }).json();
    assert.equal(facts.mime_type, "image/png");
    assert.equal(facts.file_size, PICTURE.length);
    assert.deepEqual(Buffer.from(await (await fetch(facts.url)).arrayBuffer()), PICTURE);
    const { entries } = (await sim("GET", "/_sim/log?limit=200")).body;
    assert.equal(entries.filter(({ url }) => url?.endsWith(`${NUMBER}/media`)).length, 1, "Meta got it once");
    assert.deepEqual(await sdk.media.delete({ mediaID: id }).json(), { success: true });
    assert.equal((await refused(sdk.media.getURL({ mediaID: id }))).code, 100);
  });

  test("makes a template and sends it to somebody who never wrote", async () => {
    await sdk.template.create(WABA, { name: "order_ready", language: "en", category: "UTILITY",
      components: [{ type: "BODY", text: "Hello {{1}}, your order is ready.", example: { body_text: [["Anna"]] } }] }).json();
    const listed = (await sdk.template.list(WABA, {}).json()).data.find(({ name }) => name === "order_ready");
    await sim("POST", `/_sim/templates/${listed.id}`, { status: "APPROVED" });
    const stranger = freshPhone();
    await sim("PUT", `/_sim/phones/${stranger}`, { name: "Zoe" });
    await send(stranger, "template", { name: "order_ready", language: { code: "en" },
      components: [{ type: "body", parameters: [{ type: "text", text: "Zoe" }] }] });
    await arrives(stranger, "the template", ({ text }) => text.includes("Hello Zoe, your order is ready."));
  });

  test("marks a message read, with typing", async () => {
    const answer = await sdk.message.createStatus({ phoneNumberID: NUMBER, message_id: first, status: "read", typing_indicator: { type: "text" } }).json();
    assert.deepEqual(answer, { success: true });
  });

  test("reads what is wrong as from Meta", async () => {
    const tooLong = await refused(send(phone, "interactive", { type: "button", body: { text: "x" },
      action: { buttons: [{ type: "reply", reply: { id: "s", title: "A title that is far too long" } }] } }));
    assert.deepEqual([tooLong.status, tooLong.code], [400, 131009]);
    assert.match(tooLong.error_data.details, /interactive\.action\.buttons\[0\]\.reply\.title: .*20/);
    assert.equal((await refused(send(freshPhone(), "text", { body: "free text to a stranger" }))).code, 131047);
    const foreign = await refused(sdk.message.createMessage({ phoneNumberID: "999", to: phone, type: "text", text: { body: "x" } }));
    assert.deepEqual([foreign.code, foreign.error_subcode], [100, 33]);
    const stranger = new Client({ prefixUrl: `${gateway}/graph`, request: { headers: { Authorization: "Bearer wrong" }, retry: 0 } });
    const nobody = await refused(stranger.message.createMessage({ phoneNumberID: NUMBER, to: phone, type: "text", text: { body: "x" } }));
    assert.deepEqual([nobody.status, nobody.code], [401, 190]);
  });
});

describe("a bot that was made for Meta's webhooks", () => {
  let bot;
  before(async () => {
    bot = await startEchoBot({ graph: `${gateway}/graph`, token, secret: "the bot's app secret", background: true });
    await api("PUT", "/secrets/BOT_SECRET", { value: "the bot's app secret" });
    await api("PUT", "/agents/bot", { kind: "cloud-api", default: true, options: { url: bot.url, key_secret: "BOT_SECRET" } });
  });
  after(() => bot.stop());

  test("answers as an agent, through the Graph-compatible endpoint", async () => {
    const phone = freshPhone();
    const id = await write(phone, "is anybody there?");
    await arrives(phone, "the bot's answer", ({ text }) => text === "is anybody there?");
    assert.equal(bot.refused, 0);
    assert.equal(bot.seen[0].body.entry[0].changes[0].value.messages[0].id, id, "the body is Meta's own");
    assert.deepEqual(bot.failures, []);
    const { messages } = await api("GET", `/messages?user=${phone}&direction=inbound`);
    assert.equal(messages[0].agent, "bot");
  });

  test("hears what becomes of what it sent, as from Meta and with its own callback data", async () => {
    const phone = freshPhone();
    await write(phone, "and my order?");
    await arrives(phone, "the bot's answer", ({ text }) => text === "and my order?");
    const response = await fetch(`${gateway}/graph/v25.0/${NUMBER}/messages`, {
      method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ messaging_product: "whatsapp", to: phone, type: "text", text: { body: "It left." }, biz_opaque_callback_data: "order-9" }) });
    const [{ id }] = (await response.json()).messages;
    const statuses = () => bot.seen.flatMap(({ body }) => body.entry.flatMap(({ changes }) => changes.flatMap(({ value }) => value.statuses ?? [])))
      .filter((status) => status.id === id);
    const told = await eventually("sent and delivered are told", () => statuses().some(({ status }) => status === "delivered") && statuses());
    // Whoever has the phone open may have read it meanwhile.
    assert.deepEqual(told.slice(0, 2).map(({ status }) => status), ["sent", "delivered"]);
    assert.ok(told.every((status) => status.biz_opaque_callback_data === "order-9"), JSON.stringify(told));
    assert.equal(told[0].recipient_id, phone);
    assert.equal(bot.refused, 0, "each was signed with the secret that the bot knows");
    const { sinks } = await api("GET", "/event-sinks");
    const { events } = await eventually("the log has them", async () => {
      const page = await api("GET", `/event-sinks/${sinks.find(({ agent }) => agent === "bot").id}/events?state=delivered`);
      return page.events.length >= 2 && page;
    });
    assert.ok(events.every(({ event, answer_status }) => event === "status" && answer_status === 200));
  });
});

// The simulator tried from outside by another HTTP implementation than ours, so that a fault of src/net cannot hide on
// both sides. Wants a running simulator in SIM_URL; starts its own little businesses, each on a number of its own.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { startEchoBot } from "./echo-bot.mjs";
import { control, eventually, freshId, freshPhone, simulatorUrl } from "./support.mjs";

const base = simulatorUrl();
const sim = control(base);

/** A number of our own with a business behind it. */
async function business(options = {}) {
  const id = freshId();
  const bot = await startEchoBot({ background: true, graph: base, token: `token-${id}`, secret: `secret-${id}`, ...options });
  const { status } = await sim("PUT", `/_sim/numbers/${id}`, {
    token: bot.token,
    app_secret: bot.secret,
    verify_token: bot.verify,
    callback: bot.url,
  });
  assert.equal(status, 201);
  return { id, bot, waba: `2${id}`, send: (phone, text) => sim("POST", `/_sim/phones/${phone}/messages`, { text, to: id }) };
}

const thread = async (phone) => (await sim("GET", `/_sim/phones/${phone}/messages`)).body;
const graph = (number, token, body) =>
  sim("POST", `/v25.0/${number}/messages`, { messaging_product: "whatsapp", ...body }, token ? { Authorization: `Bearer ${token}` } : {});

describe("a business behind the simulator", () => {
  let shop;
  before(async () => {
    shop = await business();
  });
  after(() => shop.bot.stop());

  test("hears a person and is heard, to the last tick", async () => {
    const phone = freshPhone();
    const { status, body } = await shop.send(phone, "Grüße / 👍");
    assert.equal(status, 202);
    assert.match(body.id, /^wamid\.HBg/);

    const messages = await eventually("the echo is read", async () => {
      const { messages } = await thread(phone);
      return messages.length === 2 && messages[1].status === "read" ? messages : null;
    });
    assert.deepEqual(messages.map((message) => [message.from, message.text]), [["person", "Grüße / 👍"], ["business", "Grüße / 👍"]]);
    assert.equal(messages[0].status, "read");
    assert.deepEqual(messages[1].statuses.map((entry) => entry.status), ["sent", "delivered", "read"]);
    assert.deepEqual(shop.bot.failures, []);
    assert.equal(shop.bot.refused, 0);
  });

  test("gets webhooks of pure ASCII that are signed as they are", async () => {
    const phone = freshPhone();
    await shop.send(phone, "ü/日");
    const { raw, body } = await eventually("the webhook", () => shop.bot.seen.find((hook) => hook.raw.includes(phone)));
    assert.ok(raw.every((byte) => byte < 0x80));
    assert.ok(raw.includes("\\u00fc\\/\\u65e5"));
    const [message] = body.entry[0].changes[0].value.messages;
    assert.equal(message.text.body, "ü/日");
    assert.equal(body.entry[0].id, shop.waba);
    assert.match(message.from_user_id, /^DE\./);
  });

  test("uploads a file, looks it up, fetches it and deletes it", async () => {
    const bytes = Buffer.alloc(4_500_000, "\r\n--boundary\0");
    const auth = { Authorization: `Bearer ${shop.bot.token}` };
    const form = new FormData();
    form.set("messaging_product", "whatsapp");
    form.set("type", "application/pdf");
    form.set("file", new Blob([bytes], { type: "application/pdf" }), "bill.pdf");
    const uploaded = await fetch(`${base}/v25.0/${shop.id}/media`, { method: "POST", headers: auth, body: form });
    const { id } = await uploaded.json();
    assert.equal(uploaded.status, 200);
    const { body: facts } = await sim("GET", `/v25.0/${id}`, undefined, auth);
    assert.equal(facts.sha256, createHash("sha256").update(bytes).digest("hex"));
    assert.equal(facts.file_size, bytes.length);
    const fetched = await fetch(facts.url, { headers: auth });
    assert.ok(Buffer.from(await fetched.arrayBuffer()).equals(bytes));
    assert.equal((await fetch(facts.url)).status, 401);
    assert.deepEqual((await sim("DELETE", `/v25.0/${id}`, undefined, auth)).body, { success: true });
    assert.equal((await fetch(facts.url, { headers: auth })).status, 404);
  });

  test("hears of another field by one call, signed like any other", async () => {
    const { status } = await sim("POST", "/_sim/webhooks", { field: "phone_number_quality_update", number: shop.id });
    assert.equal(status, 202);
    const { body } = await eventually("the webhook", () => shop.bot.seen.find((hook) => hook.raw.includes("phone_number_quality_update")));
    assert.equal(body.entry[0].id, shop.waba);
    assert.equal(shop.bot.refused, 0);
  });

  test("is verified with a challenge, and not with another token", async () => {
    assert.deepEqual((await sim("POST", `/_sim/numbers/${shop.id}/verify`, {})).body, { verified: true, status: 200, reason: "" });
    await sim("PUT", `/_sim/numbers/${shop.id}`, { verify_token: "another" });
    const { body } = await sim("POST", `/_sim/numbers/${shop.id}/verify`, {});
    assert.equal(body.verified, false);
    assert.equal(body.status, 403);
  });

  test("can move its callback by Graph, once it is verified there", async () => {
    const elsewhere = await startEchoBot({ background: true, graph: base, token: shop.bot.token, secret: shop.bot.secret, verify: "there" });
    const move = (verify_token) =>
      sim("POST", `/v25.0/${shop.waba}/subscribed_apps`, { override_callback_uri: elsewhere.url, verify_token }, { Authorization: `Bearer ${shop.bot.token}` });
    const refused = await move("wrong");
    assert.equal(refused.status, 400);
    assert.equal(refused.body.error.code, 2200);
    assert.equal((await move("there")).status, 200);
    await shop.send(freshPhone(), "over there");
    await eventually("the webhook at the new place", () => elsewhere.seen.length > 0);
    await sim("PUT", `/_sim/numbers/${shop.id}`, { callback: shop.bot.url });
    await elsewhere.stop();
  });
});

test("a webhook is repeated with the same bytes until it is answered 200, and the others go on", async () => {
  const tries = [];
  const shop = await business({
    answer: (body, raw) => {
      if (!raw.includes("stumble")) return 200;
      tries.push(raw.toString());
      return tries.length < 3 ? 503 : 200;
    },
  });
  const [phone, other] = [freshPhone(), freshPhone()];
  await shop.send(phone, "stumble");
  await shop.send(other, "go on");
  await eventually("the other person is answered meanwhile", async () => (await thread(other)).messages.some((m) => m.from === "business"));

  const [first] = await eventually("the first failure is told", async () => {
    const { messages } = await thread(phone);
    return messages[0].delivery.attempts >= 1 && messages[0].delivery.status === 503 ? messages : null;
  });
  assert.equal(first.status, "sending");
  // The pauses are passed over with the simulator's clock.
  await eventually("it is answered in the end", async () => {
    await sim("POST", "/_sim/clock", { advance_ms: 2_000 });
    return (await thread(phone)).messages[0].delivery.state === "answered";
  });
  assert.equal(new Set(tries).size, 1);
  const log = (await sim("GET", `/_sim/log?message=${encodeURIComponent(first.id)}`)).body.entries.filter((entry) => entry.kind === "webhook");
  assert.deepEqual(log.map((entry) => [entry.attempt, entry.status, entry.outcome]), [[1, 503, "refused"], [2, 503, "refused"], [3, 200, "ok"]]);
  await shop.bot.stop();
});

test("a business that is not there is tried again, and hears everything when it comes", async () => {
  const id = freshId();
  await sim("PUT", `/_sim/numbers/${id}`, { callback: "http://127.0.0.1:9/webhook" });
  const phone = freshPhone();
  await sim("POST", `/_sim/phones/${phone}/messages`, { text: "anybody?", to: id });
  const { messages } = await eventually("the failure is told", async () => {
    const read = await thread(phone);
    return read.messages[0].delivery.reason ? read : null;
  });
  assert.match(messages[0].delivery.reason, /cannot be reached/);
  assert.ok(messages[0].delivery.next_try_at > messages[0].at);

  const bot = await startEchoBot({ background: true, graph: base });
  await sim("PUT", `/_sim/numbers/${id}`, { callback: bot.url });
  await sim("POST", "/_sim/clock", { advance_ms: 60_000 });
  await eventually("the message arrives", () => bot.seen.length > 0);
  await bot.stop();
});

describe("Graph's answers", () => {
  const id = freshId();
  before(() => sim("PUT", `/_sim/numbers/${id}`, { token: "t", app_secret: "s" }));

  test("name what is wrong by Meta's codes", async () => {
    const cases = [
      [graph(id, null, { to: "4915100000", text: { body: "x" } }), 401, 190],
      [graph(id, "wrong", { to: "4915100000", text: { body: "x" } }), 401, 190],
      [graph("999", "t", { to: "4915100000", text: { body: "x" } }), 400, 100],
      [graph(id, "t", { text: { body: "x" } }), 400, 100],
      [graph(id, "t", { to: "4915100000", type: "sound" }), 400, 100],
      [graph(id, "t", { status: "read", message_id: "wamid.none" }), 400, 131009],
    ];
    for (const [call, status, code] of cases) {
      const answer = await call;
      assert.equal(answer.status, status);
      assert.equal(answer.body.error.code, code);
      assert.ok(answer.body.error.fbtrace_id);
    }
  });

  test("want a right appsecret_proof where one comes", async () => {
    const body = { messaging_product: "whatsapp", to: "4915100000", text: { body: "x" } };
    const proof = createHmac("sha256", "s").update("t").digest("hex");
    const ask = (value) => sim("POST", `/v25.0/${id}/messages?appsecret_proof=${value}`, body, { Authorization: "Bearer t" });
    assert.equal((await ask(proof)).status, 200);
    assert.equal((await ask("00")).body.error.code, 100);
  });

  test("come in order on one kept connection", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const get = () =>
      new Promise((resolve, reject) => {
        http
          .get(`${base}/v25.0/${id}?access_token=t`, { agent }, (response) => {
            response.resume();
            response.on("end", () => resolve([response.statusCode, response.socket?.localPort]));
          })
          .on("error", reject);
      });
    const answers = [];
    for (let i = 0; i < 5; ++i) answers.push(await get());
    agent.destroy();
    assert.deepEqual(answers.map(([status]) => status), [200, 200, 200, 200, 200]);
    assert.equal(new Set(answers.map(([, port]) => port)).size, 1);
  });
});

describe("the control API", () => {
  test("says in problem+json what it does not take", async () => {
    const cases = [
      ["POST", "/_sim/phones/abc/messages", { text: "x" }, 400],
      ["POST", `/_sim/phones/${freshPhone()}/messages`, { text: "" }, 400],
      ["POST", `/_sim/phones/${freshPhone()}/messages`, { text: "x", to: "12345" }, 404],
      ["POST", "/_sim/numbers", { id: "x" }, 400],
      ["POST", "/_sim/clock", { advance_ms: -1 }, 400],
      ["GET", "/_sim/numbers/404", undefined, 404],
    ];
    for (const [method, path, body, status] of cases) {
      const answer = await sim(method, path, body);
      assert.equal(answer.status, status, path);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      assert.ok(answer.body.detail);
    }
  });

  test("is not for pages of other sites", async () => {
    const answer = await sim("POST", "/_sim/clock", { advance_ms: 0 }, { Origin: "https://elsewhere.example" });
    assert.equal(answer.status, 403);
  });

  test("tells what happens to those who listen", async () => {
    const phone = freshPhone();
    const shop = await business();
    const abort = new AbortController();
    const stream = await fetch(`${base}/_sim/events?phone=${phone}`, { signal: abort.signal });
    assert.equal(stream.headers.get("content-type"), "text/event-stream");
    const heard = [];
    const listening = (async () => {
      let text = "";
      for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          heard.push(/event: (\w+)/.exec(text.slice(0, end))?.[1]);
          text = text.slice(end + 2);
        }
      }
    })().catch(() => undefined);
    await eventually("the greeting", () => heard.includes("hello"));
    await shop.send(phone, "hi");
    await eventually("message, typing and exchange", () => ["message", "typing", "exchange"].every((name) => heard.includes(name)));
    abort.abort();
    await listening;
    await shop.bot.stop();
  });
});

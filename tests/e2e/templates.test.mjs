// Templates from their making to a phone, and what Meta does to them afterwards: gateway and simulator, as they are.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { control, eventually, freshPhone, simulatorUrl } from "./support.mjs";

const NUMBER = "100000000000001";
const WABA = "200000000000001";
const gateway = process.env.GATEWAY_URL;
const sim = control(simulatorUrl());

const call = async (method, path, body) => {
  const response = await fetch(`${gateway}/api/v1${path}`, { method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${process.env.API_TOKEN}` } });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
};
const good = async (method, path, body) => {
  const answer = await call(method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const sends = async () => (await sim("GET", "/_sim/log?limit=1000")).body.entries.filter(({ path }) => path?.includes("/messages")).length;
const ORDER = { name: "order_ready", language: "en_US", category: "UTILITY", components: [
  { type: "HEADER", format: "TEXT", text: "Order {{1}}", example: { header_text: ["A-17"] } },
  { type: "BODY", text: "Hello {{1}}, your order is {{2}}.", example: { body_text: [["Ada", "ready"]] } },
  { type: "FOOTER", text: "Keller Shoes" },
  { type: "BUTTONS", buttons: [{ type: "URL", text: "Track", url: "https://shop.example/o/{{1}}", example: ["https://shop.example/o/a17"] }] }] };
const VALUES = { "header.1": "B-9", "body.1": "Zoë", "body.2": "on its way", "button.0": "b9" };

describe("a template", () => {
  let id;
  const path = () => `/templates/${id}`;
  const statusIs = (status) => eventually(`it is ${status}`, async () => (await good("GET", path())).status === status);
  const decide = (status, reason) => sim("POST", `/_sim/templates/${id}`, { status, ...(reason && { reason }) });
  const message = async () => (await good("POST", `${path()}/preview`, { values: VALUES })).message;

  before(async () => {
    const made = await good("POST", "/templates", ORDER);
    assert.deepEqual([made.waba_id, made.status, made.variables.map(({ key }) => key)], [WABA, "PENDING", ["header.1", "body.1", "body.2", "button.0"]]);
    id = made.id;
  });

  test("that waits for its review is not sent", async () => {
    const answer = await call("POST", "/messages", { to: freshPhone(), ...(await message()) });
    assert.equal(answer.status, 409);
    assert.equal(answer.body.type, "/problems/template");
    assert.match(answer.body.detail, /still waits for Meta's review/);
  });

  test("is approved by Meta, which a webhook tells", async () => {
    await sim("POST", "/_sim/clock", { advance_ms: 6_000 });
    await statusIs("APPROVED");
  });

  test("reads on the phone of somebody who never wrote as its preview says", async () => {
    const phone = freshPhone();
    await sim("PUT", `/_sim/phones/${phone}`, { name: "Zoë" });
    const preview = await good("POST", `${path()}/preview`, { values: VALUES });
    assert.deepEqual(preview.problems, []);
    assert.equal(preview.shown.body, "Hello Zoë, your order is on its way.");
    const sent = await good("POST", "/messages", { to: phone, ...preview.message });
    const shown = await eventually("it arrives", async () => {
      const { state, reason } = await good("GET", `/messages/${sent.id}`);
      assert.notEqual(state, "failed", reason);
      return (await sim("GET", `/_sim/phones/${phone}/messages`)).body.messages?.find(({ from }) => from === "business");
    });
    for (const words of [preview.shown.header.text, preview.shown.body, preview.shown.footer, preview.shown.buttons[0].url]) assert.ok(shown.text.includes(words), `${words} in ${shown.text}`);
  });

  test("that Meta pauses is refused before the call, with words, until Meta lets it go on", async () => {
    await decide("PAUSED");
    await statusIs("PAUSED");
    const before = await sends();
    const answer = await call("POST", "/messages", { to: freshPhone(), ...(await message()) });
    assert.equal(answer.status, 409);
    assert.match(answer.body.detail, /"order_ready" \(en_US\) is paused by Meta/);
    assert.equal(answer.body.code, 132015);
    const graph = await fetch(`${gateway}/graph/v25.0/${NUMBER}/messages`, { method: "POST", headers: { Authorization: `Bearer ${process.env.API_TOKEN}`, "Content-Type": "application/json" },
      body: JSON.stringify({ messaging_product: "whatsapp", to: freshPhone(), ...(await message()) }) });
    assert.deepEqual([graph.status, (await graph.json()).error.code], [400, 132015], "the same in the Cloud API's shape");
    assert.equal(await sends(), before, "Meta was not asked");
    await decide("APPROVED");
    await statusIs("APPROVED");
    await good("POST", "/messages", { to: freshPhone(), ...(await message()) });
  });

  test("that was made elsewhere is found when Meta is asked, and one that was deleted there goes", async () => {
    await sim("POST", `/v25.0/${WABA}/message_templates`, { name: "made_elsewhere", language: "de", category: "MARKETING", components: [{ type: "BODY", text: "Hallo." }] },
      { Authorization: "Bearer sim-access-token" });
    const read = async () => {
      await eventually("Meta is asked again", async () => {
        const { accounts } = await good("POST", "/templates/sync");
        assert.equal(accounts[0].fault, null);
        return Date.now() - Date.parse(accounts[0].read_at) < 5_000;
      });
      return (await good("GET", "/templates")).templates.map(({ name }) => name);
    };
    assert.deepEqual(await read(), ["made_elsewhere", "order_ready"]);
    await sim("DELETE", `/v25.0/${WABA}/message_templates?name=made_elsewhere`, undefined, { Authorization: "Bearer sim-access-token" });
    await eventually("it is gone", async () => (await read()).join() === "order_ready");
  });

  test("with a picture is made of a file of ours, and goes out with another", async () => {
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPYYqNBEmIY1TCqYfhqAABoMxgQ/p76BQAAAABJRU5ErkJggg==", "base64");
    const brought = await fetch(`${gateway}/api/v1/media?filename=shoe.png`, { method: "POST", body: png, headers: { Authorization: `Bearer ${process.env.API_TOKEN}`, "Content-Type": "image/png" } });
    const file = (await brought.json()).id;
    await good("PUT", "/secrets/WHATSAPP_APP_ID", { value: "300000000000001" });
    const made = await good("POST", "/templates", { name: "picture", language: "en_US", category: "MARKETING",
      components: [{ type: "HEADER", format: "IMAGE", example: { header_handle: [file] } }, { type: "BODY", text: "New shoes." }] });
    assert.match(made.components[0].example.header_handle[0], /^4::/, "Meta's handle stands there");
    await sim("POST", `/_sim/templates/${made.id}`, { status: "APPROVED" });
    await eventually("it is approved", async () => (await good("GET", `/templates/${made.id}`)).status === "APPROVED");
    const preview = await good("POST", `/templates/${made.id}/preview`, { values: { "header.image": file } });
    assert.deepEqual(preview.problems, []);
    const phone = freshPhone();
    await sim("PUT", `/_sim/phones/${phone}`, { name: "Zoë" });
    await good("POST", "/messages", { to: phone, ...preview.message });
    await eventually("it arrives", async () => (await sim("GET", `/_sim/phones/${phone}/messages`)).body.messages?.find(({ text }) => text?.includes("New shoes.")));
    assert.equal((await call("DELETE", `/templates/${made.id}`)).status, 204);
  });

  test("that sends a code needs it once", async () => {
    const made = await good("POST", "/templates", { name: "code", language: "en_US", category: "AUTHENTICATION", components: [{ type: "BODY", add_security_recommendation: true },
      { type: "BUTTONS", buttons: [{ type: "OTP", otp_type: "COPY_CODE", text: "Copy code" }] }] });
    await sim("POST", `/_sim/templates/${made.id}`, { status: "APPROVED" });
    await eventually("it is approved", async () => (await good("GET", `/templates/${made.id}`)).status === "APPROVED");
    assert.deepEqual((await good("GET", `/templates/${made.id}`)).variables.map(({ key }) => key), ["body.1"]);
    const phone = freshPhone();
    await sim("PUT", `/_sim/phones/${phone}`, { name: "Zoë" });
    await good("POST", "/messages", { to: phone, ...(await good("POST", `/templates/${made.id}/preview`, { values: { "body.1": "123456" } })).message });
    await eventually("it arrives", async () => (await sim("GET", `/_sim/phones/${phone}/messages`)).body.messages?.find(({ text }) => text?.includes("123456")));
    assert.equal((await call("DELETE", `/templates/${made.id}`)).status, 204);
  });

  test("is judged in its quality and category by webhooks", async () => {
    const told = (field, value) => sim("POST", "/_sim/webhooks", { field, waba: WABA, value: { message_template_id: id, message_template_name: "order_ready", message_template_language: "en_US", ...value } });
    await told("message_template_quality_update", { previous_quality_score: "GREEN", new_quality_score: "RED" });
    await eventually("its quality is low", async () => (await good("GET", path())).quality === "RED");
  });

  test("is deleted at Meta", async () => {
    assert.equal((await call("DELETE", path())).status, 204);
    assert.equal((await call("GET", path())).status, 404);
    const { templates } = (await sim("GET", "/_sim/templates")).body;
    assert.ok(!templates.some((one) => one.id === id));
  });
});

// Every type of message that the Cloud API takes goes out by the API and stands on the phone as it was sent.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { control, eventually, freshPhone, simulatorUrl } from "./support.mjs";

const NUMBER = "100000000000001";
const gateway = process.env.GATEWAY_URL;
const auth = { Authorization: `Bearer ${process.env.API_TOKEN}` };
const sim = control(simulatorUrl());
const LINK = "https://shop.example/menu.png";
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPYYqNBEmIY1TCqYfhqAABoMxgQ/p76BQAAAABJRU5ErkJggg==", "base64");

const interactive = (type, rest) => ["interactive", { type, body: { text: `Body of ${type}` }, ...rest }];
const reply = (id, title) => ({ type: "reply", reply: { id, title } });
const card = (index) => ({ card_index: index, type: "cta_url", header: { type: "image", image: { link: LINK } }, body: { text: `Card ${index}` },
  action: { name: "cta_url", parameters: { display_text: "Buy", url: "https://shop.example/buy" } } });

const KINDS = [
  ["image", { link: LINK, caption: "A picture" }],
  ["video", { link: "https://shop.example/a.mp4", caption: "A film" }],
  ["audio", { link: "https://shop.example/a.ogg" }],
  ["document", { link: "https://shop.example/a.pdf", filename: "Invoice.pdf", caption: "An invoice" }],
  ["sticker", { link: "https://shop.example/a.webp" }],
  ["location", { latitude: 52.52, longitude: 13.4, name: "Shop", address: "Street 1" }],
  ["contacts", [{ name: { formatted_name: "Erika Muster", first_name: "Erika" }, phones: [{ phone: "+49155", wa_id: "49155", type: "CELL" }] }]],
  interactive("button", { header: { type: "text", text: "Head" }, footer: { text: "Foot" }, action: { buttons: [reply("s", "Small"), reply("l", "Large")] } }),
  interactive("list", { action: { button: "Choose", sections: [{ title: "One", rows: [{ id: "a", title: "Express", description: "Next day" }] }, { title: "Two", rows: [{ id: "b", title: "Mail" }] }] } }),
  interactive("cta_url", { action: { name: "cta_url", parameters: { display_text: "See them", url: "https://shop.example/d" } } }),
  interactive("flow", { action: { name: "flow", parameters: { flow_message_version: "3", flow_id: "77", flow_token: "t", flow_cta: "Begin", flow_action: "navigate", flow_action_payload: { screen: "FIRST" } } } }),
  interactive("location_request_message", { action: { name: "send_location" } }),
  interactive("request_contact_info", { action: { name: "request_contact_info" } }),
  interactive("call_permission_request", { action: { name: "call_permission_request" } }),
  interactive("voice_call", { action: { name: "voice_call", parameters: { display_text: "Call now", ttl_minutes: 100 } } }),
  interactive("catalog_message", { action: { name: "catalog_message", parameters: { thumbnail_product_retailer_id: "sku-1" } } }),
  interactive("product", { action: { catalog_id: "1", product_retailer_id: "sku-1" } }),
  interactive("product_list", { header: { type: "text", text: "Best" }, action: { catalog_id: "1", sections: [{ title: "A", product_items: [{ product_retailer_id: "sku-1" }] }] } }),
  interactive("carousel", { action: { cards: [card(0), card(1)] } }),
  interactive("address_message", { action: { name: "address_message", parameters: { country: "IN" } } }),
];

describe("what the API is given", () => {
  let phone;
  let first;
  const thread = async () => (await sim("GET", `/_sim/phones/${phone}/messages`)).body.messages;
  const business = (what, fits) => eventually(what, async () => (await thread()).find((message) => message.from === "business" && fits(message)));
  const send = async (body) => {
    const response = await fetch(`${gateway}/api/v1/messages`, { method: "POST", headers: auth, body: JSON.stringify({ to: phone, ...body }) });
    const answer = await response.json();
    assert.equal(response.status, 202, JSON.stringify(answer));
    return answer;
  };
  /** The message on the phone, once Meta has it. */
  const arrived = async ({ id }) => {
    const wamid = await eventually(`${id} is sent`, async () => {
      const message = await (await fetch(`${gateway}/api/v1/messages/${id}`, { headers: auth })).json();
      assert.notEqual(message.state, "failed", message.reason);
      return message.wamid;
    });
    return business("it stands on the phone", (message) => message.id === wamid);
  };

  before(async () => {
    phone = freshPhone();
    first = (await sim("POST", `/_sim/phones/${phone}/messages`, { text: "hello", to: NUMBER })).body.id;
    await business("the echo", ({ text }) => text === "hello");
  });

  for (const [type, content] of KINDS) {
    test(`${type}${content.type ? ` ${content.type}` : ""} stands on the phone as it was sent`, async () => {
      const answer = await send({ type, [type]: content });
      assert.equal(answer.type, type);
      const message = await arrived(answer);
      assert.equal(message.type, type);
      assert.deepEqual(message.content, content);
    });
  }

  test("a text is a reply where it says so", async () => {
    const message = await arrived(await send({ type: "text", text: { body: "as you asked" }, reply_to: first }));
    assert.deepEqual([message.text, message.reply_to], ["as you asked", first]);
  });

  test("a reaction stands on the message it is about", async () => {
    await send({ type: "reaction", reaction: { message_id: first, emoji: "👍" } });
    await eventually("the reaction", async () => (await thread()).find(({ id }) => id === first).reactions?.some(({ emoji }) => emoji === "👍"));
  });

  test("a picture of ours goes by its id, and the phone shows the same bytes", async () => {
    const brought = await fetch(`${gateway}/api/v1/media?filename=menu.png`, { method: "POST", headers: { ...auth, "Content-Type": "image/png" }, body: PICTURE });
    const { id } = await brought.json();
    const message = await arrived(await send({ type: "image", image: { id, caption: "Menu" } }));
    assert.notEqual(message.content.id, id, "Meta's id stands there");
    const shown = await fetch(`${simulatorUrl()}/_sim/media/${message.content.id}`);
    assert.deepEqual(Buffer.from(await shown.arrayBuffer()), PICTURE);
  });
});

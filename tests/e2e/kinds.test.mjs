// The phone page with all that is no plain text: what a business sends is seen and can be tapped, what a person sends
// arrives. Wants a simulator of its own in SIM_URL; the business is played by this file.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FLAGS, openBrowser } from "./browser.mjs";
import { lowContrast, unnamedControls } from "./page-checks.mjs";
import { control, eventually, freshId, freshPhone, simulatorUrl } from "./support.mjs";

const base = simulatorUrl();
const sim = control(base);
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPYYqNBEmIY1TCqYfhqAABoMxgQ/p76BQAAAABJRU5ErkJggg==", "base64");

describe("the phone page with other messages than text", () => {
  const number = freshId();
  const auth = { Authorization: `Bearer token-${number}` };
  let browser;
  let page;
  let phone;

  before(async () => {
    await sim("PUT", `/_sim/numbers/${number}`, { token: `token-${number}`, verified_name: "Kinds" });
    browser = await openBrowser({ viewport: { width: 1280, height: 860 }, colorScheme: "light",
      args: [...FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] });
    page = browser.page;
    phone = freshPhone();
    await page.goto(`${base}/#${phone}`);
    await page.evaluate((id) => localStorage.setItem("claw.phone.number", id), number);
    await page.reload();
    await page.getByText("Write something").waitFor();
  });
  after(() => browser.close());

  const send = async (type, content) => {
    const { status, body } = await sim("POST", `/v25.0/${number}/messages`, { messaging_product: "whatsapp", to: phone, type, [type]: content }, auth);
    assert.equal(status, 200, JSON.stringify(body));
    return body.messages[0].id;
  };
  const upload = async (bytes, type) => {
    const form = new FormData();
    form.set("messaging_product", "whatsapp");
    form.set("type", type);
    form.set("file", new Blob([bytes], { type }), "a.png");
    const response = await fetch(`${base}/v25.0/${number}/media`, { method: "POST", headers: auth, body: form });
    assert.equal(response.status, 200);
    return (await response.json()).id;
  };
  const messages = async () => (await sim("GET", `/_sim/phones/${phone}/messages`)).body.messages;
  const fromPerson = (what, fits) => eventually(what, async () => (await messages()).find((message) => message.from === "person" && fits(message)));
  const business = (text) => page.locator("phone-bubble .row.business", { hasText: text });
  const shown = (image) => eventually("the picture is there", () => image.evaluate((element) => element.complete && element.naturalWidth > 0));

  test("shows a picture that the business uploaded, with its caption", async () => {
    await send("image", { id: await upload(PICTURE, "image/png"), caption: "Your parcel" });
    await business("Your parcel").waitFor();
    await shown(page.getByRole("img", { name: "Your parcel" }));
  });

  test("lets a reply button be tapped, which answers the message it stands on", async () => {
    const id = await send("interactive", {
      type: "button",
      body: { text: "Shall we come at nine?" },
      action: { buttons: [{ type: "reply", reply: { id: "yes", title: "Yes, do" } }, { type: "reply", reply: { id: "no", title: "Later" } }] },
    });
    await page.getByRole("button", { name: "Yes, do" }).click();
    const reply = await fromPerson("the reply", (message) => message.type === "interactive");
    assert.deepEqual(reply.content, { type: "button_reply", button_reply: { id: "yes", title: "Yes, do" } });
    assert.equal(reply.reply_to, id);
    await page.locator("phone-bubble .row.person", { hasText: "Yes, do" }).waitFor();
  });

  test("opens a list and sends the row that was chosen", async () => {
    await send("interactive", {
      type: "list",
      body: { text: "Which size?" },
      action: { button: "Sizes", sections: [{ rows: [{ id: "s", title: "Small" }, { id: "m", title: "Medium", description: "38 to 40" }] }] },
    });
    await page.getByText("Sizes").click();
    await page.getByRole("button", { name: /^Medium/ }).click();
    const reply = await fromPerson("the choice", (message) => message.content?.list_reply);
    assert.deepEqual(reply.content.list_reply, { id: "m", title: "Medium", description: "38 to 40" });
  });

  test("sends a picture from the file picker, with what was typed as its caption", async () => {
    await page.getByRole("textbox", { name: /^Message to/ }).fill("like this one");
    await page.getByLabel("Picture or file").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: PICTURE });
    const sent = await fromPerson("the picture", (message) => message.type === "image");
    assert.equal(sent.content.caption, "like this one");
    const bytes = Buffer.from(await (await fetch(`${base}/_sim/media/${sent.content.id}`)).arrayBuffer());
    assert.ok(bytes.equals(PICTURE));
    await shown(page.getByRole("img", { name: "like this one" }));
  });

  test("records a voice message and sends it as WhatsApp does", async () => {
    await page.getByRole("button", { name: "Record a voice message" }).click();
    await page.getByText("0:01", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Send the voice message" }).click();
    const sent = await fromPerson("the voice message", (message) => message.type === "audio");
    assert.equal(sent.content.voice, true);
    const bytes = Buffer.from(await (await fetch(`${base}/_sim/media/${sent.content.id}`)).arrayBuffer());
    assert.equal(bytes.subarray(0, 4).toString() + bytes.subarray(28, 36).toString(), "OggSOpusHead");
    await page.locator("phone-bubble .row.person audio").waitFor();
    await page.getByRole("button", { name: "Record a voice message" }).click();
    await page.getByRole("button", { name: "Throw the recording away" }).click();
    await page.getByRole("textbox", { name: /^Message to/ }).waitFor();
  });

  test("says what cannot be sent and keeps what was typed", async () => {
    const field = page.getByRole("textbox", { name: /^Message to/ });
    await field.fill("too big");
    await page.getByLabel("Picture or file").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.alloc(5 * 1024 * 1024 + 1) });
    await page.getByRole("alert").filter({ hasText: "5242880" }).waitFor();
    assert.equal(await field.inputValue(), "too big");
    await field.fill("");
  });

  test("sends a location", async () => {
    await page.getByRole("button", { name: "Attach" }).click();
    await page.getByRole("button", { name: "Location" }).click();
    const sent = await fromPerson("the location", (message) => message.type === "location");
    assert.equal(sent.content.latitude, 48.137154);
    await page.locator("phone-bubble .row.person", { hasText: "Marienplatz" }).waitFor();
  });

  test("puts a reaction on the bubble and takes it away", async () => {
    await send("text", { body: "Nice, isn't it?" });
    const row = business("Nice, isn't it?");
    const reactions = async () => (await messages()).find((message) => message.text === "Nice, isn't it?").reactions ?? [];
    for (const count of [1, 0]) {
      await row.hover();
      await row.getByRole("button", { name: /^React to/ }).click();
      await page.getByRole("button", { name: "React with 👍" }).click();
      await eventually(`${count} reactions`, async () => (await reactions()).length === count);
      if (count) await page.getByRole("img", { name: "You reacted with 👍" }).waitFor();
    }
  });

  test("shows documents, recordings, contacts, orders and what cannot be shown", async () => {
    const bytes_base64 = PICTURE.toString("base64");
    const act = (body) => sim("POST", `/_sim/phones/${phone}/messages`, { to: number, ...body });
    await act({ type: "document", document: { bytes_base64, mime_type: "application/pdf", filename: "bill.pdf" } });
    await act({ type: "audio", audio: { bytes_base64, mime_type: "audio/ogg; codecs=opus", voice: true } });
    await act({ type: "contacts", contacts: [{ name: { formatted_name: "Erika Muster" }, phones: [{ phone: "+49 155 5000099" }] }] });
    await act({ type: "order", order: { catalog_id: "1", product_items: [{ product_retailer_id: "SKU-7", quantity: 2, item_price: 9.9, currency: "EUR" }] } });
    await act({ type: "unsupported", unsupported: { type: "poll" } });
    await page.getByRole("link", { name: /bill\.pdf/ }).waitFor();
    await page.getByLabel("Voice message", { exact: true }).nth(1).waitFor();
    await page.getByText("Erika Muster").waitFor();
    await page.getByText("2 × SKU-7, 9.9 EUR").waitFor();
    await page.getByText("A kind of message that WhatsApp does not pass on").waitFor();
    if (process.env.PHONE_SCREENSHOT) await page.screenshot({ animations: "disabled", path: process.env.PHONE_SCREENSHOT });
  });

  test("shows an edit and a deletion on the message that they are about", async () => {
    const { body } = await sim("POST", `/_sim/phones/${phone}/messages`, { to: number, text: "Wher is it?" });
    await sim("POST", `/_sim/phones/${phone}/messages`, {
      to: number, type: "edit", edit: { original_message_id: body.id, message: { type: "text", text: { body: "Where is it?" } } } });
    await page.locator("phone-bubble .row.person", { hasText: "Where is it?" }).getByText("edited").waitFor();
    await sim("POST", `/_sim/phones/${phone}/messages`, { to: number, type: "revoke", revoke: { original_message_id: body.id } });
    await page.getByText("This message was deleted").waitFor();
  });

  test("stays readable and named, in light and dark, wide and narrow", async () => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await page.evaluate(lowContrast), [], colorScheme);
    }
    await page.emulateMedia({ colorScheme: "light" });
    assert.deepEqual(await page.evaluate(unnamedControls), []);
    await page.setViewportSize({ width: 390, height: 780 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
    if (process.env.PHONE_SCREENSHOT) await page.screenshot({ animations: "disabled", path: process.env.PHONE_SCREENSHOT.replace(/\.png$/, "-narrow.png") });
  });
});

// A person at the desk answers with all kinds of messages; the gateway takes them, Meta takes them, and they stand on the phone as
// they were sent. What the phone answers comes back into the conversation.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FLAGS, openBrowser } from "./browser.mjs";
import { control, eventually, freshPhone, simulatorUrl } from "./support.mjs";

const NUMBER = "100000000000001";
const { GATEWAY_URL: gateway, EMAIL, PASSWORD } = process.env;
const sim = control();
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPYYqNBEmIY1TCqYfhqAABoMxgQ/p76BQAAAABJRU5ErkJggg==", "base64");

describe("a person who answers by hand", () => {
  const phone = freshPhone();
  let browser;
  let page;
  let handset;
  const faults = [];

  const button = (name) => page.getByRole("button", { name, exact: true });
  const labelled = (name) => page.getByLabel(name, { exact: true });
  const dialog = () => page.locator("claw-dialog[open]");
  const bubble = (text) => page.locator("claw-message-bubble").filter({ hasText: text });
  const box = () => page.locator("claw-reply-box");
  const choose = async (name) => {
    await button("Send something else than words").click();
    await box().getByRole("button", { name }).click();
  };
  const send = () => dialog().getByRole("button", { name: "Send" }).click();
  const thread = async () => (await sim("GET", `/_sim/phones/${phone}/messages`)).body.messages;
  const arrives = (what, fits) => eventually(what, async () => (await thread()).find((message) => message.from === "business" && fits(message)));
  const bytesOf = async (id) => Buffer.from(await (await fetch(`${simulatorUrl()}/_sim/media/${id}`)).arrayBuffer());

  before(async () => {
    await sim("PUT", `/_sim/phones/${phone}`, { name: "Maria K." });
    await sim("POST", `/_sim/phones/${phone}/messages`, { text: "Where is my order?", to: NUMBER });
    await arrives("the echo", ({ text }) => text === "Where is my order?");
    browser = await openBrowser({ viewport: { width: 1280, height: 860 }, colorScheme: "light", reducedMotion: "reduce",
      args: [...FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] });
    ({ page } = browser);
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(`${gateway}/t/demo/conversations`);
    await labelled("Email").fill(EMAIL);
    await labelled("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.locator("claw-conversation-list a").filter({ hasText: "Maria K." }).click();
    await bubble("Where is my order?").first().waitFor();
    faults.length = 0; // that nobody was signed in yet
    handset = await browser.context.newPage();
    await handset.goto(`${simulatorUrl()}/#${phone}`);
  });
  after(() => browser?.close());

  test("sends a picture with its caption, which the phone shows, byte for byte", async () => {
    await box().locator("input[type=file]").setInputFiles({ name: "menu.png", mimeType: "image/png", buffer: PICTURE });
    await box().getByRole("textbox", { name: "Caption" }).fill("Our menu");
    await page.keyboard.press("Enter");
    const { content } = await arrives("the picture", ({ type }) => type === "image");
    assert.equal(content.caption, "Our menu");
    assert.deepEqual(await bytesOf(content.id), PICTURE);
    await handset.getByRole("img", { name: "Our menu" }).waitFor();
    await bubble("Our menu").getByText(/^(delivered|read)/).waitFor();
    await page.reload();
    const shown = bubble("Our menu").getByRole("img", { name: "Picture" });
    await eventually("the gateway shows it as well", () => shown.evaluate((image) => image.complete && image.naturalWidth === 16));
  });

  test("sends a document that keeps its name", async () => {
    await box().locator("input[type=file]").setInputFiles({ name: "Invoice 7.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 of ours\n") });
    await button("Send").click();
    const { content } = await arrives("the document", ({ type }) => type === "document");
    assert.equal(content.filename, "Invoice 7.pdf");
    assert.equal((await bytesOf(content.id)).toString(), "%PDF-1.7 of ours\n");
  });

  test("sends a voice message that WhatsApp takes as one", async () => {
    await button("Record a voice message").click();
    await eventually("a second was recorded", async () => (await box().getByText("0:01").count()) === 1);
    await button("Send the voice message").click();
    const { content } = await arrives("the voice message", ({ type }) => type === "audio");
    assert.equal(content.voice, true);
    const bytes = await bytesOf(content.id);
    assert.equal(bytes.subarray(0, 4).toString(), "OggS");
    assert.equal(bytes.subarray(28, 36).toString(), "OpusHead");
    await page.locator("claw-message-bubble audio").last().waitFor();
  });

  test("offers buttons, and sees which one was pressed on the phone", async () => {
    await choose("Buttons or a list");
    await labelled("Message").fill("When may we come?");
    await labelled("Choice 1").fill("Morning");
    await labelled("Choice 2").fill("Evening");
    await send();
    await handset.getByRole("button", { name: "Evening" }).click();
    await bubble("pressed a button").filter({ hasText: "Evening" }).waitFor();
  });

  test("offers a list, and sees what was chosen on the phone", async () => {
    await choose("Buttons or a list");
    await page.getByRole("radio", { name: /^A list/ }).check();
    await labelled("Message").fill("How shall it come?");
    await labelled("Choice 1").fill("Express");
    await labelled("Choice 2").fill("Mail");
    await send();
    const { content } = await arrives("the list", ({ content: of }) => of?.type === "list");
    assert.deepEqual(content.action.sections[0].rows.map(({ title }) => title), ["Express", "Mail"]);
    await bubble("How shall it come?").getByText("Express").waitFor();
  });

  test("sends a place and a contact, and asks for their place", async () => {
    await choose("A place");
    await labelled("Where").fill("52.5163, 13.3777");
    await labelled("Name (optional)").fill("Brandenburg Gate");
    await send();
    const place = await arrives("the place", ({ type }) => type === "location");
    assert.deepEqual([place.content.latitude, place.content.name], [52.5163, "Brandenburg Gate"]);
    await choose("A contact");
    await labelled("Name").fill("Erika Muster");
    await labelled("Phone number").fill("+49 155 5000099");
    await send();
    const card = await arrives("the contact", ({ type }) => type === "contacts");
    assert.equal(card.content[0].phones[0].wa_id, "491555000099");
    await choose("A place");
    await page.getByRole("radio", { name: /^Ask for theirs/ }).check();
    await send();
    await arrives("the question", ({ content }) => content?.type === "location_request_message");
  });

  test("quotes and reacts, and both stand on the phone", async () => {
    const first = (await thread()).find(({ from }) => from === "person");
    const theirs = page.locator("claw-message-bubble").filter({ has: page.locator(".inbound") }).first();
    await theirs.hover();
    await theirs.getByRole("button", { name: /^Reply to/ }).click();
    await page.keyboard.type("At the depot");
    await page.keyboard.press("Enter");
    assert.equal((await arrives("the answer", ({ text }) => text === "At the depot")).reply_to, first.id);
    await theirs.hover();
    await theirs.getByRole("button", { name: /^React to/ }).click();
    await button("React with heart").click();
    await eventually("the reaction", async () => (await thread()).find(({ id }) => id === first.id).reactions?.some(({ emoji }) => emoji === "❤️"));
    await theirs.getByRole("img", { name: "You reacted with ❤️" }).waitFor();
  });

  test("breaks no rule of the page's own", () => assert.deepEqual(faults, []));
});

// Answering by hand with all that is not only words, on a stand-in of the gateway: files, a voice message, choices, a place, a
// contact, a quotation, a reaction, a template; and what WhatsApp would not take, told before anything is sent.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accessibilityFaults, eachSignedIn, NARROW, WIDE } from "./admin-support.mjs";
import { FLAGS } from "./browser.mjs";
import { channelPart } from "./channel-stub.mjs";
import { inboxPart } from "./inbox-stub.mjs";
import { lowContrast, unnamedControls } from "./page-checks.mjs";
import { eventually } from "./support.mjs";

const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPYYqNBEmIY1TCqYfhqAABoMxgQ/p76BQAAAABJRU5ErkJggg==", "base64");
const picture = { name: "menu.png", mimeType: "image/png", buffer: PICTURE };
const invoice = { name: "Invoice 7.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\n") };

let stub;
let inbox;
let maria;
let asked;
let browser;
let page;

eachSignedIn({
  // A microphone that beeps, and nobody who asks whether it may be used.
  args: [...FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  parts: () => [inboxPart({ count: 8 }), channelPart()],
  furnish(made) {
    stub = made;
    ({ inbox } = stub.world);
    [maria] = inbox.conversations;
    inbox.messages.set(maria.id, []);
    asked = inbox.say(maria, "Where is my order?", "It left on Friday.");
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const button = (name) => page.getByRole("button", { name, exact: true });
const labelled = (name) => page.getByLabel(name, { exact: true });
const bubble = (text) => page.locator("claw-message-bubble").filter({ hasText: text });
const box = () => page.locator("claw-reply-box");
const words = () => box().getByRole("textbox");
const chooser = () => box().locator("input[type=file]");
const dialog = () => page.locator("claw-dialog[open]");
const open = async () => {
  await browser.go(`/t/acme/conversations/${maria.id}`);
  await bubble("It left on Friday.").waitFor();
};
const choose = async (name) => {
  await button("Send something else than words").click();
  await box().getByRole("button", { name }).click();
};
const sent = (many = 1) => eventually(`${many} were sent`, () => inbox.sent.length === many && inbox.sent);
const brought = () => [...inbox.files.values()];

describe("a file", () => {
  test("is shown before it is sent, goes with its caption, and stands in the conversation at once", async () => {
    await open();
    await chooser().setInputFiles(picture);
    await box().getByText("menu.png").waitFor();
    await page.getByRole("textbox", { name: "Caption" }).fill("Our *menu*");
    await page.keyboard.press("Enter");
    const [{ type, content, key }] = await sent();
    const [file] = brought();
    assert.deepEqual([type, content], ["image", { id: file.id, caption: "Our *menu*" }]);
    assert.deepEqual([file.type, file.name], ["image/png", "menu.png"]);
    assert.deepEqual(file.bytes, PICTURE);
    assert.ok(key);
    const shown = bubble("Our menu").getByRole("img", { name: "Picture" });
    await eventually("the picture is there", () => shown.evaluate((image) => image.complete && image.naturalWidth === 16));
    assert.equal(await box().getByText("menu.png").count(), 0, "nothing stays in the box");
  });

  test("may be several: the words stand under the first, a document keeps its name", async () => {
    await open();
    await chooser().setInputFiles([picture, invoice]);
    await words().fill("For you");
    await page.keyboard.press("Enter");
    const [first, second] = await sent(2);
    assert.deepEqual([first.type, first.content.caption], ["image", "For you"]);
    assert.deepEqual([second.type, second.content.filename, second.content.caption], ["document", "Invoice 7.pdf", undefined]);
    await bubble("Invoice 7.pdf").getByRole("link", { name: /Invoice 7\.pdf/ }).waitFor();
  });

  test("is taken from the clipboard and from what is dropped", async () => {
    await open();
    const data = await page.evaluateHandle((bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
      return transfer;
    }, [...PICTURE]);
    await words().evaluate((area, transfer) => area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, composed: true, cancelable: true })), data);
    await box().getByText("image.png").first().waitFor();
    await page.locator("claw-transcript").dispatchEvent("drop", { dataTransfer: data });
    await eventually("both are there", async () => (await box().getByRole("listitem").count()) === 2);
    await button("Remove image.png").first().click();
    await eventually("one is left", async () => (await box().getByRole("listitem").count()) === 1);
  });

  test("that WhatsApp would not take is told so, and keeps the rest from being sent until it is removed", async () => {
    await open();
    await chooser().setInputFiles([invoice, { name: "clip.mov", mimeType: "video/quicktime", buffer: Buffer.from("x") }, { name: "long.mp3", mimeType: "audio/mpeg", buffer: Buffer.alloc(17 * 1024 * 1024) }]);
    await box().getByRole("alert").filter({ hasText: "WhatsApp takes films as MP4 or 3GP." }).waitFor();
    await box().getByRole("alert").filter({ hasText: "WhatsApp takes a sound of 16 MB at most; this one has 17.8 MB." }).waitFor();
    await words().fill("Here");
    assert.ok(await button("Send").isDisabled());
    await page.keyboard.press("Enter");
    assert.equal(inbox.sent.length + inbox.files.size, 0);
    await button("Remove clip.mov").click();
    await button("Remove long.mp3").click();
    await button("Send").click();
    await sent();
  });

  test("that is a picture of another kind, or too large, is made one that WhatsApp shows", async () => {
    await open();
    const bytes = await page.evaluate(async () => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 3000;
      canvas.getContext("2d").fillRect(0, 0, 10, 10);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/webp"));
      return [...new Uint8Array(await blob.arrayBuffer())];
    });
    await chooser().setInputFiles({ name: "screen.webp", mimeType: "image/webp", buffer: Buffer.from(bytes) });
    await box().getByText(/Goes as a JPEG of \d+ KB\./).waitFor();
    await button("Send").click();
    await sent();
    const [file] = brought();
    assert.deepEqual([file.type, file.name, [...file.bytes.subarray(0, 3)]], ["image/jpeg", "screen.jpg", [0xff, 0xd8, 0xff]]);
  });

  test("says how far it is, and can be given up on its way", async () => {
    await open();
    let go;
    inbox.bringing = new Promise((done) => (go = done));
    await chooser().setInputFiles(invoice);
    await button("Send").click();
    await page.getByRole("progressbar", { name: "Bringing the file" }).waitFor();
    await button("Cancel").click();
    await bubble("Invoice 7.pdf").waitFor({ state: "detached" });
    go();
    inbox.bringing = null;
    await words().fill("No file");
    await page.keyboard.press("Enter");
    assert.deepEqual((await sent()).map(({ text }) => text), ["No file"]);
  });

  test("that did not arrive stays with the reason, and is brought once however often it is tried", async () => {
    await open();
    stub.world.refuse = (method, path) => method === "POST" && path.endsWith("/messages") && { status: 503, detail: "The disk is full." };
    await chooser().setInputFiles(invoice);
    await button("Send").click();
    const failed = bubble("The disk is full.");
    await failed.waitFor();
    stub.world.refuse = null;
    await failed.getByRole("button", { name: "Try again" }).click();
    await sent();
    assert.equal(inbox.files.size, 1);
    await failed.waitFor({ state: "detached" });
  });

  test("that the gateway refuses says why, and what was written after it goes", async () => {
    await open();
    stub.world.refuse = (method, path) => path === "/media" && { status: 400, detail: "the file is said to be application/pdf, and its bytes are a program" };
    await chooser().setInputFiles(invoice);
    await button("Send").click();
    await bubble("its bytes are a program").waitFor();
    await words().fill("Sorry");
    await page.keyboard.press("Enter");
    assert.deepEqual((await sent()).map(({ text }) => text), ["Sorry"]);
  });
});

describe("a voice message", () => {
  test("is recorded, and goes as one channel of Opus in Ogg, which any player decodes", async () => {
    await open();
    await button("Record a voice message").click();
    await box().getByText("Recording", { exact: true }).waitFor();
    await eventually("a second was recorded", async () => (await box().getByText("0:01").count()) === 1);
    await button("Stop").click();
    await labelled("The recording").waitFor();
    await button("Send the voice message").click();
    const [{ type, content }] = await sent();
    const [file] = brought();
    assert.deepEqual([type, content], ["audio", { id: file.id, voice: true }]);
    assert.match(file.type, /^audio\/ogg; ?codecs=opus$/);
    assert.equal(file.bytes.subarray(0, 4).toString(), "OggS");
    const heard = await page.evaluate(async (bytes) => {
      const sound = await new AudioContext().decodeAudioData(new Uint8Array(bytes).buffer);
      const loudest = sound.getChannelData(0).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      return { channels: sound.numberOfChannels, seconds: sound.duration, loudest };
    }, [...file.bytes]);
    assert.equal(heard.channels, 1);
    assert.ok(heard.seconds > 0.9 && heard.seconds < 8, `${heard.seconds} s`);
    assert.ok(heard.loudest > 0.05, "the beep is in it");
    assert.equal(pagesOf(file.bytes).length > 2, true);
    for (const one of pagesOf(file.bytes)) assert.equal(one.checksum, one.expected, "each page has its checksum");
  });

  test("can be thrown away, and leaves the words that were begun", async () => {
    await open();
    await button("Record a voice message").click();
    await button("Throw the recording away").click();
    await button("Record a voice message").waitFor();
    assert.equal(inbox.files.size, 0);
  });
});

/** The pages of an Ogg file, each with its checksum and what it should be, by another way than the page's own. */
function pagesOf(bytes) {
  const pages = [];
  for (let at = 0; at < bytes.length; ) {
    assert.equal(bytes.subarray(at, at + 4).toString(), "OggS");
    const pieces = bytes[at + 26];
    const end = at + 27 + pieces + bytes.subarray(at + 27, at + 27 + pieces).reduce((sum, one) => sum + one, 0);
    const page = Buffer.from(bytes.subarray(at, end));
    const checksum = page.readUInt32LE(22);
    page.writeUInt32LE(0, 22);
    let sum = 0n;
    for (const byte of page) for (let bit = 7; bit >= 0; bit -= 1) {
      const out = ((sum >> 31n) & 1n) ^ BigInt((byte >> bit) & 1);
      sum = ((sum << 1n) & 0xffffffffn) ^ (out ? 0x04c11db7n : 0n);
    }
    pages.push({ checksum, expected: Number(sum) });
    at = end;
  }
  return pages;
}

describe("choices", () => {
  test("are written with their looks beside them, and go as buttons", async () => {
    await open();
    await choose("Buttons or a list");
    await labelled("Message").fill("When may we come?");
    await labelled("Choice 1").fill("Morning");
    await labelled("Choice 2").fill("Evening");
    const preview = page.getByRole("region", { name: "As the person sees it" });
    await preview.getByText("When may we come?").waitFor();
    await preview.getByText("Evening").waitFor();
    await dialog().getByRole("button", { name: "Send" }).click();
    const [{ type, content }] = await sent();
    assert.equal(type, "interactive");
    assert.deepEqual(content, { type: "button", body: { text: "When may we come?" }, action: { buttons: [
      { type: "reply", reply: { id: "choice-1", title: "Morning" } }, { type: "reply", reply: { id: "choice-2", title: "Evening" } }] } });
    await bubble("When may we come?").getByText("Morning").waitFor();
    assert.equal(await dialog().count(), 0);
  });

  test("go as a list where there are many, with what is below each", async () => {
    await open();
    await choose("Buttons or a list");
    await page.getByRole("radio", { name: /^A list/ }).check();
    await labelled("Message").fill("How shall it come?");
    await labelled("The button that opens the list").fill("See them");
    for (const [index, title] of ["Express", "Mail", "Pigeon", "Boat"].entries()) {
      if (index > 1) await button("Add a choice").click();
      await labelled(`Choice ${index + 1}`).fill(title);
    }
    await dialog().getByLabel(/^More about it/).first().fill("Next day");
    await labelled("Small print (optional)").fill("Prices may change");
    await dialog().getByRole("button", { name: "Send" }).click();
    const [{ content }] = await sent();
    assert.equal(content.action.button, "See them");
    assert.deepEqual(content.action.sections[0].rows.map(({ title, description }) => [title, description]),
      [["Express", "Next day"], ["Mail", undefined], ["Pigeon", undefined], ["Boat", undefined]]);
    assert.deepEqual(content.footer, { text: "Prices may change" });
  });

  test("that WhatsApp would refuse are told before they are sent", async () => {
    await open();
    await choose("Buttons or a list");
    const send = () => dialog().getByRole("button", { name: "Send" }).click();
    await send();
    await dialog().getByRole("alert").filter({ hasText: "Write what you ask" }).waitFor();
    await labelled("Message").fill("Which?");
    await dialog().getByRole("alert").filter({ hasText: "Write at least one choice." }).waitFor();
    await labelled("Choice 1").fill("This one is longer than a button may be");
    assert.equal((await labelled("Choice 1").inputValue()).length, 20);
    await labelled("Choice 1").fill("Same");
    await labelled("Choice 2").fill("Same");
    await dialog().getByRole("alert").filter({ hasText: "Two choices have the same name." }).waitFor();
    await send();
    assert.equal(inbox.sent.length, 0);
  });
});

describe("a place", () => {
  for (const [what, pasted] of [["two numbers", "52.5163, 13.3777"], ["an address of OpenStreetMap", "https://www.openstreetmap.org/?mlat=52.5163&mlon=13.3777#map=19/1/2"],
    ["an address of Google Maps", "https://www.google.com/maps/place/Brandenburger+Tor/@52.51,13.37,17z/data=!3m1!8m2!3d52.5163!4d13.3777"]])
    test(`is found in ${what}`, async () => {
      await open();
      await choose("A place");
      await labelled("Where").fill(pasted);
      await dialog().getByText("52.5163, 13.3777", { exact: true }).waitFor();
      await labelled("Name (optional)").fill("Brandenburg Gate");
      await dialog().getByRole("button", { name: "Send" }).click();
      const [{ type, content }] = await sent();
      assert.deepEqual([type, content], ["location", { latitude: 52.5163, longitude: 13.3777, name: "Brandenburg Gate" }]);
      await bubble("Brandenburg Gate").getByRole("link").waitFor();
    });

  test("that is none is told, and theirs can be asked for", async () => {
    await open();
    await choose("A place");
    await labelled("Where").fill("99.5, 200");
    await dialog().getByText("There is no place in this.").waitFor();
    await page.getByRole("radio", { name: /^Ask for theirs/ }).check();
    await labelled("Question").fill("Where shall it go?");
    await dialog().getByRole("button", { name: "Send" }).click();
    const [{ content }] = await sent();
    assert.deepEqual(content, { type: "location_request_message", body: { text: "Where shall it go?" }, action: { name: "send_location" } });
    await bubble("Where shall it go?").getByText("Send location").waitFor();
  });
});

test("a contact goes as a card that can be written to", async () => {
  await open();
  await choose("A contact");
  await dialog().getByRole("button", { name: "Send" }).click();
  await dialog().getByText("A card needs a name.").waitFor();
  await labelled("Name").fill("Erika Muster");
  await labelled("Phone number").fill("49 155 5000099");
  await labelled("Email (optional)").fill("erika@example.org");
  await dialog().getByRole("button", { name: "Send" }).click();
  const [{ type, content }] = await sent();
  assert.equal(type, "contacts");
  assert.deepEqual(content, [{ name: { formatted_name: "Erika Muster", first_name: "Erika", last_name: "Muster" },
    phones: [{ phone: "+49 155 5000099", type: "CELL", wa_id: "491555000099" }], emails: [{ email: "erika@example.org", type: "WORK" }] }]);
  await bubble("Erika Muster").getByText("+49 155 5000099").waitFor();
});

describe("what somebody wrote", () => {
  test("is quoted: it stands over the answer, in the box and in the conversation", async () => {
    await open();
    await bubble("Where is my order?").hover();
    await button("Reply to: Where is my order?").click();
    await box().getByText("Where is my order?").waitFor();
    await eventually("one can write at once", () => words().evaluate((area) => area.getRootNode().activeElement === area));
    await page.keyboard.type("At the depot");
    await page.keyboard.press("Enter");
    const [{ text, quoted }] = await sent();
    assert.deepEqual([text, quoted], ["At the depot", asked.id]);
    await bubble("At the depot").locator(".quote").filter({ hasText: "Where is my order?" }).waitFor();
    await box().getByText("Where is my order?").waitFor({ state: "detached" });
  });

  test("is answered to on a phone as well: what can be done with it shows when it is touched", async () => {
    await page.setViewportSize(NARROW);
    await open();
    const acts = bubble("Where is my order?").locator(".acts");
    await page.mouse.move(0, 0);
    assert.equal(await acts.evaluate((element) => getComputedStyle(element).opacity), "0");
    await bubble("Where is my order?").locator(".bubble").click();
    await page.mouse.move(0, 0);
    await eventually("it shows", () => acts.evaluate((element) => getComputedStyle(element).opacity === "1"));
    await button("Reply to: Where is my order?").click();
    await box().getByText("Where is my order?").waitFor();
  });

  test("is not quoted after Escape", async () => {
    await open();
    await bubble("Where is my order?").hover();
    await button("Reply to: Where is my order?").click();
    await page.keyboard.press("Escape");
    await page.keyboard.type("Hello");
    await page.keyboard.press("Enter");
    const [{ quoted }] = await sent();
    assert.equal(quoted, undefined);
  });

  test("gets a reaction, which stands on it, changes and is taken back", async () => {
    await open();
    const react = async (name) => {
      await bubble("Where is my order?").hover();
      await button("React to: Where is my order?").click();
      await button(name).click();
    };
    await react("React with heart");
    assert.deepEqual((await sent())[0].content, { message_id: asked.wamid, emoji: "❤️" });
    await bubble("Where is my order?").getByRole("img", { name: "You reacted with ❤️" }).waitFor();
    await react("React with thumbs up");
    await bubble("Where is my order?").getByRole("img", { name: "You reacted with 👍" }).waitFor();
    await react("React with thumbs up");
    await bubble("Where is my order?").getByRole("img", { name: /reacted/ }).waitFor({ state: "detached" });
    assert.equal((await sent(3))[2].content.emoji, "");
    await bubble("Where is my order?").hover();
    await button("React to: Where is my order?").click();
    await labelled("Another emoji").fill("🦊");
    await bubble("Where is my order?").getByRole("img", { name: "You reacted with 🦊" }).waitFor();
  });

  test("a reaction that is refused does not stay, and is said", async () => {
    await open();
    stub.world.refuse = (method, path) => method === "POST" && path.endsWith("/messages") && { status: 503, detail: "The disk is full." };
    await bubble("Where is my order?").hover();
    await button("React to: Where is my order?").click();
    await button("React with heart").click();
    await page.locator("claw-toasts").getByText("The disk is full.").waitFor();
    await bubble("Where is my order?").getByRole("img", { name: /reacted/ }).waitFor({ state: "detached" });
  });
});

describe("a template", () => {
  /** Stands in for what chooses one: the box knows it by its slot alone. */
  const picker = () => box().evaluate((host) => {
    const pick = document.createElement("button");
    pick.slot = "template";
    pick.textContent = "Order ready";
    const detail = { message: { type: "template", template: { name: "order_ready", language: { code: "en" } } }, text: "Your order is ready." };
    pick.onclick = () => pick.dispatchEvent(new CustomEvent("pick", { detail, bubbles: true, composed: true }));
    host.append(pick);
    host.requestUpdate();
  });
  const isSent = async () => {
    const [{ type, content }] = await sent();
    assert.deepEqual([type, content], ["template", { name: "order_ready", language: { code: "en" } }]);
    await bubble("order_ready").waitFor();
  };

  test("is chosen where the 24 hours are over, and nothing else can be sent", async () => {
    maria.window_ends_at = null;
    await open();
    await box().getByText("The 24 hours are over.").waitFor();
    await picker();
    assert.equal(await words().count(), 0);
    await button("Order ready").click();
    await isSent();
  });

  test("is one of several things while they are not over", async () => {
    await open();
    await picker();
    await choose("A template");
    await dialog().getByRole("heading", { name: "A template" }).waitFor();
    await button("Order ready").click();
    await isSent();
    assert.equal(await dialog().count(), 0);
  });

  test("is not offered to who was opted out", async () => {
    await open();
    await picker();
    inbox.refusal = { status: 409, type: "/problems/opted-out", detail: "Maria Keller opted out." };
    await words().fill("Are you there?");
    await page.keyboard.press("Enter");
    await box().getByText("Maria Keller opted out.").waitFor();
    assert.equal(await button("Order ready").isVisible(), false);
  });
});

test("a viewer neither quotes nor reacts", async () => {
  await browser.context.clearCookies();
  await browser.signIn(stub.bob);
  await open();
  assert.equal(await page.getByRole("button", { name: /^(Reply|React) to/ }).count(), 0);
  await box().getByText("Your role").waitFor();
});

test("what opens is readable and named, in light and dark, wide and narrow", async () => {
  await open();
  await chooser().setInputFiles([picture, { name: "clip.mov", mimeType: "video/quicktime", buffer: Buffer.from("x") }]);
  await button("Remove clip.mov").waitFor();
  /** `opens` brings back what closes when the page gets another size. */
  const check = async (what, opens = async () => undefined) => {
    for (const viewport of [WIDE, NARROW])
      for (const colorScheme of ["light", "dark"]) {
        if (colorScheme === "light") {
          await page.setViewportSize(viewport);
          await opens();
        }
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
        const where = `${what}, ${colorScheme}, ${viewport.width}`;
        assert.deepEqual(await page.evaluate(lowContrast), [], `${where}: contrast`);
        assert.deepEqual(await accessibilityFaults(page), [], `${where}: axe`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${where}: fits`);
        if (process.env.ADMIN_SCREENSHOTS) await page.screenshot({ path: `${process.env.ADMIN_SCREENSHOTS}/compose-${where.replace(/\W+/g, "-")}.png` });
      }
    assert.deepEqual(await page.evaluate(unnamedControls), [], what);
    await page.setViewportSize(WIDE);
  };
  await check("files");
  await button("Send something else than words").click();
  await check("menu");
  await page.keyboard.press("Escape");
  for (const form of ["Buttons or a list", "A place", "A contact"]) {
    await choose(form);
    await dialog().getByRole("button", { name: "Send" }).waitFor();
    await check(form);
    await dialog().getByRole("button", { name: "Cancel" }).click();
  }
  await button("Remove clip.mov").click();
  await button("Remove menu.png").click();
  await button("Record a voice message").click();
  await box().getByText("Recording", { exact: true }).waitFor();
  await check("voice");
  await button("Throw the recording away").click();
  await check("react", async () => {
    await bubble("Where is my order?").hover();
    await button("React to: Where is my order?").click();
    await button("React with heart").waitFor();
  });
});

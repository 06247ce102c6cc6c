// Conversations as an operator uses them, on a stand-in of the gateway: long lists, what comes while one looks, and every kind
// of message.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { NARROW, openPage, ownFaults, startWorld, WIDE } from "./admin-support.mjs";
import { openBrowser } from "./browser.mjs";
import { everyKind, everyKindOfOurs, inboxPart } from "./inbox-stub.mjs";
import { eventually } from "./support.mjs";

let shared;
let stub;
let browser;
let page;
let inbox;

before(async () => {
  shared = await openBrowser({ viewport: WIDE, colorScheme: "light", reducedMotion: "reduce" });
});
after(() => shared.close());

async function start(count, viewport = WIDE) {
  stub = await startWorld(inboxPart({ count }));
  ({ inbox } = stub.world);
  browser = await openPage(stub, shared);
  ({ page } = browser);
  await page.setViewportSize(viewport);
  await browser.signIn(stub.ada);
}
afterEach(async () => {
  await page.close();
  stub.close();
  assert.deepEqual(ownFaults(browser.faults), []);
});

const LIST = "/t/acme/conversations";
const rows = () => page.locator("claw-conversation-list a");
const row = (name) => rows().filter({ hasText: name });
const list = () => page.locator("claw-conversation-list .scroller");
const bubbles = () => page.locator("claw-message-bubble");
const bubble = (text) => bubbles().filter({ hasText: text });
const openMaria = async () => {
  const [maria] = inbox.conversations;
  inbox.messages.set(maria.id, []);
  everyKind(inbox, maria);
  await browser.go(`${LIST}/${maria.id}`);
  await bubble("Have a good day").waitFor();
  return maria;
};

describe("the list", () => {
  test("a hundred thousand conversations scroll: few rows are in the page, and each page is read once", async () => {
    await start(100_000);
    await browser.go(LIST);
    await row("Maria Keller").first().waitFor();
    const most = await list().evaluate(async (scroller) => {
      let rowsInPage = 0;
      for (let step = 0; step < 120; step += 1) {
        scroller.scrollTop = scroller.scrollHeight;
        await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
        rowsInPage = Math.max(rowsInPage, scroller.querySelectorAll("a").length);
      }
      return rowsInPage;
    });
    assert.ok(most > 5 && most < 60, `${most} rows at most stood in the page`);
    const reached = await eventually("thousands were read", async () => {
      const height = await list().evaluate((scroller) => {
        scroller.scrollTop = scroller.scrollHeight;
        return scroller.scrollHeight;
      });
      return height > 68 * 3_000 && height;
    });
    assert.ok(inbox.asked <= 3 + Math.ceil(reached / 68 / 200), `${inbox.asked} pages were asked for ${Math.round(reached / 68)} rows`);
    // In the middle of it all a row is what it should be.
    await list().evaluate((scroller) => { scroller.scrollTop = 68 * 2_500; });
    await row(inbox.conversations[2_503].user.name ?? "+49").first().waitFor();
  });

  test("whoever writes comes to the top without a reload, and glows", async () => {
    await start(40);
    await browser.go(LIST);
    await rows().first().waitFor();
    inbox.say(inbox.conversations[20], "Is anybody there?");
    await rows().first().filter({ hasText: "Is anybody there?" }).waitFor();
    const stranger = inbox.person("Zoë New", "4917000000001");
    inbox.say(stranger, "Hello, I am new", "Welcome!");
    await rows().first().filter({ hasText: "Zoë New" }).filter({ hasText: "Welcome!" }).waitFor();
    assert.equal(await row("Zoë New").count(), 1);
  });

  test("what one reads further down stays where it is; a chip says what is new, and goes there", async () => {
    await start(400);
    await browser.go(LIST);
    await rows().first().waitFor();
    await list().evaluate((scroller) => { scroller.scrollTop = 68 * 12; });
    const read = row(inbox.conversations[14].user.name).first();
    await read.waitFor();
    const before = await read.boundingBox();
    inbox.say(inbox.person("Zoë New", "4917000000001"), "Hello");
    inbox.say(inbox.conversations[200], "And me");
    await page.getByRole("button", { name: "2 new", exact: true }).waitFor();
    assert.deepEqual(await read.boundingBox(), before);
    await page.getByRole("button", { name: "2 new", exact: true }).click();
    await rows().first().filter({ hasText: "And me" }).waitFor();
    await rows().nth(1).filter({ hasText: "Zoë New" }).waitFor();
  });

  test("nothing moves under the pointer; it settles when the pointer leaves", async () => {
    await start(40);
    await browser.go(LIST);
    await rows().nth(3).hover();
    const [first] = inbox.conversations;
    inbox.say(inbox.conversations[9], "From further down");
    await page.getByRole("button", { name: "1 new", exact: true }).waitFor();
    assert.ok((await rows().first().innerText()).includes(first.user.name));
    await page.mouse.move(1_000, 400);
    await rows().first().filter({ hasText: "From further down" }).waitFor();
  });

  test("j and k move, Enter opens, back returns to the list and its place", async () => {
    await start(40);
    await browser.go(LIST);
    await rows().first().waitFor();
    for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${LIST}/${inbox.conversations[1].id}`);
    await page.getByRole("heading", { level: 2, name: inbox.conversations[1].user.name }).waitFor();
    await page.goBack();
    await page.waitForURL(`**${LIST}`);
    await page.getByText("Open a conversation").waitFor();
  });

  test("/ searches by name and number, the search is in the address, and nobody found is said", async () => {
    await start(400);
    await browser.go(LIST);
    await rows().first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("aylin");
    await page.waitForURL("**?q=aylin");
    await eventually("only those are shown", async () => (await rows().allInnerTexts()).every((text) => text.includes("Aylin")));
    await page.reload();
    await eventually("only those are shown", async () => (await rows().count()) > 1 && (await rows().allInnerTexts()).every((text) => text.includes("Aylin")));
    await page.getByRole("searchbox").fill("+4915155000007");
    await row(inbox.conversations[7].user.name).waitFor();
    await page.getByRole("searchbox").fill("nobody at all");
    await page.getByRole("heading", { name: "Nobody fits" }).waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await rows().first().waitFor();
  });

  test("a list that cannot be read says so, and is read when tried again", async () => {
    await start(10);
    stub.world.refuse = (method, path) => path === "/conversations" && { status: 503, detail: "The disk is full.", headers: { "Retry-After": "5" } };
    await browser.go(LIST);
    await page.getByRole("alert").filter({ hasText: "The disk is full." }).waitFor();
    stub.world.refuse = null;
    await page.getByRole("button", { name: "Try again" }).click();
    await rows().first().waitFor();
  });

  test("an empty inbox teaches and leads to Channels", async () => {
    await start(0);
    await browser.go(LIST);
    await page.getByRole("heading", { name: "Nobody has written yet" }).waitFor();
    assert.ok((await page.getByRole("link", { name: "Connect WhatsApp" }).getAttribute("href")).endsWith("/t/acme/channels/whatsapp"));
  });

  test("what was missed while the stream was broken is read when it is back", async () => {
    await start(20);
    await browser.go(LIST);
    await rows().first().waitFor();
    stub.world.refuse = (method, path) => path === "/stream" && { status: 503 };
    stub.cut();
    await page.getByText(/not live|connection|interrupted|lost/i).first().waitFor();
    inbox.say(inbox.conversations[5], "Said in the dark");
    stub.world.refuse = null;
    await rows().first().filter({ hasText: "Said in the dark" }).waitFor();
  });
});

describe("a conversation", () => {
  test("shows every kind of message as the person sees it", async () => {
    await start(3);
    await openMaria();
    for (const text of ["My parcel has not come yet", "This is how the last one came", "Voice message", "And please tell the driver", "invoice-4711.pdf", "Marienplatz",
      "Erika Muster", "Animated sticker", "The box", "pressed a button", "Before ten", "Hauptstr. 1", "2 × SKU-7", "is now +4915555000002", "does not pass on this kind"])
      await bubble(text).first().waitFor();
    const text = (await bubbles().allInnerTexts()).join("\n");
    assert.ok(!/\[(image|voice|document|location|contacts|order|edited|reaction)/.test(text), "no label that is meant for agents");
    assert.equal(await page.locator("claw-message-content b", { hasText: "order 4711" }).count(), 1, "bold is bold");
  });

  test("shows what we sent as the person got it: what can be pressed, what is behind it, pictures of ours", async () => {
    await start(3);
    const [maria] = inbox.conversations;
    inbox.messages.set(maria.id, []);
    everyKindOfOurs(inbox, maria);
    await browser.go(`${LIST}/${maria.id}`);
    await bubble("Our shop").waitFor();
    const has = (message, ...words) => Promise.all(words.map((one) => bubble(message).getByText(one).first().waitFor()));
    await has("Which size?", "Shoes", "Both cost the same", "Small", "Large");
    await has("How shall it come?", "Choose", "Fast", "Express", "Next day", "Slow", "Mail");
    await has("Make an appointment", "Pick a day");
    await has("Where are you?", "Send location");
    await has("May we call you?", "Share contact");
    await has("Talk to us", "Ring us");
    await has("Our best", "View items", "sku-1, sku-2");
    await has("These fit", "Blue ones", "Red ones");
    await has("order_ready", "Template, en", "{{2}}", "A-17");
    assert.equal(await bubble("Where it is").getByRole("link", { name: "Follow it" }).getAttribute("href"), "https://shop.example.org/");
    assert.equal(await bubble("https://shop.example.org/menu.png").getByRole("link").getAttribute("href"), "https://shop.example.org/menu.png");
    for (const message of ["The menu", "These fit"]) {
      // Its address is asked for when it comes into sight.
      await bubble(message).scrollIntoViewIfNeeded();
      const picture = bubble(message).getByRole("img", { name: "Picture" }).first();
      await picture.waitFor();
      await eventually(`the picture of ${message}`, () => picture.evaluate((image) => image.complete && image.naturalWidth === 320));
    }
    await bubble("Invoice.pdf").getByRole("link", { name: /Invoice\.pdf/ }).waitFor();
    assert.ok(!/\[(image|button|list|template|flow|location)/.test((await bubbles().allInnerTexts()).join("\n")), "no label that is meant for agents");
  });

  test("reactions, edits and deletions stand on their messages", async () => {
    await start(3);
    await openMaria();
    await bubble("It left on Friday").getByRole("img", { name: "Maria Keller reacted with 👍" }).waitFor();
    const edited = bubble("Can I pay by invoice?");
    await edited.getByText("edited", { exact: true }).waitFor();
    await bubble("invioce").first().waitFor({ state: "detached" });
    await bubble("The person deleted this message").waitFor();
    await bubble("This was to somebody else").first().waitFor({ state: "detached" });
  });

  test("says how an answer stands, how long it took, and whose move it is when it failed", async () => {
    await start(3);
    await openMaria();
    const answer = bubble("It left on Friday");
    await answer.getByText(/^read \d\d:\d\d$/).waitFor();
    await answer.getByText("in 1.8 s").waitFor();
    await answer.getByText("support", { exact: true }).waitFor();
    const failed = bubble("choose “invoice”");
    await failed.getByText("Send a template instead").waitFor();
    await failed.getByText("Your move", { exact: true }).waitFor();
    await failed.getByRole("link", { name: /Meta on code 131047/ }).waitFor();
  });

  test("an answer that waits for the person says what lets it go", async () => {
    await start(3);
    const maria = await openMaria();
    const parked = inbox.add(maria, { direction: "outbound", state: "parked", text: "Your parcel is here." });
    await bubble("Your parcel is here.").getByText("It is sent by itself once they write again.").waitFor();
    inbox.change(parked, { state: "sent" });
    await bubble("It is sent by itself").waitFor({ state: "detached" });
  });

  test("why? shows the way of a turn with its times, and the webhook", async () => {
    await start(3);
    await openMaria();
    const answer = bubble("Have a good day");
    await answer.getByRole("button", { name: /^Why/ }).click();
    const way = page.locator("claw-message-way");
    for (const step of ["Written on the phone", "Received and stored", "support answered", "Sent: WhatsApp has it", "Delivered to the phone", "Read"])
      await way.getByText(step, { exact: true }).waitFor();
    assert.match(await way.getByRole("listitem").filter({ hasText: "support answered" }).innerText(), /\+1\.2 s/);
    await way.getByText("The webhook as Meta sent it").click();
    assert.match(await way.locator("pre").innerText(), /"object": "whatsapp_business_account"/);
    await page.keyboard.press("Escape");
    await way.waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.waitForURL(`**${LIST}`);
  });

  test("what is said while it is open appears, and its ticks follow", async () => {
    await start(3);
    const maria = await openMaria();
    const asked = inbox.say(maria, "One more thing");
    await bubble("One more thing").getByText("waits for its turn").waitFor();
    inbox.change(asked, { state: "answered" });
    const answer = inbox.add(maria, { direction: "outbound", state: "queued", text: "Of course", answers: asked.id });
    await bubble("Of course").getByText("waits to be sent").waitFor();
    inbox.change(answer, { state: "delivered" });
    await bubble("Of course").getByText(/^delivered/).waitFor();
    await rows().first().filter({ hasText: "Of course" }).waitFor();
  });

  test("older messages come as one scrolls up, and what one reads stays", async () => {
    await start(3);
    const [maria] = inbox.conversations;
    inbox.messages.set(maria.id, []);
    for (let index = 0; index < 150; index += 1) inbox.add(maria, { text: `Message ${index} of many`, created_at: new Date(Date.now() - (200 - index) * 60_000).toISOString() });
    await browser.go(`${LIST}/${maria.id}`);
    await bubble("Message 149 of many").waitFor();
    const log = page.locator("claw-transcript .log");
    assert.ok(await log.evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight < 5), "it begins at the newest");
    await log.evaluate((one) => { one.scrollTop = 300; });
    await bubble("Message 75 of many").waitFor({ state: "attached" });
    assert.ok(await log.evaluate((one) => one.scrollTop > 600), "older ones were put above what is read");
    await eventually("it is whole", async () => {
      await log.evaluate((one) => { one.scrollTop = 0; });
      return (await bubble("Message 0 of many").count()) === 1;
    });
    await page.getByText("The conversation begins here").waitFor();
    assert.equal(await bubbles().count(), 150);
  });

  test("one that is not there says so", async () => {
    await start(3);
    await browser.go(`${LIST}/c_ffffffffffffffff`);
    await page.getByText("This conversation is not here").waitFor();
  });

  test("on a phone list and conversation are two views", async () => {
    await start(30, NARROW);
    await browser.go(LIST);
    await rows().nth(1).click();
    await page.waitForURL(`**${LIST}/c_*`);
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    assert.equal(await rows().first().isVisible(), false);
    await page.getByRole("link", { name: "All conversations" }).click();
    await rows().first().waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });
});

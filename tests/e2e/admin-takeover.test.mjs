// Answering by hand, on a stand-in of the gateway: taking over and handing back, a reply on its way, and what may not be sent.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eachSignedIn, NARROW, WIDE } from "./admin-support.mjs";
import { channelPart } from "./channel-stub.mjs";
import { inboxPart } from "./inbox-stub.mjs";
import { eventually } from "./support.mjs";

const CARLA = "carla.stein@example.com";
let stub;
let world;
let inbox;
let maria;
let browser;
let page;

eachSignedIn({
  parts: () => [inboxPart({ count: 20 }), channelPart()],
  furnish(made) {
    stub = made;
    ({ world } = stub);
    ({ inbox } = world);
    [maria] = inbox.conversations;
    inbox.messages.set(maria.id, []);
    inbox.say(maria, "Where is my order?", "It left on Friday.");
    inbox.say(maria, "No. May I talk to a person?");
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const button = (name) => page.getByRole("button", { name, exact: true });
const bubble = (text) => page.locator("claw-message-bubble").filter({ hasText: text });
const box = () => page.getByRole("textbox", { name: "Answer by hand" });
const head = () => page.locator("claw-conversation-detail header");
const row = (name) => page.locator("claw-conversation-list a").filter({ hasText: name }).first();
const newest = () => inbox.messages.get(maria.id).at(-1);
const open = async () => {
  await browser.go(`/t/acme/conversations/${maria.id}`);
  await bubble("May I talk to a person?").waitFor();
};

describe("taking over", () => {
  test("is one press and says for how long; handing back gives it to the agent", async () => {
    await open();
    await page.getByText("The agent answers here. What you send takes over").waitFor();
    await button("Take over").click();
    await head().getByText("You hold it").waitFor();
    await head().getByText(/^(1 h 00 m|59 m \d\d s)$/).waitFor();
    assert.equal(maria.held_by, "ada@example.com");
    await eventually("one can write at once", () => box().evaluate((area) => area.getRootNode().activeElement === area));
    await row("Maria").getByText("You").waitFor();
    await button("Hand back").click();
    await button("Take over").waitFor();
    assert.equal(maria.held_by, null);
    await row("Maria").getByText("You").waitFor({ state: "detached" });
  });

  test("has keys: t takes over and hands back, r goes to the answer, which keeps them as letters", async () => {
    await open();
    await page.keyboard.press("r");
    await page.keyboard.type("rt");
    assert.equal(await box().inputValue(), "rt");
    assert.equal(maria.held_by ?? null, null);
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await button("Hand back").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await button("Take over").waitFor();
    await page.keyboard.press("?");
    await page.getByText("Take over, or hand back").waitFor();
  });

  test("somebody else's is seen as it happens, in the list as well, and ends with its time", async () => {
    await open();
    inbox.hold(maria, CARLA, 0.06);
    await head().getByText("Carla Stein holds it").waitFor();
    await head().getByText(/^[1-4] s$/).waitFor();
    await page.getByText("Carla Stein answers here. What you send takes it over from them.").waitFor();
    await row("Maria").getByText("Carla").waitFor();
    await button("Take over").waitFor();
    await page.getByText("The agent answers here.").waitFor();
    inbox.hold(inbox.conversations[3], CARLA);
    await row(inbox.conversations[3].user.name).getByText("Carla").waitFor();
  });

  test("an owner's pause has no end, and what they wrote on the phone takes over too", async () => {
    await open();
    inbox.hold(maria, "+4915155000099", 1e9);
    await head().getByText("+49 151 550 000 99 holds it").waitFor();
    await head().getByText("until handed back").waitFor();
    inbox.hold(maria, "the business app", 30);
    await head().getByText("The business app holds it").waitFor();
    await row("Maria").getByText("the business app").waitFor();
  });

  test("what comes meanwhile says to whom it was left", async () => {
    const asked = inbox.say(maria, "Hello?");
    inbox.change(asked, { state: "no_reply", reason: `answered by hand: ${CARLA}` });
    await open();
    await bubble("Hello?").getByText("left to Carla Stein").waitFor();
    await bubble("Hello?").hover();
    await bubble("Hello?").getByRole("button", { name: /^Why/ }).click();
    await page.locator("claw-message-way").getByText("no agent was asked").waitFor();
  });

  test("a refusal is said, and nothing pretends", async () => {
    await open();
    world.refuse = (method, path) => path.endsWith("/take-over") && { status: 503, detail: "The disk is full." };
    await button("Take over").click();
    await page.locator("claw-toasts").getByText("The disk is full.").waitFor();
    await button("Take over").waitFor();
  });
});

describe("an answer by hand", () => {
  test("stands there at once, takes over, and its ticks follow; Shift and Enter begin a line", async () => {
    await open();
    await box().fill("It is at the depot.");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("It comes tomorrow.");
    assert.deepEqual(inbox.sent, []);
    await page.keyboard.press("Enter");
    const mine = bubble("It is at the depot.");
    await mine.getByText("waits to be sent").waitFor();
    await mine.getByText("You, by hand", { exact: true }).waitFor();
    assert.equal(await box().inputValue(), "");
    await head().getByText("You hold it").waitFor();
    assert.equal(newest().text, "It is at the depot.\nIt comes tomorrow.");
    inbox.change(newest(), { state: "delivered" });
    await mine.getByText(/^delivered/).waitFor();
    inbox.change(newest(), { state: "read" });
    await mine.getByText(/^read/).waitFor();
    assert.equal(await mine.count(), 1);
    await mine.getByRole("button", { name: /^Why/ }).click();
    await page.locator("claw-message-way").getByText("You, by hand: answered").waitFor();
  });

  test("is shown before the gateway has answered", async () => {
    await open();
    await page.route("**/api/v1/conversations/*/messages", async (route) => {
      if (route.request().method() === "POST") await bubble("Slow").getByText("waits to be sent").waitFor();
      await route.continue();
    });
    await box().fill("Slow");
    await page.keyboard.press("Enter");
    await eventually("it was sent", () => inbox.sent.length === 1);
    await bubble("Slow").getByRole("button", { name: /^Why/ }).waitFor();
    assert.equal(await bubble("Slow").count(), 1);
  });

  test("several go in order, each with a key of its own", async () => {
    await open();
    for (const text of ["One", "Two", "Three"]) {
      await box().fill(text);
      await page.keyboard.press("Enter");
    }
    await eventually("all were sent", () => inbox.sent.length === 3);
    assert.deepEqual(inbox.sent.map(({ text }) => text), ["One", "Two", "Three"]);
    assert.equal(new Set(inbox.sent.map(({ key }) => key)).size, 3);
  });

  test("whose answer was lost is tried again with the same key, and was sent once", async () => {
    await open();
    inbox.loses = true;
    await box().fill("Only once");
    await page.keyboard.press("Enter");
    const failed = bubble("Only once").filter({ hasText: "The answer was lost." });
    await failed.waitFor();
    inbox.loses = false;
    await failed.getByRole("button", { name: "Try again" }).click();
    await failed.waitFor({ state: "detached" });
    assert.equal(inbox.sent.length, 2);
    assert.equal(inbox.sent[0].key, inbox.sent[1].key);
    assert.equal(inbox.messages.get(maria.id).filter((one) => one.text === "Only once").length, 1);
    await eventually("it is shown once", async () => (await bubble("Only once").count()) === 1);
  });

  test("that did not leave can be removed", async () => {
    await open();
    world.refuse = (method, path) => method === "POST" && path.endsWith("/messages") && { status: 503, detail: "The disk is full." };
    await box().fill("Never mind");
    await page.keyboard.press("Enter");
    await bubble("Never mind").getByText("The disk is full.").waitFor();
    await bubble("Never mind").getByRole("button", { name: "Remove" }).click();
    await bubble("Never mind").waitFor({ state: "detached" });
  });

  test("that is refused goes back to where it was written, with the reason, until something changes", async () => {
    await open();
    inbox.refusal = { status: 409, type: "https://clawcentral.dev/problems/opted-out", detail: "Maria Keller opted out. Nothing may be sent until they write START." };
    await box().fill("Are you there?");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing may be sent until they write START.").waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Not sent" }).inputValue(), "Are you there?");
    await bubble("Are you there?").first().waitFor({ state: "detached" });
    inbox.refusal = null;
    inbox.say(maria, "START");
    await eventually("one can write again", async () => (await box().count()) === 1 && (await box().inputValue()) === "Are you there?");
    await box().press("Enter");
    await bubble("Are you there?").waitFor();
  });

  test("that is begun stays with its conversation while one looks at another", async () => {
    await open();
    await box().fill("Half a sentence");
    await page.locator("claw-conversation-list a").nth(2).click();
    await eventually("another one is empty", async () => (await box().inputValue()) === "");
    await row("Maria").click();
    await eventually("it is there again", async () => (await box().inputValue()) === "Half a sentence");
  });

  test("longer than WhatsApp takes is not sent", async () => {
    await open();
    await box().fill("x".repeat(4097));
    await page.getByText("4,097 of 4,096").waitFor();
    assert.ok(await button("Send").isDisabled());
    await page.keyboard.press("Enter");
    assert.deepEqual(inbox.sent, []);
  });
});

describe("what cannot be answered by hand says why", () => {
  test("the 24 hours are over", async () => {
    maria.window_ends_at = new Date(Date.now() - 1000).toISOString();
    await open();
    await page.getByText("The 24 hours are over. Until they write again, only templates may be sent to them.").waitFor();
    await box().first().waitFor({ state: "detached" });
    inbox.say(maria, "Hello again");
    await box().waitFor();
  });

  test("the 24 hours are over, and the tenant has chosen what becomes of answers: it says so, and takes them", async () => {
    maria.window_ends_at = new Date(Date.now() - 1000).toISOString();
    maria.outside_window = { does: "park", template: null };
    await open();
    await page.getByText("The 24 hours are over: what you write goes when the person writes.").waitFor();
    await box().fill("It is here.");
    await page.keyboard.press("Enter");
    await eventually("it was sent", () => inbox.sent.length === 1);
    maria.outside_window = { does: "template", template: "come_back" };
    inbox.hold(maria, null);
    await page.getByText("what you write goes as the template come_back.").waitFor();
    maria.outside_window = { does: "refuse", template: null };
    inbox.hold(maria, null);
    await box().first().waitFor({ state: "detached" });
  });

  test("who only looks reads everything and changes nothing", async () => {
    inbox.hold(maria, CARLA);
    await browser.signIn(stub.bob);
    await open();
    await head().getByText("Carla Stein holds it").waitFor();
    assert.ok(await button("Hand back").isDisabled());
    await page.getByText("Your role here (viewer) does not allow this.").waitFor();
    await box().first().waitFor({ state: "detached" });
    await page.keyboard.press("t");
    assert.equal(maria.held_by, CARLA);
  });
});

describe("who answered, and why they", () => {
  test("stands under what was written by hand, and in the business app", async () => {
    inbox.add(maria, { direction: "outbound", state: "read", text: "Carla here", agent: null, by: CARLA });
    inbox.add(maria, { direction: "outbound", state: "sent", text: "From the phone", agent: null, by: "the business app" });
    await open();
    await bubble("Carla here").getByText("Carla Stein, by hand", { exact: true }).waitFor();
    assert.equal(await bubble("Carla here").locator(".under").getAttribute("title"), CARLA);
    await bubble("From the phone").getByText("written in the business app", { exact: true }).waitFor();
  });

  test("the way of a message says which kind of rule chose the agent", async () => {
    const asked = inbox.say(maria, "Guten Tag", "Wie kann ich helfen?");
    inbox.change(asked, { matched_by: "peer_prefix" });
    await open();
    await bubble("Wie kann ich helfen?").getByRole("button", { name: /^Why/ }).click();
    const way = page.locator("claw-message-way");
    await way.getByText("Given to support").waitFor();
    await way.getByText("A rule is about numbers that begin so.").waitFor();
    assert.ok((await way.getByRole("link", { name: "See the rules" }).getAttribute("href")).endsWith("/t/acme/routing"));
  });
});

test("on a phone one takes over and answers", async () => {
  await page.setViewportSize(NARROW);
  await open();
  await button("Take over").click();
  await box().fill("On my way");
  await button("Send").click();
  await bubble("On my way").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.setViewportSize(WIDE);
});

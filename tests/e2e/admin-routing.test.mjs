// Routing and the settings of conversations as an admin uses them, on a stand-in of the gateway.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eachSignedIn, NARROW, WIDE } from "./admin-support.mjs";
import { eventually } from "./support.mjs";

let stub;
let world;
let acme;
let browser;
let page;

eachSignedIn({
  timezoneId: "Europe/Berlin",
  furnish(made) {
    stub = made;
    ({ world, acme } = stub);
    acme.policy = "open";
    acme.secrets.WHATSAPP_PHONE_NUMBER_ID.value = "111111,222222";
    world.agents.acme = ["support", "sales", "german"].map((name, at) => ({ name, kind: "echo", default: at === 0, version: 1, options: { format: "plain" } }));
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const button = (name) => page.getByRole("button", { name, exact: true });
const label = (name) => page.getByLabel(name, { exact: true });
const dialog = () => page.locator("claw-dialog[open]");
const rows = () => page.locator("claw-rule-list .rule");
const texts = async () => (await rows().locator(".what").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
const saved = () => world.routing.acme?.rules ?? [];
const rules = (...list) => { world.routing.acme = { version: 1, rules: list }; };
const PREFIXES = ["49", "43", "41"].map((value) => ({ by: "peer_prefix", value, agent: "german" }));
const open = async () => {
  await browser.go("/t/acme/routing");
  await browser.heading("Routing").waitFor();
  await page.locator("claw-rule-list .kind").first().waitFor();
};

describe("the rules", () => {
  test("without an agent the page teaches, and leads to making one", async () => {
    world.agents.acme = [];
    await browser.go("/t/acme/routing");
    await page.getByRole("heading", { name: "There is no agent yet" }).waitFor();
    await page.getByRole("link", { name: "Make an agent" }).click();
    await page.waitForURL("**/agents/+new");
  });

  test("stand in the order in which they are tried, whatever order they were saved in", async () => {
    rules({ by: "number", value: "222222", agent: "sales" }, { by: "peer", value: "4915155000000", agent: "sales" }, PREFIXES[0]);
    await open();
    assert.deepEqual(await texts(), ["+49 151 550 000 00 goes to sales", "Numbers that begin with +49 goes to german", "Written to 222222 goes to sales"]);
    assert.deepEqual(await rows().locator(".place").allInnerTexts(), ["1", "2", "3"]);
    assert.deepEqual(await page.locator("claw-rule-list .kind").evaluateAll((kinds) => kinds.map((kind) => kind.dataset.kind)),
      ["peer", "peer_prefix", "referral", "keyword", "pattern", "number", "channel"]);
  });

  test("one is made, changed and removed, and saved at once with the default agent", async () => {
    await open();
    await button("Add a rule: One person").click();
    await label("Phone number or BSUID").fill("0049 (151) 5500-0000");
    await label("Agent that answers").selectOption("sales");
    await button("Add the rule").click();
    await button("Add a rule: A word").click();
    await label("The whole message").fill("Hallo");
    await label("Written to").selectOption("222222");
    await label("Agent that answers").selectOption("german");
    await page.keyboard.press("Enter");
    await rows().nth(1).waitFor();
    assert.deepEqual(saved(), [], "nothing is saved before Save is pressed");
    await label("No rule fits: the default agent").selectOption("german");
    await button("Save").click();
    await eventually("they were saved", () => saved().length === 2);
    assert.deepEqual(saved(), [{ by: "peer", value: "4915155000000", agent: "sales" }, { by: "keyword", value: "Hallo", number: "222222", agent: "german" }]);
    assert.equal(world.agents.acme.find((agent) => agent.default).name, "german");
    await button("Save").waitFor({ state: "detached" });

    await button("Edit rule 2, First message “Hallo”, written to 222222").click();
    await label("What it looks at").selectOption("pattern");
    await label("Regular expression").fill("^hallo");
    await label("Written to").selectOption("");
    await button("Change the rule").click();
    await button("Remove rule 1, +49 151 550 000 00").click();
    await button("Save").click();
    await eventually("it was saved", () => saved().length === 1);
    assert.deepEqual(saved(), [{ by: "pattern", value: "^hallo", agent: "german" }]);
  });

  test("call numbers as people do, where Meta told it", async () => {
    world.guides.acme = { done: new Set(["number_found"]), failed: {}, facts: {}, learned: {} };
    rules({ by: "number", value: "222222", agent: "sales" }, { by: "keyword", value: "hi", number: "111111", agent: "german" });
    await open();
    assert.deepEqual(await texts(), ["First message “hi”, written to +1 555-010-0000 goes to german", "Written to +44 20 7946 0000 goes to sales"]);
    await button("Edit rule 2, Written to +44 20 7946 0000").click();
    await label("Your number").selectOption("+1 555-010-0000");
    await button("Change the rule").click();
    await button("Save").click();
    await eventually("the gateway has its id", () => saved().some((rule) => rule.by === "number" && rule.value === "111111"));
  });

  test("are moved among their kind by the arrow keys, with the focus and a word for who cannot see it", async () => {
    rules(...PREFIXES, { by: "channel", agent: "sales" });
    await open();
    await button("Move rule 1, Numbers that begin with +49").focus();
    await page.keyboard.press("ArrowDown");
    await page.getByText("Numbers that begin with +49: now 2 of 3.").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.deepEqual((await texts()).map((text) => text.match(/\+\d+/)?.[0] ?? "all"), ["+43", "+41", "+49", "all"]);
    assert.match(await page.evaluate(() => { let at = document.activeElement; while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at.getAttribute("aria-label"); }), /^Move rule 3, .*\+49$/);
    await button("Save").click();
    await eventually("it was saved", () => saved().map((rule) => rule.value).join() === "43,41,49,");
  });

  test("are moved by dragging, and Escape puts them back", async () => {
    rules(...PREFIXES);
    await open();
    const at = async (index) => {
      const box = await rows().nth(index).boundingBox();
      return box.y + box.height / 2;
    };
    const handle = await button("Move rule 3, Numbers that begin with +41").boundingBox();
    const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
    const order = async () => (await texts()).map((text) => text.match(/\+\d+/)[0]).join(" ");
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, (await at(1)) - 4);
    await eventually("it moved", async () => (await order()) === "+49 +41 +43");
    await page.keyboard.press("Escape");
    await eventually("it is back", async () => (await order()) === "+49 +43 +41");
    await page.mouse.up();
    await button("Save").first().waitFor({ state: "detached" });
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, (await at(1)) - 4);
    await page.mouse.move(x, (await at(0)) - 4);
    await page.mouse.up();
    await eventually("it is the first", async () => (await order()) === "+41 +49 +43");
    await button("Save").click();
    await eventually("it was saved", () => saved().map((rule) => rule.value).join() === "41,49,43");
  });

  test("what the gateway refuses is said at the rule and in its form, and nothing is lost", async () => {
    rules(PREFIXES[0]);
    await open();
    await button("Add a rule: A pattern").click();
    await label("Regular expression").fill("(invoice");
    await button("Add the rule").click();
    await button("Save").click();
    await rows().nth(1).getByRole("alert").filter({ hasText: "Has a pattern that cannot be read: missing ): (invoice" }).waitFor();
    await button("Edit rule 2, First message fits (invoice").click();
    await dialog().getByText("Has a pattern that cannot be read").waitFor();
    await label("Regular expression").fill("invoice");
    await button("Change the rule").click();
    await button("Save").click();
    await eventually("it was saved", () => saved().length === 2);
  });

  test("a prefix that is no number is refused where it is written", async () => {
    await open();
    await page.keyboard.press("n");
    await label("What it looks at").selectOption("peer_prefix");
    await label("How the numbers begin").fill("Germany");
    await button("Add the rule").click();
    await page.getByText("Only digits: the first ones of the phone numbers").waitFor();
  });

  test("two who change the rules do not overwrite each other unseen", async () => {
    rules(PREFIXES[0]);
    await open();
    await button("Remove rule 1, Numbers that begin with +49").click();
    rules({ ...PREFIXES[0], agent: "sales" });
    world.routing.acme.version = 7;
    await button("Save").click();
    const told = page.getByText("Somebody else changed the rules while you had them open.");
    await told.waitFor();
    await page.getByText("Numbers that begin with +49 → sales").waitFor();
    assert.equal(saved()[0].agent, "sales");
    await button("Save").first().waitFor({ state: "detached" });
    await button("Show theirs").click();
    await rows().first().getByText("sales").waitFor();
    await told.waitFor({ state: "detached" });
  });

  test("a change of something else of the tenant is not in the way", async () => {
    rules(PREFIXES[0]);
    await open();
    await button("Remove rule 1, Numbers that begin with +49").click();
    world.routing.acme.version = 7;
    await button("Save").click();
    await eventually("it was saved", () => saved().length === 0);
    await button("Save").waitFor({ state: "detached" });
  });

  test("mine can be kept over theirs, which is seen before it is done", async () => {
    rules(PREFIXES[0]);
    await open();
    await button("Add a rule: Everybody").click();
    await button("Add the rule").click();
    world.routing.acme = { version: 5, rules: [PREFIXES[0], PREFIXES[1]] };
    world.tell("tenant", { what: "routing" });
    await page.getByText("Numbers that begin with +43 → german").waitFor();
    await button("Keep mine").click();
    await button("Save").click();
    await eventually("mine was saved", () => saved().map((rule) => rule.by).join() === "peer_prefix,channel");
  });

  test("what is not saved is not lost by going elsewhere", async () => {
    rules(PREFIXES[0]);
    await browser.go("/t/acme/agents");
    await page.getByRole("link", { name: "Routing", exact: true }).click();
    await button("Remove rule 1, Numbers that begin with +49").click();
    await page.getByRole("link", { name: "Users", exact: true }).click();
    await dialog().getByText("Leave without saving?").waitFor();
    await button("Cancel").click();
    await browser.heading("Routing").waitFor();
    await page.goBack();
    await dialog().getByText("Leave without saving?").waitFor();
    assert.ok(page.url().endsWith("/routing"), "the address is still that of what one sees");
    await button("Cancel").click();
    await button("Give up changes").click();
    await rows().first().waitFor();
    await page.goBack();
    await browser.heading("Agents").waitFor();
    await page.goForward();
    await browser.heading("Routing").waitFor();
    await button("Remove rule 1, Numbers that begin with +49").click();
    await page.goBack();
    await dialog().getByRole("button", { name: "Leave without saving" }).click();
    await browser.heading("Agents").waitFor();
    assert.equal(saved().length, 1);
  });

  test("who only looks sees them all, and why nothing can be changed", async () => {
    rules(...PREFIXES);
    await browser.signIn(stub.bob);
    await open();
    await page.getByText("Your role here (viewer) does not allow this.").first().waitFor();
    assert.equal(await rows().count(), 3);
    await page.getByRole("button", { name: /^(Edit|Remove|Move) rule/ }).first().waitFor({ state: "detached" });
    assert.ok(await button("Add a rule: One person").isDisabled());
    assert.ok(await label("No rule fits: the default agent").isDisabled());
  });
});

describe("Try it", () => {
  const way = () => page.getByRole("list", { name: "The way to the agent" });
  const ask = async (from, text = "") => {
    await label("From, a phone number or BSUID").fill(from);
    await label("Message").fill(text);
    await button("Who answers?").click();
  };

  test("says who would answer and by which rule, which it shows; nothing is sent", async () => {
    rules({ by: "number", value: "222222", agent: "sales" }, PREFIXES[0]);
    await open();
    await page.getByText("Nothing is sent or kept.").waitFor();
    await ask("+49 151 55000007", "hello");
    await page.getByText("german answers, because a rule fits.").waitFor();
    await way().getByText("Rule 1: Numbers that begin with +49.").waitFor();
    await rows().filter({ hasText: "+49" }).getByText("fits").waitFor();
    assert.equal(await page.locator(".rule.met").count(), 1);
    assert.deepEqual(world.explained, { from: "+49 151 55000007", number: "111111", text: "hello" });

    await label("To your number").selectOption("222222");
    await ask("+1 555 0100");
    await way().getByText("Rule 2: Written to 222222.").waitFor();
    await way().getByRole("link", { name: "sales" }).waitFor();
  });

  test("an ad and the session can be thought of as well", async () => {
    rules({ by: "referral", value: "ad-7", agent: "sales" });
    world.asked.sessions["4915155000007"] = { epoch: 2, agent: "german", matched_by: "default", held_by: null, held_until: null, first_of_session: false };
    await open();
    await ask("+49 151 55000007");
    await way().getByText("One goes on, with german.").waitFor();
    await way().getByText("Not asked: the session keeps its agent, as no rule fitted, and it is the default agent.").waitFor();
    await page.getByText("They came by an ad, or the session").click();
    await label("The ad's id (optional)").fill("ad-7");
    await label("Is it the first message of a session?").selectOption("true");
    await button("Who answers?").click();
    await way().getByText("Rule 1: Came by the ad ad-7.").waitFor();
  });

  test("who is not let in is told before who would answer", async () => {
    acme.policy = "pairing";
    world.asked.standings["4915155000007"] = "blocked";
    await open();
    await ask("+49 151 55000007");
    await way().getByText("Not answered: they are blocked.").waitFor();
    await way().getByText("would answer, once they are let in").waitFor();
    await ask("+49 151 55000008");
    await way().getByText("Held until somebody lets them in.").waitFor();
  });

  test("what is no address is said, and it asks anew when the rules are saved", async () => {
    await open();
    await ask("nobody");
    await page.getByText("from is no phone number and no BSUID").waitFor();
    await ask("+49 151 55000007");
    await page.getByText("support answers, the default agent.").first().waitFor();
    await button("Add a rule: Everybody").click();
    await label("Agent that answers").selectOption("german");
    await button("Add the rule").click();
    await page.getByText("It asks the rules that are saved, without your changes.").waitFor();
    await button("Save").click();
    await page.getByText("german answers, because a rule fits.").waitFor();
  });
});

describe("Agents and routing", () => {
  test("an agent says which rules lead to it, and cannot go while they do", async () => {
    rules({ by: "number", value: "222222", agent: "sales" }, PREFIXES[0]);
    await browser.go("/t/acme/agents/sales");
    const uses = page.getByRole("list", { name: "Used by" });
    await uses.getByRole("link", { name: "Rule 2: Written to 222222" }).waitFor();
    await page.getByRole("row").filter({ hasText: "german" }).getByText("1 rule").waitFor();
    await button("Delete sales").click();
    const refused = page.locator("claw-pane .notice.failed");
    await refused.getByText("sales cannot be deleted while a rule leads to it").waitFor();
    await refused.getByRole("link").click();
    await page.locator(".rule.met").filter({ hasText: "Written to 222222" }).waitFor();
  });

  test("a rule of just now is found by the gateway, and shown", async () => {
    await browser.go("/t/acme/agents/sales");
    await page.getByText("Nobody reaches it yet.").waitFor();
    await button("Delete sales").click();
    await dialog().getByRole("button", { name: "Delete" }).waitFor();
    rules({ by: "channel", agent: "sales" });
    await dialog().getByRole("button", { name: "Delete" }).click();
    await dialog().getByText("Rule 1 names this agent. Change it first.").waitFor();
    await button("Cancel").click();
    await page.locator("claw-pane .notice.failed").getByRole("link", { name: "Rule 1: Whoever writes" }).waitFor();
  });
});

describe("how conversations are led", () => {
  const settings = async () => {
    await browser.go("/t/acme/settings/conversations");
    await browser.heading("Conversations").waitFor();
    await page.getByRole("radio", { name: /Collect/ }).waitFor();
  };

  test("only what was changed is sent, in the gateway's units", async () => {
    await settings();
    await page.getByRole("radio", { name: /Interrupt/ }).check();
    await label("Wait before the agent begins, in seconds").fill("1.5");
    await label("After so many minutes of silence").fill("90");
    await page.getByText("That is 1 h 30 min.").waitFor();
    await label("Owners").fill("+49 151 55000001\n+49 151 55000002");
    await button("Save").click();
    await page.locator("claw-toasts").getByText("Saved.").waitFor();
    assert.deepEqual(world.patched, { queue: "interrupt", debounce_ms: 1500, idle_reset_minutes: 90, owners: ["+49 151 55000001", "+49 151 55000002"] });
    await eventually("as the gateway keeps them", async () => (await label("Owners").inputValue()) === "4915155000001\n4915155000002");
    await button("Save").first().waitFor({ state: "detached" });
  });

  test("the daily hour is said in UTC and as the clock here has it", async () => {
    await settings();
    await page.getByRole("checkbox", { name: /Every day at a fixed time/ }).check();
    await label("Time, in UTC").fill("23:30");
    const berlin = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", hour: "2-digit", minute: "2-digit" }).format(new Date(new Date().setUTCHours(23, 30)));
    await page.getByText(`23:30 UTC is ${berlin} here today (Europe/Berlin).`).waitFor();
    await button("Save").click();
    await eventually("it was saved", () => world.conversation.acme.daily_reset_minute === 23 * 60 + 30);
    await page.getByRole("checkbox", { name: /Every day at a fixed time/ }).uncheck();
    await button("Save").click();
    await eventually("it is never", () => world.conversation.acme.daily_reset_minute === null);
  });

  test("what the gateway refuses is said, and what was typed stays", async () => {
    await settings();
    await label("Owners").fill("Ada");
    await button("Save").click();
    await page.getByRole("alert").filter({ hasText: "\"Ada\" is no phone number and no BSUID" }).waitFor();
    assert.equal(await label("Owners").inputValue(), "Ada");
    await label("A take-over lasts, in minutes").fill("0");
    world.patched = null;
    await button("Save").click();
    assert.equal(world.patched, null, "what is out of its bounds is not asked");
  });

  test("a change of something else of the tenant is not in the way", async () => {
    await settings();
    await label("Messages read together").fill("7");
    world.conversation.acme.version = 9;
    await button("Save").click();
    await eventually("it was saved", () => world.conversation.acme.max_merged === 7);
  });

  test("two who change them do not overwrite each other unseen, and both changes can hold", async () => {
    await settings();
    await label("A take-over lasts, in minutes").fill("15");
    Object.assign(world.conversation.acme, { version: 9, queue: "followup" });
    await button("Save").click();
    await page.getByText("Somebody else changed these settings").waitFor();
    await button("Keep what I changed").click();
    await eventually("theirs is shown", () => page.getByRole("radio", { name: /One by one/ }).isChecked());
    assert.equal(await label("A take-over lasts, in minutes").inputValue(), "15");
    await button("Save").click();
    await eventually("both hold", () => world.conversation.acme.take_over_minutes === 15 && world.conversation.acme.queue === "followup");
  });

  test("what is not saved is not lost by going elsewhere, and who only looks reads it", async () => {
    await settings();
    await label("Messages read together").fill("5");
    await page.getByRole("link", { name: "Members" }).click();
    await dialog().getByText("Leave without saving?").waitFor();
    await button("Cancel").click();
    await button("Give up changes").click();
    await eventually("as it was", async () => (await label("Messages read together").inputValue()) === "20");
    await browser.signIn(stub.bob);
    await settings();
    await page.getByText("Your role here (viewer) does not allow this.").waitFor();
    assert.ok(await label("Owners").isDisabled());
  });
});

test("on a phone a rule is made and tried", async () => {
  await page.setViewportSize(NARROW);
  await open();
  await button("Add a rule: Everybody").click();
  await label("Agent that answers").selectOption("german");
  await button("Add the rule").click();
  await button("Save").click();
  await eventually("it was saved", () => saved().length === 1);
  await label("From, a phone number or BSUID").fill("+49 151 55000007");
  await button("Who answers?").click();
  await page.getByText("german answers, because a rule fits.").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.setViewportSize(WIDE);
});

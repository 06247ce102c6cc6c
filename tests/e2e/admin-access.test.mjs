// Pairing as people use it, on a stand-in of the gateway: who waits and what becomes of them, the lists, the policies.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { furnishAccess } from "./access-stub.mjs";
import { eachSignedIn, openPage } from "./admin-support.mjs";
import { NUMBER } from "./inbox-stub.mjs";
import { eventually } from "./support.mjs";

const SECOND = "222222222222222";

let stub;
let world;
let acme;
let access;
let browser;
let page;

eachSignedIn({
  furnish(made) {
    stub = made;
    ({ world, acme } = stub);
    ({ access } = world);
    numbers(NUMBER);
    acme.members.push({ id: stub.addPerson({ email: "otto@example.com", name: "Otto Operator" }).id, role: "operator", version: 1 });
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const numbers = (...all) => (acme.secrets.WHATSAPP_PHONE_NUMBER_ID = { value: all.join(), at: new Date().toISOString(), by: "Ada", version: 1 });
const button = (name) => page.getByRole("button", { name, exact: true });
const label = (name) => page.getByLabel(name, { exact: true });
const tab = (name) => page.getByRole("navigation", { name: "Lists" }).getByRole("link", { name });
const rows = () => page.locator("claw-waiting li");
const row = (text) => rows().filter({ hasText: text });
const toast = (text) => page.locator("claw-toasts").getByText(text).waitFor();
const standing = (address) => access.entries.find((entry) => entry.address === address)?.standing;
const open = async (list = "") => {
  await browser.go(`/t/acme/pairing${list}`);
  await browser.heading("Pairing").waitFor();
};
const policyCard = () => page.locator("claw-policy-card");

describe("who waits", () => {
  beforeEach(() => furnishAccess(stub, NUMBER));

  test("stands with their first words, their code and how long it lives, the most urgent first", async () => {
    await open();
    await row("Ines Moreau").getByText("Bonjour ! Avez-vous").waitFor();
    assert.deepEqual(await rows().locator("b").allInnerTexts(), ["Ines Moreau", "+49 176 555 000 34", "Kofi Mensah", "Lena Vogel"]);
    assert.match(await row("Ines Moreau").getByRole("timer").innerText(), /^code ends in\s*(8:00|7:[45]\d)$/);
    const { code } = access.entries.find((entry) => entry.name === "Ines Moreau");
    await row("Ines Moreau").getByText(`${code.slice(0, 4)} ${code.slice(4)}`).waitFor();
    await tab("Waiting 4").waitFor();
  });

  test("is let in with one press; it shows at once, in its place", async () => {
    await open();
    await button("Let in Kofi Mensah").click();
    await row("Kofi Mensah").getByText("let in").waitFor();
    assert.equal(standing("233245550045"), "allowed");
    assert.equal(await rows().nth(2).locator("b").innerText(), "Kofi Mensah", "nothing moved under the pointer");
    await tab("Waiting 3").waitFor();
    await tab("Allowed 5").waitFor();
    await page.mouse.move(5, 5);
    await row("Kofi Mensah").waitFor({ state: "detached" });
  });

  test("is turned away, or blocked, and a block is undone", async () => {
    await open();
    await button("Turn away Kofi Mensah").click();
    await row("Kofi Mensah").getByText("turned away").waitFor();
    await button("Block Lena Vogel").click();
    await row("Lena Vogel").getByText("blocked").waitFor();
    assert.equal(standing("233245550045"), undefined);
    assert.equal(standing("4916055500056"), "blocked");
    await button("Undo: unblock Lena Vogel").click();
    await eventually("the block is gone", () => standing("4916055500056") === undefined);
  });

  test("comes back visibly where the gateway refuses", async () => {
    await open();
    await button("Let in Kofi Mensah").waitFor();
    world.refuse = (method, path) => (path.endsWith("/approve") ? { status: 503, detail: "The disk is full." } : null);
    await button("Let in Kofi Mensah").click();
    await row("Kofi Mensah").getByRole("alert").filter({ hasText: "The disk is full." }).waitFor();
    world.refuse = null;
    await button("Let in Kofi Mensah").click();
    await row("Kofi Mensah").getByText("let in").waitFor();
  });

  test("and was decided by somebody else meanwhile is said", async () => {
    await open();
    await button("Let in Kofi Mensah").waitFor();
    access.entries.splice(access.entries.findIndex((entry) => entry.name === "Kofi Mensah"), 1);
    await button("Let in Kofi Mensah").click();
    await row("Kofi Mensah").getByText("decided elsewhere").waitFor();
  });

  test("comes while one looks, at the end of the list", async () => {
    await open();
    await eventually("the stream is open", () => world.streams.size === 1);
    access.ask("Nora New", "4747555000", "Hei!", { number: NUMBER });
    await row("Nora New").waitFor();
    assert.equal(await rows().last().locator("b").innerText(), "Nora New");
    await tab("Waiting 5").waitFor();
  });

  test("is gone when the hour is over, by the clock and not only by the gateway", async () => {
    // A clock belongs to a whole browser: one of its own.
    const other = await openPage(stub, { reducedMotion: "reduce" });
    await other.page.clock.install();
    await other.signIn(stub.ada);
    await other.go("/t/acme/pairing");
    const ines = other.page.locator("claw-waiting li").filter({ hasText: "Ines Moreau" });
    await ines.waitFor();
    world.refuse = (method, path) => (path === "/access" ? { status: 503 } : null);
    await other.page.clock.fastForward(8 * 60_000);
    await ines.getByText("the code has ended").waitFor();
    await ines.getByRole("button").first().waitFor({ state: "detached" });
    await other.close();
  });

  test("is let in by the code that they tell, however it is written", async () => {
    await open();
    const { code } = access.entries.find((entry) => entry.name === "Kofi Mensah");
    const field = label("A code that somebody tells you");
    await field.fill("AB0D 2345");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "There is no “0” in a code" }).waitFor();
    await field.fill("ABCD");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "this has 4" }).waitFor();
    await field.fill("ZZZZ ZZZZ");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "Nobody waits with this code" }).waitFor();
    await field.fill(` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`);
    await page.getByText("It is of Kofi Mensah, +23 324 555 0045").waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("Kofi Mensah is let in.").waitFor();
    assert.equal(standing("233245550045"), "allowed");
    assert.equal(await field.inputValue(), "");
  });

  test("is decided by keyboard alone", async () => {
    await open();
    await row("Lena Vogel").waitFor();
    for (const key of ["j", "j", "a"]) await page.keyboard.press(key);
    await row("+49 176 555 000 34").getByText("let in").waitFor();
    assert.equal(standing("4917655500034"), "allowed");
    for (const key of ["j", "x", "j", "n"]) await page.keyboard.press(key);
    await row("Lena Vogel").getByText("turned away").waitFor();
    assert.ok(await label("Mark Kofi Mensah").isChecked());
    await page.keyboard.press("?");
    await page.locator("claw-dialog[open]").getByText("Let them in").waitFor();
  });

  test("those that are marked are decided at once, and a block asks first", async () => {
    await open();
    await label("Mark Ines Moreau").check();
    await label("Mark Lena Vogel").check();
    await page.getByText("2 marked").waitFor();
    await button("Block…").click();
    const dialog = page.locator("claw-confirm");
    await dialog.getByText("Block 2 people?").waitFor();
    await dialog.getByRole("button", { name: "Block", exact: true }).click();
    await toast("2 people are blocked.");
    assert.equal(standing("33655500021"), "blocked");
    assert.equal(standing("4916055500056"), "blocked");
    await label("Mark all").check();
    await button("Let in").nth(1).click();
    await toast("2 people are let in.");
    assert.equal(standing("233245550045"), "allowed");
  });
});

describe("many who wait", () => {
  test("are decided with progress, which can be stopped, and who is not shown is let in on a question", async () => {
    for (let i = 0; i < 130; ++i) access.ask(`Person ${i}`, `49160${1_000_000 + i}`, "Hello", { number: NUMBER, minutes: 20 + i / 10 });
    await open();
    await tab("Waiting 100+").waitFor();
    await label("Mark all").check();
    await page.getByText("100 marked").waitFor();
    await button("Let in everybody who waits…").click();
    await page.locator("claw-confirm").getByText("also those who are not shown here").waitFor();
    await button("Cancel").click();

    let release;
    await page.route("**/access/decide", async (route) => {
      await new Promise((go) => (release = go));
      release = null;
      await route.continue();
    });
    const letOneGo = async () => {
      await eventually("a call is held", () => release);
      release();
    };
    const turnAway = () => page.locator("claw-waiting .bar").getByRole("button", { name: "Turn away" }).click();
    await turnAway();
    await page.getByText("0 of 100").waitFor();
    await button("Stop").click();
    await letOneGo();
    await toast("50 people are turned away.");
    await eventually("the others are shown", async () => (await page.getByRole("button", { name: /^Let in Person/ }).count()) === 80);
    await label("50 marked").check();
    await page.getByText("80 marked").waitFor();
    await turnAway();
    await letOneGo();
    await page.getByText("50 of 80").waitFor();
    await letOneGo();
    await toast("80 people are turned away.");
    assert.deepEqual(access.calls.map(({ ids }) => ids.length), [50, 50, 30]);
  });

  test("and one of whom somebody else decided is told by number", async () => {
    for (let i = 0; i < 3; ++i) access.ask(`Person ${i}`, `4916010000${i}`, "Hello", { number: NUMBER });
    await open();
    await label("Mark all").check();
    access.entries.splice(0, 1);
    await page.locator("claw-waiting .bar").getByRole("button", { name: "Let in", exact: true }).click();
    await toast("2 people are let in. Of 1 the code had ended, or somebody else was faster.");
  });
});

describe("the lists", () => {
  beforeEach(() => furnishAccess(stub, NUMBER));

  test("one is allowed with a name, however the number is written", async () => {
    await open("/allowed");
    await button("Allow people").click();
    await label("Phone numbers, one a line").fill("whatsapp:+49 (151) 700-000.99");
    await label("Name (optional)").fill("Jana");
    await button("Allow one person").click();
    await toast("one person is allowed.");
    const entry = access.entries.find((one) => one.address === "4915170000099");
    assert.deepEqual([entry.standing, entry.name, entry.number, entry.by], ["allowed", "Jana", null, "Ada Lovelace"]);
    await page.getByRole("row", { name: /Jana/ }).getByText("Ada Lovelace").waitFor();
    await tab("Allowed 5").waitFor();
  });

  test("many are pasted, each fault is told by its line, and nothing is added before it is mended", async () => {
    numbers(NUMBER, SECOND);
    await open("/allowed");
    await button("Allow people").click();
    const area = label("Phone numbers, one a line");
    await area.fill("+49 151 7000001, Jana\n\nnobody\n0151 7000002\n12\n+49 151 7000001\nAna Souza;+55 11 91234 5678\nUS.13491208655302741918");
    await page.getByRole("alert").filter({ hasText: "3 lines cannot be used" }).waitFor();
    await page.getByText("Line 3: nobody is no phone number").waitFor();
    await page.getByText("Line 4: 0151 7000002 begins with 0").waitFor();
    await page.getByText("Line 5: 12 is too short").waitFor();
    await page.getByText("One stands there twice").waitFor();
    assert.ok(await button("Allow 3 people").isDisabled());
    await area.fill("+49 151 7000001, Jana\nAna Souza;+55 11 91234 5678\nUS.13491208655302741918\n4917612345");
    await label("They may write to").selectOption(SECOND);
    await button("Allow 4 people").click();
    await toast("4 people are allowed at");
    assert.deepEqual(access.calls.map(({ addresses, name, number }) => [addresses.join(), name, number]),
      [["49151 7000001".replace(" ", ""), "Jana", SECOND], ["5511912345678", "Ana Souza", SECOND], ["US.13491208655302741918,4917612345", undefined, SECOND]]);
  });

  test("what the gateway refuses is said, and what was written stays", async () => {
    await open("/allowed");
    await button("Allow people").click();
    await label("Phone numbers, one a line").fill("+49 151 7000001");
    world.refuse = (method, path) => (method === "POST" && path === "/access" ? { status: 400, detail: "These are no phone numbers: 491517000001." } : null);
    await button("Allow one person").click();
    await page.getByRole("alert").filter({ hasText: "These are no phone numbers" }).waitFor();
    assert.equal(await label("Phone numbers, one a line").inputValue(), "+49 151 7000001");
  });

  test("who is removed is gone at once, and comes back by Undo with name and number", async () => {
    await open("/allowed");
    await button("Remove Warehouse").click();
    await button("Remove Warehouse").waitFor({ state: "detached" });
    await eventually("the gateway knows", () => standing("4930555000120") === undefined);
    await button("Undo").click();
    await button("Remove Warehouse").waitFor();
    const entry = access.entries.find((one) => one.address === "4930555000120");
    assert.deepEqual([entry.name, entry.number, entry.standing], ["Warehouse", NUMBER, "allowed"]);
  });

  test("who could not be removed comes back visibly", async () => {
    world.refuse = (method) => (method === "DELETE" ? { status: 503, detail: "The disk is full." } : null);
    await open("/allowed");
    await button("Remove Warehouse").click();
    await page.getByRole("alert").filter({ hasText: "The disk is full." }).waitFor();
    await button("Remove Warehouse").waitFor();
  });

  test("blocked people are unblocked, and more are blocked", async () => {
    await open("/blocked");
    await button("Unblock Spam Sale").click();
    await page.getByRole("heading", { name: "Nobody is blocked" }).waitFor();
    await button("Block people").first().click();
    await label("Phone numbers, one a line").fill("+1 555 010 9999");
    await button("Block one person").click();
    await button("Unblock +1 555 010 9999").or(page.getByRole("button", { name: /^Unblock/ })).waitFor();
    assert.equal(standing("15550109999"), "blocked");
  });

  test("who opted out stands there with since when, and nothing to press", async () => {
    await open("/opted-out");
    await page.getByRole("row", { name: /Petra Lang/ }).getByText("5 days ago").waitFor();
    await page.getByText("Only they can change it: by writing START.").waitFor();
    await page.locator("claw-people-list").getByRole("button").first().waitFor({ state: "detached" });
  });

  test("they are searched, and a search and a number have an address", async () => {
    numbers(NUMBER, SECOND);
    access.add({ address: "4917000000001", name: "Second only", number: SECOND, by: "Ada Lovelace" });
    await open("/allowed");
    await page.keyboard.press("/");
    await page.keyboard.type("war");
    await button("Remove Maria Keller").waitFor({ state: "detached" });
    await page.reload();
    await button("Remove Warehouse").waitFor();
    assert.equal(await page.getByRole("row").count(), 2);
    await tab("Allowed 5").waitFor();
    await page.getByRole("searchbox").fill("zzz");
    await page.getByRole("heading", { name: "Nobody fits" }).waitFor();
    await button("Show all").click();
    await button("Remove Warehouse").waitFor();
    await label("Number").selectOption(SECOND);
    await button("Remove Warehouse").waitFor({ state: "detached" });
    await button("Remove Second only").waitFor();
    assert.match(page.url(), /number=222/);
  });

  test("a group is switched on and off, and a refusal switches it back", async () => {
    await open("/groups");
    const group = page.getByRole("switch", { name: "An agent answers in Suppliers north" });
    assert.equal(await group.getAttribute("aria-checked"), "false");
    await group.click();
    await eventually("it is answered", () => access.groups[1].answered);
    await page.getByRole("switch", { name: "An agent answers in Suppliers north", checked: true }).waitFor();
    world.refuse = (method) => (method === "PUT" ? { status: 503, detail: "The disk is full." } : null);
    await group.click();
    await page.getByRole("alert").filter({ hasText: "The disk is full." }).waitFor();
    await page.getByRole("switch", { name: "An agent answers in Suppliers north", checked: true }).waitFor();
  });
});

describe("empty lists say what to do next", () => {
  for (const [policy, words] of [["pairing", "Nobody waits"], ["open", "Nobody has to wait"], ["allowlist", "Nobody can wait"], ["disabled", "Nobody can wait"]])
    test(`where the policy is ${policy}`, async () => {
      acme.policy = policy;
      await open();
      await page.getByRole("heading", { name: words }).waitFor();
      if (policy === "pairing") return;
      await page.locator(".empty").getByRole("button").click();
      await page.getByRole("dialog").waitFor();
    });

  test("an empty list with “Only the list” is warned of", async () => {
    acme.policy = "allowlist";
    await open();
    await policyCard().getByText("The list is empty: nobody is answered.").waitFor();
    await policyCard().getByRole("link", { name: "Put people on it" }).click();
    await page.getByRole("heading", { name: "Nobody is on the list yet" }).waitFor();
    access.add({ address: "4915170000099" });
    world.tell("tenant", { what: "access" });
    await policyCard().getByText("The list is empty").waitFor({ state: "detached" });
  });
});

describe("who may write", () => {
  const change = async (name) => {
    await page.getByRole("radio", { name }).check();
    await policyCard().getByRole("button", { name: "Apply" }).click();
  };

  test("is shown as the way of somebody new, and changed", async () => {
    await open();
    await policyCard().getByText("gets a code and waits").waitFor();
    await button("Change who may write").click();
    assert.ok(await policyCard().getByRole("button", { name: "Apply" }).isDisabled());
    await change(/^Nobody/);
    await policyCard().getByText("kept, not answered").waitFor();
    assert.equal(acme.policy, "disabled");
  });

  test("the arrow keys change nothing before it is saved", async () => {
    await open();
    await button("Change who may write").click();
    await page.getByRole("radio", { name: /^Pairing/ }).focus();
    await page.keyboard.press("ArrowUp");
    assert.ok(await page.getByRole("radio", { name: /^Everybody/ }).isChecked());
    assert.equal(acme.policy, "pairing");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(acme.policy, "pairing");
  });

  test("a number gets its own, and gives it back", async () => {
    numbers(NUMBER, SECOND);
    await open();
    await button(`Change who may write to ${SECOND}`).click();
    assert.ok(await page.getByRole("radio", { name: /^As all numbers/ }).isChecked());
    await change(/^Everybody/);
    await eventually("it has its own", () => acme.policies[SECOND] === "open");
    await policyCard().getByRole("listitem").filter({ hasText: SECOND }).getByText("Everybody").waitFor();
    await button(`Change who may write to ${SECOND}`).click();
    await change(/^As all numbers/);
    await eventually("it follows again", () => acme.policies[SECOND] === undefined);
    assert.equal(acme.policy, "pairing");
  });

  test("the choice of the list warns while it is empty", async () => {
    await open();
    await button("Change who may write").click();
    await page.getByRole("radio", { name: /^Only the list/ }).check();
    await policyCard().getByText("The list is empty, so nobody would be answered.").waitFor();
  });

  test("who saves over somebody else's change is told, and can save on top of it", async () => {
    await open();
    await button("Change who may write").click();
    acme.version += 1;
    await change(/^Everybody/);
    await page.getByRole("alert").filter({ hasText: "Somebody changed this while you had it open." }).waitFor();
    assert.equal(acme.policy, "pairing");
    await policyCard().getByRole("button", { name: "Apply" }).click();
    await eventually("it was saved", () => acme.policy === "open");
  });

  test("an operator lets people in and cannot change the policy", async () => {
    furnishAccess(stub, NUMBER);
    await browser.context.clearCookies();
    await browser.signIn(world.people.at(-1));
    await open();
    await button("Change who may write").click();
    await page.getByText("Your role here (operator) does not allow this.").waitFor();
    assert.ok(await page.getByRole("radio", { name: /^Everybody/ }).isDisabled());
    await page.keyboard.press("Escape");
    await button("Let in Kofi Mensah").click();
    await row("Kofi Mensah").getByText("let in").waitFor();
  });

  test("is set for a number on the WhatsApp page too", async () => {
    numbers(NUMBER, SECOND);
    await browser.go(`/t/acme/channels/whatsapp/${SECOND}`);
    await page.getByRole("radio", { name: /^Only the list/ }).check();
    const form = page.locator("claw-policy");
    await form.getByText("The list is empty, so nobody would be answered.").waitFor();
    await form.getByRole("button", { name: "Apply" }).click();
    await eventually("it has its own", () => acme.policies[SECOND] === "allowlist");
    await page.getByText("Put your phone's number on the list, under Pairing.").waitFor();
    assert.equal(acme.policy, "pairing");
  });
});

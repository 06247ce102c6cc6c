// Users as people use it, on a stand-in of the gateway: finding somebody, what they are known as, merging two, letting one in.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { furnishAccess } from "./access-stub.mjs";
import { eachSignedIn } from "./admin-support.mjs";
import { NUMBER } from "./inbox-stub.mjs";
import { eventually } from "./support.mjs";

const MARIA = "4915155000000";
const EMMA = "4915155000007";
const BSUID = "US.13491208655302741918";

let stub;
let world;
let browser;
let page;

eachSignedIn({
  furnish(made) {
    stub = made;
    ({ world } = stub);
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const button = (name) => page.getByRole("button", { name, exact: true });
const label = (name) => page.getByLabel(name, { exact: true });
const toast = (text) => page.locator("claw-toasts").getByText(text).waitFor();
const alert = (text) => page.getByRole("alert").filter({ hasText: text });
const pane = (name) => page.getByRole("complementary", { name });
const entry = (address) => world.access.entries.find((one) => one.address === address);
const open = async (id, name) => {
  await browser.go(`/t/acme/users/${id}`);
  await pane(name).locator("claw-person-addresses").waitFor();
};

test("a person is found by name, and leads to their conversation", async () => {
  await browser.go("/t/acme/users");
  await page.getByRole("searchbox").fill("emma");
  await page.getByRole("link", { name: "Emma Larsen", exact: true }).click();
  await page.getByText("+49 151 550 000 07").last().waitFor();
  await page.getByRole("link", { name: /What does express cost/ }).click();
  await page.waitForURL("**/conversations/c_0000000000000008");
});

test("nobody found is said, and everybody is a press away", async () => {
  await browser.go("/t/acme/users?q=xyz");
  await page.getByRole("heading", { name: "Nobody fits" }).waitFor();
  await button("Show all").click();
  await page.getByRole("link", { name: "Maria Keller", exact: true }).waitFor();
});

test("who talks on two numbers has both conversations, each with its number", async () => {
  const [maria] = world.inbox.conversations;
  stub.acme.secrets.WHATSAPP_PHONE_NUMBER_ID.value = `${NUMBER},222222222222222`;
  world.inbox.conversations.push({ ...maria, id: "c_second", phone_number_id: "222222222222222", last_message: { ...maria.last_message, text: "To the other number" } });
  await open(MARIA, "Maria Keller");
  await pane("Maria Keller").getByRole("link", { name: /Where is my order/ }).getByText(NUMBER).waitFor();
  await pane("Maria Keller").getByRole("link", { name: /To the other number/ }).getByText("222222222222222").waitFor();
});

describe("addresses", () => {
  test("another one is linked, and unlinked after a question; the last one stays", async () => {
    await open(MARIA, "Maria Keller");
    await page.getByRole("button", { name: /^Unlink/ }).first().waitFor({ state: "detached" });
    await button("Link another address").click();
    await label("Another number, or WhatsApp's id of them").fill("0151 222");
    await page.keyboard.press("Enter");
    await alert("This begins with 0").waitFor();
    await label("Another number, or WhatsApp's id of them").fill("+49 171 555-000 99");
    await page.keyboard.press("Enter");
    await toast("belongs to Maria Keller now");
    assert.deepEqual(world.users.addresses.get(MARIA), [MARIA, "4917155500099"]);
    await button("Unlink +49 171 555 000 99").click();
    await page.getByText("is somebody new from then on, with an empty history").waitFor();
    await page.locator("claw-confirm").getByRole("button", { name: "Unlink", exact: true }).click();
    await eventually("it is unlinked", () => world.users.addresses.get(MARIA).length === 1);
    await button("Unlink +49 171 555 000 99").waitFor({ state: "detached" });
  });

  test("one that somebody else has is never stolen: the merge is offered, with exactly them", async () => {
    world.users.addresses.set(EMMA, [EMMA, BSUID]);
    await open(MARIA, "Maria Keller");
    await button("Link another address").click();
    await label("Another number, or WhatsApp's id of them").fill(BSUID);
    await page.keyboard.press("Enter");
    await alert("belongs to Emma Larsen").waitFor();
    assert.deepEqual(world.users.addresses.get(EMMA), [EMMA, BSUID]);
    await button("Merge with them…").click();
    await page.getByRole("region", { name: "Emma Larsen becomes part of" }).getByText(BSUID).waitFor();
  });
});

describe("merging", () => {
  const search = async (name) => {
    await button("Merge with another person…").click();
    await page.locator("claw-merge").getByRole("searchbox").fill(name);
    await page.locator("claw-merge").getByRole("button", { name: /Emma Larsen/ }).first().click();
  };

  test("shows both, says what will happen, and wants two presses", async () => {
    await open(MARIA, "Maria Keller");
    await search("emma");
    await page.getByText("All that Emma Larsen wrote and read stands under Maria Keller: one conversation, one address.").waitFor();
    await button("Merge into Maria Keller").click();
    await page.getByText("Press once more: it cannot be taken back.").waitFor();
    assert.equal(world.users.merged.size, 0);
    await button("Yes, merge into Maria Keller").click();
    await toast("Emma Larsen and Maria Keller are one person now.");
    assert.deepEqual([...world.users.merged], [[EMMA, MARIA]]);
    await pane("Maria Keller").getByText("Also known as").waitFor();
    assert.equal(await pane("Maria Keller").locator(".talks li").count(), 2);
    await page.getByRole("link", { name: "Emma Larsen", exact: true }).waitFor({ state: "detached" });
  });

  test("goes the other way round, and leads to who is left", async () => {
    await open(MARIA, "Maria Keller");
    await search("emma");
    await button("Merge into Maria Keller").click();
    await button("Swap: keep Emma Larsen").click();
    await page.getByRole("region", { name: "Emma Larsen stays" }).waitFor();
    await page.getByText("Press once more").first().waitFor({ state: "detached" });
    await button("Merge into Emma Larsen").click();
    await button("Yes, merge into Emma Larsen").click();
    await page.waitForURL(`**/users/${EMMA}`);
    await pane("Emma Larsen").getByText("Also known as").waitFor();
    await browser.go(`/t/acme/users/${MARIA}`);
    await pane("Emma Larsen").waitFor();
    assert.equal(new URL(page.url()).pathname, `/t/acme/users/${EMMA}`, "an old address leads there");
  });

  test("says what the gateway refuses, and can be tried again", async () => {
    await open(MARIA, "Maria Keller");
    await search("emma");
    world.refuse = (method, path) => (path.endsWith("/merge") ? { status: 503, detail: "The disk is full." } : null);
    await button("Merge into Maria Keller").click();
    await button("Yes, merge into Maria Keller").click();
    await alert("The disk is full.").waitFor();
    world.refuse = null;
    await button("Merge into Maria Keller").click();
    await button("Yes, merge into Maria Keller").click();
    await eventually("they are one", () => world.users.merged.size === 1);
  });

  test("is offered with nobody but people, and not with oneself", async () => {
    world.inbox.group("120363000000000009", "Maria's group");
    await open(MARIA, "Maria Keller");
    await button("Merge with another person…").click();
    await page.locator("claw-merge").getByRole("searchbox").fill("maria");
    await page.locator("claw-merge").getByRole("button", { name: /Maria Keller 16/ }).waitFor();
    assert.equal(await page.locator("claw-merge .found li").count(), 1);
  });
});

describe("whether they may write", () => {
  beforeEach(() => furnishAccess(stub, NUMBER));

  test("who is allowed is blocked and unblocked, under every address", async () => {
    world.users.addresses.set(MARIA, [MARIA, BSUID]);
    await open(MARIA, "Maria Keller");
    await page.locator("claw-person-access").getByText("by Grace Hopper").waitFor();
    await button("Block Maria Keller").click();
    await toast("Maria Keller is blocked.");
    assert.deepEqual([entry(MARIA).standing, entry(BSUID).standing], ["blocked", "blocked"]);
    await button("Block Maria Keller").waitFor({ state: "detached" });
    await button(`Unblock: ${BSUID}`).click();
    await button("Unblock: +49 151 550 000 00").click();
    await page.getByText("On no list").waitFor();
    await button("Allow Maria Keller").click();
    await eventually("she is allowed", () => entry(MARIA)?.standing === "allowed");
    assert.equal(entry(BSUID).name, "Maria Keller");
  });

  test("who waits is let in right there, and what others do is shown", async () => {
    world.access.ask("Emma Larsen", EMMA, "Hello", { number: NUMBER });
    await open(EMMA, "Emma Larsen");
    await button("Let in Emma Larsen").click();
    await toast("Emma Larsen is let in.");
    assert.equal(entry(EMMA).standing, "allowed");
    await eventually("the stream is open", () => world.streams.size === 1);
    Object.assign(entry(EMMA), { standing: "blocked", by: "Bob Stone" });
    world.tell("tenant", { what: "access" });
    await page.locator("claw-person-access").getByText("by Bob Stone").waitFor();
  });

  test("since when somebody opted out is said, and who can change it", async () => {
    world.access.add({ address: EMMA, standing: "unknown", opted_out_at: new Date(Date.now() - 5 * 86_400_000).toISOString() });
    await open(EMMA, "Emma Larsen");
    await page.getByText("They opted out").getByText("5 days ago").waitFor();
    await page.getByText("Only they can change it, by writing START.").waitFor();
  });

  test("who may not pair does not see it, and cannot link or merge", async () => {
    await browser.context.clearCookies();
    await browser.signIn(stub.bob);
    await open(MARIA, "Maria Keller");
    await page.locator("claw-person-access").first().waitFor({ state: "detached" });
    assert.ok(await button("Link another address").isDisabled());
    assert.ok(await button("Merge with another person…").isDisabled());
  });

  test("a group is shown as a group, and answered or not right there", async () => {
    await browser.go("/t/acme/users?q=suppliers");
    const link = page.getByRole("link", { name: /Suppliers north/ });
    await page.getByRole("row", { name: /Suppliers north/ }).getByText("several people").waitFor();
    await link.click();
    await page.getByRole("switch", { name: "An agent answers in Suppliers north", checked: false }).click();
    await eventually("it is answered", () => world.access.groups[1].answered);
    await page.locator("claw-person-addresses, claw-person-access").first().waitFor({ state: "detached" });
  });
});

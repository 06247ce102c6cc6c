// What a tenant's admin sets up, on a stand-in of the gateway: a number from nothing to green, agents, people, figures.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eachSignedIn } from "./admin-support.mjs";
import { eventually } from "./support.mjs";

let stub;
let world;
let acme;
let browser;
let page;

eachSignedIn({
  furnish(made) {
    stub = made;
    ({ world, acme } = stub);
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const button = (name) => page.getByRole("button", { name, exact: true });
const label = (name) => page.getByLabel(name, { exact: true });
const toast = (text) => page.locator("claw-toasts").getByText(text).waitFor();
const step = (id, state) => page.locator(`claw-guide-steps li[data-step=${id}][data-state=${state}]`).waitFor();
const secret = (value, version = 1) => ({ value, at: new Date().toISOString(), by: "Ada Lovelace", version });

describe("Channels, WhatsApp", () => {
  test("leads through the values, then each step turns green as it happens", async () => {
    acme.secrets = {};
    acme.policy = "open";
    await browser.go("/t/acme/channels/whatsapp");
    await browser.heading("WhatsApp").waitFor();
    await page.getByText("deletes its chat history", { exact: false }).waitFor();
    await page.getByText("dies after 24 hours").waitFor();

    // The next missing value stands open by itself.
    await label("Paste the phone number ID").fill("100000000000001");
    await page.keyboard.press("Enter");
    await label("Paste the access token").fill("EAA secret");
    await page.keyboard.press("Enter");
    await label("Paste the app secret").fill("app secret");
    await page.keyboard.press("Enter");
    await button("Make one for me").click();
    await page.getByText("vt_8f2kQ7mZx4Lw91Tn").waitFor();
    assert.equal(acme.secrets.WHATSAPP_VERIFY_TOKEN, undefined, "it is shown before it is saved");
    await button("Save").click();
    await step("secrets_set", "done");
    assert.equal(acme.secrets.WHATSAPP_VERIFY_TOKEN.value, "vt_8f2kQ7mZx4Lw91Tn");
    assert.equal(acme.secrets.WHATSAPP_ACCESS_TOKEN.value, "EAA secret");
    assert.ok(!(await page.content()).includes("EAA secret"), "what is secret is not read back");

    world.step(acme, "verification_received");
    await step("verification_received", "done");
    world.step(acme, "token_accepted", "number_found");
    await step("number_found", "done");
    await page.getByText("Keller Shoes").waitFor();
    await button("Subscribe the app").click();
    await step("app_subscribed", "done");
    world.step(acme, "webhook_received", "test_answered");
    await page.getByRole("heading", { name: "Everything works" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Write to +1 555-010-0000" }).getAttribute("href"), "https://wa.me/15550100000?text=Hello");
  });

  test("a step that failed says why and whose move it is; “Check again” asks Meta", async () => {
    world.guides.acme = { done: new Set(["secrets_set"]), failed: { token_accepted: "Meta refused the access token (190, it expired on 3 May)." }, facts: {}, learned: {} };
    await browser.go("/t/acme/channels/whatsapp");
    await step("token_accepted", "failed");
    await page.getByText("Meta refused the access token (190").waitFor();
    delete world.guides.acme.failed.token_accepted;
    world.guides.acme.done.add("token_accepted");
    const before = world.checked;
    await button("Check again").click();
    await step("token_accepted", "done");
    assert.ok(world.checked > before);
  });

  test("the callback URL is there to be copied, and what Meta names is confirmed by a person", async () => {
    world.guides.acme = { done: new Set(["secrets_set"]), failed: {}, facts: {}, learned: { waba_id: "200000000000009" } };
    await browser.go("/t/acme/channels/whatsapp");
    await page.getByText("https://claw.example.org/t/acme/webhooks/whatsapp").waitFor();
    await page.getByText("names the WhatsApp Business Account 200000000000009").waitFor();
    await button("Yes, keep it").click();
    await eventually("it was kept", () => world.guides.acme.facts.waba_id === "200000000000009");
    await page.getByText("names the WhatsApp Business Account").waitFor({ state: "detached" });
  });

  test("who may write is saved, and a refusal is said where one chose", async () => {
    acme.policy = "open";
    await browser.go("/t/acme/channels/whatsapp");
    const form = page.locator("claw-policy");
    await page.getByRole("radio", { name: /^Nobody/ }).check();
    await form.getByRole("button", { name: "Apply" }).click();
    await eventually("it was kept", () => acme.policy === "disabled");
    await page.getByText("Choose above who may write: now it is nobody.").waitFor();
    world.refuse = (method, path) => path === "/channel" && { status: 503, detail: "The disk is full." };
    await page.getByRole("radio", { name: /^Everybody/ }).check();
    await form.getByRole("button", { name: "Apply" }).click();
    await form.getByRole("alert").filter({ hasText: "The disk is full." }).waitFor();
    assert.ok(await page.getByRole("radio", { name: /^Everybody/ }).isChecked(), "what was chosen stays, to be saved again");
    assert.equal(acme.policy, "disabled");
  });

  test("a second number gets a tab, and values of its own or the first one's", async () => {
    acme.secrets = { ...acme.secrets, WHATSAPP_PHONE_NUMBER_ID: secret("111111"), WHATSAPP_ACCESS_TOKEN: secret("a"), WHATSAPP_APP_SECRET: secret("b"), WHATSAPP_VERIFY_TOKEN: secret("c") };
    await browser.go("/t/acme/channels/whatsapp");
    await button("Add a number").click();
    await label("Phone number ID").fill("222222");
    await button("Add").click();
    await page.waitForURL("**/channels/whatsapp/222222");
    assert.equal(acme.secrets.WHATSAPP_PHONE_NUMBER_ID.value, "111111,222222");
    await eventually("the first number's three are used", async () => (await page.getByText("The first number's is used").count()) === 3);
    await button("Set Access token").click();
    await label("Paste the access token").fill("its own");
    await page.keyboard.press("Enter");
    await eventually("it has its own", () => acme.secrets.WHATSAPP_ACCESS_TOKEN_222222?.value === "its own");
    assert.equal(acme.secrets.WHATSAPP_ACCESS_TOKEN.value, "a");
    await page.getByRole("link", { name: "111111" }).click();
    await page.waitForURL("**/channels/whatsapp/111111");
  });

  test("who only looks sees all of it, and why nothing can be pressed", async () => {
    await browser.signIn(stub.bob);
    await browser.go("/t/acme/channels/whatsapp");
    await page.getByText("Your role here (viewer) does not allow this.").first().waitFor();
    assert.ok(await button("Replace Access token").isDisabled());
    assert.ok(await page.getByRole("radio", { name: /Everybody/ }).isDisabled());
  });

  test("Channels lists the numbers with what each lacks", async () => {
    await browser.go("/t/acme/channels");
    const number = page.getByRole("row").filter({ hasText: "106540352242922" });
    await number.getByText("missing: app secret, verify token").waitFor();
    await number.getByRole("link").click();
    await page.waitForURL("**/channels/whatsapp/106540352242922");
  });
});

describe("Agents", () => {
  test("one is made, changed and deleted", async () => {
    acme.secrets.MODEL_KEY = secret("sk");
    await browser.go("/t/acme/agents");
    await page.getByRole("heading", { name: "Nobody answers yet" }).waitFor();
    await page.getByRole("link", { name: "Make an agent" }).first().click();
    await label("Name").fill("support");
    await label("Server").fill("https://api.example.org");
    await label("Model").fill("small");
    await label("API key").selectOption("MODEL_KEY");
    await page.getByLabel("Who it is and what it does").fill("You answer customers of a shoe shop.");
    await button("Make the agent").click();
    await page.waitForURL("**/agents/support");
    await toast("support is saved");
    const [agent] = world.agents.acme;
    assert.deepEqual({ kind: agent.kind, default: agent.default, url: agent.options.url, key: agent.options.key_secret, turns: agent.options.history_turns },
      { kind: "openai", default: true, url: "https://api.example.org", key: "MODEL_KEY", turns: 20 });

    await label("Model").fill("large");
    await button("Save").click();
    await eventually("it was changed", () => world.agents.acme[0].options.model === "large");
    await page.getByRole("row").filter({ hasText: "large" }).getByText("default").waitFor();
    await button("Delete support").click();
    await button("Delete").click();
    await page.getByRole("heading", { name: "Nobody answers yet" }).waitFor();
  });

  test("two who change the same agent do not overwrite each other unseen", async () => {
    world.agents.acme = [{ name: "support", kind: "openai", default: true, version: 4, options: { format: "markdown", url: "https://api.example.org", model: "small" } }];
    await browser.go("/t/acme/agents/support");
    await label("Model").fill("mine");
    await page.getByLabel("Who it is and what it does").fill("My words");
    Object.assign(world.agents.acme[0], { version: 5, options: { ...world.agents.acme[0].options, model: "theirs" } });
    await button("Save").click();
    await page.getByRole("alert").filter({ hasText: "Somebody else changed this agent" }).waitFor();
    assert.equal(world.agents.acme[0].options.model, "theirs");
    assert.equal(await label("Model").inputValue(), "mine", "what was typed stays until one asks for theirs");
    assert.equal(await page.getByLabel("Who it is and what it does").inputValue(), "My words");
    await button("Show theirs").click();
    await eventually("theirs is shown", async () => (await label("Model").inputValue()) === "theirs");
    assert.equal(await page.getByLabel("Who it is and what it does").inputValue(), "");
    await label("Model").fill("mine, now");
    await button("Save").click();
    await eventually("it was saved", () => world.agents.acme[0].options.model === "mine, now");
  });

  test("what the gateway refuses is said, and the default cannot go while others are there", async () => {
    const options = { format: "plain" };
    world.agents.acme = [{ name: "a", kind: "echo", default: true, version: 1, options }, { name: "b", kind: "echo", default: false, version: 1, options }];
    await browser.go("/t/acme/agents/a");
    await button("Delete a").click();
    await button("Delete").click();
    await page.locator("claw-confirm").getByText("Make another one the default first.").waitFor();
  });
});

describe("Overview", () => {
  test("shows figures, their past, and what is held back and why", async () => {
    acme.secrets.WHATSAPP_PHONE_NUMBER_ID = secret("111111,222222");
    await browser.go("/t/acme/overview");
    await page.getByText("▲ 14 % more than the hour before").waitFor();
    await page.getByText("95 of 100 within 3.9 s").waitFor();
    const held = page.getByRole("row").filter({ hasText: "222222" });
    await held.getByText("held back").waitFor();
    await held.getByText("Meta refused the access token (190").waitFor();
    assert.equal(await page.locator("claw-time-chart canvas").count(), 2);
    assert.equal(await page.locator("claw-time-chart").first().locator(".hidden tbody tr").count(), 60, "a table for who cannot see the chart");
    await button("Week").click();
    await page.getByText("more than the week before").first().waitFor();
    await page.waitForURL("**?range=week");
  });

  test("its figures follow what happens", async () => {
    await browser.go("/t/acme/overview");
    await page.locator("[data-figure=queue]").filter({ hasText: "5" }).waitFor();
    world.figures.more = { queue: { waiting_turns: 40, outbox: 2 } };
    world.inbox.say(world.inbox.conversations[3], "Hello?");
    await page.locator("[data-figure=queue]").filter({ hasText: "42" }).waitFor();
  });

  test("says when a tenant's storage is full, and what becomes of new messages", async () => {
    world.figures.more = { storage: { stored_bytes: 1_000_000_000, messages: 9, limit: 1_000_000_000, full: true } };
    await browser.go("/t/acme/overview");
    await page.getByRole("alert").filter({ hasText: "Nothing comes in any more" }).filter({ hasText: "1.0 GB of the 1.0 GB" }).waitFor();
  });

  test("with nothing in it, it leads to the set-up", async () => {
    world.figures.busy = false;
    acme.secrets = {};
    world.inbox.conversations = [];
    await browser.go("/t/acme/overview");
    await page.getByRole("heading", { name: "Nothing is connected yet" }).waitFor();
    await page.getByRole("link", { name: "Connect WhatsApp" }).click();
    await browser.heading("WhatsApp").waitFor();
  });
});

describe("Channels, Troubleshooting", () => {
  const check = (id) => page.locator(`li[data-check="${id}"]`);

  test("looks at one part after the other, and finds nothing where nothing is wrong", async () => {
    await browser.go("/t/acme/channels");
    await page.getByRole("link", { name: "Troubleshooting" }).click();
    await browser.heading("Troubleshooting").waitFor();
    await page.getByText("Nothing is wrong.").waitFor();
    assert.deepEqual(world.examined, ["settings", "meta", "address", "agents", "speech", "gateway"]);
    assert.equal(await check("person_access").count(), 0, "nobody in particular was asked about");
  });

  test("says what is wrong and what to do, and leads from a symptom to what decides it", async () => {
    world.wrong = { field_messages: "The field messages is not subscribed." };
    await browser.go("/t/acme/channels/troubleshooting");
    await page.getByText("1 wrong.").waitFor();
    await check("field_messages").getByText("Mend it at Meta.").waitFor();
    await page.getByRole("link", { name: "Check field_messages: wrong" }).click();
    await eventually("the check has the focus", () => check("field_messages").evaluate((row) => row === row.getRootNode().activeElement));

    world.wrong = {};
    await button("Look again").click();
    await page.getByText("Nothing is wrong.").waitFor();
  });

  test("looks at one person where somebody is named, and keeps who in the address", async () => {
    world.wrong = { person_access: "They wait in pairing." };
    await browser.go("/t/acme/channels/troubleshooting");
    await page.getByText("Nothing is wrong.").waitFor();
    await label("Also one person (optional)").fill("+49 151 12345678");
    await button("Look again").click();
    await check("person_access").getByText("They wait in pairing.").waitFor();
    await page.waitForURL("**user=*");
  });
});

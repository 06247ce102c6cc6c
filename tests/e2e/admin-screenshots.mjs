// Takes the pictures of the admin UI for docs/, on a stand-in of the gateway with a shop's day in it:
// ADMIN_PAGE=BUILD_FOLDER/src/api/admin_page node --test admin-screenshots.mjs writes docs/images/admin-*.png.

import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { accessPart, furnishAccess } from "./access-stub.mjs";
import { openPage, startWorld } from "./admin-support.mjs";
import { openBrowser } from "./browser.mjs";
import { channelPart } from "./channel-stub.mjs";
import { eventsPart } from "./events-stub.mjs";
import { inboxPart, NUMBER } from "./inbox-stub.mjs";
import { routingPart, SETTINGS } from "./routing-stub.mjs";
import { speechPart } from "./speech-stub.mjs";
import { templatesPart } from "./templates-stub.mjs";
import { whole } from "./support.mjs";

const images = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

/** Name, address, and what is done before the picture is taken. */
const PICTURES = [
  ["overview", "/t/acme/overview?range=day", (page) => page.locator("claw-time-chart canvas").last().waitFor()],
  ["conversations", "/t/acme/conversations/MARIA", async (page) => {
    await page.locator("claw-message-bubble").filter({ hasText: "ring twice" }).last().getByRole("button", { name: /^Why/ }).click();
    await page.locator("claw-message-way").getByText("Read", { exact: true }).waitFor();
  }],
  ["takeover", "/t/acme/conversations/TOMAS", async (page) => {
    await page.locator("claw-message-bubble").last().waitFor();
    await page.getByRole("textbox", { name: "Answer by hand" }).fill("It is on the lorry now, and should be with you before noon.");
  }],
  ["choices", "/t/acme/conversations/TOMAS", async (page) => {
    await page.getByRole("textbox", { name: "Answer by hand" }).fill("");
    await page.getByRole("button", { name: "Send something else than words" }).click();
    await page.getByRole("button", { name: "Buttons or a list" }).click();
    await page.getByLabel("Message", { exact: true }).fill("The driver can come twice today. When are you at home?");
    await page.getByLabel("Choice 1", { exact: true }).fill("Before noon");
    await page.getByLabel("Choice 2", { exact: true }).fill("After four");
    await page.getByLabel("Small print (optional)").fill("He rings twice");
  }],
  ["whatsapp", "/t/acme/channels/whatsapp", (page) => page.getByRole("button", { name: "Subscribe the app" }).waitFor()],
  ["channels", "/t/acme/channels"],
  ["agents", "/t/acme/agents/support", (page) => page.getByLabel("Model", { exact: true }).waitFor()],
  ["routing", "/t/acme/routing", async (page) => {
    await page.getByLabel("From, a phone number or BSUID").fill("+49 151 55000007");
    await page.getByLabel("Message", { exact: true }).fill("Guten Morgen, wo ist meine Bestellung?");
    await page.getByRole("button", { name: "Who answers?" }).click();
    await page.locator(".rule.met").waitFor();
    await page.evaluate(() => document.activeElement?.blur());
  }],
  ["pairing", "/t/acme/pairing", (page) => page.locator("claw-countdown").last().waitFor()],
  ["pairing-allowed", "/t/acme/pairing/allowed", (page) => page.locator("claw-people-list").waitFor()],
  ["users", "/t/acme/users/MARIA_USER", (page) => page.locator("claw-person-access").getByText("by Grace Hopper").waitFor()],
  ["merge", "/t/acme/users/MARIA_USER", async (page) => {
    await page.getByRole("button", { name: "Merge with another person…" }).click();
    await page.locator("claw-merge").getByRole("searchbox").fill("4917155500099");
    await page.locator("claw-merge").getByRole("button", { name: /171 555/ }).click();
    await page.getByText("What will happen").waitFor();
  }],
  ["templates", "/t/acme/templates", (page) => page.getByText("Spring is here").waitFor()],
  ["template", "/t/acme/templates/1", async (page) => {
    await page.getByLabel("Body {{1}}", { exact: true }).fill("Maria");
    await page.getByText("Hello Maria").waitFor();
    await page.evaluate(() => document.activeElement?.blur());
  }],
  ["secrets", "/t/acme/settings/secrets"],
  ["webhooks", "/t/acme/settings/webhooks/w1", (page) => page.getByText("Send a test").waitFor()],
  ["speech-settings", "/t/acme/settings/speech", (page) => page.getByText("Try it").waitFor()],
  ["conversation-settings", "/t/acme/settings/conversations", (page) => page.locator(".picture").last().waitFor()],
  ["members", "/t/acme/settings/members"],
  ["tokens", "/t/acme/settings/tokens"],
  ["audit", "/t/acme/settings/audit"],
  ["tenant", "/t/acme/settings/tenant"],
  ["account", "/account"],
  ["tenants", "/platform/tenants"],
  ["platform", "/platform/address"],
];
const DARK = ["overview", "conversations"];

function furnish(stub) {
  const { world, acme } = stub;
  const { inbox } = world;
  const secret = (value, by = "Ada Lovelace") => ({ value, at: ago(60 * 24 * 3), by, version: 1 });
  acme.secrets = { ...acme.secrets, WHATSAPP_PHONE_NUMBER_ID: secret(NUMBER), WHATSAPP_ACCESS_TOKEN: secret("x"), WHATSAPP_APP_SECRET: secret("x"),
    WHATSAPP_VERIFY_TOKEN: secret("x"), WHATSAPP_WABA_ID: secret("200000000000001"), MODEL_KEY: { ...secret("x"), description: "The language model's API key." } };
  world.guides.acme = { done: new Set(["secrets_set", "verification_received", "token_accepted", "number_found"]), failed: {}, facts: {}, learned: {} };
  world.agents.acme = [
    { name: "support", kind: "openai", default: true, version: 1, options: { format: "markdown", url: "https://api.example.org", model: "small-2026", key_secret: "MODEL_KEY",
      system_prompt: "You answer the customers of Keller Shoes. Be short and friendly. Where an order is asked for, look it up first; never guess." } },
    ...["deutsch", "accounting", "sales"].map((name) => ({ name, kind: "openai", default: false, version: 1, options: { format: "markdown", url: "https://api.example.org", model: "small-2026" } })),
    { name: "echo", kind: "echo", default: false, version: 1, options: { format: "plain" } }];
  world.routing.acme = { version: 4, rules: [
    { by: "peer", value: "4915155000000", agent: "echo" }, { by: "peer_prefix", value: "49", agent: "deutsch" }, { by: "peer_prefix", value: "43", agent: "deutsch" },
    { by: "keyword", value: "sales", agent: "sales" }, { by: "pattern", value: "\\b(invoice|bill)\\b", agent: "accounting" }] };
  world.conversation.acme = { ...SETTINGS, queue: "collect", debounce_ms: 1500, idle_reset_minutes: 1440, daily_reset_minute: 180, owners: ["4915155000000"], version: 2 };

  const [maria] = inbox.conversations;
  inbox.messages.set(maria.id, []);
  let at = 6;
  const add = (more) => inbox.add(maria, { created_at: ago(--at), meta_time: ago(at), ...more });
  const reply = (asked, ms, text, state = "read") => inbox.add(maria, { direction: "outbound", state, text, answers: asked.id, created_at: new Date(Date.parse(asked.created_at) + ms).toISOString() });
  reply(add({ text: "Good morning! Where is my order *4711*?" }), 1_800, "Good morning Maria! It left us on Friday and should be with you _today_ before six.");
  add({ type: "image", text: "[image] The last parcel came like this", data: { media: { type: "image", mime_type: "image/jpeg", caption: "The last parcel came like this" } } });
  reply(add({ type: "audio", text: "[voice message]", data: { media: { type: "audio", voice: true, mime_type: "audio/ogg" }, transcript: { text: "Please tell the driver to ring twice.", provider: "embedded", by: "Moonshine tiny" } } }), 2_300,
    "I am sorry about that box. The driver is asked to ring twice this time.");
  reply(add({ text: "Wonderful, thank you!" }), 1_200, "You are welcome. Have a good day!");
  const unnamed = inbox.person(null, "4917155500099");
  unnamed.created_at = ago(60 * 9);
  unnamed.last_message.text = "It is me, Maria, from my new number";
  // At the end: the list of conversations shows a day in the shop.
  inbox.conversations.push(inbox.conversations.shift());
  furnishAccess(stub, NUMBER);
  for (const one of inbox.messages.get(maria.id)) if (one.direction === "inbound") one.matched_by = "default";
  answerByHand(inbox);
  return maria;
}

/** Tomás asked for a person, and got one. */
function answerByHand(inbox) {
  const tomas = inbox.conversations.find((one) => one.user.name === "Tomás Rivera");
  inbox.messages.set(tomas.id, []);
  const said = (minutes, more) => inbox.add(tomas, { created_at: ago(minutes), meta_time: ago(minutes), ...more });
  const asked = said(14, { text: "Hello, my parcel should have come yesterday" });
  said(13.9, { direction: "outbound", state: "read", text: "I am sorry. The carrier says *in transit*, and no more than that.", answers: asked.id });
  said(12, { text: "That does not help. May I talk to a person please?" });
  said(4, { direction: "outbound", state: "read", text: "Hello Tomás, this is Ada. I have the depot on the phone.", agent: null, by: "ada@example.com" });
  said(3, { text: "Oh, thank you!" });
  inbox.hold(tomas, "ada@example.com", 56);
  inbox.hold(inbox.conversations.find((one) => one.user.name === "Jonas Weber"), "grace.hopper@example.com", 22);
}

test("the admin UI, as the documents show it", async () => {
  const stub = await startWorld(inboxPart({ count: 312 }), channelPart(), accessPart(), routingPart(), speechPart(), templatesPart(), eventsPart());
  const shared = await openBrowser({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  try {
    const maria = furnish(stub);
    const browser = await openPage(stub, shared);
    const { page } = browser;
    await browser.go("/sign-in");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.screenshot({ animations: "disabled", path: `${images}admin-sign-in.png` });
    await browser.signIn(stub.ada);
    for (const [name, path, before] of PICTURES)
      for (const colorScheme of DARK.includes(name) ? ["light", "dark"] : ["light"]) {
        await page.emulateMedia({ colorScheme });
        await browser.go(path.replace("MARIA_USER", maria.user.id).replace("MARIA", maria.id).replace("TOMAS", "c_0000000000000002"));
        await whole(page);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await before?.(page);
        await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
        await page.screenshot({ animations: "disabled", path: `${images}admin-${name}${colorScheme === "dark" ? "-dark" : ""}.png` });
      }
  } finally {
    await shared.close();
    stub.close();
  }
});

// An error of Meta's, wherever it stands: what to do, whose move it is, and the way to Meta's page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessibilityFaults, eachSignedIn } from "./admin-support.mjs";
import { channelPart } from "./channel-stub.mjs";
import { deliveryPart, ERROR_PAGE, errorOf, furnishDelivery } from "./delivery-stub.mjs";
import { inboxPart } from "./inbox-stub.mjs";
import { lowContrast, unnamedControls } from "./page-checks.mjs";

let world;
let browser;
let page;
let conversation;
let failed;

eachSignedIn({
  parts: () => [inboxPart({ count: 3 }), channelPart(), deliveryPart()],
  furnish(stub) {
    ({ world } = stub);
    furnishDelivery(world);
    const { inbox } = world;
    [conversation] = inbox.conversations;
    inbox.messages.set(conversation.id, []);
    const asked = inbox.add(conversation, { text: "Is it there?" });
    failed = inbox.add(conversation, { direction: "outbound", text: "It is.", answers: asked.id, state: "failed", attempts: 1, reason: "Meta said: Re-engagement message", error: errorOf(131047) });
    world.delivery.dead = [{ ...failed, attempts: 1, age_seconds: 90, user: conversation.user, conversation: conversation.id }];
    world.wrong = { token_alive: "The token is expired (Meta's code 190)." };
    world.codes = { token_alive: errorOf(190) };
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const errors = () => page.locator("claw-meta-error");
const link = (where, code) => where.getByRole("link", { name: new RegExp(`^Meta on code ${code}\\b.*in a new tab$`) });

async function isWhole(where, code = 131047) {
  await where.getByText("Your move", { exact: true }).first().waitFor();
  const to = link(where, code).first();
  assert.equal(await to.getAttribute("href"), ERROR_PAGE);
  assert.equal(await to.getAttribute("target"), "_blank");
  assert.match(await to.getAttribute("rel"), /noopener/);
}

/** Every place where one stands: its address, what opens it there, and its code. */
const PLACES = [
  ["a message", () => `/t/acme/conversations/${conversation.id}`, () => undefined],
  ["why?", () => `/t/acme/conversations/${conversation.id}`, () => page.locator("claw-message-bubble").filter({ hasText: "It is." }).getByRole("button", { name: /^Why/ }).click()],
  ["dead letters", () => "/t/acme/delivery/dead-letters", () => undefined],
  ["the delivery log", () => "/t/acme/delivery/log?q=131047", () => page.locator("tbody").getByRole("link").first().click()],
  ["troubleshooting", () => "/t/acme/channels/troubleshooting", () => page.getByText("1 wrong.").waitFor(), 190],
];

for (const [where, address, open, code] of PLACES)
  test(`stands in ${where} with whose move it is, in both themes, and for who cannot see it`, async () => {
    await browser.go(address());
    await open();
    const place = where === "why?" ? page.locator("claw-message-way") : page;
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await isWhole(place, code);
      assert.deepEqual(await page.evaluate(lowContrast), [], `${colorScheme}: contrast`);
    }
    assert.deepEqual(await page.evaluate(unnamedControls), []);
    assert.deepEqual(await accessibilityFaults(page), []);
  });

test("says each whose move it may be by a word, not by a colour alone", async () => {
  const { delivery } = world;
  delivery.dead = ["yours", "metas", "persons", "nobodys"].map((whose, index) => ({ ...delivery.dead[0], id: `m_000000000000010${index}`, error: errorOf(131047, whose) }));
  await browser.go("/t/acme/delivery/dead-letters");
  for (const words of ["Your move", "Meta's move", "Their move", "Nobody's move: it is tried again"]) await errors().getByText(words, { exact: true }).waitFor();
});

test("its link is reached by the keyboard, and its focus is seen", async () => {
  await browser.go("/t/acme/delivery/dead-letters");
  const to = link(page, 131047);
  await to.waitFor();
  const reached = () => to.evaluate((one) => one.getRootNode().activeElement === one);
  for (let press = 0; press < 60 && !(await reached()); press += 1) await page.keyboard.press("Tab");
  assert.ok(await reached(), "Tab comes to it");
  assert.notEqual(await to.evaluate((one) => getComputedStyle(one).outlineStyle), "none");
});

// The delivery log as whoever is on call uses it, on a stand-in of the gateway: what went wrong, why, and what belongs together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eachSignedIn } from "./admin-support.mjs";
import { deliveryPart, furnishDelivery } from "./delivery-stub.mjs";

const LOG = "/t/acme/delivery/log";

let world;
let browser;
let page;

eachSignedIn({
  parts: () => [deliveryPart()],
  furnish(stub) {
    ({ world } = stub);
    furnishDelivery(world);
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const rows = () => page.locator("tbody tr");
const pane = (name) => page.getByRole("complementary", { name });
const count = async (wanted) => {
  await page.waitForFunction((wanted) => {
    const found = [];
    const walk = (root) => {
      found.push(...root.querySelectorAll("tbody tr"));
      for (const each of root.querySelectorAll("*")) if (each.shadowRoot) walk(each.shadowRoot);
    };
    walk(document);
    return found.length === wanted;
  }, wanted);
};

test("what went wrong is one press away, and an entry says whose move it is", async () => {
  await browser.go(LOG);
  await count(5);
  await page.getByLabel("Only what went wrong").check();
  await count(3);
  await page.waitForURL("**?wrong=true");
  await rows().filter({ hasText: "No answer came" }).getByRole("link").click();
  await pane("POST 111/messages").getByText("Meta may have done it or not").waitFor();
  await pane("POST 111/messages").getByText("the peer closed the connection").waitFor();
  await page.keyboard.press("Escape");
  await page.waitForURL(`**${LOG}?wrong=true`);
});

test("from an entry one comes to all that is about the same person, and the search tells codes too", async () => {
  await browser.go(LOG);
  await rows().filter({ hasText: "131047" }).getByRole("link").click();
  await pane("POST 111/messages").getByText("Az8or2vXg1", { exact: true }).first().waitFor();
  await pane("POST 111/messages").getByRole("link", { name: "4915155000000" }).click();
  await page.waitForURL("**?q=4915155000000");
  await count(3);
  assert.equal(await page.getByRole("searchbox").inputValue(), "4915155000000");
  await page.getByRole("searchbox").fill("131047");
  await count(1);
  await page.getByRole("searchbox").fill("nothing");
  await page.getByRole("button", { name: "Show all" }).click();
  await count(5);
});

test("the words of people are counted until somebody who may asks for them", async () => {
  await browser.go(`${LOG}?q=wamid.ONE`);
  await rows().first().getByRole("link").click();
  const shown = pane("Webhook from Meta");
  await shown.getByText("(18 characters)").waitFor();
  assert.equal(await shown.getByText("Where is my order?").count(), 0);
  await shown.getByRole("button", { name: "Show as it was" }).click();
  await shown.getByText("Where is my order?").waitFor();
  assert.equal(world.delivery.payloads, 1);
});

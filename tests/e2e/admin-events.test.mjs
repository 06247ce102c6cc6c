// Settings, Webhooks as an admin uses it, on a stand-in of the gateway.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eachSignedIn } from "./admin-support.mjs";
import { eventually } from "./support.mjs";

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
const open = async (id = "") => {
  await browser.go(`/t/acme/settings/webhooks${id && `/${id}`}`);
  await browser.heading("Webhooks").waitFor();
};

describe("programs that are told what happens", () => {
  test("one is added, and its secret shown once", async () => {
    await open();
    await button("Add a webhook").click();
    await label("Name").fill("Billing");
    await label("Address").fill("https://billing.example.org/hook");
    await page.getByText("Meta has taken a message of yours.").click();
    await button("Add it").click();
    await page.getByText("It is shown only this once.").waitFor();
    assert.match(await page.locator("claw-copy").last().textContent(), /whsec_/);
    await button("Done").click();
    await page.getByRole("heading", { name: "Billing" }).waitFor();
    assert.deepEqual(world.sinks.at(-1).events, ["message.received", "message.sent"]);
    assert.match(page.url(), /webhooks\/w4$/);
  });

  test("what the gateway refuses stands in the form, and nothing typed is lost", async () => {
    await open();
    await button("Add a webhook").click();
    await label("Name").fill("Billing");
    await label("Address").fill("ftp://billing.example.org");
    await button("Add it").click();
    await page.getByText(/url must be like/).waitFor();
    assert.equal(await label("Address").inputValue(), "ftp://billing.example.org");
    assert.equal(world.sinks.length, 3);
  });

  test("a test says what came of it", async () => {
    await open("w1");
    await button("Send a test").click();
    await page.getByText("The test was taken: answered 204 after 38 ms.").waitFor();
    world.tried = { delivered: false, answer_status: 500, took_ms: 12, reason: "answered 500: out of memory" };
    await button("Send a test").click();
    await page.getByText("The test was not taken.").waitFor();
    await page.getByText("answered 500: out of memory", { exact: true }).waitFor();
  });

  test("the log says what became of each event, and sends one or a day again", async () => {
    await open("w1");
    await page.getByText(/answered 422: no such order/).waitFor();
    await button("Send message.failed again").click();
    await page.locator("claw-toasts").getByText("It is sent again.").waitFor();
    assert.deepEqual(world.replayed, [{ events: ["n2"] }]);
    await button("Send a day again").click();
    await button("Send again").click();
    await eventually("the day is asked for", () => world.replayed.length === 2);
    assert.equal(Date.parse(world.replayed[1].to) - Date.parse(world.replayed[1].from), 86_460_000);
    await page.getByLabel("Show", { exact: true }).selectOption("given_up");
    await page.getByText(/out of memory/).waitFor({ state: "detached" });
    await page.getByText(/answered 422/).waitFor();
  });

  test("one that answers to nothing says so, and when it is tried", async () => {
    await open("w2");
    await page.getByText(/It answers to nothing/).waitFor();
    await page.getByText("No answer").first().waitFor();
  });

  test("it is switched off by who has seen it as it is", async () => {
    await open("w1");
    await button("Change").click();
    world.sinks[0].version = "9";
    await page.getByText("While it is off, nothing is kept for it.").click();
    await button("Save").click();
    await page.getByText(/Somebody changed this while you had it open/).first().waitFor();
    assert.equal(world.sinks[0].enabled, true);
  });

  test("a new secret is made, and one is deleted", async () => {
    await open("w1");
    await button("New secret").click();
    await button("Make a new secret").click();
    await page.getByText("It is shown only this once.").waitFor();
    await button("Done").click();
    await page.getByText("signs as well until").waitFor();
    await button("Delete").first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await eventually("it is gone", () => world.sinks.length === 2);
  });

  test("a bot's is changed with its agent alone", async () => {
    await open("w3");
    await page.getByRole("link", { name: "shop-bot" }).last().waitFor();
    await page.getByRole("heading", { name: "Log" }).waitFor();
    assert.equal(await button("Change").count(), 0);
  });
});

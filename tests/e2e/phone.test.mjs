// The phone page in a real browser: a message typed is answered. Wants a simulator in SIM_URL whose number has a
// business behind it that echoes; saves a picture to PHONE_SCREENSHOT where that is set.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { lowContrast, unnamedControls } from "./page-checks.mjs";
import { freshPhone, simulatorUrl } from "./support.mjs";

const base = simulatorUrl();
const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 390, height: 780 };

describe("the phone page", () => {
  let browser;
  let page;
  const faults = [];

  before(async () => {
    browser = await openBrowser({ viewport: WIDE, colorScheme: "light" });
    page = browser.page;
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("requestfailed", (request) => {
      // Streams are cut when the page goes on to another person.
      if (!request.url().includes("/_sim/events")) faults.push(`${request.url()}: ${request.failure()?.errorText}`);
    });
  });
  after(() => browser.close());

  const fresh = async () => {
    const phone = freshPhone();
    await page.goto(`${base}/#${phone}`);
    await page.reload();
    await page.getByText("Write something").waitFor();
    return phone;
  };
  const field = () => page.getByRole("textbox", { name: /^Message to/ });
  const bubbles = (from, text) => page.locator(`phone-bubble .row.${from}`, { hasText: text });

  test("has a title and teaches what to do first", async () => {
    await fresh();
    assert.match(await page.title(), /Phone · ClawCentral simulator$/);
    await page.getByText("Your agent answers here.").waitFor();
  });

  test("shows the answer to a message that was typed, and the ticks to the last", async () => {
    await fresh();
    const text = `Where is my order? 👋 ${Date.now()}`;
    await field().fill(text);
    await field().press("Enter");
    await bubbles("business", text).waitFor();
    await page.locator(".row.person[data-status=read]", { hasText: text }).waitFor();
    await page.locator(".row.business[data-status=read]", { hasText: text }).waitFor();
    assert.equal(await field().inputValue(), "");
    if (process.env.PHONE_SCREENSHOT) await page.screenshot({ animations: "disabled", path: process.env.PHONE_SCREENSHOT });
  });

  test("keeps what was said when it is opened again", async () => {
    const text = `still here ${Date.now()}`;
    await field().fill(text);
    await field().press("Enter");
    await bubbles("business", text).waitFor();
    await page.reload();
    await bubbles("business", text).waitFor();
    await bubbles("person", text).waitFor();
  });

  test("shows what went over the wire beside a bubble", async () => {
    const text = `wire ${Date.now()}`;
    await field().fill(text);
    await field().press("Enter");
    await bubbles("business", text).waitFor();
    const row = bubbles("person", text);
    await row.hover();
    await row.getByRole("button", { name: /went over the wire/ }).click();
    await page.getByText("The gateway answered 200 after 1 try.").waitFor();
    await page.locator("phone-wire pre", { hasText: "whatsapp_business_account" }).first().waitFor();
    await page.getByRole("button", { name: "Back to people" }).click();
  });

  test("goes on as another person, whose thread is empty", async () => {
    await page.getByRole("button", { name: "Another person" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Maria K.");
    await page.getByLabel("Phone", { exact: true }).fill(`+${freshPhone()}`);
    await page.getByRole("button", { name: "Write as this person" }).click();
    await page.getByText("Write something").waitFor();
    await page.locator("[aria-current=true]", { hasText: "Maria K." }).waitFor();
  });

  test("fits a narrow screen, with the drawer over it, by keyboard alone", async () => {
    await page.setViewportSize(NARROW);
    await fresh();
    const text = `narrow ${Date.now()}`;
    await field().fill(text);
    await field().press("Enter");
    await bubbles("business", text).waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0);
    if (process.env.PHONE_SCREENSHOT) await page.screenshot({ animations: "disabled", path: process.env.PHONE_SCREENSHOT.replace(/\.png$/, "-narrow.png") });

    await page.getByRole("button", { name: "People and settings" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.setViewportSize(WIDE);
  });

  test("is readable in light and dark", async () => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const poor = await page.evaluate(lowContrast);
      assert.deepEqual(poor, [], colorScheme);
      if (process.env.PHONE_SCREENSHOT && colorScheme === "dark")
        await page.screenshot({ animations: "disabled", path: process.env.PHONE_SCREENSHOT.replace(/\.png$/, "-dark.png") });
    }
  });

  test("lets the look be pinned", async () => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("button", { name: "Dark" }).click();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
    await page.getByRole("button", { name: "System" }).click();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "light");
  });

  test("gives every control a name", async () => {
    assert.deepEqual(await page.evaluate(unnamedControls), []);
  });

  test("says when the simulator is gone and recovers", async () => {
    const text = `back ${Date.now()}`;
    await page.context().setOffline(true);
    await page.reload().catch(() => undefined);
    await page.context().setOffline(false);
    await fresh();
    await page.route("**/messages", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
    await field().fill(text);
    await field().press("Enter");
    await page.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
    assert.equal(await field().inputValue(), text, "nothing that was written is lost");
    await page.unroute("**/messages");
    await field().press("Enter");
    await bubbles("business", text).waitFor();
  });

  test("logs no error of its own", () => {
    const ours = faults.filter((fault) => !/ERR_(ABORTED|INTERNET_DISCONNECTED|FAILED|INCOMPLETE_CHUNKED_ENCODING|NETWORK_CHANGED)/.test(fault));
    assert.deepEqual(ours, []);
  });
});

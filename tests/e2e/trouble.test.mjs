// The drawer that makes trouble, in a real browser with the real gateway behind: each button says how it stands, what
// it promised happens, and the conversation goes on. Wants a simulator in SIM_URL; pictures go to PHONE_SCREENSHOT.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { control, eventually, freshPhone, simulatorUrl } from "./support.mjs";

const base = simulatorUrl();
const sim = control();

describe("the drawer that makes trouble", () => {
  let browser;
  let page;
  before(async () => {
    browser = await openBrowser({ viewport: { width: 1280, height: 1100 }, colorScheme: "light" });
    page = browser.page;
  });
  after(() => browser.close());

  const fresh = async () => {
    const phone = freshPhone();
    await page.goto(`${base}/#${phone}`);
    await page.reload();
    await page.getByText("Write something").waitFor();
    return phone;
  };
  const button = (name) => page.getByRole("button", { name });
  const say = async (text) => {
    const field = page.getByRole("textbox", { name: /^Message to/ });
    await field.fill(text);
    await field.press("Enter");
    await page.locator("phone-bubble .row.business", { hasText: text }).waitFor();
  };
  const webhooks = async (text) => {
    const { body } = await sim("GET", "/_sim/log?limit=10000");
    return body.entries.filter((entry) => entry.kind === "webhook" && entry.what === "text" && entry.request.includes(text));
  };

  test("delivers twice, is answered once, and goes on", async () => {
    await fresh();
    await button(/^Deliver twice/).click();
    await page.locator("phone-trouble button[aria-pressed=true]", { hasText: "armed" }).waitFor();
    const text = `twice ${Date.now()}`;
    await say(text);
    await button(/^Deliver twice happened once/).waitFor();
    await eventually("the second delivery", async () => (await webhooks(text)).length === 2);
    const next = `and recovers ${Date.now()}`;
    await say(next);
    assert.equal((await webhooks(next)).length, 1);
    assert.equal(await page.locator("phone-bubble .row.business", { hasText: text }).count(), 1, "answered once");
  });

  test("loses the answer, and nothing is sent twice", async () => {
    await fresh();
    await button(/^Lose the answer/).click();
    const text = `lost ${Date.now()}`;
    await say(text);
    await button(/^Lose the answer happened once/).waitFor();
    await say(`and recovers ${Date.now()}`);
    assert.equal(await page.locator("phone-bubble .row.business", { hasText: text }).count(), 1);
  });

  test("can be taken back before it happens", async () => {
    await fresh();
    await button(/^Meta is slow/).click();
    await page.locator("phone-trouble button[aria-pressed=true]", { hasText: "Meta is slow" }).waitFor();
    if (process.env.PHONE_SCREENSHOT)
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ animations: "disabled", path: process.env.PHONE_SCREENSHOT.replace(/\.png$/, `-trouble-${colorScheme}.png`) });
      }
    await button(/^Meta is slow/).click();
    await page.locator("phone-trouble button[aria-pressed=false]", { hasText: "Meta is slow" }).waitFor();
    await say(`quick ${Date.now()}`);
  });

  test("lets the token expire and be valid again", async () => {
    const { id } = (await sim("GET", "/_sim/numbers")).body.numbers[0];
    const state = async () => (await sim("GET", `/_sim/numbers/${id}`)).body.token_state;
    await button(/^Token expired/).click();
    await page.locator("phone-trouble button[aria-pressed=true]", { hasText: "Token expired" }).waitFor();
    assert.equal(await state(), "expired");
    await button(/^Token expired/).click();
    await page.locator("phone-trouble button[aria-pressed=false]", { hasText: "Token expired" }).waitFor();
    assert.equal(await state(), "valid");
  });

  test("moves the clock by a day", async () => {
    const before = (await sim("GET", "/_sim/clock")).body.offset_ms;
    await button(/^24 hours later/).click();
    await button(/^24 hours later 24 h ahead/).waitFor();
    assert.equal((await sim("GET", "/_sim/clock")).body.offset_ms - before, 24 * 3600 * 1000);
    await say(`the next day ${Date.now()}`);
  });
});

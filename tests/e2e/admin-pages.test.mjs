// What every page of the admin UI must be, in light and dark, wide and narrow: readable, named, within its frame, small.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { accessPart, furnishAccess } from "./access-stub.mjs";
import { accessibilityFaults, builtPage, NARROW, openPage, ownFaults, startWorld, WIDE } from "./admin-support.mjs";
import { openBrowser } from "./browser.mjs";
import { channelPart } from "./channel-stub.mjs";
import { deliveryPart, furnishDelivery } from "./delivery-stub.mjs";
import { eventsPart } from "./events-stub.mjs";
import { everyKind, everyKindOfOurs, inboxPart, NUMBER } from "./inbox-stub.mjs";
import { lowContrast, unnamedControls } from "./page-checks.mjs";
import { routingPart } from "./routing-stub.mjs";
import { speechPart } from "./speech-stub.mjs";
import { templatesPart } from "./templates-stub.mjs";
import { whole } from "./support.mjs";

/** Address, heading, and what to press for a dialog that has to be as good. */
const PAGES = [
  ["/account", "Account", "Change password"],
  ["/platform/tenants", "Tenants", "New tenant"],
  ["/platform/tenants/acme", "Tenants", "Disable acme…"],
  ["/platform/address", "Platform address", "Set PLATFORM_APP_SECRET"],
  ["/platform/audit", "Audit log"],
  ["/t/acme/overview", "Overview"],
  ["/t/acme/conversations", "Conversations"],
  ["/t/acme/conversations/c_0000000000000001", "Conversations"],
  ["/t/acme/conversations/c_0000000000000002", "Conversations"],
  ["/t/acme/conversations/c_0000000000000003", "Conversations"],
  ["/t/acme/channels", "Channels"],
  ["/t/acme/channels/troubleshooting", "Troubleshooting"],
  ["/t/acme/channels/whatsapp", "WhatsApp", "Add a number"],
  ["/t/acme/agents", "Agents"],
  ["/t/acme/agents/+new", "Agents"],
  ["/t/acme/agents/support", "Agents"],
  ["/t/acme/agents/echo", "Agents", "Delete echo"],
  ["/t/acme/routing", "Routing", "Add a rule: A pattern"],
  ["/t/acme/pairing", "Pairing", "Change who may write"],
  ["/t/acme/pairing/allowed", "Pairing", "Allow people"],
  ["/t/acme/pairing/blocked", "Pairing", "Block people"],
  ["/t/acme/pairing/opted-out", "Pairing"],
  ["/t/acme/pairing/groups", "Pairing"],
  ["/t/acme/templates", "Templates"],
  ["/t/acme/templates/1", "Templates", "Delete order_update"],
  ["/t/acme/templates/2", "Templates"],
  ["/t/acme/templates/+new", "Templates"],
  ["/t/acme/users", "Users"],
  ["/t/acme/users/4915155000000", "Users", "Merge with another person…"],
  ["/t/acme/users/group:120363000000000001", "Users"],
  ["/t/acme/delivery/log", "Delivery log"],
  ["/t/acme/delivery/log/x_0000000000000003", "Delivery log"],
  ["/t/acme/settings/secrets", "Secrets", "Replace WHATSAPP_ACCESS_TOKEN"],
  ["/t/acme/settings/conversations", "Conversations"],
  ["/t/acme/settings/speech", "Speech"],
  ["/t/acme/settings/members", "Members", "Invite"],
  ["/t/acme/settings/tokens", "API tokens", "Make a token"],
  ["/t/acme/settings/webhooks", "Webhooks", "Add a webhook"],
  ["/t/acme/settings/webhooks/w1", "Webhooks", "Delete Order system"],
  ["/t/acme/settings/webhooks/w2", "Webhooks"],
  ["/t/acme/settings/audit", "Audit log"],
  ["/t/acme/settings/tenant", "Tenant"],
];
/** Compressed, with all that the first look at it asks for; a page on its own is quick on a bad line. */
const FIRST_LOAD = 150_000;
const SIGN_IN_LOAD = 60_000;

const OPEN_PAGES = [["/sign-in", "Sign in"], ["/setup#first", "Welcome to ClawCentral"], ["/join#invited", "Join acme"]];

describe("every page of the admin UI", () => {
  let stub;
  let shared;
  let browser;
  let page;

  before(async () => {
    stub = await startWorld(inboxPart({ count: 40 }), channelPart(), accessPart(), routingPart(), speechPart(), templatesPart(), eventsPart(), deliveryPart());
    furnishDelivery(stub.world);
    const [maria] = stub.world.inbox.conversations;
    stub.world.inbox.messages.set(maria.id, []);
    everyKind(stub.world.inbox, maria);
    everyKindOfOurs(stub.world.inbox, stub.world.inbox.conversations.find(({ id }) => id === "c_0000000000000003"));
    stub.world.guides.acme = { done: new Set(["verification_received", "number_found"]), failed: { token_accepted: "Meta refused the access token (190)." }, facts: {}, learned: { waba_id: "2" } };
    stub.world.agents.acme = [{ name: "support", kind: "openai", default: true, version: 1, options: { format: "markdown", url: "https://api.example.org", model: "small" } },
      { name: "echo", kind: "echo", default: false, version: 1, options: { format: "plain" } }];
    stub.world.routing.acme = { version: 1, rules: [{ by: "peer_prefix", value: "49", agent: "support" }, { by: "peer_prefix", value: "43", agent: "support" },
      { by: "pattern", value: "\\b(invoice|bill)\\b", agent: "support", number: "106540352242922" }] };
    const [, held] = stub.world.inbox.conversations;
    stub.world.inbox.add(held, { direction: "outbound", state: "delivered", text: "It comes tomorrow.", agent: null, by: "carla.stein@example.com" });
    stub.world.inbox.hold(held, "ada@example.com");
    furnishAccess(stub, NUMBER);
    stub.world.invitations.push({ id: "i1", code: "invited", email: "carla@example.com", role: "operator", tenant: "acme", invited_by: "Ada Lovelace", expires_at: new Date(Date.now() + 5e8).toISOString() });
    shared = await openBrowser({ viewport: WIDE, colorScheme: "light", reducedMotion: "reduce" });
    browser = await openPage(stub, shared);
    page = browser.page;
  });
  after(async () => {
    await shared?.close();
    stub?.close();
  });

  /** Colours that change with the scheme, and what comes in, have come to rest. */
  const atRest = () => page.evaluate(async () => {
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((one) => one.finished));
  });

  const check = async (where) => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await atRest();
      assert.deepEqual(await page.evaluate(lowContrast), [], `${where}, ${colorScheme}: contrast`);
      assert.deepEqual(await accessibilityFaults(page), [], `${where}, ${colorScheme}: axe`);
      if (process.env.ADMIN_SCREENSHOTS)
        await page.screenshot({ animations: "disabled", path: join(process.env.ADMIN_SCREENSHOTS, `${where.replace(/\W+/g, "-")}-${colorScheme}.png`) });
    }
    assert.deepEqual(await page.evaluate(unnamedControls), [], `${where}: names`);
  };

  /** What the page asked for since it was opened, compressed. */
  const loaded = async () => {
    const names = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
    const files = await Promise.all(["/admin/index.html", ...new Set(names)].filter((path) => !path.startsWith("/api/"))
      .map((path) => readFile(join(builtPage(), path))));
    return files.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
  };

  const fits = async (where) => {
    await page.setViewportSize(NARROW);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(over, 0, `${where} is wider than a phone`);
    await check(`${where} narrow`);
    await page.setViewportSize(WIDE);
  };

  for (const [path, heading] of OPEN_PAGES)
    test(`${path} is for everybody, before anybody is signed in`, async () => {
      await browser.go(path);
      await browser.heading(heading).waitFor();
      const size = await loaded();
      assert.ok(size <= SIGN_IN_LOAD, `${size} bytes`);
      await check(path);
      await fits(path);
    });

  for (const [path, heading, press] of PAGES)
    test(`${path} is for everybody`, async () => {
      await browser.context.clearCookies();
      await browser.signIn(stub.ada);
      await browser.go(path);
      await browser.heading(heading).waitFor();
      await whole(page);
      const size = await loaded();
      assert.ok(size <= FIRST_LOAD, `${size} bytes`);
      assert.match(await page.title(), new RegExp(`^${heading} · (acme · )?ClawCentral$`));
      await check(path);
      await fits(path);
      if (!press) return;
      await page.getByRole("button", { name: press, exact: true }).first().click();
      await page.getByRole("dialog").waitFor();
      await check(`${path} ${press}`);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    });

  test("the drawer of a narrow page is for everybody", async () => {
    await page.setViewportSize(NARROW);
    await browser.go("/t/acme/settings/tenant");
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("dialog", { name: "Menu" }).waitFor();
    await check("drawer");
    await page.getByRole("button", { name: "Tenant acme: switch" }).click();
    await page.getByRole("link", { name: "beta" }).click();
    await page.waitForURL("**/t/beta/settings/secrets");
    await page.getByRole("dialog", { name: "Menu" }).waitFor({ state: "detached" });
    await page.setViewportSize(WIDE);
  });

  test("nothing on them broke the page's policy or was complained about", () => {
    assert.deepEqual(ownFaults(browser.faults), []);
  });
});

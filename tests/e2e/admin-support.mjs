// What the admin UI's tests share: a browser on a stand-in of the gateway, and a world with something in it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach } from "node:test";
import { accessPart } from "./access-stub.mjs";
import { startAdminStub } from "./admin-stub.mjs";
import { openBrowser } from "./browser.mjs";
import { channelPart } from "./channel-stub.mjs";
import { eventsPart } from "./events-stub.mjs";
import { inboxPart } from "./inbox-stub.mjs";
import { routingPart } from "./routing-stub.mjs";
import { speechPart } from "./speech-stub.mjs";
import { templatesPart } from "./templates-stub.mjs";

export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 375, height: 780 };

export function builtPage() {
  const folder = process.env.ADMIN_PAGE;
  if (!folder) throw new Error("ADMIN_PAGE must name the folder of the built page, for example build/dev/src/api/admin_page");
  return folder;
}

/** A gateway with two tenants and two people: ada may do everything, bob only looks at acme. */
export async function startWorld(...parts) {
  const stub = await startAdminStub(builtPage(), ...(parts.length > 0 ? parts : [inboxPart({ count: 30 }), channelPart(), accessPart(), routingPart(), speechPart(), templatesPart(), eventsPart()]));
  const ada = stub.addPerson({ email: "ada@example.com", name: "Ada Lovelace", platform_admin: true });
  const bob = stub.addPerson({ email: "bob@example.com", name: "Bob Stone" });
  const acme = stub.addTenant("acme");
  stub.addTenant("beta");
  acme.members.push({ id: ada.id, role: "owner", version: 1 }, { id: bob.id, role: "viewer", version: 1 });
  const at = new Date(Date.now() - 3_600_000).toISOString();
  acme.secrets.WHATSAPP_ACCESS_TOKEN = { value: "EAA-hidden", at, by: ada.name, version: 3 };
  acme.secrets.WHATSAPP_PHONE_NUMBER_ID = { value: "106540352242922", at, by: ada.name, version: 1 };
  acme.secrets.ORDERS_API_KEY = { value: "hidden", description: "Lets the agent read orders.", at, by: bob.name, version: 1 };
  acme.usage = { stored_bytes: 48_200_000, messages: 12_480 };
  acme.tokens.push({ id: "t1", label: "Order system", scopes: ["inbox.read"], created_at: at, created_by: ada.name, expires_at: null, last_used_at: at });
  for (let i = 0; i < 60; ++i)
    acme.audit.push({ id: `e${i}`, at, who: { kind: ["person", "token", "command_line", "system"][i % 4], name: ada.name },
      action: "secret.set", what: `Set the secret NUMBER_${i}`, target: `NUMBER_${i}`, from: "203.0.113.7" });
  stub.world.platform.unclaimed.push({ waba_id: "210", phone_number_id: "110", display_phone_number: "+49 151 0000 0001", first_seen_at: at, last_seen_at: at, items: 14 });
  stub.world.platform.claims.push({ waba_id: "211", phone_number_id: "106540352242922", tenant: "acme" });
  return { ...stub, ada, bob, acme };
}

/** A new page that notes every complaint, in a browser of its own, or in one that openBrowser() gave, which stays.
 * `signIn(person)` gives it that person's session; `close()` ends what this opened. */
export async function openPage(stub, options = {}) {
  const browser = options.context ? options : await openBrowser({ viewport: WIDE, colorScheme: "light", ...options });
  const { context } = browser;
  await context.clearCookies();
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  const signIn = async (person) => {
    const [, value] = /claw_session=(\w+)/.exec(stub.open(person).headers["Set-Cookie"]);
    await context.addCookies([{ name: "claw_session", value, url: stub.url, httpOnly: true, sameSite: "Lax" }]);
  };
  const close = () => (browser === options ? page.close() : browser.close());
  return { page, context, close, faults, signIn, go: (path) => page.goto(stub.url + path),
    heading: (name) => page.getByRole("heading", { level: 1, name, exact: true }) };
}

/** Faults that are the page's own: not the answers that a test asked for. */
export const ownFaults = (faults) =>
  faults.filter((fault) => !/Failed to load resource|ERR_(ABORTED|INTERNET_DISCONNECTED|FAILED|INCOMPLETE_CHUNKED_ENCODING|NETWORK_CHANGED|CONNECTION)/.test(fault));

/** Each test of the file has a world and a page of its own, all in one browser, and ada is signed in; no page may have a fault of
 * its own. `furnish(stub)` is called before there is a page, `opened(browser)` with it; `parts()` makes another world than the
 * usual one; all else is the browser's. */
export function eachSignedIn({ parts = () => [], furnish = () => undefined, opened, ...options }) {
  let shared;
  let stub;
  let browser;
  before(async () => {
    shared = await openBrowser({ viewport: WIDE, colorScheme: "light", reducedMotion: "reduce", ...options });
  });
  after(() => shared.close());
  beforeEach(async () => {
    stub = await startWorld(...parts());
    furnish(stub);
    browser = await openPage(stub, shared);
    opened(browser);
    await browser.signIn(stub.ada);
  });
  afterEach(async () => {
    await browser.page.close();
    stub.close();
    assert.deepEqual(ownFaults(browser.faults), []);
  });
}

const AXE = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe has to say against the page as it stands: one line for each kind of fault. */
export async function accessibilityFaults(page) {
  await page.evaluate(await AXE);
  const violations = await page.evaluate(async () => {
    const { violations: found } = await window.axe.run(document, { resultTypes: ["violations"] });
    return found.map(({ id, nodes }) => ({ id, at: nodes.slice(0, 3).map((node) => node.target.flat().join(" ")) }));
  });
  return violations.map(({ id, at }) => `${id}: ${at.join(" | ")}`);
}

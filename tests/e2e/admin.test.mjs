// The admin UI as people use it, in a real browser, on a stand-in of the gateway: who comes in and how, what each page does,
// and what it says when the gateway refuses, is slow, or is gone.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { openPage, ownFaults, startWorld, WIDE } from "./admin-support.mjs";
import { openBrowser } from "./browser.mjs";
import { eventually } from "./support.mjs";

/** Of the path that a reader (jsQR) read as the address which the stand-in gives for ada. */
const QR_OF_ADA = "28f77463a69103ca";

let shared;
let stub;
let browser;
let page;

before(async () => {
  shared = await openBrowser({ viewport: WIDE, colorScheme: "light", permissions: ["clipboard-read", "clipboard-write"] });
});
after(() => shared.close());
beforeEach(async () => {
  stub = await startWorld();
  browser = await openPage(stub, shared);
  page = browser.page;
});
afterEach(async () => {
  await browser.close();
  stub.close();
  assert.deepEqual(ownFaults(browser.faults), []);
});

const button = (name) => page.getByRole("button", { name, exact: true });
const labelled = (label) => page.getByLabel(label, { exact: true });
/** What a dialog shows stands beside its frame in the document, not in it. */
const dialog = () => page.locator("claw-dialog[open]");
const alert = (text) => page.getByRole("alert").filter({ hasText: text });
const signInAs = async (person, path) => {
  await browser.signIn(person);
  await browser.go(path);
};

describe("coming in", () => {
  const fill = async (email, password) => {
    await labelled("Email").fill(email);
    await labelled("Password").fill(password);
    await page.keyboard.press("Enter");
  };

  test("a wrong password is told in words, and what was written stays", async () => {
    await browser.go("/sign-in");
    await fill("ada@example.com", "wrong");
    await alert("Email or password is wrong.").waitFor();
    assert.equal(await labelled("Email").inputValue(), "ada@example.com");
  });

  test("one comes to the address one asked for", async () => {
    await browser.go("/t/acme/settings/tokens?x=1");
    await browser.heading("Sign in").waitFor();
    await fill("ada@example.com", "correct horse battery");
    await browser.heading("API tokens").waitFor();
    assert.equal(new URL(page.url()).pathname, "/t/acme/settings/tokens");
  });

  test("nobody is led to another site by a link to the sign-in", async () => {
    await browser.go("/sign-in?next=//evil.example/");
    await fill("ada@example.com", "correct horse battery");
    await eventually("the app is shown", async () => (await page.getByRole("navigation").count()) > 0);
    assert.equal(new URL(page.url()).origin, stub.url);
  });

  test("a code is asked for where the person has one, and a wrong one can be corrected", async () => {
    stub.ada.totp = true;
    await browser.go("/sign-in");
    await fill("ada@example.com", "correct horse battery");
    await labelled("Code").fill("000000");
    await page.keyboard.press("Enter");
    await alert("This code is not right").waitFor();
    await labelled("Code").fill("123456");
    await page.keyboard.press("Enter");
    await page.getByRole("navigation", { name: "Platform" }).waitFor();
  });

  test("the company's own sign-in is offered, and says why it failed", async () => {
    stub.world.oidc = { label: "Sign in with Example", url: "/api/v1/oidc/start" };
    await browser.go("/sign-in?next=/account#error=Nobody%20with%20this%20address%20is%20a%20member.");
    await alert("Nobody with this address is a member.").waitFor();
    assert.equal(await page.getByRole("link", { name: "Sign in with Example" }).getAttribute("href"), "/api/v1/oidc/start?next=%2Faccount");
  });

  test("the first one sets the gateway up, makes a tenant and is led to its number", async () => {
    stub.world.people.length = 0;
    stub.world.tenants.length = 0;
    await browser.go("/setup#first");
    await labelled("Your name").fill("Grace");
    await labelled("Email").fill("grace@example.com");
    await labelled("Password").fill("a long enough one");
    await button("Make the account").click();
    await page.getByText("No tenant yet").waitFor();
    await button("Make the first tenant").click();
    await labelled("Name").fill("first-shop");
    await button("Make it").click();
    await page.waitForURL("**/t/first-shop/channels/whatsapp");
  });

  test("an invitation makes an account, and works once", async () => {
    stub.world.invitations.push({ id: "i", code: "welcome", email: "carla@example.com", role: "operator", tenant: "acme" });
    await browser.go("/join#welcome");
    await labelled("Your name").fill("Carla");
    await labelled("Password").fill("a long enough one");
    await button("Join acme").click();
    await eventually("she is a member", () => stub.acme.members.some((member) => member.role === "operator"));
    await page.waitForURL("**/t/acme/**");
    await browser.go("/sign-in");
    await page.goto("about:blank");
    await browser.go("/join#welcome");
    await browser.heading("This invitation does not work").waitFor();
  });

  test("somebody signed in under another address is not made a member by mistake", async () => {
    stub.world.invitations.push({ id: "i", code: "welcome", email: "carla@example.com", role: "operator", tenant: "acme" });
    await signInAs(stub.bob, "/join#welcome");
    await page.getByText("You are signed in as").waitFor();
    await button("Join acme").first().waitFor({ state: "detached" });
  });
});

describe("the frame", () => {
  test("a session that ends in the middle leads to the sign-in and back to the same address", async () => {
    await signInAs(stub.ada, "/t/acme/settings/members");
    await browser.heading("Members").waitFor();
    stub.world.sessions.clear();
    await page.getByRole("link", { name: "API tokens" }).click();
    await browser.heading("Sign in").waitFor();
    await labelled("Email").fill("ada@example.com");
    await labelled("Password").fill("correct horse battery");
    await page.keyboard.press("Enter");
    await browser.heading("API tokens").waitFor();
  });

  test("navigation moves the focus to the new page's heading, names the tab, and back works", async () => {
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await browser.heading("Secrets").waitFor();
    await page.getByRole("link", { name: "Members" }).click();
    await browser.heading("Members").waitFor();
    await eventually("the heading has the focus", () => browser.heading("Members").evaluate((heading) => heading.getRootNode().activeElement === heading));
    assert.equal(await page.title(), "Members · acme · ClawCentral");
    await page.goBack();
    await browser.heading("Secrets").waitFor();
    assert.equal(await page.title(), "Secrets · acme · ClawCentral");
  });

  test("everything can be reached by keyboard: skip link, ? and /", async () => {
    await signInAs(stub.ada, "/platform/tenants");
    await page.getByRole("link", { name: "acme" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.querySelector("claw-app").shadowRoot.activeElement?.localName), "main");
    await page.keyboard.press("?");
    await dialog().getByText("Search on this page").waitFor();
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.keyboard.type("bet?");
    assert.equal(await page.getByRole("searchbox").inputValue(), "bet?", "keys are letters while one writes");
    await page.keyboard.press("Backspace");
    await page.getByRole("link", { name: "acme" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "beta" }).waitFor();
  });

  test("the list keeps its place beside a detail, which has an address", async () => {
    for (let i = 0; i < 40; ++i) stub.addTenant(`shop-${String(i).padStart(2, "0")}`);
    await signInAs(stub.ada, "/platform/tenants");
    await page.getByRole("link", { name: "shop-30" }).click();
    await page.waitForURL("**/platform/tenants/shop-30");
    await page.getByRole("complementary", { name: "shop-30" }).waitFor();
    const scrolled = await page.evaluate(() => window.scrollY);
    assert.ok(scrolled > 200, "the page did not jump to its top");
    await page.keyboard.press("Escape");
    await page.waitForURL("**/platform/tenants");
    assert.equal(await page.evaluate(() => window.scrollY), scrolled);
  });

  test("another tenant is found among many and the page stays the same", async () => {
    for (let i = 0; i < 20; ++i) stub.addTenant(`shop-${i}`);
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await button("Tenant acme: switch").click();
    await page.getByRole("searchbox", { name: "Find a tenant" }).fill("shop-17");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/t/shop-17/settings/secrets");
    await page.getByText("Four are needed; none is set yet.").waitFor();
  });

  test("the look is pinned from the account menu, and signing out ends the session", async () => {
    await signInAs(stub.ada, "/account");
    await button("Account of Ada Lovelace").click();
    await button("Dark").click();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
    await button("Sign out").click();
    await browser.heading("Sign in").waitFor();
    assert.equal(stub.world.sessions.size, 0);
  });

  test("who may not see something is told so, and by whom it can be changed", async () => {
    await signInAs(stub.bob, "/t/acme/settings/members");
    await page.getByText("Your role here (viewer) does not allow this. An admin of this tenant can change it.").waitFor();
    await browser.go("/platform/tenants");
    await page.getByText("Only a platform admin sees this page.").waitFor();
    await browser.go("/t/beta/settings/secrets");
    await page.getByText("This tenant is not yours to see").waitFor();
    await browser.go("/t/acme/settings/secrets");
    assert.ok(await button("Set WHATSAPP_APP_SECRET").isDisabled());
  });

  test("a broken stream shows itself, and recovers by reading anew", async () => {
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await page.getByText("Two of the four that are needed are missing.").waitFor();
    await eventually("the stream is open", () => stub.world.streams.size === 1);
    stub.world.refuse = (method, path) => (path === "/stream" ? { status: 503 } : null);
    stub.cut();
    await page.getByText("Live updates are interrupted, trying again…").waitFor();
    stub.acme.secrets.WHATSAPP_APP_SECRET = { value: "x", at: new Date().toISOString(), by: "the command line", version: 1 };
    stub.world.refuse = null;
    await button("Try now").click();
    await page.getByText("Live updates are interrupted").waitFor({ state: "detached" });
    await page.getByText("One of the four that are needed is missing.").waitFor();
  });

  test("a page that nobody looks at gives its stream back, and reads anew when it is looked at", async () => {
    await page.clock.install();
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await eventually("the stream is open", () => stub.world.streams.size === 1);
    const look = (visibilityState) => page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, visibilityState);
    await look("hidden");
    await page.clock.fastForward(59_000);
    assert.equal(stub.world.streams.size, 1);
    await page.clock.fastForward(2_000);
    await eventually("the stream is closed", () => stub.world.streams.size === 0);
    stub.acme.secrets.WHATSAPP_APP_SECRET = { value: "x", at: new Date().toISOString(), by: "Bob Stone", version: 1 };
    await look("visible");
    await page.getByText("One of the four that are needed is missing.").waitFor();
  });

  test("what others change is shown without asking", async () => {
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await eventually("the stream is open", () => stub.world.streams.size === 1);
    stub.acme.secrets.WHATSAPP_APP_SECRET = { value: "x", at: new Date().toISOString(), by: "Bob Stone", version: 1 };
    stub.world.tell("tenant", { what: "secrets" });
    await page.getByText("One of the four that are needed is missing.").waitFor();
  });
});

describe("what went wrong", () => {
  const WORDS = [
    [403, "You may not do this. An admin of this tenant can give you a role that may."],
    [404, "This is not here: it was deleted, or you are not a member of its tenant."],
    [409, "This does not fit with what is there now."],
    [429, "You can try again in 30 seconds."],
    [503, "It is worth another try in 30 seconds."],
    [500, "Something went wrong in the gateway; its log says what."],
  ];
  for (const [status, words] of WORDS)
    test(`${status} says whose move it is, and "Try again" recovers`, async () => {
      stub.world.refuse = (method, path) => (path === "/tokens" ? { status, headers: { "Retry-After": "30" } } : null);
      await signInAs(stub.ada, "/t/acme/settings/tokens");
      await alert(words).waitFor();
      stub.world.refuse = null;
      await button("Try again").click();
      await page.getByRole("cell", { name: "Order system", exact: true }).waitFor();
    });

  test("no network is told, nothing that was written is lost, and it recovers", async () => {
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await button("Set WHATSAPP_APP_SECRET").click();
    await labelled("Value").fill("s3cret");
    await page.route("**/secrets/*", (route) => route.abort());
    await button("Save").click();
    await alert("The gateway does not answer.").waitFor();
    assert.equal(await labelled("Value").inputValue(), "s3cret");
    await page.unroute("**/secrets/*");
    await button("Save").click();
    await page.getByText("WHATSAPP_APP_SECRET saved.").waitFor();
    assert.equal(stub.acme.secrets.WHATSAPP_APP_SECRET.value, "s3cret");
  });

  test("who saves over a change of somebody else is told, and can save on top of it", async () => {
    await signInAs(stub.ada, "/t/acme/settings/tenant");
    await page.getByRole("radio", { name: /^Everybody/ }).check();
    stub.acme.version += 1;
    await page.locator("claw-policy").getByRole("button", { name: "Apply" }).click();
    await alert("Somebody changed this while you had it open.").waitFor();
    assert.equal(stub.acme.policy, "pairing");
    await page.getByRole("radio", { name: /^Everybody/ }).check();
    await page.locator("claw-policy").getByRole("button", { name: "Apply" }).click();
    await page.getByText("Everybody: it holds from now on.").waitFor();
    assert.equal(stub.acme.policy, "open");
  });
});

describe("settings of a tenant", () => {
  test("a secret is replaced and never shown", async () => {
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await button("Replace WHATSAPP_ACCESS_TOKEN").click();
    assert.equal(await labelled("New value").inputValue(), "");
    await labelled("New value").fill(" EAA-new ");
    await page.keyboard.press("Enter");
    await page.getByText("WHATSAPP_ACCESS_TOKEN saved.").waitFor();
    assert.equal(stub.acme.secrets.WHATSAPP_ACCESS_TOKEN.value, "EAA-new");
    assert.doesNotMatch(await page.content() + await page.locator("page-secrets").innerText(), /EAA-/);
  });

  test("a secret of one's own is added under a name that works, and deleted after a question", async () => {
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await button("Add a secret").click();
    await labelled("Name").fill("lower case");
    await labelled("Value").fill("v");
    await button("Save").click();
    assert.equal(await labelled("Name").evaluate((input) => input.validity.patternMismatch), true);
    await labelled("Name").fill("CRM_KEY");
    await button("Save").click();
    await button("Delete CRM_KEY").click();
    await dialog().getByRole("button", { name: "Delete" }).click();
    await button("Delete CRM_KEY").waitFor({ state: "detached" });
    assert.equal(stub.acme.secrets.CRM_KEY, undefined);
  });

  test("what WhatsApp needs is deleted only when its name is typed", async () => {
    await signInAs(stub.ada, "/t/acme/settings/secrets");
    await button("Delete WHATSAPP_ACCESS_TOKEN").click();
    const really = dialog().getByRole("button", { name: "Delete" });
    assert.ok(await really.isDisabled());
    await labelled("Type WHATSAPP_ACCESS_TOKEN to confirm").fill("WHATSAPP_ACCESS_TOKEN");
    await really.click();
    await page.getByText("Three of the four that are needed are missing.").waitFor();
  });

  test("an invitation's link is shown once, to be copied", async () => {
    await signInAs(stub.ada, "/t/acme/settings/members");
    await button("Invite").click();
    await labelled("Email").fill("carla@example.com");
    await page.getByRole("radio", { name: /^admin/ }).check();
    await button("Make the link").click();
    await dialog().getByText("The invitation of carla@example.com").waitFor();
    const link = `${stub.url}/join#${stub.world.invitations[0].code}`;
    await button("Copy the link").click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
    await page.keyboard.press("Escape");
    assert.equal(await dialog().count(), 1, "it is not closed by accident");
    await button("Done").click();
    await page.getByRole("cell", { name: "carla@example.com", exact: true }).waitFor();
    assert.ok(!(await page.locator("page-members").innerText()).includes("/join#"));
  });

  test("a role that the gateway refuses to change is undone visibly", async () => {
    await signInAs(stub.ada, "/t/acme/settings/members");
    const role = labelled("Role of Ada Lovelace");
    await role.selectOption("viewer");
    await alert("This is the last owner. Make somebody else an owner first.").waitFor();
    assert.equal(await role.inputValue(), "owner");
    await labelled("Role of Bob Stone").selectOption("operator");
    await page.getByText("Bob Stone is operator now.").waitFor();
  });

  test("a member is removed after a question", async () => {
    await signInAs(stub.ada, "/t/acme/settings/members");
    await button("Remove Bob Stone").click();
    await dialog().getByText("at once").waitFor();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await button("Remove Bob Stone").waitFor({ state: "detached" });
    assert.equal(stub.acme.members.length, 1);
  });

  test("a token is shown once, with what it may do", async () => {
    await signInAs(stub.ada, "/t/acme/settings/tokens");
    await button("Make a token").click();
    await labelled("Label").fill("Robot");
    await page.getByRole("checkbox", { name: /^inbox\.read/ }).uncheck();
    await button("Make the token").click();
    await alert("Choose at least one thing that it may do.").waitFor();
    await page.getByRole("checkbox", { name: /^pairing/ }).check();
    await labelled("It ends").selectOption("30");
    await button("Make the token").click();
    await dialog().getByText(/claw_/).waitFor();
    await button("Done").click();
    await page.getByRole("cell", { name: "Robot", exact: true }).waitFor();
    assert.deepEqual(stub.acme.tokens.at(-1).scopes, ["pairing"]);
    assert.doesNotMatch(await page.locator("page-tokens").innerText(), /claw_/);
  });

  test("the audit log goes back page by page, and is searched", async () => {
    await signInAs(stub.ada, "/t/acme/settings/audit");
    const rows = page.getByRole("row");
    await page.getByRole("cell", { name: "Set the secret NUMBER_0", exact: true }).waitFor();
    assert.equal(await rows.count(), 51);
    await button("Older").click();
    await page.getByRole("cell", { name: "Set the secret NUMBER_59" }).waitFor();
    assert.equal(await rows.count(), 61);
    await page.keyboard.press("/");
    await page.keyboard.type("number_42");
    await eventually("one is left", async () => (await rows.count()) === 2);
    await page.reload();
    await page.getByRole("cell", { name: "Set the secret NUMBER_42" }).waitFor();
    assert.equal(await rows.count(), 2, "a search has an address");
  });
});

describe("the platform", () => {
  test("disabling a tenant says what happens in numbers and wants the name typed", async () => {
    await signInAs(stub.ada, "/platform/tenants/acme");
    await button("Disable acme…").click();
    await dialog().getByText("12,480 stored messages (48 MB) stay").waitFor();
    const really = dialog().getByRole("button", { name: "Disable acme" });
    await labelled("Type acme to confirm").fill("acm");
    assert.ok(await really.isDisabled());
    await labelled("Type acme to confirm").fill("acme");
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: /acme/ }).getByText("Disabled").waitFor();
    assert.equal(stub.acme.enabled, false);
    await button("Enable acme…").click();
    await dialog().getByRole("button", { name: "Enable acme" }).click();
    await eventually("it runs again", () => stub.acme.enabled);
  });

  test("limits are numbers, and an empty field is none", async () => {
    await signInAs(stub.ada, "/platform/tenants/acme");
    await labelled("Storage, in MB").fill("500");
    await labelled("Days that messages are kept").fill("30");
    await button("Save limits").click();
    await page.getByText("Limits saved.").waitFor();
    assert.deepEqual(stub.acme.limits, { inbound_per_second: 0, turns_at_a_time: 0, stored_bytes: 500_000_000, retention_days: 30, media_days: 0 });
  });

  test("a number that nobody has is given to a tenant", async () => {
    await signInAs(stub.ada, "/platform/address");
    await button("Give to tenant…: +49 151 0000 0001").click();
    await labelled("Tenant").selectOption("beta");
    await button("Give it").click();
    await page.getByText("+49 151 0000 0001 belongs to beta now.").waitFor();
    await page.getByRole("link", { name: "beta" }).waitFor();
  });
});

describe("one's account", () => {
  test("the second step is set up with a key, and its recovery codes are shown once", async () => {
    await signInAs(stub.ada, "/account");
    await button("Set up").click();
    await dialog().getByText("JBSWY3DPEHPK3PXP", { exact: true }).waitFor();
    const drawn = await page.getByRole("img", { name: "The key as a QR code" }).locator("path").getAttribute("d");
    assert.equal(createHash("sha256").update(drawn).digest("hex").slice(0, 16), QR_OF_ADA);
    await labelled("2. The six digits it shows").fill("123 456");
    await button("Turn on").click();
    await dialog().getByText("Your recovery codes").waitFor();
    assert.equal(await dialog().getByRole("listitem").count(), 8);
    await button("I have kept them").click();
    await button("Turn off").waitFor();
    await page.getByRole("listitem").first().waitFor({ state: "detached" });
  });

  test("the password is changed, and a wrong old one is told", async () => {
    await signInAs(stub.ada, "/account");
    await button("Change password").click();
    await labelled("Password now").fill("not it");
    await labelled("New password").fill("another long one");
    await dialog().getByRole("button", { name: "Change password" }).click();
    await alert("The old password is not right.").waitFor();
    await labelled("Password now").fill("correct horse battery");
    await dialog().getByRole("button", { name: "Change password" }).click();
    await page.getByText("Password changed.").waitFor();
    assert.equal(stub.ada.password, "another long one");
  });

  test("signing out everywhere ends every session", async () => {
    stub.open(stub.ada);
    await signInAs(stub.ada, "/account");
    await page.getByRole("main").getByRole("button", { name: "Sign out everywhere" }).click();
    await dialog().getByText("and one on other devices").waitFor();
    await dialog().getByRole("button", { name: "Sign out everywhere" }).click();
    await browser.heading("Sign in").waitFor();
    assert.equal(stub.world.sessions.size, 0);
  });
});

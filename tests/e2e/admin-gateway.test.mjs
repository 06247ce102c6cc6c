// The admin UI as the gateway itself serves it: what a real one answers, from its first admin to a member who is removed.
// CLAW_BINARY names the gateway's program.

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { openPage, ownFaults, WIDE } from "./admin-support.mjs";
import { openBrowser } from "./browser.mjs";
import { Gateway, PASSWORD } from "./gateway.mjs";
import { eventually } from "./support.mjs";

describe("the admin UI of a gateway", () => {
  let gateway;
  let url;
  let shared;
  let browser;
  let page;

  before(async () => {
    gateway = await Gateway.start(process.env.CLAW_BINARY);
    url = `http://${gateway.host}:${gateway.port}`;
    shared = await openBrowser({ viewport: WIDE, colorScheme: "light" });
    browser = await openPage({ url }, shared);
    page = browser.page;
  });
  after(async () => {
    await shared?.close();
    await gateway?.stop();
  });

  const button = (name) => page.getByRole("button", { name, exact: true });
  const labelled = (label) => page.getByLabel(label, { exact: true });
  const dialog = () => page.locator("claw-dialog[open]");
  const signIn = async (email, path) => {
    await page.context().clearCookies();
    await browser.go(path);
    await labelled("Email").fill(email);
    await labelled("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
  };

  test("comes whole from the program, compressed, and lets nothing else in", async () => {
    const get = (path, headers = {}) => new Promise((done, failed) =>
      http.get(`${url}${path}`, { headers }, (response) => response.resume().on("end", () => done(response))).on("error", failed));
    const plain = await get("/t/acme/settings/secrets");
    assert.equal(plain.statusCode, 200);
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.match(plain.headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'/);
    const packed = await get("/", { "accept-encoding": "gzip, br" });
    assert.equal(packed.headers["content-encoding"], "gzip");
    assert.equal((await get("/", { "accept-encoding": "gzip", "if-none-match": packed.headers.etag })).statusCode, 304);
    for (const path of ["/api/v1/none", "/nothing", "/t/acme/webhooks/none", "/assets/none.js"])
      assert.equal((await get(path)).statusCode, 404, path);
  });

  test("is set up by the link in the log, and by that only once", async () => {
    await browser.go("/");
    await browser.heading("Not set up yet").waitFor();
    const [link] = gateway.log.match(/\/setup#\S+/);
    await page.goto("about:blank");
    await browser.go(link);
    await labelled("Your name").fill("Root");
    await labelled("Email").fill("root@example.org");
    await labelled("Password").fill(PASSWORD);
    await button("Make the account").click();
    await page.getByRole("navigation", { name: "Platform" }).waitFor();
    await browser.go("/account");
    await browser.heading("Account").waitFor();
    await page.getByRole("main").getByRole("button", { name: "Sign out everywhere" }).click();
    await dialog().getByRole("button", { name: "Sign out everywhere" }).click();
    await browser.heading("Sign in").waitFor();
  });

  test("tells that a password is wrong, and lets in with the right one", async () => {
    await browser.go("/t/acme/settings/members");
    await labelled("Email").fill("ada@acme.example");
    await labelled("Password").fill("not the right one");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "do not fit together" }).waitFor();
    await labelled("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await browser.heading("Members").waitFor();
    await page.getByRole("cell", { name: /^ada@acme\.example \(you\)/ }).waitFor();
  });

  test("invites somebody, who joins, gets another role and is removed", async () => {
    await signIn("ada@acme.example", "/t/acme/settings/members");
    await browser.heading("Members").waitFor();
    await button("Invite").click();
    await labelled("Email").fill("carla@acme.example");
    await button("Make the link").click();
    const link = await page.locator("claw-dialog[open] claw-copy code").innerText();
    await button("Done").click();
    await page.getByRole("cell", { name: "carla@acme.example", exact: true }).waitFor();

    await page.context().clearCookies();
    await page.goto("about:blank");
    await browser.go(new URL(link).pathname + new URL(link).hash);
    await labelled("Your name").fill("Carla");
    await labelled("Password").fill(PASSWORD);
    await button("Join acme").click();
    await page.waitForURL("**/t/acme/**");
    await page.getByRole("link", { name: "Settings" }).waitFor();

    await signIn("ada@acme.example", "/t/acme/settings/members");
    await labelled("Role of Carla").selectOption("viewer");
    await page.getByText("Carla is viewer now.").waitFor();
    await button("Remove Carla").click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await button("Remove Carla").waitFor({ state: "detached" });
  });

  test("undoes visibly what the gateway refuses: the last owner stays", async () => {
    const role = page.locator("select").first();
    await role.selectOption("viewer");
    await page.getByRole("alert").filter({ hasText: "owner" }).waitFor();
    await eventually("it shows owner again", async () => (await role.inputValue()) === "owner");
  });

  test("shows what somebody else changes, as it changes", async () => {
    const other = await gateway.signIn("ada@acme.example", "acme");
    const answer = await gateway.request("POST", "/api/v1/invitations",
      { browser: other, body: JSON.stringify({ email: "bob@acme.example", role: "viewer" }) });
    assert.equal(answer.status, 201);
    await page.getByRole("cell", { name: "bob@acme.example", exact: true }).waitFor();
  });

  test("breaks no rule of its own", () => assert.deepEqual(ownFaults(browser.faults), []));
});

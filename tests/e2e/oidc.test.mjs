// People sign in by an OpenID provider: a real one (oidc-provider), met through redirects and forms as a browser does.
//
// node --test oidc.test.mjs, with CLAW_BINARY=path of clawcentral.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Gateway, PASSWORD } from "./gateway.mjs";
import { eventually, freePort } from "./support.mjs";

const ALGORITHMS = ["RS256", "ES256"];
let gateway;
const providers = {};

async function startProvider(redirectUri, algorithm) {
  const script = fileURLToPath(new URL("oidc-provider.mjs", import.meta.url));
  const child = spawn("setpriv", ["--pdeathsig", "KILL", process.execPath, script, redirectUri, algorithm],
    { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  const [, issuer] = await eventually("the provider listens", () => said.match(/^(http\S+)\n/), 30_000);
  return { child, issuer };
}

async function startGateway(algorithm) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const provider = await startProvider(`${url}/api/v1/oidc/callback`, algorithm);
  providers[algorithm] = provider;
  return Gateway.start(process.env.CLAW_BINARY, { port, config: `public_url = "${url}"
oidc = { issuer = "${provider.issuer}", client_id = "claw", client_secret = "client/secret", label = "Sign in with Test" }
` });
}

/** Cookies by host, and one request after the other; redirects are followed by hand. */
class Browser {
  jar = new Map();

  async go(url, { form } = {}) {
    const { host } = new URL(url);
    const cookies = this.jar.get(host) ?? new Map();
    this.jar.set(host, cookies);
    const answer = await fetch(url, { redirect: "manual", method: form ? "POST" : "GET", body: form && new URLSearchParams(form),
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      if (!value || /max-age=0/i.test(set)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    return { status: answer.status, url, text: await answer.text(), location: location && new URL(location, url).href };
  }

  /** Follows redirects and fills in the provider's forms; gives the address it ends at, without calling it. */
  async signIn(as, next = "/t/acme/overview") {
    const home = `http://127.0.0.1:${gateway.port}`;
    let page = await this.go(`${home}/api/v1/oidc/start?next=${encodeURIComponent(next)}`);
    for (let steps = 0; steps < 20; ++steps) {
      if (page.location?.startsWith(home) && !page.location.includes("/oidc/callback")) return page.location.slice(home.length);
      if (page.location) page = await this.go(page.location);
      else {
        const [, action] = page.text.match(/action="([^"]+)"/);
        const [, prompt] = page.text.match(/name="prompt" value="(\w+)"/);
        page = await this.go(new URL(action, page.url).href, { form: { prompt, login: as, password: "x" } });
      }
    }
    throw new Error(`the sign-in has no end: ${page.url}`);
  }

  async session() {
    const answer = await this.go(`http://127.0.0.1:${gateway.port}/api/v1/session`);
    return answer.status === 200 ? JSON.parse(answer.text) : undefined;
  }
}

const words = (place) => decodeURIComponent(place.replace(/^\/sign-in#error=/, ""));

for (const algorithm of ALGORITHMS) {
  test(`by ${algorithm}`, async (t) => {
    gateway = await startGateway(algorithm);
    t.after(async () => {
      assert.equal(await gateway.stop(), 0);
      providers[algorithm].child.kill("SIGKILL");
    });

    await t.test("the button is there", async () => {
      const { oidc } = JSON.parse((await gateway.request("GET", "/api/v1/sign-in-methods")).text);
      assert.deepEqual(oidc, { label: "Sign in with Test", url: "/api/v1/oidc/start" });
    });

    await t.test("joins who has the verified e-mail, whose password is void from then on", async () => {
      const before = await gateway.signIn("ada@acme.example", "acme");
      const browser = new Browser();
      assert.equal(await browser.signIn("ada"), "/t/acme/overview");
      const { person, tenants } = await browser.session();
      assert.equal(person.email, "ada@acme.example");
      assert.equal(person.has_password, false);
      assert.equal(tenants[0].role, "owner");
      assert.equal((await gateway.request("GET", "/api/v1/session", { browser: before })).status, 401);
      const body = JSON.stringify({ email: "ada@acme.example", password: PASSWORD });
      assert.equal((await gateway.request("POST", "/api/v1/session", { body })).status, 401);
      assert.equal(await new Browser().signIn("ada", "//evil.example"), "/", "again, and to no other site");
    });

    await t.test("takes an open invitation, and nobody without one", async () => {
      const invite = { token: gateway.acme.token, body: JSON.stringify({ email: "grace@acme.example", role: "viewer" }) };
      const browser = new Browser();
      assert.match(words(await browser.signIn("grace")), /no account for grace@acme\.example here\. Ask for an invitation/);
      assert.equal((await gateway.request("POST", "/api/v1/invitations", invite)).status, 201);
      assert.equal(await browser.signIn("grace"), "/t/acme/overview");
      const { person, tenants } = await browser.session();
      assert.equal(person.name, "Name of grace");
      assert.deepEqual(tenants.map(({ name, role }) => `${name} ${role}`), ["acme viewer"]);
    });

    await t.test("believes no e-mail that is not verified, and gives none to a second person", async () => {
      gateway.makePerson("unsure@acme.example");
      assert.match(words(await new Browser().signIn("unsure")), /not verified/);
      assert.match(words(await new Browser().signIn("ada-another")), /Somebody else/);
    });

    await t.test("keeps out who is disabled", async () => {
      gateway.clawcentral(["person", "disable", "grace@acme.example"]);
      assert.match(words(await new Browser().signIn("grace")), /disabled/);
    });

    await t.test("takes no answer to another browser's sign-in, nor a broken one", async () => {
      const home = `http://127.0.0.1:${gateway.port}`;
      const browser = new Browser();
      const { location } = await browser.go(`${home}/api/v1/oidc/start`);
      const state = new URL(location).searchParams.get("state");
      const at = async (who, query) => words((await who.go(`${home}/api/v1/oidc/callback?${query}`)).location.slice(home.length));
      assert.match(await at(new Browser(), `state=${state}&code=x`), /another browser/);
      assert.match(await at(browser, "state=x&code=x"), /another browser/);
      assert.match(await at(browser, `state=${state}&error=access_denied`), /broken off/);
      assert.match(await at(browser, `state=${state}&code=x`), /another browser/, "each is used once");
      await browser.go(`${home}/api/v1/oidc/start`).then(async (again) => {
        const fresh = new URL(again.location).searchParams.get("state");
        assert.match(await at(browser, `state=${fresh}&code=wrong`), /did not confirm/);
      });
      assert.equal(await browser.session(), undefined);
    });

    await t.test("says that the provider is away", async () => {
      providers[algorithm].child.kill("SIGKILL");
      const home = `http://127.0.0.1:${gateway.port}`;
      const browser = new Browser();
      const { location } = await browser.go(`${home}/api/v1/oidc/start`);
      const state = new URL(location).searchParams.get("state");
      const back = await browser.go(`${home}/api/v1/oidc/callback?state=${state}&code=x`);
      assert.match(words(back.location.slice(home.length)), /cannot be reached/);
      assert.doesNotMatch(gateway.log, /client\/secret|code=x/);
    });
  });
}

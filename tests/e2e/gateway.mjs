// A gateway of the test's own with two tenants, and Meta's Graph API played by Node: what is said decides how it answers.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./support.mjs";

/** What Meta tells of a tenant's token, number and account; nobody may subscribe with the token of beta. */
function account(method, path, token) {
  const [, , object, edge] = path.split("/");
  const refused = (code, message) => [400, { error: { message, code, type: "OAuthException", fbtrace_id: "A" } }];
  if (edge === "message_templates" && method === "POST" && token !== "EAA-beta")
    return [200, { id: "70000000000009", status: "PENDING", category: "UTILITY" }];
  if (method === "POST") return token === "EAA-beta" ? refused(200, "(#200) Permissions error") : [200, { success: true }];
  if (object === "debug_token") return [200, { data: { app_id: "300000000000001", application: "App", type: "SYSTEM_USER", is_valid: true,
    expires_at: 0, scopes: ["whatsapp_business_messaging", "whatsapp_business_management"] } }];
  if (edge === "message_templates") {
    if (method === "DELETE") return token === "EAA-beta" ? refused(200, "(#200) Permissions error") : [200, { success: true }];
    return [200, { data: [{ id: `7${object}`, name: `template_of_${token.slice(4)}`, language: "en_US", category: "UTILITY", status: "APPROVED",
      parameter_format: "POSITIONAL", quality_score: { score: "GREEN" }, rejected_reason: "NONE",
      components: [{ type: "BODY", text: "Hello {{1}}.", example: { body_text: [["Ada"]] } }] }], paging: {} }];
  }
  if (edge === "subscribed_apps") return [200, { data: [] }];
  if (edge === "phone_numbers") return [200, { data: [{ id: object.replace(/^2/, "1") }] }];
  return [200, { id: object, name: "Account", verified_name: "Number", display_phone_number: "+1 555", status: "CONNECTED",
    platform_type: "CLOUD_API", quality_rating: "GREEN", business_verification_status: "verified",
    whatsapp_business_manager_messaging_limit: "TIER_2K" }];
}

/** Answers a send; a text with "refuse" is refused for good, one with "vanish" gets no answer. */
function startGraph() {
  let sent = 0;
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      if (!request.url.includes("/messages")) {
        const [status, said] = account(request.method, request.url.split("?")[0], request.headers.authorization?.slice(7));
        response.writeHead(status, { "content-type": "application/json" });
        return response.end(JSON.stringify(said));
      }
      const text = JSON.parse(body).text?.body ?? "";
      if (text.includes("vanish")) return response.destroy();
      response.setHeader("content-type", "application/json");
      if (text.includes("refuse")) {
        response.statusCode = 400;
        return response.end(JSON.stringify({ error: { message: "(#131026) Message undeliverable", code: 131026,
          type: "OAuthException", error_data: { details: "no" }, fbtrace_id: "A" } }));
      }
      response.end(JSON.stringify({ messaging_product: "whatsapp", contacts: [{ input: "1", wa_id: "1" }],
        messages: [{ id: `wamid.out${++sent}` }] }));
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

/** What is said now may be answered; said again it is the same. */
const META_NOW = String(Math.floor(Date.now() / 1000));
export const PASSWORD = "correct horse battery";

/** The browser after an answer that began a session: it keeps the cookie, and the page the csrf. */
export function browserOf(answer, tenant) {
  const [, cookie] = answer.headers["set-cookie"][0].match(/^claw_session=([^;]+)/);
  return { cookie, csrf: JSON.parse(answer.text).csrf, tenant };
}

function headersOf(browser, method) {
  return { cookie: `claw_session=${browser.cookie}`, ...(browser.tenant && { "x-claw-tenant": browser.tenant }),
    ...(method !== "GET" && browser.csrf && { "x-csrf-token": browser.csrf }) };
}

export class Gateway {
  /** On a port of its own choice unless one is named; `config` is put before the rest of its file. */
  static async start(binary, { port = 0, config = "" } = {}) {
    const gateway = new Gateway();
    gateway.binary = binary;
    gateway.folder = mkdtempSync(join(tmpdir(), "claw-"));
    gateway.graph = await startGraph();
    writeFileSync(`${gateway.folder}/c.toml`, `${config}data_dir = "${gateway.folder}/d"
listen = { public = "127.0.0.1:${port}", operator = "127.0.0.1:0" }
graph = { base_url = "http://127.0.0.1:${gateway.graph.address().port}" }
net = { allow_private = ["127.0.0.0/8"] }
`);
    gateway.acme = gateway.makeTenant("acme", "100000000000001");
    gateway.beta = gateway.makeTenant("beta", "100000000000002");
    for (const [tenant, owner] of [["acme", "ada@acme.example"], ["beta", "zoe@beta.example"]]) {
      gateway.makePerson(owner);
      gateway.clawcentral(["member", "add", tenant, owner, "--role", "owner"]);
    }
    // It goes with this process, however that ends.
    gateway.child = spawn("setpriv", ["--pdeathsig", "KILL", binary, "--config", `${gateway.folder}/c.toml`, "serve"],
      { stdio: ["ignore", "ignore", "pipe"] });
    gateway.log = "";
    gateway.answered = "";
    gateway.child.stderr.on("data", (text) => (gateway.log += text));
    const ready = await eventually("the gateway is ready", () => gateway.log.match(/gateway\.ready public=(\S+)/), 30_000);
    [gateway.host, gateway.port] = ready[1].split(":");
    gateway.agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    return gateway;
  }

  clawcentral(words, input) {
    const run = spawnSync(this.binary, ["--config", `${this.folder}/c.toml`, ...words], { input, encoding: "utf8" });
    assert.equal(run.status, 0, `${words.join(" ")}: ${run.stderr}`);
    return run.stdout;
  }

  makeTenant(name, number) {
    const tenant = { name, number, waba: number.replace(/^1/, "2"), appSecret: `app-secret-of-${name}` };
    this.clawcentral(["tenant", "create", name]);
    for (const [secret, value] of [["APP_SECRET", tenant.appSecret], ["ACCESS_TOKEN", `EAA-${name}`],
      ["VERIFY_TOKEN", "verify"], ["PHONE_NUMBER_ID", number], ["WABA_ID", tenant.waba]])
      this.clawcentral(["secret", "set", name, `WHATSAPP_${secret}`], value);
    this.clawcentral(["agent", "set", name, `model-of-${name}`, "--kind", "openai", "--url", "http://127.0.0.1:9",
      "--model", "small", "--apology", `sorry says ${name}`]);
    this.clawcentral(["agent", "set", name, "echo", "--kind", "echo", "--default"]);
    this.clawcentral(["channel", "set", name, "--policy", "open"]);
    tenant.token = JSON.parse(this.clawcentral(["--json", "token", "create", name])).token;
    return tenant;
  }

  /** A person with an account, and what the command line says of it. */
  makePerson(email, password = PASSWORD, ...flags) {
    return this.clawcentral(["person", "create", email, ...flags], password);
  }

  /** A browser in which somebody is signed in: {cookie, csrf, tenant}, for request(). */
  async signIn(email, tenant, password = PASSWORD) {
    const answer = await this.request("POST", "/api/v1/session", { body: JSON.stringify({ email, password }) });
    assert.equal(answer.status, 200, answer.text);
    return browserOf(answer, tenant);
  }

  /** One request, as it is: nothing in `path` is made nicer. Gives {status, headers, body (bytes), text}. */
  request(method, path, { headers = {}, body, token, browser } = {}) {
    const all = { ...(token && { authorization: `Bearer ${token}` }), ...(browser && headersOf(browser, method)), ...headers };
    // Node says so by itself, but not of a DELETE.
    if (body !== undefined) all["content-length"] = Buffer.byteLength(body);
    return new Promise((done, failed) => {
      const request = http.request({ host: this.host, port: this.port, agent: this.agent, method, path, headers: all },
        (response) => {
          if (response.headers["content-type"] === "text/event-stream") {
            request.destroy();
            return done({ status: response.statusCode, headers: response.headers, text: "" });
          }
          const parts = [];
          response.on("data", (part) => parts.push(part));
          response.on("end", () => {
            const text = Buffer.concat(parts).toString();
            this.answered += text;
            done({ status: response.statusCode, headers: response.headers, text });
          });
        });
      request.on("error", failed);
      request.end(body);
    });
  }

  /** Everything that the gateway has said or written so far, by where: {"answers": …, "log": …, "metrics": …, FILE: …}. */
  async everythingItTold() {
    const told = { answers: this.answered, log: this.log };
    const operator = this.log.match(/gateway\.ready .*operator=(\S+)/)[1];
    for (const path of ["metrics", "readyz"]) told[path] = await (await fetch(`http://${operator}/${path}`)).text();
    for (const file of readdirSync(`${this.folder}/d`, { withFileTypes: true }))
      // The master key is a secret of its own; nothing is in a socket.
      if (file.isFile() && file.name !== "master.key") told[file.name] = readFileSync(`${this.folder}/d/${file.name}`, "latin1");
    return told;
  }

  /** The events of a stream as they come, in `.events` ([{event, data}]), until close(). */
  listen(token, headers = {}) {
    const stream = { events: [] };
    const request = http.request({ host: this.host, port: this.port, path: "/api/v1/stream",
      headers: { authorization: `Bearer ${token}`, ...headers } }, (response) => {
      stream.status = response.statusCode;
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        const blocks = (text + part).split("\n\n");
        text = blocks.pop();
        for (const block of blocks) {
          const lines = Object.fromEntries(block.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
          if (lines.event) stream.events.push({ event: lines.event, data: JSON.parse(lines.data) });
        }
      });
      response.on("close", () => (stream.closed = true));
      response.on("error", () => (stream.closed = true));
    });
    request.on("error", () => (stream.closed = true));
    request.end();
    stream.close = () => request.destroy();
    return stream;
  }

  async webhook(tenant, value, { raw, field = "messages", number = tenant.number } = {}) {
    const body = raw ?? JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: tenant.waba,
      changes: [{ field, value: { messaging_product: "whatsapp",
        metadata: { display_phone_number: "1555", phone_number_id: number }, ...value } }] }] });
    const signature = `sha256=${createHmac("sha256", tenant.appSecret).update(body).digest("hex")}`;
    const answer = await this.request("POST", tenant.path ?? `/t/${tenant.name}/webhooks/whatsapp`,
      { body, headers: { "X-Hub-Signature-256": signature } });
    assert.equal(answer.status, 200);
  }

  say(tenant, from, name, text, { wamid = `wamid.in.${from}.${text}`, timestamp = META_NOW } = {}) {
    return this.webhook(tenant, { contacts: [{ profile: { name }, wa_id: from }],
      messages: [{ from, id: wamid, timestamp, type: "text", text: { body: text } }] });
  }

  status(tenant, wamid, status, more = {}) {
    return this.webhook(tenant, { statuses: [{ id: wamid, status, timestamp: "1795000001", recipient_id: "1", ...more }] });
  }

  async stop() {
    const ended = new Promise((done) => this.child.on("close", done));
    this.child.kill("SIGTERM");
    const code = await ended;
    this.agent.destroy();
    this.graph.close();
    this.graph.closeAllConnections();
    rmSync(this.folder, { recursive: true });
    return code;
  }
}

// The gateway as programs of other makers meet it: Node's http and fetch, and curl. A fault of our own HTTP code could
// hide where it speaks to itself; Meta's Graph API is played by Node here.
//
// node --test outside_clients_test.mjs, with CLAW_BINARY=path of clawcentral.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { after, before, test } from "node:test";

// What is said now may be answered.
const META_NOW = String(Math.floor(Date.now() / 1000));
const NUMBER = "100000000000001";
const APP_SECRET = "app-secret-of-acme";
const ACCESS_TOKEN = "EAA-token-of-acme";
const folder = mkdtempSync("/tmp/claw-");
const graphCalls = [];
let graph, gateway, base, operator, token;

/** Asks until `condition` gives something, 10 s at most. */
async function eventually(condition, what) {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    const found = await condition();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`never: ${what}`);
}

function clawcentral(words, input) {
  const run = spawnSync(process.env.CLAW_BINARY, ["--config", `${folder}/c.toml`, ...words], { input, encoding: "utf8" });
  assert.equal(run.status, 0, `${words.join(" ")}: ${run.stderr}`);
  return run.stdout;
}

async function curl(...words) {
  const child = spawn("curl", ["-sS", "--max-time", "10", ...words]);
  const out = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) child[stream].setEncoding("utf8").on("data", (text) => (out[stream] += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 0, `curl ${words.join(" ")}: ${out.stderr}`);
  return out.stdout;
}

const sign = (body) => `sha256=${createHmac("sha256", APP_SECRET).update(body).digest("hex")}`;

function textBody(text, wamid, from = "491555000001") {
  return JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: "200000000000001", changes: [{ field: "messages", value: {
      messaging_product: "whatsapp", metadata: { display_phone_number: "1555", phone_number_id: NUMBER },
      contacts: [{ profile: { name: "Zoë" }, wa_id: from }],
      messages: [{ from, id: wamid, timestamp: META_NOW, type: "text", text: { body: text } }] } }] }],
  });
}

async function api(path, options = {}) {
  return fetch(base + path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } });
}

async function stored(wamid) {
  return eventually(async () => {
    const page = await (await api("/api/v1/messages?direction=inbound&limit=200")).json();
    return page.messages.find((message) => message.wamid === wamid);
  }, `${wamid} is stored`);
}

const WEBHOOK = "/t/acme/webhooks/whatsapp";

before(async () => {
  graph = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      // This Meta takes messages, and tells nothing of numbers.
      if (request.method === "GET") {
        response.statusCode = 400;
        return response.end('{"error":{"message":"Unsupported get request","code":100,"error_subcode":33}}');
      }
      graphCalls.push({ url: request.url, headers: request.headers, body: JSON.parse(body) });
      const id = `wamid.out${graphCalls.length}`;
      // Chunked, as Meta's edge may well answer.
      response.write('{"messaging_product":"whatsapp","success":true,');
      response.end(`"contacts":[{"input":"1","wa_id":"1"}],"messages":[{"id":"${id}"}]}`);
    });
  });
  await new Promise((resolve) => graph.listen(0, "127.0.0.1", resolve));
  writeFileSync(`${folder}/c.toml`, `data_dir = "${folder}/d"
listen = { public = "127.0.0.1:0", operator = "127.0.0.1:0" }
graph = { base_url = "http://127.0.0.1:${graph.address().port}" }
net = { allow_private = ["127.0.0.0/8"] }
`);
  clawcentral(["tenant", "create", "acme"]);
  clawcentral(["secret", "set", "acme", "WHATSAPP_APP_SECRET"], APP_SECRET);
  clawcentral(["secret", "set", "acme", "WHATSAPP_ACCESS_TOKEN"], ACCESS_TOKEN);
  clawcentral(["secret", "set", "acme", "WHATSAPP_VERIFY_TOKEN"], "verify me");
  clawcentral(["secret", "set", "acme", "WHATSAPP_PHONE_NUMBER_ID"], NUMBER);
  clawcentral(["agent", "set", "acme", "echo", "--kind", "echo"]);
  clawcentral(["channel", "set", "acme", "--policy", "open"]);
  token = JSON.parse(clawcentral(["--json", "token", "create", "acme"])).token;
  // It goes with this process, however that ends.
  gateway = spawn("setpriv", ["--pdeathsig", "KILL", process.env.CLAW_BINARY, "--config", `${folder}/c.toml`, "serve"],
    { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  gateway.stderr.on("data", (text) => (log += text));
  const ready = await eventually(() => log.match(/gateway\.ready public=(\S+) operator=(\S+)/), `it is ready: ${log}`);
  base = `http://${ready[1]}`;
  operator = `http://${ready[2]}`;
});

after(async () => {
  if (gateway) {
    const ended = new Promise((resolve) => gateway.on("close", resolve));
    gateway.kill("SIGTERM");
    assert.equal(await ended, 0);
  }
  graph?.close();
  graph?.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test("fetch gets Meta's challenge back, byte for byte", async () => {
  const query = new URLSearchParams({ "hub.mode": "subscribe", "hub.verify_token": "verify me", "hub.challenge": "1158201444 +ü" });
  const answer = await fetch(`${base}${WEBHOOK}?${query}`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^text\/plain/);
  assert.equal(await answer.text(), "1158201444 +ü");
  query.set("hub.verify_token", "another");
  assert.equal((await fetch(`${base}${WEBHOOK}?${query}`)).status, 403);
});

test("a webhook that Node sends in chunks is stored whole and answered through Node's Graph API", async () => {
  const body = textBody("grüße in Stücken 🙏", "wamid.chunked");
  const status = await new Promise((resolve, reject) => {
    const request = http.request(base + WEBHOOK, { method: "POST", headers: { "X-Hub-Signature-256": sign(body) } },
      (response) => response.resume().on("end", () => resolve(response.statusCode)));
    request.on("error", reject);
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += 37) request.write(bytes.subarray(at, at + 37));
    request.end();
    assert.equal(request.getHeader("content-length"), undefined);
  });
  assert.equal(status, 200);
  assert.equal((await stored("wamid.chunked")).text, "grüße in Stücken 🙏");
  const reply = await eventually(() => graphCalls.find((call) => call.body.text?.body === "grüße in Stücken 🙏"), "a reply");
  assert.equal(reply.headers.authorization, `Bearer ${ACCESS_TOKEN}`);
  assert.match(reply.headers["content-type"], /^application\/json/);
  const proof = createHmac("sha256", APP_SECRET).update(ACCESS_TOKEN).digest("hex");
  assert.equal(reply.url, `/v25.0/${NUMBER}/messages?appsecret_proof=${proof}`);
  assert.equal(reply.body.to, "491555000001");
});

test("one kept connection of Node's carries many requests, also after refused ones", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const post = (body, signature) => new Promise((resolve, reject) => {
    const request = http.request(base + WEBHOOK, { method: "POST", agent, headers: { "X-Hub-Signature-256": signature } },
      (response) => response.resume().on("end", () => resolve([response.statusCode, request.reusedSocket])));
    request.on("error", reject);
    request.end(body);
  });
  for (let i = 0; i < 20; i++) {
    const body = textBody("kept", `wamid.kept${i}`, "491555000002");
    const right = i % 3 !== 2;
    assert.deepEqual(await post(body, right ? sign(body) : "sha256=0"), [right ? 200 : 401, i > 0]);
  }
  agent.destroy();
});

test("fetch sends many webhooks at once and reads all of them back", async () => {
  const wamids = Array.from({ length: 40 }, (_, i) => `wamid.many${i}`);
  const answers = await Promise.all(wamids.map((wamid, i) => {
    const body = textBody("one of many", wamid, `4915550010${i}`);
    return fetch(base + WEBHOOK, { method: "POST", body, headers: { "X-Hub-Signature-256": sign(body) } });
  }));
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
  for (const wamid of wamids) await stored(wamid);
});

test("curl delivers a webhook of 3 MB after it was told to go on, and is refused one that is too large", async () => {
  // Bytes that are no webhook: what counts here is that all of them arrive.
  for (const [size, status] of [[3_000_000, "200"], [4 * 1024 * 1024 + 1, "413"]]) {
    const body = "x".repeat(size);
    writeFileSync(`${folder}/large`, body);
    const shown = await curl("-o", "/dev/null", "-w", "%{http_code}", "-H", "Expect: 100-continue", "-H",
      `X-Hub-Signature-256: ${sign(body)}`, "--data-binary", `@${folder}/large`, base + WEBHOOK);
    assert.equal(shown, status);
  }
  const kept = await eventually(async () => (await (await api("/api/v1/events?kind=unparsed")).json()).events[0], "kept");
  assert.equal(Buffer.from(kept.raw_base64, "base64").length, 3_000_000);
});

test("curl delivers in chunks, by HTTP/1.0, and twice over one connection", async () => {
  const body = textBody("from curl", "wamid.curl");
  writeFileSync(`${folder}/body`, body);
  const signed = ["-H", `X-Hub-Signature-256: ${sign(body)}`, "--data-binary", `@${folder}/body`, "-o", "/dev/null"];
  assert.equal(await curl(...signed, "-H", "Transfer-Encoding: chunked", "-w", "%{http_code}", base + WEBHOOK), "200");
  assert.equal(await curl(...signed, "-0", "-w", "%{http_code}", base + WEBHOOK), "200");
  const twice = await curl(...signed, "-w", "%{http_code} %{num_connects};", base + WEBHOOK, "--next", "-sS", ...signed,
    "-w", "%{http_code} %{num_connects};", base + WEBHOOK);
  assert.equal(twice, "200 1;200 0;");
  assert.equal((await stored("wamid.curl")).text, "from curl");
});

test("curl reads the API and gets problems as RFC 9457 has them", async () => {
  const auth = ["-H", `Authorization: Bearer ${token}`];
  const page = JSON.parse(await curl(...auth, `${base}/api/v1/messages?limit=1`));
  assert.equal(page.messages.length, 1);
  assert.ok(page.next);
  const message = JSON.parse(await curl(...auth, `${base}/api/v1/messages/${page.messages[0].id}`));
  assert.equal(message.id, page.messages[0].id);
  const rows = [
    [[], "/api/v1/messages", 401],
    [["-H", "Authorization: Bearer cct_wrong"], "/api/v1/messages", 401],
    [auth, "/api/v1/messages?limit=0", 400],
    [auth, "/api/v1/messages?before=nonsense", 400],
    [auth, "/api/v1/messages?direction=sideways", 400],
    [auth, "/api/v1/messages/m_0000000000000000", 404],
    [auth, "/api/v1/kv/nothing", 404],
    [[...auth, "-X", "PUT", "-d", "no JSON"], "/api/v1/kv/x", 400],
  ];
  for (const [words, path, status] of rows) {
    const [body, type, code] = (await curl(...words, "-w", "\n%{content_type}\n%{http_code}", base + path)).split("\n").filter(Boolean);
    assert.equal(Number(code), status, path);
    assert.equal(type, "application/problem+json", path);
    const problem = JSON.parse(body);
    assert.equal(problem.status, status);
    assert.ok(problem.title && problem.detail && problem.type, path);
  }
});

test("fetch keeps, reads and deletes values under any key", async () => {
  for (const key of ["note", "a/b/c", "mit Leerzeichen & ü?#%", "wa:491555000077"]) {
    const path = `/api/v1/kv/${key.split("/").map(encodeURIComponent).join("/")}`;
    const value = key.startsWith("wa:") ? "somebody" : `value of ${key} 🙏`;
    assert.equal((await api(path)).status, 404, key);
    assert.equal((await api(path, { method: "PUT", body: JSON.stringify({ value }) })).status, 200, key);
    assert.deepEqual(await (await api(path)).json(), { key, value });
    const gone = await api(path, { method: "DELETE" });
    assert.equal(gone.status, 204);
    assert.equal(await gone.text(), "");
    assert.equal((await api(path)).status, 404, key);
  }
});

test("the operator's pages read well, and HEAD has no body", async () => {
  assert.equal(await curl(`${operator}/healthz`), "ok\n");
  assert.match(await curl(`${operator}/readyz`), /^ledger: ok$/m);
  const head = await curl("-I", `${operator}/healthz`);
  assert.match(head, /^HTTP\/1\.1 200/);
  const page = await (await fetch(`${operator}/metrics`)).text();
  for (const line of page.trimEnd().split("\n"))
    assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.e]+)$/);
  assert.match(page, /clawcentral_webhook_requests_total\{result="bad_signature"\} [1-9]/);
  assert.equal((await fetch(`${base}/metrics`)).status, 404, "not for the public");
  assert.equal((await fetch(`${operator}/api/v1/messages`)).status, 404);
});

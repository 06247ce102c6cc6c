// What people do, from the first admin to the last one who leaves; every answer is held to docs/openapi.yaml.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { check, operations } from "./document.mjs";
import { browserOf, PASSWORD } from "./gateway.mjs";

const operation = (name) => operations.find((each) => each.name === name);

/** The people of one gateway: do(), which checks what it is answered, by the names of the document. */
export class People {
  constructor(gateway) {
    this.gateway = gateway;
  }

  /** `body` is what is sent, `param` what stands in the path; gives the answer with its JSON in `.json`. */
  async do(name, status, { browser, body, param, headers } = {}) {
    const { method, path } = operation(name);
    const answer = await this.gateway.request(method, path.replace(/\{\w+\}/, param),
      { browser, headers, body: body && JSON.stringify(body) });
    assert.equal(answer.status, status, `${name}: ${answer.text}`);
    check(operation(name), answer);
    return { ...answer, json: answer.text && JSON.parse(answer.text) };
  }

  async member(browser, email) {
    return (await this.do("listMembers", 200, { browser })).json.members.find((each) => each.email === email);
  }

  async invite(browser, email, role) {
    const { link } = (await this.do("invite", 201, { browser, body: { email, role } })).json;
    return link.slice(link.indexOf("#") + 1);
  }
}

async function setUp(people) {
  assert.deepEqual((await people.do("showSetup", 200)).json, { needed: true });
  const [, code] = people.gateway.log.match(/\/setup#(\S+)/);
  const root = { code, email: "root@example.org", name: "Root", password: PASSWORD };
  await people.do("setUp", 404, { body: { ...root, code: "another" } });
  await people.do("setUp", 400, { body: { ...root, password: "short" } });
  await people.do("setUp", 403, { body: root, headers: { "sec-fetch-site": "cross-site" } });
  const answer = await people.do("setUp", 201, { body: root });
  await people.do("setUp", 409, { body: root });
  assert.deepEqual((await people.do("showSetup", 200)).json, { needed: false });
  assert.ok(!people.gateway.log.includes(browserOf(answer).cookie));
  return browserOf(answer, "acme");
}

/** The code of an authenticator (RFC 6238), by none of the code it tests. */
function totp(secret, stepsLater = 0) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + stepsLater));
  const digest = createHmac("sha1", key).update(counter).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function secondFactor(people, ada) {
  const password = { password: PASSWORD };
  await people.do("turnTotpOff", 409, { browser: ada, body: password });
  const { secret } = (await people.do("beginTotp", 200, { browser: ada })).json;
  await people.do("turnTotpOn", 400, { browser: ada, body: { code: "none" } });
  const { recovery_codes: spare } = (await people.do("turnTotpOn", 200, { browser: ada, body: { code: totp(secret) } })).json;
  await people.do("turnTotpOn", 409, { browser: ada, body: { code: totp(secret, 1) } });
  await people.do("beginTotp", 409, { browser: ada });
  const credentials = { email: "ada@acme.example", ...password };
  assert.equal((await people.do("signIn", 401, { body: credentials })).json.totp_required, true);
  assert.equal((await people.do("signIn", 401, { body: { ...credentials, code: "123" } })).json.totp_required, true);
  await people.do("signIn", 200, { body: { ...credentials, code: totp(secret, 1) } });
  await people.do("signIn", 200, { body: { ...credentials, code: spare[3].toLowerCase() } });
  await people.do("signIn", 401, { body: { ...credentials, code: spare[3] } });
  await people.do("turnTotpOff", 400, { browser: ada, body: { password: 7 } });
  await people.do("turnTotpOff", 403, { browser: ada, body: { password: "wrong" } });
  await people.do("turnTotpOff", 204, { browser: ada, body: password });
  await people.do("signIn", 200, { body: credentials });
}

async function join(people, ada) {
  const code = await people.invite(ada, "grace@acme.example", "admin");
  await people.do("invite", 400, { browser: ada, body: { email: "none", role: "admin" } });
  await people.do("invite", 409, { browser: ada, body: { email: "ada@acme.example", role: "admin" } });
  assert.equal((await people.do("showInvitation", 200, { param: code })).json.tenant, "acme");
  await people.do("showInvitation", 404, { param: "another" });
  const grace = { code, name: "Grace", password: PASSWORD };
  await people.do("acceptInvitation", 400, { body: { ...grace, name: "" } });
  await people.do("acceptInvitation", 404, { body: { ...grace, code: "another" } });
  await people.do("acceptInvitation", 403, { body: grace, headers: { "sec-fetch-site": "cross-site" } });
  const joined = await people.do("acceptInvitation", 201, { body: grace });
  const zoes = await people.invite(ada, "zoe@beta.example", "viewer");
  await people.do("acceptInvitation", 409, { body: { code: zoes, name: "Zoe", password: PASSWORD } });
  const { invitations } = (await people.do("listMembers", 200, { browser: ada })).json;
  await people.do("deleteInvitation", 204, { browser: ada, param: invitations.find(({ email }) => email === "zoe@beta.example").id });
  return browserOf(joined, "acme");
}

async function change(people, ada, grace) {
  const stale = { "if-match": `"${(await people.member(ada, "grace@acme.example")).version}"` };
  const { id } = await people.member(ada, "grace@acme.example");
  const owner = (await people.member(ada, "ada@acme.example")).id;
  await people.do("changeMember", 400, { browser: ada, param: id, body: { role: "king" } });
  await people.do("changeMember", 403, { browser: grace, param: owner, body: { role: "viewer" } });
  await people.do("changeMember", 409, { browser: ada, param: owner, body: { role: "viewer" } });
  await people.do("changeMember", 200, { browser: ada, param: id, body: { role: "viewer" }, headers: stale });
  await people.do("changeMember", 412, { browser: ada, param: id, body: { role: "admin" }, headers: stale });
  await people.do("listMembers", 403, { browser: grace });
  await people.do("removeMember", 400, { browser: ada, param: id, headers: { "if-match": "no tag" } });
  await people.do("removeMember", 412, { browser: ada, param: id, headers: stale });
  await people.do("removeMember", 409, { browser: ada, param: owner });
  await people.do("removeMember", 204, { browser: ada, param: id });
  await people.do("removeMember", 404, { browser: ada, param: id });
  await people.do("listMembers", 404, { browser: grace });
}

async function leave(people, grace) {
  const fresh = "another horse battery";
  await people.do("setProfile", 200, { browser: grace, body: { name: "Grace H." } });
  await people.do("setProfile", 400, { browser: grace, body: { name: "\n" } });
  await people.do("setPassword", 400, { browser: grace, body: { old: PASSWORD, new: "short" } });
  await people.do("setPassword", 204, { browser: grace, body: { old: PASSWORD, new: fresh } });
  await people.do("signIn", 401, { body: { email: "grace@acme.example", password: PASSWORD } });
  await people.do("signIn", 400, { body: { email: "grace@acme.example" } });
  await people.do("signIn", 403, { body: { email: "grace@acme.example", password: fresh }, headers: { "sec-fetch-site": "cross-site" } });
  const again = browserOf(await people.do("signIn", 200, { body: { email: "Grace@acme.example", password: fresh } }), "acme");
  assert.equal((await people.do("listSessions", 200, { browser: again })).json.sessions.length, 2);
  for (let status = 403, tries = 0; status === 403 && tries < 10; ++tries) {
    const { method, path } = operation("setPassword");
    const answer = await people.gateway.request(method, path, { browser: again, body: JSON.stringify({ old: "wrong", new: fresh }) });
    check(operation("setPassword"), answer);
    status = answer.status;
  }
  await people.do("turnTotpOff", 429, { browser: again, body: { password: "wrong" } });
  await people.do("signOut", 204, { browser: again });
  await people.do("showSession", 401, { browser: again });
  await people.do("showSession", 200, { browser: grace });
  await people.do("signOutEverywhere", 204, { browser: grace });
  await people.do("showSession", 401, { browser: grace });
  for (let i = 0; i < 6; ++i) await people.gateway.request("POST", "/api/v1/session", { body: '{"email":"nobody@acme.example","password":"x"}' });
  await people.do("signIn", 429, { body: { email: "nobody@acme.example", password: "x" } });
}

export async function peopleScenario(gateway) {
  const people = new People(gateway);
  assert.deepEqual((await people.do("listSignInMethods", 200)).json, { password: true, oidc: null });
  for (const name of ["startOidc", "finishOidc"])
    assert.match((await people.do(name, 302)).headers.location, /^\/sign-in#error=/);
  const root = await setUp(people);
  assert.ok(await people.member(root, "ada@acme.example"), "a platform admin sees every tenant");
  const ada = await gateway.signIn("ada@acme.example", "acme");
  await secondFactor(people, ada);
  const grace = await join(people, ada);
  await change(people, ada, grace);
  await leave(people, grace);
}

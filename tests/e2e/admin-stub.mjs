// The gateway's API in memory, as the admin UI asks it, beside the built page. For tests of what a real gateway shows
// seldom or slowly: its refusals, its delays, its absence.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { extname, join } from "node:path";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
  + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
  + "require-trusted-types-for 'script'; trusted-types lit-html";
const PERMISSIONS = "camera=(), microphone=(self), geolocation=(), payment=(), usb=(), serial=(), display-capture=()";
const ALL = ["inbox.read", "inbox.write", "pairing", "settings.read", "settings.write", "members", "audit.read"];
const OF_ROLE = { viewer: ["inbox.read", "settings.read"], operator: ["inbox.read", "inbox.write", "pairing", "settings.read"],
  admin: ALL, owner: ALL, platform: ALL };
const KNOWN = {
  WHATSAPP_ACCESS_TOKEN: "Lets ClawCentral send messages.", WHATSAPP_APP_SECRET: "Proves that a webhook comes from Meta.",
  WHATSAPP_VERIFY_TOKEN: "Meta shows it when it verifies the webhook.", WHATSAPP_PHONE_NUMBER_ID: "The number that sends and receives.",
  WHATSAPP_WABA_ID: "The WhatsApp Business Account of the number.", WHATSAPP_APP_ID: "The app in Meta's dashboard." };
const READABLE = ["WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_WABA_ID", "WHATSAPP_APP_ID"];
const id = () => randomBytes(6).toString("hex");
const now = () => new Date().toISOString();

class Refusal extends Error {
  constructor(status, detail, more = {}, headers = {}) {
    super(detail);
    Object.assign(this, { status, more, headers });
  }
}

/** Starts it; `folder` is the built page, `parts` add routes of their own. `world` is its state, for a test to look at and change. */
export async function startAdminStub(folder, ...parts) {
  const world = { people: [], sessions: new Map(), tenants: [], invitations: [], platform: { claims: [], unclaimed: [], secrets: {} },
    setupCode: "first", oidc: null, refuse: null, streams: new Set(), url: "" };

  const find = (list, key, value) => list.find((one) => one[key] === value) ?? (() => { throw new Refusal(404, "That is not here."); })();
  const addTenant = (name) => {
    const tenant = { name, enabled: true, created_at: now(), policy: "pairing", policies: {}, limits: { inbound_per_second: 0, turns_at_a_time: 0, stored_bytes: 0, retention_days: 0, media_days: 0 },
      usage: { stored_bytes: 0, messages: 0 }, version: 1, secrets: {}, members: [], invitations: [], tokens: [], audit: [] };
    world.tenants.push(tenant);
    return tenant;
  };
  const addPerson = (given) => {
    const person = { id: id(), totp: false, platform_admin: false, password: "correct horse battery", ...given };
    world.people.push(person);
    return person;
  };
  const told = (tenant) => ({ ...tenant, secrets: undefined, members: undefined, invitations: undefined, tokens: undefined, audit: undefined,
    version: String(tenant.version), webhook: `${world.url}/t/${tenant.name}/webhooks/whatsapp`, numbers: (tenant.secrets.WHATSAPP_PHONE_NUMBER_ID?.value ?? "").split(",").filter(Boolean),
    missing: Object.keys(KNOWN).slice(0, 4).filter((name) => !tenant.secrets[name]), default_agent: null });
  const secret = (kept, name) => {
    const has = kept[name];
    return { name, description: has?.description ?? KNOWN[name] ?? "", set: Boolean(has), set_at: has?.at ?? null, set_by: has?.by ?? null,
      readable: READABLE.includes(name), ...(READABLE.includes(name) && has ? { value: has.value } : {}), version: String(has?.version ?? 0) };
  };
  const sessionOf = (person, csrf) => ({
    person: { id: person.id, email: person.email, name: person.name, platform_admin: person.platform_admin, totp: person.totp, has_password: true },
    tenants: world.tenants.flatMap((tenant) => {
      const role = person.platform_admin ? "platform" : tenant.members.find((member) => member.id === person.id)?.role;
      return role ? [{ name: tenant.name, role, permissions: OF_ROLE[role] }] : [];
    }),
    csrf, version: "0.1.0" });
  const open = (person) => {
    const session = { id: id(), person, csrf: id(), created_at: now() };
    world.sessions.set(session.id, session);
    return { status: 201, body: sessionOf(person, session.csrf), headers: { "Set-Cookie": `claw_session=${session.id}; HttpOnly; SameSite=Lax; Path=/` } };
  };
  const note = (tenant, person, action, what, target) => tenant.audit.unshift({ id: id(), at: now(), who: { kind: "person", name: person.name }, action, what, target, from: "127.0.0.1" });
  const expect = (request, version) => {
    const wanted = request.headers["if-match"];
    if (wanted && wanted !== `"${version}"`) throw new Refusal(412, "somebody changed it meanwhile; read it again");
  };

  // Each route: method, pattern, what it does. `need` is a permission in the tenant, "platform", "person" or nothing.
  const routes = [];
  const on = (method, path, need, run) => routes.push({ method, path: new RegExp(`^${path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`), need, run });

  on("GET", "/setup", null, () => ({ needed: world.people.length === 0 }));
  on("POST", "/setup", null, ({ body }) => {
    if (body.code !== world.setupCode || world.people.length) throw new Refusal(403, "This link was used already, or is not whole.");
    return open(addPerson({ ...body, platform_admin: true }));
  });
  on("GET", "/sign-in-methods", null, () => ({ password: true, oidc: world.oidc }));
  on("POST", "/session", null, ({ body }) => {
    const person = world.people.find((one) => one.email === body.email && one.password === body.password);
    if (!person) throw new Refusal(401, "Email or password is wrong.");
    if (person.totp && body.code !== "123456") throw new Refusal(401, body.code ? "This code is not right, or was used already." : "A code is needed.", { totp_required: true });
    return { ...open(person), status: 200 };
  });
  on("GET", "/session", "person", ({ session }) => sessionOf(session.person, session.csrf));
  on("DELETE", "/session", "person", ({ session }) => { world.sessions.delete(session.id); });
  on("DELETE", "/sessions", "person", ({ session }) => {
    for (const [key, one] of world.sessions) if (one.person === session.person) world.sessions.delete(key);
  });
  on("GET", "/sessions", "person", ({ session }) => ({ sessions: [...world.sessions.values()].filter((one) => one.person === session.person)
    .map((one) => ({ id: one.id, created_at: one.created_at, last_seen_at: now(), from: "127.0.0.1", agent: "Chrome on Linux", current: one === session })) }));
  on("PUT", "/session/password", "person", ({ session, body }) => {
    if (body.old !== session.person.password) throw new Refusal(403, "The old password is not right.");
    session.person.password = body.new;
  });
  on("PUT", "/session/profile", "person", ({ session, body }) => { session.person.name = body.name; return sessionOf(session.person, session.csrf); });
  on("POST", "/session/totp", "person", ({ session }) => ({ secret: "JBSWY3DPEHPK3PXP", uri: `otpauth://totp/ClawCentral:${session.person.email}?secret=JBSWY3DPEHPK3PXP&issuer=ClawCentral` }));
  on("PUT", "/session/totp", "person", ({ session, body }) => {
    if (body.code !== "123456") throw new Refusal(422, "This code is not right. Look that the clock of your phone is right.");
    session.person.totp = true;
    return { recovery_codes: Array.from({ length: 8 }, () => `${id().slice(0, 5)}-${id().slice(0, 5)}`) };
  });
  on("DELETE", "/session/totp", "person", ({ session, body }) => {
    if (body.password !== session.person.password) throw new Refusal(403, "The password is not right.");
    session.person.totp = false;
  });
  on("GET", "/invitations/:code", null, ({ params }) => {
    const { email, tenant, role } = find(world.invitations, "code", params.code);
    return { email, tenant, role };
  });
  on("POST", "/invitations/accept", null, ({ body, session }) => {
    const invitation = find(world.invitations, "code", body.code);
    const person = session?.person ?? addPerson({ email: invitation.email, name: body.name, password: body.password });
    find(world.tenants, "name", invitation.tenant).members.push({ id: person.id, role: invitation.role, version: 1 });
    world.invitations.splice(world.invitations.indexOf(invitation), 1);
    return open(person);
  });

  on("GET", "/tenants", "platform", () => ({ tenants: world.tenants.map(told), next: null }));
  on("POST", "/tenants", "platform", ({ body }) => {
    if (world.tenants.some((tenant) => tenant.name === body.name)) throw new Refusal(409, `There is a tenant ${body.name} already.`);
    return { status: 201, body: told(addTenant(body.name)) };
  });
  on("GET", "/tenants/:name", "platform", ({ params }) => told(find(world.tenants, "name", params.name)));
  on("PATCH", "/tenants/:name", "platform", ({ params, body, request }) => {
    const tenant = find(world.tenants, "name", params.name);
    expect(request, tenant.version);
    Object.assign(tenant, body, { version: tenant.version + 1 });
    return told(tenant);
  });
  const platform = () => ({ webhook: `${world.url}/webhooks/whatsapp`, app_id: world.platform.secrets.PLATFORM_APP_ID?.value ?? null,
    secrets: ["PLATFORM_APP_SECRET", "PLATFORM_VERIFY_TOKEN", "PLATFORM_APP_ID"].map((name) => secret(world.platform.secrets, name)),
    claims: world.platform.claims, unclaimed: world.platform.unclaimed });
  on("GET", "/platform", "platform", platform);
  on("PUT", "/platform/secrets/:name", "platform", ({ params, body, session }) => {
    world.platform.secrets[params.name] = { value: body.value, at: now(), by: session.person.name, version: 1 };
    return secret(world.platform.secrets, params.name);
  });
  on("DELETE", "/platform/secrets/:name", "platform", ({ params }) => { delete world.platform.secrets[params.name]; });
  on("PUT", "/platform/claims/:waba/:number", "platform", ({ params, body }) => {
    const claim = { waba_id: params.waba, phone_number_id: params.number, tenant: body.tenant };
    world.platform.claims.push(claim);
    world.platform.unclaimed = world.platform.unclaimed.filter((one) => one.phone_number_id !== params.number);
    return claim;
  });
  on("DELETE", "/platform/claims/:waba/:number", "platform", ({ params }) => {
    world.platform.claims = world.platform.claims.filter((one) => one.phone_number_id !== params.number);
  });
  const audit = (entries, { query }) => {
    const q = (query.get("q") ?? "").toLowerCase();
    const found = entries.filter((entry) => JSON.stringify(entry).toLowerCase().includes(q));
    const from = Number(query.get("before") ?? 0);
    const limit = Number(query.get("limit") ?? 50);
    return { entries: found.slice(from, from + limit), next: from + limit < found.length ? String(from + limit) : null };
  };
  on("GET", "/platform/audit", "platform", (asked) => audit(world.tenants.flatMap((tenant) => tenant.audit), asked));

  on("GET", "/tenant", "settings.read", ({ tenant }) => told(tenant));
  on("PUT", "/channel", "settings.write", ({ tenant, body, request }) => {
    expect(request, tenant.version);
    if (!body.number) tenant.policy = body.policy;
    else if (body.policy === null) delete tenant.policies[body.number];
    else tenant.policies[body.number] = body.policy;
    tenant.version += 1;
    world.tell("tenant", { what: "channel" });
    return told(tenant);
  });
  on("GET", "/secrets", "settings.read", ({ tenant }) => ({ secrets: [...new Set([...Object.keys(KNOWN), ...Object.keys(tenant.secrets)])].map((name) => secret(tenant.secrets, name)) }));
  on("PUT", "/secrets/:name", "settings.write", ({ tenant, params, body, session, request }) => {
    const has = tenant.secrets[params.name];
    expect(request, has?.version ?? 0);
    tenant.secrets[params.name] = { ...has, ...body, at: now(), by: session.person.name, version: (has?.version ?? 0) + 1 };
    note(tenant, session.person, "secret.set", `Set the secret ${params.name}`, params.name);
    world.tell("tenant", { what: "secrets" });
    return secret(tenant.secrets, params.name);
  });
  on("DELETE", "/secrets/:name", "settings.write", ({ tenant, params, session }) => {
    delete tenant.secrets[params.name];
    note(tenant, session.person, "secret.delete", `Deleted the secret ${params.name}`, params.name);
  });
  on("GET", "/tokens", "members", ({ tenant }) => ({ tokens: tenant.tokens }));
  on("POST", "/tokens", "members", ({ tenant, body, session }) => {
    const token = { id: id(), label: body.label, scopes: body.scopes, created_at: now(), created_by: session.person.name, last_used_at: null,
      expires_at: body.expires_in_days ? new Date(Date.now() + body.expires_in_days * 864e5).toISOString() : null };
    tenant.tokens.push(token);
    return { status: 201, body: { ...token, token: `claw_${id()}${id()}` } };
  });
  on("DELETE", "/tokens/:id", "members", ({ tenant, params }) => { tenant.tokens = tenant.tokens.filter((token) => token.id !== params.id); });
  const members = (tenant) => ({ members: tenant.members.map((member) => {
    const { email, name, totp } = world.people.find((person) => person.id === member.id);
    return { ...member, email, name, totp, last_seen_at: now(), version: String(member.version) };
  }), invitations: world.invitations.filter((one) => one.tenant === tenant.name).map(({ code, ...rest }) => rest) });
  on("GET", "/members", "members", ({ tenant }) => members(tenant));
  on("POST", "/invitations", "members", ({ tenant, body, session }) => {
    const invitation = { id: id(), code: id(), email: body.email, role: body.role, tenant: tenant.name, invited_by: session.person.name, expires_at: new Date(Date.now() + 7 * 864e5).toISOString() };
    world.invitations.push(invitation);
    return { status: 201, body: { ...invitation, link: `${world.url}/join#${invitation.code}` } };
  });
  on("DELETE", "/invitations/:id", "members", ({ params }) => { world.invitations = world.invitations.filter((one) => one.id !== params.id); });
  const lastOwner = (tenant, member) => {
    if (member.role === "owner" && tenant.members.filter((one) => one.role === "owner").length === 1)
      throw new Refusal(409, "This is the last owner. Make somebody else an owner first.");
  };
  on("PATCH", "/members/:id", "members", ({ tenant, params, body }) => {
    const member = find(tenant.members, "id", params.id);
    lastOwner(tenant, member);
    member.role = body.role;
    return members(tenant).members.find((one) => one.id === params.id);
  });
  on("DELETE", "/members/:id", "members", ({ tenant, params }) => {
    const member = find(tenant.members, "id", params.id);
    lastOwner(tenant, member);
    tenant.members.splice(tenant.members.indexOf(member), 1);
  });
  on("GET", "/audit", "audit.read", (asked) => audit(asked.tenant.audit, asked));

  for (const add of parts) add({ on, world, find, told, note, expect, Refusal });

  world.tell = (name, data) => { for (const stream of world.streams) stream.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`); };

  function ask(request, url, body, bytes) {
    const path = url.pathname.slice("/api/v1".length);
    const refused = world.refuse?.(request.method, path);
    if (refused) throw new Refusal(refused.status, refused.detail, {}, refused.headers);
    const cookie = /claw_session=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
    const session = world.sessions.get(cookie);
    for (const route of routes) {
      const params = route.path.exec(path)?.groups;
      if (route.method !== request.method || !route.path.test(path)) continue;
      if (route.need && !session) throw new Refusal(401, "You are signed out. Sign in again to go on.");
      if (route.need && request.method !== "GET" && request.headers["x-csrf-token"] !== session.csrf) throw new Refusal(403, "The page is out of date: reload it.");
      let tenant;
      if (route.need === "platform" && !session.person.platform_admin) throw new Refusal(403, "Only a platform admin may do this.");
      if (route.need && !["person", "platform"].includes(route.need)) {
        const name = request.headers["x-claw-tenant"] ?? url.searchParams.get("tenant");
        if (!name) throw new Refusal(400, "Say for which tenant.");
        const access = sessionOf(session.person, "").tenants.find((one) => one.name === name);
        if (!access) throw new Refusal(404, "There is no such tenant.");
        if (!access.permissions.includes(route.need)) throw new Refusal(403, `Your role here (${access.role}) does not allow this. An admin of this tenant can change it.`);
        tenant = find(world.tenants, "name", name);
      }
      return route.run({ request, params: Object.fromEntries(Object.entries(params ?? {}).map(([key, value]) => [key, decodeURIComponent(value)])), body, bytes, query: url.searchParams, session, tenant });
    }
    throw new Refusal(404, "There is nothing at this address.");
  }

  async function page(url, response) {
    const asset = url.pathname.startsWith("/assets/");
    const file = join(folder, asset ? url.pathname : "admin/index.html");
    const bytes = await readFile(file).catch(() => null);
    response.writeHead(bytes ? 200 : 404, { "Content-Type": TYPES[extname(file)] ?? "text/plain", "Content-Security-Policy": POLICY, "Permissions-Policy": PERMISSIONS });
    response.end(bytes ?? "");
  }

  function stream(request, response) {
    if (world.refuse?.("GET", "/stream")) return response.writeHead(503).end();
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write("id: 1\nevent: hello\ndata: {}\n\n");
    world.streams.add(response);
    request.on("close", () => world.streams.delete(response));
  }

  const server = http.createServer((request, response) => {
    const url = new URL(request.url, "http://stub");
    if (!url.pathname.startsWith("/api/")) return void page(url, response);
    if (url.pathname === "/api/v1/stream") return stream(request, response);
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const bytes = Buffer.concat(chunks);
      const isFile = !(request.headers["content-type"] ?? "application/json").startsWith("application/json");
      try {
        const answer = await ask(request, url, bytes.length > 0 && !isFile ? JSON.parse(bytes) : {}, bytes);
        const whole = answer?.headers ? answer : answer?.body && answer.status ? answer : { status: answer === undefined ? 204 : 200, body: answer };
        response.writeHead(whole.status, { "Content-Type": "application/json", ...whole.headers });
        response.end(whole.body === undefined ? "" : JSON.stringify(whole.body));
      } catch (error) {
        if (!(error instanceof Refusal)) console.error(error);
        response.writeHead(error.status ?? 500, { "Content-Type": "application/problem+json", ...error.headers });
        response.end(JSON.stringify({ status: error.status, title: "Refused", detail: error.message, ...error.more }));
      }
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  world.url = `http://127.0.0.1:${server.address().port}`;
  const cut = () => world.streams.forEach((one) => one.destroy());
  return { world, url: world.url, addTenant, addPerson, open, cut,
    close: () => { cut(); server.close(); server.closeAllConnections(); } };
}

// The part of admin-stub.mjs that Pairing and Users ask: who may talk, who waits, groups, and what people are known as.
//
// `world.access` is what there is; `world.access.ask(name, phone, text)` lets somebody new write and get a code.

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

/** As the gateway reads an address. */
function addressOf(written) {
  const text = String(written).trim().replace(/^whatsapp:/i, "");
  if (/^[A-Z]{2}\.\w+$/.test(text)) return text;
  if (/[^\d+ \-.()]/.test(text)) return "";
  const digits = text.replace(/\D/g, "").replace(/^00/, "");
  return digits.length >= 5 && digits.length <= 15 ? digits : "";
}

export function accessPart() {
  return ({ on, world, find, note, Refusal }) => {
    const access = (world.access = { entries: [], groups: [], calls: [] });
    let last = 0;
    const code = () => [...String(++last * 7919 + 104_729).padStart(8, "0")].map((digit, index) => LETTERS[(Number(digit) * 3 + index * 5) % LETTERS.length]).join("");
    const add = (more) => {
      const entry = { id: `a${String(++last).padStart(6, "0")}`, number: null, standing: "allowed", name: null, by: null, since: ago(0), opted_out_at: null, code: null, expires_at: null, message: null, ...more };
      access.entries.unshift(entry);
      return entry;
    };
    const tell = (what = "access") => world.tell("tenant", { what });
    access.add = add;
    access.ask = (name, address, text, { number = null, minutes = 60, type = "text" } = {}) => {
      const entry = add({ address, name, number, standing: "pending", since: ago(60 - minutes), code: code(), expires_at: new Date(Date.now() + minutes * 60_000).toISOString(), message: { id: `m${last}`, type, text } });
      tell();
      return entry;
    };
    const waits = (entry) => entry.standing === "pending" && Date.parse(entry.expires_at) > Date.now();
    const begins = (text, search) => (text ?? "").toLowerCase().startsWith(search);

    on("GET", "/access", "pairing", ({ query }) => {
      const [standing, number, search] = ["standing", "number", "search"].map((name) => query.get(name) ?? "");
      const wanted = search.toLowerCase().replace(/^\+/, "").replace(/(?<=\d)[ -](?=\d)/g, "");
      const found = access.entries.filter((entry) => (!standing || (standing === "pending" ? waits(entry) : entry.standing === standing)) && (query.get("opted_out") !== "true" || entry.opted_out_at)
        && (!number || entry.number === null || entry.number === number) && (!wanted || begins(entry.name, wanted) || begins(entry.address, wanted)));
      const from = query.get("before") ? found.findIndex((one) => one.id === query.get("before")) + 1 : 0;
      const limit = Number(query.get("limit") ?? 50);
      const page = found.slice(from, from + limit);
      return { access: page, next: from + limit < found.length ? page[page.length - 1].id : null };
    });
    on("POST", "/access", "pairing", ({ tenant, body, session }) => {
      access.calls.push(body);
      const wrong = body.addresses.filter((one) => !addressOf(one));
      if (wrong.length) throw new Refusal(400, `These are no phone numbers: ${wrong.join(", ")}. Nothing was changed.`);
      const entries = body.addresses.map((written) => {
        const address = addressOf(written);
        const known = access.entries.find((one) => one.address === address && one.number === (body.number ?? null));
        const now = { standing: body.standing, by: session.person.name, since: ago(0), code: null, expires_at: null, message: null, ...(body.name ? { name: body.name } : {}) };
        return known ? Object.assign(known, now) : add({ address, number: body.number ?? null, ...now });
      });
      note(tenant, session.person, "access.set", `${body.standing}: ${body.addresses.join(", ")}`, body.addresses[0]);
      tell();
      return { access: entries };
    });
    on("DELETE", "/access/:id", "pairing", ({ params }) => {
      const entry = find(access.entries, "id", params.id);
      if (entry.opted_out_at) Object.assign(entry, { standing: "unknown", by: null });
      else access.entries.splice(access.entries.indexOf(entry), 1);
      tell();
    });
    const decide = (entry, decision, by) => {
      if (decision === "reject") access.entries.splice(access.entries.indexOf(entry), 1);
      return Object.assign(entry, { standing: { approve: "allowed", reject: "unknown", block: "blocked" }[decision], by, since: ago(0), code: null, expires_at: null, message: null });
    };
    on("POST", "/access/approve", "pairing", ({ body, session }) => {
      const entry = access.entries.find((one) => waits(one) && one.code === body.code.replace(/[\s-]/g, "").toUpperCase());
      if (!entry) throw new Refusal(404, "There is no request with this code.");
      decide(entry, "approve", session.person.name);
      tell();
      return entry;
    });
    on("POST", "/access/decide", "pairing", ({ body, session }) => {
      access.calls.push(body);
      const chosen = access.entries.filter((one) => waits(one) && (body.all ? !body.number || one.number === body.number : body.ids.includes(one.id)));
      for (const entry of chosen) decide(entry, body.decision, session.person.name);
      tell();
      return { decided: chosen.length, gone: body.all ? 0 : body.ids.length - chosen.length };
    });
    for (const decision of ["approve", "reject", "block"])
      on("POST", `/access/:id/${decision}`, "pairing", ({ params, session }) => {
        const entry = find(access.entries, "id", params.id);
        if (!waits(entry)) throw new Refusal(404, "The request has expired.");
        decide(entry, decision, session.person.name);
        tell();
        return entry;
      });

    on("GET", "/groups", "inbox.read", () => ({ groups: access.groups, next: null }));
    on("PUT", "/groups/:id", "settings.write", ({ params, body }) => {
      const group = Object.assign(find(access.groups, "id", params.id), { answered: body.answered });
      tell("groups");
      return group;
    });
  };
}

/** A shop that lets people in: some wait, some are in, one is out. */
export function furnishAccess({ world, acme }, number) {
  const { access } = world;
  acme.policy = "pairing";
  access.add({ address: "4915220000007", name: "Spam Sale", standing: "blocked", by: "Grace Hopper", since: ago(60 * 24 * 11) });
  access.add({ address: "4917640000012", name: "Petra Lang", standing: "unknown", opted_out_at: ago(60 * 24 * 5), since: ago(60 * 24 * 5) });
  for (const [name, address, days, by] of [["Warehouse", "4930555000120", 40, "Ada Lovelace"], ["Maria Keller", "4915155000000", 21, "Grace Hopper"], ["Tomás Rivera", "4915155000001", 9, "Grace Hopper"], [null, "5511955500013", 3, "Ada Lovelace"]])
    access.add({ address, name, by, since: ago(60 * 24 * days), number: name === "Warehouse" ? number : null });
  access.ask("Ines Moreau", "33655500021", "Bonjour ! Avez-vous la taille 39 en noir ? Je cherche aussi la même en rouge, et j’aimerais savoir quand elle sera de nouveau là.", { number, minutes: 8 });
  access.ask(null, "4917655500034", "Where is my order 4711?", { number, minutes: 26 });
  access.ask("Kofi Mensah", "233245550045", "[voice message]", { number, minutes: 41, type: "audio" });
  access.ask("Lena Vogel", "4916055500056", "Hello, I would like to return a pair of shoes", { number, minutes: 57 });
  for (const [id, name, answered] of [["120363000000000001", "Keller Shoes, the team", true], ["120363000000000002", "Suppliers north", false]]) {
    const group = world.inbox.group(id, name);
    access.groups.push({ id, number, name, answered, conversation: group.id, last_at: group.last_message.created_at });
  }
}

// People of admin-stub.mjs: who wrote, what they are known as, and merging them. They arise from conversations (inbox-stub.mjs).
//
// `world.users` keeps what was linked and merged: `addresses` by user, `merged` from an old id to the one it became part of.

const BSUID = /^[A-Z]{2}\./;

export function addUsers({ on, world, inbox, told, note, Refusal }) {
  const users = (world.users = { addresses: new Map(), merged: new Map() });

  const isGroup = (id) => id.startsWith("group:");
  const now = (id) => {
    while (users.merged.has(id)) id = users.merged.get(id);
    return id;
  };
  const addressesOf = ({ user, phone }) => {
    if (isGroup(user.id)) return [];
    if (!users.addresses.has(user.id)) users.addresses.set(user.id, [phone]);
    return users.addresses.get(user.id);
  };
  const person = (one) => {
    const addresses = addressesOf(one);
    return { id: one.user.id, name: one.user.name, phone: addresses.find((each) => !BSUID.test(each)) ?? null, bsuid: addresses.find((each) => BSUID.test(each)) ?? null,
      created_at: one.created_at, kind: isGroup(one.user.id) ? "group" : "person" };
  };
  /** The first conversation of each person, which makes them one. */
  const everybody = () => [...new Map(inbox.conversations.map((one) => [one.user.id, one])).values()].sort((a, b) => a.user.id.localeCompare(b.user.id));
  const find = (id) => everybody().find((one) => one.user.id === now(id)) ?? (() => { throw new Refusal(404, "There is no such person here."); })();
  const detail = (one) => ({ ...person(one), conversations: inbox.conversations.filter(({ user }) => user.id === one.user.id).map(told),
    addresses: addressesOf(one).map((address) => ({ address, kind: BSUID.test(address) ? "bsuid" : "phone" })),
    also_known_as: [...users.merged].filter(([, into]) => now(into) === one.user.id).map(([old]) => old) });
  const changed = (one) => {
    world.tell("tenant", { what: "users" });
    return detail(one);
  };

  on("GET", "/users", "inbox.read", ({ query }) => {
    const search = (query.get("search") ?? "").toLowerCase().replace(/^\+/, "");
    const found = everybody().filter((one) => !search || (one.user.name ?? "").toLowerCase().startsWith(search) || addressesOf(one).some((address) => address.startsWith(search)));
    const from = query.get("after") ? found.findIndex((one) => one.user.id === query.get("after")) + 1 : 0;
    const limit = Number(query.get("limit") ?? 50);
    const page = found.slice(from, from + limit);
    return { users: page.map(person), next: from + limit < found.length ? page[page.length - 1].user.id : null };
  });
  on("GET", "/users/:id", "inbox.read", ({ params }) => detail(find(params.id)));
  on("PUT", "/users/:id/addresses/:address", "settings.write", ({ params: { id, address } }) => {
    const one = find(id);
    const holder = everybody().find((other) => other !== one && addressesOf(other).includes(address));
    if (holder) throw new Refusal(409, `${address} belongs to ${holder.user.name ?? holder.user.id}. Merge the two if they are the same person.`, { user: holder.user.id });
    if (!addressesOf(one).includes(address)) addressesOf(one).push(address);
    return changed(one);
  });
  on("DELETE", "/users/:id/addresses/:address", "settings.write", ({ params: { id, address } }) => {
    const one = find(id);
    const addresses = addressesOf(one);
    if (addresses.length === 1 && addresses[0] === address) throw new Refusal(409, "This is their last address.");
    users.addresses.set(one.user.id, addresses.filter((each) => each !== address));
    return changed(one);
  });
  on("POST", "/users/:id/merge", "settings.write", ({ params, body, tenant, session }) => {
    const [kept, gone] = [find(params.id), find(body.user)];
    if (kept === gone) throw new Refusal(409, "They are one person already.");
    addressesOf(kept).push(...addressesOf(gone));
    users.merged.set(gone.user.id, kept.user.id);
    for (const one of inbox.conversations) if (one.user.id === gone.user.id) one.user = kept.user;
    note(tenant, session.person, "user.merge", `Merged ${gone.user.id} into ${kept.user.id}`, kept.user.id);
    return changed(kept);
  });
}

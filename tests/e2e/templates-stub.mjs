// The part of admin-stub.mjs that the page Templates asks.

const seen_at = "2026-11-20T10:00:00.000Z";
const base = { waba_id: "200000000000001", language: "en_US", category: "UTILITY", status: "APPROVED", quality: "GREEN", reason: null, why_not: null,
  parameter_format: "POSITIONAL", seen_at };

export const TEMPLATES = [
  { ...base, id: "1", name: "order_update", components: [
    { type: "HEADER", format: "TEXT", text: "Order {{1}}", example: { header_text: ["4711"] } },
    { type: "BODY", text: "Hello {{1}}, your order left us on *{{2}}*.", example: { body_text: [["Ada", "Friday"]] } },
    { type: "FOOTER", text: "Keller Shoes" },
    { type: "BUTTONS", buttons: [{ type: "URL", text: "Track it", url: "https://shop.example/o/{{1}}", example: ["https://shop.example/o/4711"] }, { type: "QUICK_REPLY", text: "Thanks" }] }] },
  { ...base, id: "2", name: "spring_sale", category: "MARKETING", status: "PAUSED", quality: "RED", reason: "FIRST_PAUSE",
    why_not: 'The template "spring_sale" (en_US) is paused by Meta, because people gave it bad feedback.', components: [
      { type: "HEADER", format: "IMAGE" }, { type: "BODY", text: "Spring is here." },
      { type: "CAROUSEL", cards: [{ components: [{ type: "HEADER", format: "IMAGE" }, { type: "BODY", text: "Red shoes" }, { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "I want them" }] }] },
        { components: [{ type: "HEADER", format: "IMAGE" }, { type: "BODY", text: "Blue shoes" }] }] }] },
  { ...base, id: "3", name: "code", category: "AUTHENTICATION", status: "PENDING", quality: null, why_not: 'The template "code" (en_US) still waits for Meta\'s review.',
    components: [{ type: "BODY" }, { type: "BUTTONS", buttons: [{ type: "OTP", text: "Copy code" }] }] },
];

const fill = (text, key, values, problems, variables, example) => text.replace(/\{\{(\w+)\}\}/g, (whole, name) => {
  const at = key === "button" ? "button.0" : `${key}.${name}`;
  const label = key === "button" ? "The button \"Track it\": the end of its address" : whole;
  if (!variables.some((one) => one.key === at)) variables.push({ key: at, label, kind: key === "button" ? "url_end" : "text", needed: true, example: example?.(name) ?? null });
  if (!values[at] && !problems.some((one) => one.variable === at)) problems.push({ variable: at, words: `${label} has no value.` });
  return values[at] || whole;
});

/** As the gateway would, for what stands above. */
function preview(template, values) {
  const [shown, problems, variables] = [{}, [], []];
  for (const part of template.components) {
    const example = (name) => part.example?.[`${part.type.toLowerCase()}_text`]?.flat()[name - 1];
    if (part.type === "HEADER") shown.header = { format: part.format, ...(part.text && { text: fill(part.text, "header", values, problems, variables, example) }) };
    if (part.type === "BODY") shown.body = fill(part.text ?? "*{{1}}* is your verification code.", "body", values, problems, variables, example);
    if (part.type === "FOOTER") shown.footer = part.text;
    if (part.type === "BUTTONS") shown.buttons = part.buttons.map((one) => ({ ...one, example: undefined, ...(one.url && { url: fill(one.url, "button", values, problems, variables) }) }));
    if (part.type === "CAROUSEL") shown.cards = part.cards.map((card) => preview(card, values).shown);
  }
  return { shown, problems, variables, message: { type: "template", template: { name: template.name, language: { code: template.language }, values } } };
}

export function templatesPart() {
  return ({ on, world, find, Refusal }) => {
    const state = (world.templates = { list: structuredClone(TEMPLATES), accounts: [{ waba_id: base.waba_id, read_at: seen_at, tried_at: seen_at, fault: null }], syncs: 0, made: [] });
    on("GET", "/templates", "inbox.read", ({ query }) => {
      const fits = (one) => ["status", "category"].every((name) => !query.get(name) || one[name] === query.get(name))
        && JSON.stringify(one).toLowerCase().includes((query.get("search") ?? "").toLowerCase());
      return { templates: state.list.filter(fits), next: null, accounts: state.accounts };
    });
    on("POST", "/templates", "settings.write", ({ body }) => {
      if (state.list.some((one) => one.name === body.name)) throw new Refusal(400, "There is already content in this language for this template.");
      const { waba_id: _, ...rest } = body;
      const made = { ...base, parameter_format: "POSITIONAL", ...rest, id: String(100 + state.list.length), status: "PENDING", quality: null, why_not: "It still waits for Meta's review." };
      state.made.push(body);
      state.list.push(made);
      return { status: 201, body: { ...made, variables: preview(made, {}).variables } };
    });
    on("POST", "/templates/sync", "inbox.read", () => {
      state.syncs += 1;
      return { accounts: state.accounts };
    });
    on("GET", "/templates/:id", "inbox.read", ({ params }) => {
      const one = find(state.list, "id", params.id);
      return { ...one, variables: preview(one, {}).variables };
    });
    on("DELETE", "/templates/:id", "settings.write", ({ params }) => { state.list.splice(state.list.indexOf(find(state.list, "id", params.id)), 1); });
    on("POST", "/templates/:id/preview", "inbox.read", ({ params, body }) => {
      const { variables: _, ...rest } = preview(find(state.list, "id", params.id), body.values);
      return rest;
    });
  };
}

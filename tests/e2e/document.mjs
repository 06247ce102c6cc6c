// docs/openapi.yaml as a test reads it: its operations, what their answers must be, and values for their parameters.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import { parse } from "yaml";

const METHODS = ["get", "put", "post", "patch", "delete"];
const file = new URL("../../docs/openapi.yaml", import.meta.url);
export const document = parse(readFileSync(file, "utf8"));

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(document, "openapi");

const escape = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");
const compiled = new Map();

/** What is wrong with `value` by the schema at a place of the document, in words; empty if nothing. */
export function faults(pointer, value) {
  if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `openapi#${pointer}` }));
  const check = compiled.get(pointer);
  return check(value) ? "" : ajv.errorsText(check.errors);
}

/** Follows `$ref`; gives the thing and where it stands. */
export function resolve(thing, pointer) {
  while (thing.$ref) {
    pointer = thing.$ref.slice(1);
    thing = pointer.split("/").slice(1).reduce((at, name) => at[name.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  }
  return { thing, pointer };
}

/** Every operation: {name, method, path, parameters, responses, body}. */
const all = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => {
    const operation = item[method];
    const pointer = `/paths/${escape(path)}`;
    const parameters = [
      ...(item.parameters ?? []).map((each, i) => resolve(each, `${pointer}/parameters/${i}`)),
      ...(operation.parameters ?? []).map((each, i) => resolve(each, `${pointer}/${method}/parameters/${i}`)),
    ].map(({ thing, pointer }) => ({ ...thing, pointer }));
    const responses = Object.fromEntries(Object.entries(operation.responses).map(([status, each]) => {
      const { thing, pointer: at } = resolve(each, `${pointer}/${method}/responses/${status}`);
      return [status, { ...thing, pointer: at }];
    }));
    const security = (operation.security ?? document.security).flatMap((each) => Object.keys(each));
    return { name: operation.operationId, method: method.toUpperCase(), path, parameters, responses,
      isPublic: security.length === 0, isOfTenant: security.includes("token"), isCloud: security.includes("cloud"),
      body: operation.requestBody?.content["application/json"] };
  }));
export const operations = all.filter(({ isCloud }) => !isCloud);
/** Those in which the gateway speaks as Meta does. */
export const cloudOperations = all.filter(({ isCloud }) => isCloud);

/** What a route of a tenant answers a person who names none, or one that is not theirs. */
const forPeople = Object.fromEntries([["400", "NoTenant"], ["404", "NotFound"]].map(([status, name]) =>
  [status, { ...document.components.responses[name], pointer: `/components/responses/${name}` }]));

export const seen = new Map(all.map((operation) => [operation.name, new Set()]));

/** Holds an answer to the document: a status, a content type, headers and a body that it describes. */
export function check(operation, answer, what) {
  const at = `${operation.name} ${what ?? ""} -> ${answer.status} ${answer.text.slice(0, 300)}`;
  const own = operation.responses[answer.status];
  const response = own ?? (operation.isOfTenant && forPeople[answer.status]);
  assert.ok(response, `a status that the document does not have: ${at}`);
  seen.get(operation.name).add(String(answer.status));
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    const { pointer } = resolve(header, `${response.pointer}/headers/${escape(name)}`);
    assert.equal(faults(`${pointer}/schema`, answer.headers[name.toLowerCase()]), "", `${name}: ${at}`);
  }
  const types = Object.keys(response.content ?? {});
  if (types.length === 0) return assert.equal(answer.text, "", `a body that the document does not have: ${at}`);
  const type = (answer.headers["content-type"] ?? "").split(";")[0];
  assert.ok(types.includes(type), `${type}: ${at}`);
  if (!type.endsWith("json")) return;
  const body = JSON.parse(answer.text);
  assert.equal(faults(`${response.pointer}/content/${escape(type)}/schema`, body), "", at);
  if (type === "application/problem+json") assert.equal(body.status, answer.status, at);
}

/** The same numbers for the same seed. */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { chance: (p) => next() < p, below: (n) => Math.floor(next() * n), one: (list) => list[Math.floor(next() * list.length)] };
}

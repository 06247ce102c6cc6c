// The lines of docs/graph-endpoint.md that a reader copies are run, one after another in one shell, against a gateway.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { control, eventually, freshPhone, simulatorUrl } from "./support.mjs";

const NUMBER = "100000000000001";
const sim = control(simulatorUrl());

test("what the document of the Graph endpoint shows works as it stands there", async () => {
  const phone = freshPhone();
  const thread = async () => (await sim("GET", `/_sim/phones/${phone}/messages`)).body.messages;
  const business = (what, fits) => eventually(what, async () => (await thread()).find((message) => message.from === "business" && fits(message)));
  await sim("POST", `/_sim/phones/${phone}/messages`, { text: "hello", to: NUMBER });
  await business("the echo", ({ text }) => text === "hello");

  const document = readFileSync(new URL("../../docs/graph-endpoint.md", import.meta.url), "utf8");
  const [values, ...blocks] = [...document.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block);
  assert.deepEqual([...values.matchAll(/^export (\w+)=/gm)].map(([, name]) => name), ["GRAPH", "TOKEN", "NUMBER", "WABA", "TO"]);
  assert.ok(blocks.length >= 5);
  const folder = mkdtempSync(join(tmpdir(), "claw-document-"));
  try {
    const env = { ...process.env, GRAPH: `${process.env.GATEWAY_URL}/graph/v25.0`, TOKEN: process.env.API_TOKEN, NUMBER, WABA: "200000000000001", TO: phone };
    const run = spawnSync("bash", ["-euo", "pipefail", "-c", blocks.join("\n")], { cwd: folder, env, encoding: "utf8", timeout: 60_000 });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /"messages":\[\{"id":"wamid\./);
  } finally {
    rmSync(folder, { recursive: true });
  }
  await business("the text", ({ text }) => text === "It left on *Friday*.");
  await business("the picture", ({ type, content }) => type === "image" && content.caption === "A dot");
  await business("the buttons", ({ type }) => type === "interactive");
});

// A business of a few lines, written against Meta's documents: verifies signatures, answers 200, shows typing and echoes.
// It stands in for the gateway when the simulator is tried alone.
//
//   node echo-bot.mjs --port 18080 --graph http://127.0.0.1:9500 [--token T] [--secret S] [--verify V]

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";

const defaults = { token: "sim-access-token", secret: "sim-app-secret", verify: "sim-verify-token", version: "v25.0" };

/** Starts a bot; `seen` collects every webhook's parsed body. */
export async function startEchoBot(options) {
  const bot = { ...defaults, port: 0, seen: [], refused: 0, failures: [], answer: () => 200, ...options };

  const signed = (header, body) => {
    const expected = Buffer.from(`sha256=${createHmac("sha256", bot.secret).update(body).digest("hex")}`);
    const given = Buffer.from(header ?? "");
    return given.length === expected.length && timingSafeEqual(given, expected);
  };

  const graph = async (number, body) => {
    const response = await fetch(`${bot.graph}/${bot.version}/${number}/messages`, {
      method: "POST",
      headers: { Authorization: `Bearer ${bot.token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ messaging_product: "whatsapp", ...body }),
    });
    if (!response.ok) bot.failures.push(await response.json());
    return response;
  };

  const answerMessage = async (number, message) => {
    await graph(number, { status: "read", message_id: message.id, typing_indicator: { type: "text" } });
    await graph(number, { to: message.from, type: "text", text: { body: message.text.body } });
  };

  const verification = (url, response) => {
    const ask = Object.fromEntries(url.searchParams);
    const right = ask["hub.mode"] === "subscribe" && ask["hub.verify_token"] === bot.verify;
    response.writeHead(right ? 200 : 403, { "Content-Type": "text/plain" }).end(right ? ask["hub.challenge"] : "");
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://bot");
    if (request.method === "GET") return verification(url, response);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (!signed(request.headers["x-hub-signature-256"], body)) {
      bot.refused += 1;
      return response.writeHead(401).end();
    }
    const parsed = JSON.parse(body.toString());
    const status = bot.answer(parsed, body);
    response.writeHead(status).end();
    if (status !== 200) return undefined;
    bot.seen.push({ body: parsed, raw: body });
    for (const { changes } of parsed.entry) {
      for (const { value } of changes) {
        for (const message of value.messages ?? []) {
          if (message.type === "text") await answerMessage(value.metadata.phone_number_id, message).catch((error) => bot.failures.push(error));
        }
      }
    }
    return undefined;
  });

  await new Promise((resolve) => server.listen(bot.port, "127.0.0.1", resolve));
  // A test that fails does not hang on the bot it leaves behind.
  if (bot.background) server.unref();
  bot.url = `http://127.0.0.1:${server.address().port}/webhook`;
  bot.stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return bot;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "18080" },
      graph: { type: "string", default: "http://127.0.0.1:9500" },
      token: { type: "string" },
      secret: { type: "string" },
      verify: { type: "string" },
    },
  });
  const bot = await startEchoBot({ ...values, port: Number(values.port) });
  console.log(bot.url);
}

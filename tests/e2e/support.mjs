// What the tests share: the simulator's control API, and waiting for a condition without sleeping for luck.

import { createServer } from "node:net";

export function simulatorUrl() {
  const url = process.env.SIM_URL;
  if (!url) throw new Error("SIM_URL must name a running simulator, for example http://127.0.0.1:9500");
  return url.replace(/\/$/, "");
}

/** The control API of a simulator: `sim("GET", "/_sim/stats")` gives {status, body, headers}. */
export function control(base = simulatorUrl()) {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const json = (response.headers.get("content-type") ?? "").includes("json");
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
  };
}

/** Asks again until `probe` gives something true, and gives that; fails with `what` after `limit` ms. */
export async function eventually(what, probe, limit = 10_000) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Until nothing on the page stands for what is still being read; a page may wait for several things. */
export const whole = (page) =>
  eventually("the page is whole", async () => (await page.locator(".skeleton").count()) === 0, 30_000);

/**
 * A port that was free a moment ago, below the range that outgoing connections are given theirs from: of that range
 * it may be somebody's own end of a connection by the time the program binds it.
 */
export function freePort(attempts = 100) {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  return new Promise((done, failed) => {
    const server = createServer().on("error", (error) => (attempts > 1 ? done(freePort(attempts - 1)) : failed(error)));
    server.listen(port, "127.0.0.1", () => server.close(() => done(port)));
  });
}

/** Digits that no other test of this run uses. */
let last = 0;
export const freshPhone = () => `49151${String(process.pid % 10_000).padStart(4, "0")}${String(++last).padStart(4, "0")}`;
export const freshId = () => `7${Date.now()}${String(++last).padStart(3, "0")}`;

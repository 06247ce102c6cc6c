// The one way to the gateway's API: who asks, for which tenant, and what went wrong in words that say whose move it is.

/** What the gateway refused, or that it did not answer (status 0). `message` can be shown as it is. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Seconds, from Retry-After; 0 where nothing was said. */
    readonly retryAfter: number = 0,
    /** All of the problem document: some carry more than words (`totp_required`). */
    readonly body: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

const wait = (seconds: number): string =>
  seconds > 90 ? `in ${Math.ceil(seconds / 60)} minutes` : seconds > 1 ? `in ${seconds} seconds` : "in a moment";

/** Our words for an answer without a `detail`, and what is added to one that has it. */
function words(status: number, detail: string, seconds: number): string {
  switch (status) {
    case 401:
      return detail || "You are signed out. Sign in again to go on.";
    case 403:
      return detail || "You may not do this. An admin of this tenant can give you a role that may.";
    case 404:
      return detail || "This is not here: it was deleted, or you are not a member of its tenant.";
    case 409:
      return detail || "This does not fit with what is there now. Look at it again, then decide.";
    case 412:
      return "Somebody changed this while you had it open. Nothing of yours was saved: look at how it is now, then save again.";
    case 429:
      return `${detail || "That was tried too often."} You can try again ${wait(seconds)}.`;
    case 503:
      return `${detail || "The gateway cannot do this right now; nothing was changed."} It is worth another try ${wait(seconds)}.`;
  }
  if (detail) return detail;
  if (status >= 500) return "Something went wrong in the gateway; its log says what. Try again, and tell its operator if it stays.";
  return `The gateway refused this (${status}).`;
}

const UNREACHABLE =
  "The gateway does not answer. Look whether this device is online; if it is, the gateway's operator has to look. Then try again.";

/** Of something that can be edited: whatever the API calls it, it goes back as it came. */
export type Version = string | number;

/** What a call may carry besides its path. */
export interface Asked {
  /** Left out where the value is undefined or empty. */
  query?: Record<string, string | number | undefined>;
  /** The version that was read: the call fails with 412 where it is another one by now. */
  version?: Version;
  /** Only where there is none yet (If-None-Match: *). */
  onlyIfNew?: boolean;
  /** Idempotency-Key: asked twice with the same, it is done once. */
  key?: string;
  signal?: AbortSignal;
  /** A 401 is an answer like others, not the end of the session. */
  signingIn?: boolean;
}

class Api {
  /** The tenant that calls are about; empty outside of one. Set by the shell, from the address. */
  tenant = "";
  /** From the session; sent with whatever changes something. */
  csrf = "";
  /** Called when the session turns out to be over. */
  onSignedOut: () => void = () => undefined;

  get<T>(path: string, asked?: Asked): Promise<T> {
    return this.call<T>("GET", path, undefined, asked);
  }
  post<T = void>(path: string, body?: unknown, asked?: Asked): Promise<T> {
    return this.call<T>("POST", path, body, asked);
  }
  /** Posts bytes as they are: a recording, a file. */
  bring<T>(path: string, body: Blob, asked?: Asked): Promise<T> {
    return this.call<T>("POST", path, body, asked);
  }
  /** The same for what may take long: `told` hears how much is there, from 0 to 1. */
  async upload<T>(path: string, body: Blob, told: (done: number) => void, asked: Asked = {}): Promise<T> {
    return this.read<T>(await sent(address(path, asked.query), this.headers("POST", body, asked), body, told, asked.signal), asked);
  }
  put<T = void>(path: string, body?: unknown, asked?: Asked): Promise<T> {
    return this.call<T>("PUT", path, body, asked);
  }
  patch<T = void>(path: string, body?: unknown, asked?: Asked): Promise<T> {
    return this.call<T>("PATCH", path, body, asked);
  }
  delete<T = void>(path: string, body?: unknown, asked?: Asked): Promise<T> {
    return this.call<T>("DELETE", path, body, asked);
  }

  /** The address of a path of the API, for where a browser asks by itself (EventSource, <img>): names the tenant. */
  url(path: string, query: Asked["query"] = {}): string {
    return address(path, { ...query, tenant: this.tenant });
  }

  private headers(method: string, body: unknown, asked: Asked): Record<string, string> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = body instanceof Blob ? body.type || "application/octet-stream" : "application/json";
    if (this.tenant) headers["X-Claw-Tenant"] = this.tenant;
    if (method !== "GET" && this.csrf) headers["X-CSRF-Token"] = this.csrf;
    if (asked.version !== undefined) headers["If-Match"] = `"${asked.version}"`;
    if (asked.key) headers["Idempotency-Key"] = asked.key;
    if (asked.onlyIfNew) headers["If-None-Match"] = "*";
    return headers;
  }

  private async call<T>(method: string, path: string, body: unknown, asked: Asked = {}): Promise<T> {
    let answer: Answered;
    try {
      const response = await fetch(address(path, asked.query), {
        method,
        headers: this.headers(method, body, asked),
        body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
        credentials: "same-origin",
        cache: "no-store",
        signal: asked.signal,
      });
      answer = { status: response.status, text: await response.text(), retryAfter: response.headers.get("Retry-After") };
    } catch (error) {
      if (asked.signal?.aborted) throw error;
      throw new Problem(0, UNREACHABLE);
    }
    return this.read<T>(answer, asked);
  }

  private read<T>({ status, text, retryAfter }: Answered, asked: Asked): T {
    const answer = parse(text);
    if (status >= 200 && status < 300) return answer as T;
    const seconds = Number(retryAfter) || 0;
    const detail = typeof answer.detail === "string" ? answer.detail : "";
    if (status === 401 && !asked.signingIn) this.onSignedOut();
    throw new Problem(status, words(status, detail, seconds), seconds, answer);
  }
}

interface Answered {
  status: number;
  text: string;
  retryAfter: string | null;
}

/** By the older interface: fetch() does not tell how much was sent. */
function sent(url: string, headers: Record<string, string>, body: Blob, told: (done: number) => void, signal?: AbortSignal): Promise<Answered> {
  return new Promise((answered, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => told(total > 0 ? loaded / total : 1);
    request.onload = () => answered({ status: request.status, text: request.responseText, retryAfter: request.getResponseHeader("Retry-After") });
    request.onerror = () => failed(new Problem(0, UNREACHABLE));
    request.onabort = () => failed(new DOMException("It was given up.", "AbortError"));
    if (signal?.aborted) return failed(new DOMException("It was given up.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

function address(path: string, query: Asked["query"] = {}): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => [name, String(value)]);
  const asked = new URLSearchParams(pairs).toString();
  return `/api/v1${path}${asked ? `?${asked}` : ""}`;
}

function parse(text: string): Record<string, unknown> {
  try {
    return text ? (JSON.parse(text) as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A piece of a path, safe to put between slashes. */
export const part = encodeURIComponent;

/** Anything thrown, in words for a person. */
export const told = (error: unknown): string =>
  error instanceof Problem ? error.message : `This page has a fault: ${String(error)}. Reload it, and tell us if it stays.`;

export const api = new Api();

// Addresses and pages: a small router on the history API. The table stands in routes.ts.

import type { Permission } from "./types.js";

export interface Route {
  /** "/t/:tenant/users/:id?": a name after a colon takes one segment, with ? at the end it may be missing. */
  path: string;
  /** Stands in the browser's tab. */
  title: string;
  /** The page's element, defined by the module that load() fetches. */
  page: string;
  load: () => Promise<unknown>;
  /** Nobody has to be signed in, and the page stands alone, without the rail. */
  open?: boolean;
  /** Who lacks it is told so instead of seeing the page. */
  needs?: Permission;
  /** The entry of the rail that is marked; see routes.ts. */
  nav?: string;
}

export type Params = Record<string, string>;
export interface Match {
  route: Route;
  params: Params;
}

function segments(path: string): string[] {
  return path.split("/").filter(Boolean);
}

export function find(routes: readonly Route[], path: string): Match | null {
  const parts = segments(path);
  for (const route of routes) {
    const params = take(segments(route.path), parts);
    if (params) return { route, params };
  }
  return null;
}

function take(wanted: string[], parts: string[]): Params | null {
  if (parts.length > wanted.length) return null;
  const params: Params = {};
  for (const [index, want] of wanted.entries()) {
    const has = parts[index];
    if (!want.startsWith(":")) {
      if (want !== has) return null;
    } else if (has !== undefined) {
      params[want.slice(1).replace("?", "")] = decode(has);
    } else if (!want.endsWith("?")) {
      return null;
    }
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Asks whether what is not saved may be given up; null where there is nothing. */
export type Guard = () => Promise<boolean>;
let guard: Guard | null = null;

/** From now on every way to another page is asked about first: links, buttons, back. One at a time; unsaved.ts sets it. */
export function setGuard(wanted: Guard | null): void {
  guard = wanted;
}

/** Goes to an address of ours; `replace` leaves no step for the back button, and is asked of nobody: it is our own doing. */
export function go(href: string, { replace = false } = {}): void {
  if (guard && !replace && new URL(href, location.href).pathname !== location.pathname) {
    void guard().then((leave) => {
      if (!leave) return;
      guard = null;
      go(href);
    });
    return;
  }
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  window.dispatchEvent(new Event("claw-navigate"));
}

/** Changes what stands behind the question mark without a step back: filters that can be shared. */
export function setQuery(query: Record<string, string>): void {
  const pairs = Object.entries(query).filter(([, value]) => value !== "");
  const text = new URLSearchParams(pairs).toString();
  history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : ""));
}

export const query = (name: string): string => new URLSearchParams(location.search).get(name) ?? "";

/** Calls back for every address the person comes to; links of ours are followed without loading anything anew. */
export function listen(changed: () => void): void {
  let here = location.href;
  const come = (): void => {
    here = location.href;
    changed();
  };
  window.addEventListener("popstate", () => {
    if (!guard || new URL(here).pathname === location.pathname) return come();
    // The browser is there already: back to where something is unsaved, and on again if that may go.
    history.pushState(null, "", here);
    void guard().then((leave) => {
      if (!leave) return;
      guard = null;
      history.back();
    });
  });
  window.addEventListener("claw-navigate", come);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement);
    if (!link || !link.href || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || (link.hash && link.pathname === location.pathname)) return;
    event.preventDefault();
    if (link.href !== location.href) go(link.href);
  });
}

/** A path inside the app that it is safe to go to after signing in; anything else is "/". */
export function safeNext(next: string): string {
  if (!/^\/[\w/.~%?=&+:@,;-]*$/.test(next)) return "/";
  const url = new URL(next, location.origin);
  const inside = url.origin === location.origin && !url.pathname.startsWith("//");
  return inside && !/^\/(sign-in|api)(\/|$)/.test(url.pathname) ? url.pathname + url.search : "/";
}

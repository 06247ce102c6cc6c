// The shapes of the API that every page needs; a page's own shapes stand in the page. docs/openapi.yaml is the reference.

import type { Version } from "./api.js";

export type Permission =
  | "inbox.read"
  | "inbox.write"
  | "pairing"
  | "settings.read"
  | "settings.write"
  | "members"
  | "audit.read"
  | "platform";

export type Role = "viewer" | "operator" | "admin" | "owner" | "platform";

/** What the person may do in one tenant. */
export interface Access {
  name: string;
  role: Role;
  permissions: Permission[];
}

export interface Person {
  id: string;
  email: string;
  name: string;
  platform_admin: boolean;
  totp: boolean;
  has_password: boolean;
}

export interface Session {
  person: Person;
  tenants: Access[];
  csrf: string;
  version: string;
}

export interface Limits {
  inbound_per_second: number;
  turns_at_a_time: number;
  stored_bytes: number;
  retention_days: number;
  media_days: number;
}

export interface Tenant {
  name: string;
  enabled: boolean;
  created_at: string;
  policy: string;
  /** Of the numbers that have one of their own. */
  policies: Record<string, string>;
  webhook: string;
  numbers: string[];
  missing: string[];
  default_agent: string | null;
  limits: Limits;
  usage: { stored_bytes: number; messages: number };
  version: Version;
}

export interface Secret {
  name: string;
  description: string;
  set: boolean;
  set_at: string | null;
  set_by: string | null;
  readable: boolean;
  value?: string;
  number?: string;
  version: Version;
}

export interface AuditEntry {
  id: string;
  at: string;
  who: { kind: "person" | "token" | "command_line" | "system"; name: string };
  action: string;
  what: string;
  target: string;
  from: string;
}

/** One page of a list: `next` is the cursor of the following one. */
export interface Paged {
  next?: string | null;
}

// Routing as docs/openapi.yaml has it.

import type { Version } from "../api.js";

export type RouteBy = "peer" | "peer_prefix" | "referral" | "keyword" | "pattern" | "number" | "channel";

export interface Rule {
  by: RouteBy;
  /** Of all kinds but "channel". */
  value?: string;
  /** Only what was written to this phone number id. */
  number?: string;
  agent: string;
}

export interface Routing {
  rules: Rule[];
  default_agent: string | null;
  version: Version;
}

/** What would happen with a message; nothing was sent or written to find out. */
export interface Explained {
  from: { address: string; user: string | null; name: string | null };
  number: string;
  access: {
    admission: "admit" | "hold" | "ignore";
    reason: string;
    policy: string;
    standing: "allowed" | "pending" | "blocked" | "unknown";
    opted_out: boolean;
  };
  agent: string | null;
  matched_by: string | null;
  /** Among the saved rules, from 1. */
  rule: number | null;
  session: {
    epoch: number;
    agent: string | null;
    matched_by: string | null;
    held_by: string | null;
    held_until: string | null;
    first_of_session: boolean;
  } | null;
  says: string;
}

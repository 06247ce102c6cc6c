// Who may talk, as the gateway tells it.

export type Policy = "open" | "pairing" | "allowlist" | "disabled";
export type Standing = "allowed" | "pending" | "blocked" | "unknown";
export type Decision = "approve" | "reject" | "block";

/** Where a sender stands at one number, or at all of them. */
export interface AccessEntry {
  id: string;
  /** A phone's digits, or WhatsApp's id of the person. */
  address: string;
  /** Phone number id; null: every number of the tenant. */
  number: string | null;
  standing: Standing;
  name: string | null;
  by: string | null;
  since: string;
  opted_out_at: string | null;
  /** These three of a request that waits. */
  code: string | null;
  expires_at: string | null;
  message: { id: string; type: string; text: string } | null;
}

export interface AccessPage {
  access: AccessEntry[];
  next: string | null;
}

export interface Group {
  id: string;
  number: string;
  name: string | null;
  answered: boolean;
  conversation: string;
  last_at: string | null;
}

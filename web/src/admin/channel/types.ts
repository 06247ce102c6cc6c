// The set-up of a number, as the gateway tells it.

export type StepId =
  | "secrets_set"
  | "verification_received"
  | "token_accepted"
  | "number_found"
  | "app_subscribed"
  | "webhook_received"
  | "test_answered";

export interface GuideStep {
  id: StepId;
  state: "done" | "waiting" | "failed";
  title: string;
  detail: string;
  at?: string | null;
}

/** Each null where it is not known. */
export interface Facts {
  /** When Meta was asked last. */
  checked_at: string | null;
  display_phone_number: string | null;
  verified_name: string | null;
  quality_rating: string | null;
  messaging_tier: string | null;
  business_verification: string | null;
  unique_users_this_month: number | null;
  unique_users_limit: number | null;
  waba_id: string | null;
  app_id: string | null;
  token_expires_at: string | null;
  token_permissions: string[] | null;
  token_temporary: boolean | null;
  /** What webhooks and Meta's answers said and nobody has confirmed. */
  learned: { waba_id?: string | null; app_id?: string | null } | null;
}

export interface Guide {
  number: string | null;
  callback_url: string;
  platform_callback_url: string | null;
  fields: string[];
  steps: GuideStep[];
  facts: Facts;
}

/** Whose move it is while a step waits. */
export const MOVES: Record<StepId, string> = {
  secrets_set: "Your move, here",
  verification_received: "Your move, at Meta",
  token_accepted: "Your move, here",
  number_found: "Your move, here",
  app_subscribed: "Your move, here",
  webhook_received: "Your move, at Meta",
  test_answered: "Your move, on a phone",
};

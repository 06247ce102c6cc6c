// How conversations are led, as docs/openapi.yaml has it.

import type { Version } from "../api.js";

export type Queue = "collect" | "followup" | "interrupt";

export interface ConversationSettings {
  queue: Queue;
  debounce_ms: number;
  max_merged: number;
  /** 0: never. */
  idle_reset_minutes: number;
  /** Minute of the day, UTC; null: never. */
  daily_reset_minute: number | null;
  take_over_minutes: number;
  owners: string[];
  opt_out_words: string[];
  opt_in_words: string[];
  max_pending: number;
  approval_notice: boolean;
  version: Version;
}

export const QUEUES: readonly { queue: Queue; title: string; words: string }[] = [
  { queue: "collect", title: "Collect", words: "What comes meanwhile is read together, in one later turn." },
  { queue: "followup", title: "One by one", words: "Each message gets a turn and an answer of its own." },
  { queue: "interrupt", title: "Interrupt", words: "The newest ends what is under way, and is answered instead." },
];

export interface EventKind {
  event: string;
  words: string;
}

export interface EventSink {
  id: string;
  name: string;
  agent: string | null;
  url: string | null;
  events: string[];
  enabled: boolean;
  stopped: string | null;
  waiting: number;
  held_until: string | null;
  old_secret_until: string | null;
  created_at: string | null;
  created_by: string | null;
  version: string;
}

export interface SinkTried {
  delivered: boolean;
  answer_status: number | null;
  took_ms: number;
  reason: string | null;
}

export interface SinkEvent {
  id: string;
  event: string;
  about: string | null;
  at: string;
  state: "waiting" | "delivered" | "given_up" | "skipped";
  attempts: number;
  due_at: string | null;
  tried_at: string | null;
  answer_status: number | null;
  took_ms: number | null;
  reason: string | null;
}

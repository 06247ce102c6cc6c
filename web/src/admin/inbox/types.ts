// Messages and conversations as docs/openapi.yaml has them.

import type { MetaError } from "../ui/meta-error.js";

export type InboundState = "pending" | "answered" | "ignored" | "no_reply" | "agent_failed";
export type OutboundState = "parked" | "queued" | "sending" | "unknown" | "sent" | "delivered" | "read" | "played" | "failed";
export type MessageState = InboundState | OutboundState;

export interface Somebody {
  id: string;
  name: string | null;
}

export interface Message {
  id: string;
  direction: "inbound" | "outbound";
  state: MessageState;
  user: Somebody;
  conversation: string;
  phone_number_id: string;
  type: string;
  text: string;
  data: MessageData | null;
  wamid: string | null;
  created_at: string;
  meta_time: string | null;
  agent: string | null;
  /** Inbound: how the agent was chosen; see routing/words.ts. */
  matched_by?: string | null;
  /** Outbound: who wrote it by hand, by email, or "business app" where it was written on the phone of the number. */
  by?: string | null;
  /** Only on this page: the gateway has not taken it yet, or refused it. */
  unsent?: "sending" | "failed";
  /** Only on this page: how much of its file the gateway has, 0 to 1, while it is brought. */
  brought?: number;
  reason: string | null;
  usage?: { model?: string; prompt_tokens?: number; completion_tokens?: number } | null;
  answers?: string | null;
  part?: number;
  attempts?: number;
  due_at?: string | null;
  error?: MetaError;
  /** By Meta's time; in a transcript and of a single message. */
  statuses?: MessageStatus[];
}

/** What the gateway read out of a message; which members are there depends on its type. */
export interface MessageData {
  media?: {
    type: "image" | "video" | "audio" | "document" | "sticker";
    id?: string;
    mime_type?: string;
    filename?: string;
    voice?: boolean;
    animated?: boolean;
    caption?: string;
    /** Our id of it, once it was fetched. */
    file?: string;
    size?: number;
    /** Why it was not fetched. */
    problem?: string;
    /** Of a message of ours that names a file on the web. */
    link?: string;
    /** Only on this page: where it shows a file that the gateway has not got yet. */
    shown?: string;
  };
  /** What was said in a voice message and who understood it, or that nobody did. */
  transcript?: { text?: string; provider?: string; by?: string; took_ms?: number; attempts?: string; failed?: string };
  buttons?: string[];
  link?: { title: string; url: string };
  cards?: string[];
  products?: string[];
  /** Of a message of ours: as Meta got it. */
  message?: { interactive?: Interactive };
  location?: { latitude: number; longitude: number; name?: string; address?: string };
  contacts?: { name?: { formatted_name?: string }; org?: { company?: string }; phones?: { phone?: string; wa_id?: string }[] }[];
  order?: { text?: string; product_items?: { product_retailer_id: string; quantity: number; item_price: number; currency: string }[] };
  button?: { id?: string; title?: string };
  list?: { id?: string; title?: string; description?: string; button?: string; rows?: string[] };
  flow?: Form;
  address?: Form;
  call_permission?: { response?: string };
  reaction?: { message_id: string; emoji: string };
  edit?: { message_id: string };
  revoke?: { message_id: string };
  system?: { type?: string; body?: string };
  interactive?: Interactive;
  template?: { name?: string; language?: string | { code?: string }; parameters?: string[] };
  referral?: { headline?: string; body?: string; source_url?: string };
  reply_to?: string;
  forwarded?: boolean;
  frequently_forwarded?: boolean;
  unsupported?: { type?: string };
  errors?: { code: number; title: string; message?: string; details?: string }[];
}

interface Form {
  name?: string;
  body?: string;
  answers?: Record<string, unknown>;
}

interface Choice {
  id?: string;
  title?: string;
  description?: string;
}

/** A message with buttons or a list that we sent. */
export interface Interactive {
  type?: string;
  header?: { text?: string };
  body?: { text?: string };
  footer?: { text?: string };
  action?: {
    name?: string;
    button?: string;
    buttons?: { reply?: Choice; quick_reply?: Choice }[];
    sections?: { title?: string; rows?: Choice[]; product_items?: { product_retailer_id?: string }[] }[];
    parameters?: { display_text?: string; url?: string; flow_cta?: string };
    product_retailer_id?: string;
    cards?: InteractiveCard[];
  };
}

/** One of several beside each other. */
export interface InteractiveCard {
  header?: { type?: string; image?: MediaOfOurs; video?: MediaOfOurs };
  body?: { text?: string };
  action?: Interactive["action"];
}

interface MediaOfOurs {
  id?: string;
  link?: string;
}

export interface MessageStatus {
  status: string;
  at: string | null;
  received_at: string | null;
  errors: { code: number; title: string; message: string; details: string }[];
  pricing: { category?: string; billable?: boolean } | null;
}

export interface MessageDetail extends Message {
  statuses: MessageStatus[];
  raw?: unknown;
  raw_base64?: string;
}

export interface Conversation {
  id: string;
  user: Somebody;
  phone_number_id: string;
  created_at: string;
  last_message: {
    id: string;
    direction: "inbound" | "outbound";
    state: MessageState;
    type: string;
    text: string;
    created_at: string;
  };
  last_inbound_at: string | null;
  /** Until when free-form messages may be sent; null where the service window is closed. */
  window_ends_at: string | null;
  /** Who answers by hand, by email; null where the agent answers. */
  held_by?: string | null;
  held_until?: string | null;
  /** Of a single conversation: what becomes of free-form messages while the window is closed. */
  outside_window?: { does: "refuse" | "template" | "park"; template: string | null };
}

export interface User {
  id: string;
  name: string | null;
  phone: string | null;
  bsuid: string | null;
  created_at: string;
}

/** What the stream tells of a message that is new or stands elsewhere now. */
export interface MessageChange {
  id: string;
  conversation: string;
  user: string;
  phone_number_id: string;
  direction: "inbound" | "outbound";
  state: MessageState;
  type: string;
}

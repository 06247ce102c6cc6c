// Message templates, as the API has them.

export interface Component {
  type: string;
  format?: string;
  text?: string;
  buttons?: TemplateButton[];
  cards?: { components: Component[] }[];
  limited_time_offer?: { text?: string };
  example?: Record<string, unknown>;
  [more: string]: unknown;
}

export interface TemplateButton {
  type: string;
  text?: string;
  url?: string;
  phone_number?: string;
  example?: string | string[];
}

export interface Template {
  id: string;
  waba_id: string;
  name: string;
  language: string;
  category: string | null;
  status: string | null;
  quality: string | null;
  reason: string | null;
  /** Why it cannot be sent; null: it can. */
  why_not: string | null;
  parameter_format: "POSITIONAL" | "NAMED";
  components: Component[];
  seen_at: string;
}

export interface Variable {
  key: string;
  label: string;
  kind: "text" | "file" | "number" | "url_end" | "code" | "payload" | "time";
  needed: boolean;
  example: string | null;
}

export interface TemplateDetail extends Template {
  variables: Variable[];
}

/** A WhatsApp account, and when its list was read. */
export interface Account {
  waba_id: string;
  read_at: string | null;
  tried_at: string | null;
  fault: string | null;
}

export interface TemplateList {
  templates: Template[];
  next: string | null;
  accounts: Account[];
}

/** How a template reads: the same shape from the API's preview and from shownOf(). */
export interface Shown {
  header?: { format: string; text?: string; file?: string; filename?: string; name?: string; address?: string };
  body?: string;
  footer?: string;
  offer?: string;
  buttons?: TemplateButton[];
  cards?: Shown[];
}

export interface Preview {
  shown: Shown;
  problems: { variable: string | null; words: string }[];
  message: Record<string, unknown>;
}

/** What a picker gives to the answer box. */
export interface Picked {
  message: Record<string, unknown>;
  text: string;
}

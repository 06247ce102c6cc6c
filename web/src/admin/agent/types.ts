export type AgentKind = "echo" | "openai" | "http" | "cloud-api";
export type Format = "markdown" | "whatsapp" | "plain";

/** An agent in a list. */
export interface Agent {
  name: string;
  kind: AgentKind;
  default: boolean;
  format: Format;
  model: string | null;
}

/** Kind `echo` has only `format`; `http` and `cloud-api` have url, key_secret, apology, timeout; all else is of `openai`. */
export interface AgentOptions {
  format?: Format;
  url?: string;
  model?: string;
  key_secret?: string;
  system_prompt?: string;
  apology?: string;
  stream?: boolean;
  tools?: boolean;
  pictures?: boolean;
  history_turns?: number;
  history_tokens?: number;
  timeout?: number;
}

export interface AgentDetail {
  name: string;
  kind: AgentKind;
  default: boolean;
  options: AgentOptions;
  version: string;
}

export const KINDS: readonly { kind: AgentKind; title: string; words: string }[] = [
  { kind: "openai", title: "A language model", words: "Any server that speaks OpenAI's chat completions: OpenAI, Azure, Mistral, vLLM, Ollama and others." },
  { kind: "http", title: "A program of yours", words: "Each message is posted to its address, signed; it answers at once or later, with texts, buttons, pictures and all else." },
  { kind: "cloud-api", title: "An existing WhatsApp bot", words: "A bot made for Meta's Cloud API: it gets Meta's own webhooks, and answers through this gateway." },
  { kind: "echo", title: "Echo", words: "Says back what it hears. For trying out whether messages come and go." },
];

export const FORMATS: readonly { value: Format; label: string }[] = [
  { value: "markdown", label: "Markdown: put into WhatsApp's bold, lists and code" },
  { value: "whatsapp", label: "WhatsApp's own marks already" },
  { value: "plain", label: "Plain text: sent as it is" },
];

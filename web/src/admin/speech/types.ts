/** As the API has them: GET /speech. */
export type ProviderKind = "embedded" | "openai" | "deepgram" | "command";

export interface SpeechProvider {
  name?: string;
  kind: ProviderKind;
  url?: string;
  model?: string;
  key_secret?: string;
  command?: string;
  timeout?: number;
  max_bytes?: number;
}

export interface SpeechSettings {
  providers: SpeechProvider[];
  at_once: number;
  language: string;
  echo: boolean;
  reply: { enabled: boolean; url: string; model: string; voice: string; key_secret: string };
  /** The names of the operator's programs. */
  commands: string[];
  version: string;
}

export interface Tried {
  text: string | null;
  provider: string | null;
  by: string | null;
  took_ms: number | null;
  reason: string | null;
  attempts: { provider: string; understood: boolean; reason: string | null; took_ms: number }[];
}

export const PROVIDERS: readonly { kind: ProviderKind; title: string; words: string }[] = [
  { kind: "embedded", title: "This machine", words: "Built in: nothing leaves the gateway and nothing is paid. English." },
  { kind: "openai", title: "An OpenAI-compatible server", words: "OpenAI, Groq, a whisper.cpp server, speaches, LocalAI." },
  { kind: "deepgram", title: "Deepgram", words: "Deepgram's own API." },
  { kind: "command", title: "A program of the operator's", words: "Such as whisper-cli; set up in the gateway's configuration." },
];

// What a person says by hand: as the gateway takes it, and as it stands in the conversation until the gateway has it.

import type { Message, MessageData } from "../inbox/types.js";
import type { OwnFile } from "./files.js";

export interface Saying {
  /** As Meta calls it. */
  type: string;
  /** What stands under that name in a Cloud API message object; of a file without its id. */
  content: unknown;
  /** How it reads. */
  text: string;
  data: MessageData | null;
  /** Brought to the gateway first. */
  file?: OwnFile;
  /** The message that it answers by quoting. */
  quote?: Message | null;
}

/** The body of POST /conversations/{id}/messages; `file` is the gateway's id of the file. */
export function bodyOf(saying: Saying, file?: string): Record<string, unknown> {
  const { type, content, quote } = saying;
  const body = type === "text" ? { text: saying.text } : { type, [type]: file ? { ...(content as object), id: file } : content };
  return quote ? { ...body, reply_to: quote.id } : body;
}

const quoting = (quote: Message | null | undefined): MessageData => (quote?.wamid ? { reply_to: quote.wamid } : {});

export const sayText = (text: string, quote: Message | null = null): Saying => ({ type: "text", content: {}, text, data: quoting(quote), quote });

export function sayFile(file: OwnFile, caption: string, quote: Message | null = null): Saying {
  const { kind, name, voice, blob, url } = file;
  const content = { ...(kind === "document" && { filename: name }), ...(voice && { voice: true }), ...(caption && { caption }) };
  const label = voice ? "voice message" : kind === "document" ? `document ${name}` : kind;
  const media = { type: kind, filename: kind === "document" ? name : undefined, voice, caption: caption || undefined, size: blob.size, mime_type: blob.type, shown: url };
  return { type: kind, content, text: caption ? `[${label}] ${caption}` : `[${label}]`, data: { ...quoting(quote), media }, file, quote };
}

/** True of what may have words below it. */
export const hasCaption = ({ kind, voice }: OwnFile): boolean => !voice && kind !== "audio";

export interface Choices {
  kind: "button" | "list";
  header: string;
  body: string;
  footer: string;
  /** What opens a list. */
  open: string;
  rows: { title: string; description: string }[];
}

/** Buttons or a list, as Meta wants them. */
export function interactiveOf({ kind, header, body, footer, open, rows }: Choices) {
  const frame = { type: kind, ...(header && { header: { type: "text", text: header } }), body: { text: body }, ...(footer && { footer: { text: footer } }) };
  if (kind === "button") return { ...frame, action: { buttons: rows.map(({ title }, index) => ({ type: "reply", reply: { id: `choice-${index + 1}`, title } })) } };
  const listed = rows.map(({ title, description }, index) => ({ id: `choice-${index + 1}`, title, ...(description && { description }) }));
  return { ...frame, action: { button: open, sections: [{ rows: listed }] } };
}

export function sayChoices(choices: Choices, quote: Message | null = null): Saying {
  const interactive = interactiveOf(choices);
  return { type: "interactive", content: interactive, text: choices.body, data: { ...quoting(quote), message: { interactive } }, quote };
}

export interface Place {
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
}

export const sayPlace = (place: Place, quote: Message | null = null): Saying => ({
  type: "location",
  content: place,
  text: `[location] ${[place.name, place.address].filter(Boolean).join(", ")}`,
  data: { ...quoting(quote), location: place },
  quote,
});

/** Asks the person where they are: they see a button for it. */
export function askPlace(body: string, quote: Message | null = null): Saying {
  const interactive = { type: "location_request_message", body: { text: body }, action: { name: "send_location" } };
  return { type: "interactive", content: interactive, text: body, data: { ...quoting(quote), message: { interactive } }, quote };
}

export interface Card {
  name: string;
  /** With the country's code; other signs than digits are for reading. */
  phone: string;
  email: string;
  company: string;
  /** The number is one of WhatsApp: the person can write to it at once. */
  onWhatsApp: boolean;
}

export function sayContact({ name, phone, email, company, onWhatsApp }: Card, quote: Message | null = null): Saying {
  const [first = name, ...rest] = name.split(/\s+/);
  const contact = {
    name: { formatted_name: name, first_name: first, ...(rest.length && { last_name: rest.join(" ") }) },
    ...(phone && { phones: [{ phone, type: "CELL", ...(onWhatsApp && { wa_id: phone.replace(/\D/g, "") }) }] }),
    ...(email && { emails: [{ email, type: "WORK" }] }),
    ...(company && { org: { company } }),
  };
  return { type: "contacts", content: [contact], text: `[contacts] ${name}`, data: { ...quoting(quote), contacts: [contact] }, quote };
}

/** An empty `emoji` takes the reaction back. */
export const sayReaction = (to: Message, emoji: string): Saying => {
  const reaction = { message_id: to.wamid ?? "", emoji };
  return { type: "reaction", content: reaction, text: `[reaction] ${emoji}`, data: { reaction } };
};

/** What a picker of templates chose: a Cloud API message object, alone or with the words it reads as. */
export function sayTemplate(picked: { message?: Record<string, unknown>; text?: string } & Record<string, unknown>): Saying {
  const message = picked.message ?? picked;
  const template = message.template as { name?: string; language?: { code?: string } } | undefined;
  return { type: "template", content: template, text: picked.message && picked.text ? picked.text : `[template ${template?.name ?? ""}]`, data: {} };
}

// How things are said on the page.

import { tickWords } from "../common/ticks.js";
import { day, time } from "../common/words.js";
import type { Delivery, Exchange, Message } from "./api.js";

const seconds = (ms: number): string => {
  const s = Math.max(1, Math.ceil(ms / 1000));
  return s < 90 ? `${s} s` : `${Math.round(s / 60)} min`;
};
const tries = (count: number): string => (count === 1 ? "1 try" : `${count} tries`);

/** Whose move it is, for one message of the person. */
export function deliveryWords(delivery: Delivery | undefined, now: number): string {
  if (!delivery || delivery.attempts === 0) return "Waiting to be delivered to the gateway.";
  switch (delivery.state) {
    case "answered":
      return `The gateway answered ${delivery.status} after ${tries(delivery.attempts)}.`;
    case "in_flight":
      return delivery.attempts === 1 ? "On its way to the gateway." : `On its way to the gateway, try ${delivery.attempts}.`;
    case "given_up":
      return `Given up after ${tries(delivery.attempts)} and 7 days: ${delivery.reason ?? "no answer"}.`;
    case "waiting": {
      // The part after the colon is for whoever looks at the wire.
      const why = capital((delivery.reason ?? "not delivered yet").split(": ")[0]);
      return delivery.next_try_at ? `${why}. Next try in ${seconds(delivery.next_try_at - now)}.` : `${why}.`;
    }
  }
}

export function exchangeTitle(exchange: Exchange): string {
  if (exchange.kind === "graph") {
    const names: Record<string, string> = {
      read: "Marked read",
      typing: "Marked read, typing",
      upload: "File uploaded",
      media: "File looked up",
      download: "File fetched",
      "": "Graph call",
    };
    return names[exchange.what] ?? "Message sent";
  }
  if (exchange.kind === "verify") return "Callback verification";
  if (exchange.what in tickWords) return `Webhook: status ${exchange.what}`;
  return exchange.what === "text" ? "Webhook: message" : `Webhook: ${exchange.what}`;
}

const kindWords: Record<string, string> = {
  image: "Picture",
  video: "Video",
  audio: "Audio",
  document: "Document",
  sticker: "Sticker",
  location: "Location",
  contacts: "Contact",
  order: "Order",
  interactive: "Message with buttons",
  request_welcome: "Opened the chat",
  system: "Notice",
  unsupported: "A kind of message that WhatsApp does not pass on",
};

/** What a message is about in a few words, for a quote or where nothing else can be shown. */
export function gist(message: Message): string {
  if (message.revoked) return "This message was deleted";
  return message.text || kindWords[message.type] || message.type;
}

export function exchangeOutcome(exchange: Exchange): string {
  const who = exchange.kind === "graph" ? "simulator" : "gateway";
  const took = exchange.kind === "graph" ? "" : ` in ${exchange.took_ms} ms`;
  if (exchange.status) return `${who} answered ${exchange.status}${took}`;
  return exchange.reason || "no answer";
}

export function spoken(message: Message, business: string, now: number): string {
  const who = message.from === "person" ? "You" : business;
  const state = message.from === "person" ? `, ${tickWords[message.status]}` : "";
  return `${who}, ${day(message.at, now)} ${time(message.at)}${state}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

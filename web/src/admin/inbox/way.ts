// The way of one turn: what the person wrote, what the agent did with it, and what became of the answer.

import { api, part } from "../api.js";
import { becauseOf } from "../routing/words.js";
import type { MetaError } from "../ui/meta-error.js";
import { byLine, isBusinessApp, leftTo } from "./hold.js";
import type { MessageDetail } from "./types.js";
import { stateWords, took, troubleOf } from "./words.js";

export type StepState = "done" | "waiting" | "failed";

export interface Step {
  title: string;
  detail: string;
  /** Unix milliseconds; null where it has not happened, or when is not told. */
  at: number | null;
  state: StepState;
  /** Since the step before, in words. */
  since: string;
  /** Where more of it stands. */
  link?: { label: string; href: string };
  /** Meta's, where it is the cause; what to do stands in the detail. */
  error?: MetaError | undefined;
}

/** A step as the gateway tells it: it knows more than a message shows, what came over the wire. */
export interface ToldStep {
  id: string;
  title: string;
  detail: string | null;
  at: string | null;
  state: StepState;
  /** Of a reply of several parts, from 0. */
  /** Meta's, where it is the cause. */
  error?: MetaError | null;
  part: number | null;
  /** The entry of the delivery log that shows it. */
  delivery: string | null;
}

const TOLD: Record<string, string> = {
  sent: "Sent: WhatsApp has it",
  delivered: "Delivered to the phone",
  read: "Read",
  played: "Played",
  failed: "Meta could not deliver it",
};

/** `question` is null where we wrote without being asked; `answers` in the order of their parts; `told` by the gateway. */
export function wayOf(question: MessageDetail | null, answers: readonly MessageDetail[], told: readonly ToldStep[] = []): Step[] {
  const agent = answers.find((answer) => answer.agent)?.agent ?? question?.agent ?? "";
  const steps = [...(question ? inbound(question, answers.length > 0, agent, told) : []), ...answers.flatMap((answer) => outbound(answer, answers.length, told))];
  let before: number | null = null;
  for (const step of steps) {
    if (step.at === null) continue;
    if (before !== null && step.at > before) step.since = `+${took(step.at - before)}`;
    before = Math.max(before ?? 0, step.at);
  }
  return steps;
}

const step = (title: string, at: string | null, detail = "", state: StepState = "done"): Step => ({
  title,
  detail,
  at: at ? Date.parse(at) : null,
  state,
  since: "",
});

/** What the gateway tells beside what the message shows. */
function fromTold({ title, detail, at, state, delivery, error }: ToldStep): Step {
  const shown: Step = { ...step(title, at, detail ?? "", state), error: error ?? undefined };
  return delivery ? { ...shown, link: { label: "See it", href: `/t/${part(api.tenant)}/delivery/log/${part(delivery)}` } } : shown;
}

function inbound(message: MessageDetail, answered: boolean, agent: string, told: readonly ToldStep[]): Step[] {
  const steps = [
    step("Written on the phone", message.meta_time, "The time that WhatsApp gave it; in whole seconds."),
    ...told.filter((one) => one.id === "delivered_to_us").map(fromTold),
    step("Received and stored", message.created_at, "Written to disk before Meta was told that it arrived."),
  ];
  // Of those who were not let in the message itself says so, below.
  steps.push(...told.filter((one) => one.id === "access" && one.state === "done").map(fromTold));
  if (message.matched_by) steps.push(chosen(message.matched_by, agent));
  steps.push(...told.filter((one) => one.id === "together").map(fromTold));
  const trouble = troubleOf(message);
  if (message.state === "pending") steps.push(step("Waits for its turn", null, "One turn at a time in each conversation.", "waiting"));
  else if (trouble) steps.push(step(message.state === "ignored" ? "Kept, not answered" : "The agent failed", null, trouble.words, "failed"));
  else if (leftTo(message)) steps.push(step(`Left to ${leftTo(message)}`, null, "The conversation was held by hand, so no agent was asked."));
  else if (message.state === "no_reply") steps.push(step(`${message.agent ?? "The agent"} had nothing to say`, null));
  else if (!answered) steps.push(step("Answered", null));
  return steps;
}

/** Who was to answer, and why they. */
function chosen(matched: string, agent: string): Step {
  if (matched === "command" && !agent) return step("A command", null, "The gateway answered it itself; no agent was asked.");
  const because = becauseOf(matched);
  return {
    ...step(`Given to ${agent || "the agent"}`, null, `${because.charAt(0).toUpperCase()}${because.slice(1)}.`),
    link: { label: "See the rules", href: `/t/${part(api.tenant)}/routing` },
  };
}

function author(message: MessageDetail): string {
  // To a person's message without an agent: a command, or a word about access.
  if (!message.by) return `${message.agent ?? (message.answers ? "The gateway" : "Somebody")} answered`;
  return isBusinessApp(message.by) ? "Written in the business app" : `${byLine(message)}: answered`;
}

function outbound(message: MessageDetail, parts: number, gateway: readonly ToldStep[]): Step[] {
  const name = parts > 1 ? `Part ${(message.part ?? 0) + 1}: ` : "";
  const usage = message.usage?.completion_tokens ? `${message.usage.model ?? "The model"} wrote ${message.usage.completion_tokens} tokens. ` : "";
  const kept = isBusinessApp(message.by) ? "On the phone of the number; WhatsApp told of it." : `${usage}Kept in the outbox before it is sent.`;
  const steps = [step(name + author(message), message.created_at, kept)];
  steps.push(...gateway.filter((one) => one.id === "send" && (one.part === null || one.part === (message.part ?? 0))).map(fromTold));
  const told = [...message.statuses].sort((a, b) => Date.parse(a.at ?? "") - Date.parse(b.at ?? ""));
  for (const status of told) {
    const errors = status.errors.map((error) => `${error.title}${error.details ? `: ${error.details}` : ""} (${error.code})`).join(". ");
    steps.push(step(name + (TOLD[status.status] ?? status.status), status.at, errors, status.status === "failed" ? "failed" : "done"));
  }
  const trouble = troubleOf(message);
  const isTold = told.some((status) => status.status === message.state);
  if (trouble) steps.push({ ...step(`${name}${stateWords[message.state]}`, null, trouble.words, trouble.grave ? "failed" : "waiting"), error: trouble.error });
  else if (["queued", "sending"].includes(message.state))
    steps.push(step(`${name}${stateWords[message.state]}`, null, message.due_at ? `Tried again at ${new Date(message.due_at).toLocaleTimeString()}.` : "", "waiting"));
  else if (!isTold) steps.push(step(`${name}${stateWords[message.state]}`, null, "Meta took it; its status is still to come."));
  return steps;
}

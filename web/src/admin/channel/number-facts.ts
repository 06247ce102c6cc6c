// What Meta says of a number, as small tiles.

import { css, html, nothing, type TemplateResult } from "lit";
import { badge, count, time } from "../ui/parts.js";
import type { Facts } from "./types.js";

interface Tile {
  title: string;
  value: TemplateResult | string;
  below?: TemplateResult | string;
}

const QUALITY: Record<string, TemplateResult> = { GREEN: badge("ok", "high"), YELLOW: badge("waiting", "medium"), RED: badge("failed", "low") };

function tier(name: string): string {
  const size = /TIER_(\d+)(K?)$/.exec(name);
  if (!size) return name === "TIER_UNLIMITED" ? "no limit" : name.replaceAll("_", " ").toLowerCase();
  return count(Number(size[1]) * (size[2] ? 1000 : 1));
}

function tilesOf(facts: Facts): Tile[] {
  const tiles: Tile[] = [];
  if (facts.display_phone_number || facts.verified_name)
    tiles.push({ title: "Name and number", value: facts.verified_name ?? "no name yet", below: facts.display_phone_number ?? "" });
  if (facts.quality_rating)
    tiles.push({ title: "Quality", value: QUALITY[facts.quality_rating] ?? facts.quality_rating.toLowerCase(), below: "How people rate your messages; low quality lowers the limit." });
  if (facts.messaging_tier)
    tiles.push({ title: "Limit", value: tier(facts.messaging_tier), below: "people a day to whom you may write first" });
  if (facts.business_verification) {
    const verified = facts.business_verification.toLowerCase() === "verified";
    tiles.push({ title: "Business", value: badge(verified ? "ok" : "waiting", facts.business_verification.toLowerCase().replaceAll("_", " ")), below: verified ? "Meta knows who you are." : "Verify it in Meta's Business settings, under Security centre." });
  }
  if (facts.unique_users_this_month !== null) tiles.push(people(facts.unique_users_this_month, facts.unique_users_limit));
  tiles.push(...token(facts));
  return tiles;
}

function people(users: number, limit: number | null): Tile {
  const part = limit ? Math.min(100, (100 * users) / limit) : 0;
  return {
    title: "People this month",
    value: limit ? html`${count(users)} <small>of ${count(limit)}</small>` : count(users),
    below: limit ? html`<svg class="part ${part > 80 ? "much" : ""}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width=${part} height="6" fill="currentColor" /></svg>` : "different people who wrote",
  };
}

function token(facts: Facts): Tile[] {
  if (facts.token_temporary)
    return [{ title: "Access token", value: badge("failed", "temporary"), below: html`${facts.token_expires_at ? html`Dies ${time(facts.token_expires_at)}. ` : ""}Make one for a system user.` }];
  if (facts.token_expires_at) return [{ title: "Access token", value: badge("waiting", "expires"), below: time(facts.token_expires_at) }];
  return facts.token_permissions ? [{ title: "Access token", value: badge("ok", "lasts"), below: `${facts.token_permissions.length} permissions` }] : [];
}

export function numberFacts(facts: Facts): TemplateResult | typeof nothing {
  const tiles = tilesOf(facts);
  if (tiles.length === 0) return nothing;
  return html`<dl class="fact-tiles">${tiles.map(({ title, value, below }) => html`<div><dt>${title}</dt><dd><b>${value}</b>${below ? html`<span>${below}</span>` : nothing}</dd></div>`)}</dl>`;
}

export const numberFactsStyle = css`
  .fact-tiles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr));
    gap: var(--space-3);
  }
  .fact-tiles > div {
    padding: var(--space-3) var(--space-4);
    border: 1px solid var(--border);
    border-radius: var(--radius-md);
    background: var(--surface);
  }
  .fact-tiles dt {
    color: var(--ink-3);
    font-size: var(--text-sm);
  }
  .fact-tiles b {
    display: block;
    min-height: 24px;
    font-weight: var(--weight-strong);
    overflow-wrap: anywhere;
  }
  .fact-tiles small {
    color: var(--ink-3);
    font-weight: 400;
    font-size: var(--text-sm);
  }
  .fact-tiles span:not(.badge) {
    color: var(--ink-3);
    font-size: var(--text-sm);
  }
  .part {
    width: 100%;
    height: 6px;
    border-radius: var(--radius-round);
    background: var(--surface-3);
    color: var(--accent);
  }
  .part.much {
    color: var(--waiting);
  }
`;

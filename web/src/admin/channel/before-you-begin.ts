// What somebody needs from Meta before the values can be filled in, for people who have never done this.

import { css, html, type TemplateResult } from "lit";
import { icon, type IconName } from "../ui/icons.js";

const needs: readonly { picture: IconName; title: string; words: TemplateResult }[] = [
  {
    picture: "tenants",
    title: "A verified business",
    words: html`A Meta Business account whose business Meta has verified. Begin at <b>business.facebook.com</b>, Business settings, Security centre. It can take some days, and until then little may be sent.`,
  },
  {
    picture: "channels",
    title: "A phone number that no WhatsApp app uses",
    words: html`A number cannot be in the WhatsApp app on a phone and here at once. <b>Moving a number over deletes its chat history in the app</b>, for good. A new number, a landline too, is the safe choice.`,
  },
  {
    picture: "platform",
    title: "An app at Meta, with WhatsApp",
    words: html`At <b>developers.facebook.com</b> make an app of type <i>Business</i> and add the product <i>WhatsApp</i>. It connects your number with ClawCentral.`,
  },
  {
    picture: "key",
    title: "An access token that lasts",
    words: html`The token that <i>API Setup</i> shows <b>dies after 24 hours</b>, and then nobody is answered. One of a <i>system user</i> lasts. It needs two permissions: <code>whatsapp_business_messaging</code> (to send) and <code>whatsapp_business_management</code> (to look after the number).`,
  },
  {
    picture: "link",
    title: "The field messages",
    words: html`Meta tells ClawCentral only what you subscribe to. Under WhatsApp, Configuration, subscribe to <code>messages</code>; without it no message comes, although all else looks right.`,
  },
];

/** `open` while nothing is set: later it is only looked up. */
export const beforeYouBegin = (open: boolean): TemplateResult => html`<details class="card needs" ?open=${open}>
  <summary><h2>What you need first</h2><span class="faint">five things, all of them Meta's</span></summary>
  <ul>${needs.map(({ picture, title, words }) => html`<li>${icon(picture, 18)}<div><h3>${title}</h3><p>${words}</p></div></li>`)}</ul>
</details>`;

export const beforeYouBeginStyle = css`
  .needs summary {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 var(--space-3);
    cursor: pointer;
    list-style: none;
  }
  .needs summary::-webkit-details-marker {
    display: none;
  }
  .needs summary::after {
    content: "";
    width: 8px;
    height: 8px;
    margin-left: auto;
    border: solid var(--ink-3);
    border-width: 0 2px 2px 0;
    transform: rotate(45deg);
    transition: transform var(--quick) var(--ease);
  }
  .needs[open] summary::after {
    transform: rotate(225deg);
  }
  .needs ul {
    display: grid;
    gap: var(--space-4);
    padding: var(--space-4) 0 0;
    list-style: none;
  }
  .needs li {
    display: grid;
    grid-template-columns: 18px minmax(0, 1fr);
    gap: var(--space-3);
  }
  .needs li .icon {
    margin-top: 1px;
    color: var(--accent);
  }
  .needs p {
    max-width: 42rem;
    color: var(--ink-2);
  }
`;

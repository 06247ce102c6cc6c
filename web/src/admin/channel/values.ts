// The values that connect a number: their names in words, and where Meta shows them.

import { apiSetup, basicSettings, systemUsers } from "./meta-page.js";
import type { Wanted } from "./secret-row.js";

export const NUMBER = "WHATSAPP_PHONE_NUMBER_ID";

export const VALUES: readonly Wanted[] = [
  {
    name: NUMBER, title: "Phone number ID", secret: false, page: apiSetup("number"), pattern: "\\d{5,20}", wants: "Only digits: it is Meta's id of the number, not the phone number itself.",
    help: "Meta's id of the number: a long row of digits under the number. Not the phone number itself.",
  },
  {
    name: "WHATSAPP_ACCESS_TOKEN", title: "Access token", secret: true, page: systemUsers,
    help: "Lets ClawCentral send. Make it for a system user, to never expire, with both permissions of WhatsApp. It begins with EAA.",
  },
  {
    name: "WHATSAPP_APP_SECRET", title: "App secret", secret: true, page: basicSettings("secret"),
    help: "Proves that what arrives comes from Meta and nobody else. Meta asks for your password before it shows it.",
  },
  {
    name: "WHATSAPP_VERIFY_TOKEN", title: "Verify token", secret: true, made: true,
    help: "A word that you choose and write in both places, here and at Meta, so that Meta knows this address is yours.",
  },
];

export const IDS: readonly Wanted[] = [
  {
    name: "WHATSAPP_WABA_ID", title: "WhatsApp Business Account ID", secret: false, optional: true, page: apiSetup("account"), pattern: "\\d{5,20}", wants: "Only digits.",
    help: "The account at Meta that the number belongs to. ClawCentral learns it from the first message.",
  },
  {
    name: "WHATSAPP_APP_ID", title: "App ID", secret: false, optional: true, page: basicSettings("id"), pattern: "\\d{5,20}", wants: "Only digits.",
    help: "Meta's id of your app. ClawCentral learns it from the access token.",
  },
];

/** A list of numbers as it is kept, "111,222", with `number` replaced or added. */
export function withNumber(list: string, number: string, instead: string): string {
  const numbers = numbersIn(list);
  const at = numbers.indexOf(number);
  if (at >= 0) numbers[at] = instead;
  else numbers.push(instead);
  return [...new Set(numbers)].join(",");
}

export const numbersIn = (list: string): string[] => list.split(",").map((one) => one.trim()).filter(Boolean);

// What each secret of WhatsApp is, and where in Meta's pages it is found.

export interface Hint {
  what: string;
  where: string;
  /** What happens when it is deleted. */
  without: string;
}

/** Without these four no message comes or goes. */
export const FOUR: readonly string[] = ["WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN", "WHATSAPP_PHONE_NUMBER_ID"];

/** Those whose new value is used for what waits already. */
export const SHARED: readonly string[] = ["WHATSAPP_ACCESS_TOKEN"];

export const HINTS: Record<string, Hint> = {
  WHATSAPP_ACCESS_TOKEN: {
    what: "Lets ClawCentral send in the name of your number.",
    where: "Meta Business Settings, Users, System users: give the user your app and WhatsApp account, then Generate token with whatsapp_business_messaging and whatsapp_business_management, expiring never.",
    without: "Nothing more is sent for this number: answers wait until a new token is here.",
  },
  WHATSAPP_APP_SECRET: {
    what: "Proves that a webhook comes from Meta and nobody else.",
    where: "Your app at developers.facebook.com: App settings, Basic, App secret, Show.",
    without: "Every webhook is refused from then on: messages that come in are lost once Meta stops trying.",
  },
  WHATSAPP_VERIFY_TOKEN: {
    what: "A word that you make up: Meta repeats it when it checks the webhook's address.",
    where: "You write the same word at Meta: your app, WhatsApp, Configuration, Webhook, Verify token.",
    without: "What runs goes on, but Meta cannot check the webhook's address again.",
  },
  WHATSAPP_PHONE_NUMBER_ID: {
    what: "Which number sends and receives. Not the phone number itself: Meta's id for it.",
    where: "Your app, WhatsApp, API Setup: the digits under the number you send from.",
    without: "Messages of this number are kept and not answered, and nothing is sent.",
  },
  WHATSAPP_WABA_ID: {
    what: "The WhatsApp Business Account that the number belongs to.",
    where: "Your app, WhatsApp, API Setup: beside the phone number ID.",
    without: "Templates and what Meta tells about the account can no longer be read.",
  },
  WHATSAPP_APP_ID: {
    what: "Your app at Meta.",
    where: "Your app at developers.facebook.com: the number at the top of the page.",
    without: "The guide can no longer say whether the app has what it needs.",
  },
};

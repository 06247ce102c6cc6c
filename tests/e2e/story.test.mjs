// From the first start to an answered message, in a browser and nowhere else: the link that the gateway prints, a tenant, the
// values of a number, Meta's steps as the simulator takes them, a message from the phone, and a person who takes over.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { control, eventually, simulatorUrl } from "./support.mjs";

const NUMBER = "100000000000001";
const PERSON = "4915550000042";

test("the first start leads to an answered message", async () => {
  const meta = control();
  await meta("PUT", `/_sim/numbers/${NUMBER}`, { subscribed: false });
  await meta("PUT", `/_sim/phones/${PERSON}`, { name: "Maria K." });
  const browser = await openBrowser({ viewport: { width: 1280, height: 860 }, colorScheme: "light", reducedMotion: "reduce" });
  const { page, context } = browser;
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  const button = (name) => page.getByRole("button", { name, exact: true });
  const labelled = (name) => page.getByLabel(name, { exact: true });
  const done = (id) => page.locator(`claw-guide-steps li[data-step=${id}][data-state=done]`).waitFor();
  try {
    await page.goto(process.env.SETUP_LINK);
    await labelled("Your name").fill("Ada Lovelace");
    await labelled("Email").fill("ada@example.org");
    await labelled("Password").fill("a long enough one");
    await button("Make the account").click();
    await button("Make the first tenant").click();
    await labelled("Name").fill("acme");
    await button("Make it").click();
    await page.waitForURL("**/t/acme/channels/whatsapp");

    // The four values. The verify token is the one that Meta's form will say.
    for (const [field, value] of [["Paste the phone number ID", NUMBER], ["Paste the access token", "sim-access-token"],
      ["Paste the app secret", "sim-app-secret"], ["Your verify token", "sim-verify-token"]]) {
      await labelled(field).fill(value);
      await page.keyboard.press("Enter");
    }
    await done("secrets_set");

    // At Meta somebody enters the callback URL and presses “Verify and save”.
    const callback = await page.locator("claw-copy code").first().innerText();
    await meta("PUT", `/_sim/numbers/${NUMBER}`, { callback });
    assert.equal((await meta("POST", `/_sim/numbers/${NUMBER}/verify`)).body.verified, true);
    await done("verification_received");
    await done("token_accepted");
    // A token tells no account: it is set, or learned from a message.
    const subscribe = button("Subscribe the app");
    await page.getByText("Two more, which ClawCentral learns by itself").click();
    await button("Set WhatsApp Business Account ID").click();
    await labelled("Paste the WhatsApp Business Account ID").fill("200000000000001");
    await page.keyboard.press("Enter");
    await done("number_found");
    await subscribe.click();
    await done("app_subscribed");

    // Somebody who answers, and that everybody may write.
    await page.getByRole("radio", { name: /^Everybody/ }).check();
    await page.locator("claw-policy").getByRole("button", { name: "Apply" }).click();
    await page.getByText("Everybody: it holds from now on.").waitFor();
    await page.getByRole("link", { name: "Make an agent" }).click();
    await page.getByRole("heading", { name: "Agents", exact: true }).waitFor();
    await page.getByRole("link", { name: "Make an agent" }).first().click();
    await page.waitForURL("**/agents/+new");
    await labelled("Name").fill("echo");
    await page.getByRole("radio", { name: /Echo/ }).check();
    await button("Make the agent").click();
    await page.waitForURL("**/agents/echo");

    // The conversations are open while the phone writes.
    await page.getByRole("link", { name: "Conversations" }).click();
    await page.getByRole("heading", { name: "Nobody has written yet" }).waitFor();
    const phone = await context.newPage();
    await phone.goto(`${simulatorUrl()}/#${PERSON}`);
    await phone.getByRole("textbox", { name: /^Message to/ }).fill("Where is my order?");
    await phone.keyboard.press("Enter");
    const row = page.locator("claw-conversation-list a").filter({ hasText: "Maria K." });
    await row.filter({ hasText: "Where is my order?" }).waitFor();
    await row.click();
    const answer = page.locator("claw-message-bubble .outbound").filter({ hasText: "Where is my order?" });
    await answer.getByText(/^(delivered|read)/).waitFor();
    await answer.getByRole("button", { name: /^Why/ }).click();
    const way = page.locator("claw-message-way");
    await way.getByText("Received and stored").waitFor();
    await way.getByText("Delivered to the phone").waitFor();
    await button("Close the message's way").click();

    // A person takes over: the agent is silent, what they write arrives on the phone, and they hand back.
    const said = async () => (await meta("GET", `/_sim/phones/${PERSON}/messages`)).body.messages
      .filter(({ from }) => from === "business").map(({ text }) => text);
    const write = async (text) => {
      await phone.getByRole("textbox", { name: /^Message to/ }).fill(text);
      await phone.keyboard.press("Enter");
      await page.locator("claw-message-bubble .inbound").filter({ hasText: text }).waitFor();
    };
    await button("Take over").click();
    await button("Hand back").waitFor();
    await write("Are you a person?");
    await page.getByRole("textbox", { name: "Answer by hand" }).fill("Ada here. It is on its way.");
    await page.keyboard.press("Enter");
    await phone.getByText("Ada here. It is on its way.").waitFor();
    await page.locator("claw-message-bubble .outbound").filter({ hasText: "Ada here." }).getByText(/^(delivered|read)/).waitFor();
    await button("Hand back").click();
    await button("Take over").waitFor();
    await write("Thank you!");
    await eventually("the agent answers again", async () => (await said()).length === 3);
    assert.deepEqual(await said(), ["Where is my order?", "Ada here. It is on its way.", "Thank you!"]);

    await page.getByRole("link", { name: "Channels" }).click();
    await page.getByRole("link", { name: "Set up WhatsApp" }).click();
    await page.getByRole("heading", { name: "Everything works" }).waitFor();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.locator("[data-figure=in]").filter({ hasText: "3" }).waitFor();
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
  }
});

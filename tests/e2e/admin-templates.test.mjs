// The page Templates as people use it, on a stand-in of the gateway.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accessibilityFaults, eachSignedIn, NARROW, WIDE } from "./admin-support.mjs";
import { eventually } from "./support.mjs";

let stub;
let world;
let browser;
let page;

eachSignedIn({
  furnish(made) {
    stub = made;
    ({ world } = stub);
  },
  opened(made) {
    browser = made;
    ({ page } = made);
  },
});

const button = (name) => page.getByRole("button", { name, exact: true });
const label = (name) => page.getByLabel(name, { exact: true });
const cards = () => page.locator(".cards > li > .name > a").allTextContents();
const open = async (path = "") => {
  await browser.go(`/t/acme/templates${path}`);
  await browser.heading("Templates").waitFor();
};

describe("the list", () => {
  test("each is shown as it reads, with Meta's judgement, and Meta was asked", async () => {
    await open();
    await page.getByText("Hello Ada, your order left us on").waitFor();
    assert.deepEqual(await cards(), ["order_update", "spring_sale", "code"]);
    await page.locator("li", { hasText: "spring_sale" }).first().getByText("Paused", { exact: true }).waitFor();
    await page.getByText("Red shoes").waitFor();
    await eventually("Meta was asked", () => world.templates.syncs === 1);
    await button("Read from Meta").click();
    await eventually("and again", () => world.templates.syncs === 2);
  });

  test("is searched by words, status and category, and keeps that in its address", async () => {
    await open();
    await page.getByRole("searchbox").fill("verification");
    await page.getByRole("searchbox").fill("order");
    await eventually("found", async () => (await cards()).join() === "order_update");
    await page.getByRole("searchbox").fill("");
    await label("Status").selectOption("PAUSED");
    await eventually("the paused one", async () => (await cards()).join() === "spring_sale");
    assert.match(page.url(), /status=PAUSED/);
    await label("Category").selectOption("AUTHENTICATION");
    await page.getByText("No template is like this").waitFor();
  });

  test("a change is seen as it happens", async () => {
    await open();
    const code = page.locator(".cards > li", { hasText: "verification code" });
    await code.getByText("In review").waitFor();
    await eventually("the stream is open", () => world.streams.size === 1);
    world.templates.list[2].status = "APPROVED";
    world.tell("tenant", { what: "templates" });
    await code.getByText("Approved").waitFor();
  });

  test("what could not be read is said, and the list stays", async () => {
    world.templates.accounts[0].fault = "The access token is over.";
    await open();
    await page.getByText("The access token is over.").waitFor();
    assert.equal((await cards()).length, 3);
  });

  test("an empty page teaches", async () => {
    world.templates.list = [];
    await open();
    await page.getByText("There are no templates yet").waitFor();
    world.templates.accounts = [];
    await open();
    await page.getByRole("link", { name: "Set up WhatsApp" }).waitFor();
  });
});

describe("one of them", () => {
  test("reads with what is typed, and gives the message for the API", async () => {
    await open("/1");
    await label("Header {{1}}").fill("17");
    await label("Body {{1}}").fill("Maria");
    await page.locator("claw-pane").getByText("Hello Maria, your order left us on").waitFor();
    await label("Body {{1}}").fill("");
    await page.getByText("{{1}} has no value.").waitFor();
    await page.getByText("The message for the API").click();
    await page.locator("claw-pane pre").getByText('"header.1": "17"').waitFor();
  });

  test("says why it cannot be sent", async () => {
    await open("/2");
    await page.locator("claw-pane").getByText("is paused by Meta, because people gave it bad feedback").waitFor();
  });

  test("is deleted after its name was typed", async () => {
    await open("/1");
    await button("Delete order_update").click();
    await label("Type order_update to confirm").fill("order_update");
    await button("Delete").click();
    await page.locator("claw-toasts").getByText("order_update is deleted.").waitFor();
    assert.equal(world.templates.list.length, 2);
  });

  test("a viewer looks, and makes and deletes nothing", async () => {
    await browser.signIn(stub.bob);
    await open("/1");
    await button("Delete order_update").waitFor();
    assert.equal(await button("Delete order_update").isDisabled(), true);
    assert.equal(await button("Make a template").isDisabled(), true);
  });
});

describe("a new one", () => {
  const send = () => button("Send to Meta for review").click();

  test("reads beside its form, and goes to Meta with the examples", async () => {
    await open("/+new");
    await label("Name").fill("Parcel Sent");
    assert.equal(await label("Name").inputValue(), "parcel_sent");
    await label("Header").selectOption("TEXT");
    await label("Text of the header").fill("Your parcel");
    await label("Body").fill("Hello {{1}}, it comes on {{2}}.");
    await label("Body {{1}}").fill("Ada");
    await label("Body {{2}}").fill("Friday");
    await page.locator("claw-template-bubble").getByText("Hello Ada, it comes on Friday.").waitFor();
    await button("Add a button").click();
    await label("Button 1: what it does").selectOption("URL");
    await label("Button 1: words").fill("Track it");
    await label("Button 1: address").fill("https://shop.example/o/{{1}}");
    await label("Button 1: example of its end").fill("17");
    await send();
    await page.locator("claw-toasts").getByText("parcel_sent is with Meta's reviewers.").waitFor();
    assert.deepEqual(world.templates.made, [{ name: "parcel_sent", language: "en_US", category: "UTILITY", components: [
      { type: "HEADER", format: "TEXT", text: "Your parcel" },
      { type: "BODY", text: "Hello {{1}}, it comes on {{2}}.", example: { body_text: [["Ada", "Friday"]] } },
      { type: "BUTTONS", buttons: [{ type: "URL", text: "Track it", url: "https://shop.example/o/{{1}}", example: ["https://shop.example/o/17"] }] }] }]);
    assert.match(page.url(), /templates\/103$/);
  });

  test("variables with names go as such", async () => {
    await open("/+new");
    await label("Name").fill("named");
    await label("Body").fill("Hello {{first_name}}, welcome.");
    await label("Body {{first_name}}").fill("Ada");
    await send();
    await eventually("it is made", () => world.templates.made.length === 1);
    assert.equal(world.templates.made[0].parameter_format, "NAMED");
    assert.deepEqual(world.templates.made[0].components[0].example, { body_text_named_params: [{ param_name: "first_name", example: "Ada" }] });
  });

  test("with a picture needs an example of it, which is brought along", async () => {
    await open("/+new");
    await label("Name").fill("picture");
    await label("Body").fill("Look at this.");
    await label("Header").selectOption("IMAGE");
    await send();
    await page.getByText("Choose the example of the header first").waitFor();
    await page.locator("claw-template-form input[type=file]").setInputFiles({ name: "shoe.png", mimeType: "image/png", buffer: Buffer.from("PNG, as far as this page knows") });
    await page.getByText("Replace shoe.png").waitFor();
    await send();
    await eventually("it is made", () => world.templates.made.length === 1);
    assert.deepEqual(world.templates.made[0].components[0], { type: "HEADER", format: "IMAGE", example: { header_handle: [[...world.inbox.files.keys()].at(-1)] } });
  });

  test("of a code has no words of ours", async () => {
    await open("/+new");
    await label("Name").fill("sign_in");
    await page.getByText("Authentication", { exact: true }).click();
    await page.locator("claw-template-bubble").getByText("is your verification code.").waitFor();
    await send();
    await eventually("it is made", () => world.templates.made.length === 1);
    assert.deepEqual(world.templates.made[0].components.map(({ type }) => type), ["BODY", "FOOTER", "BUTTONS"]);
  });

  test("what Meta refuses is read beside the button, and nothing typed is lost", async () => {
    await open("/+new");
    await label("Name").fill("order_update");
    await label("Body").fill("Hello there.");
    await send();
    await page.getByText("There is already content in this language").waitFor();
    assert.equal(await label("Body").inputValue(), "Hello there.");
    await page.getByRole("link", { name: "All templates" }).click();
    await page.getByRole("dialog").getByText("Leave without saving?").waitFor();
  });
});

describe("the answer box", () => {
  const shut = () => {
    const [conversation] = world.inbox.conversations;
    conversation.window_ends_at = new Date(Date.now() - 60_000).toISOString();
    return conversation;
  };

  test("where the 24 hours are over takes a template, and sends it as it was shown", async () => {
    const conversation = shut();
    await browser.go(`/t/acme/conversations/${conversation.id}`);
    const picker = page.locator("template-picker");
    await picker.getByText("order_update").waitFor();
    assert.equal(await picker.getByRole("button", { name: /spring_sale/ }).isDisabled(), true, "a paused one is not sent");
    await picker.getByRole("searchbox").fill("order");
    await eventually("found", async () => (await picker.getByRole("listitem").count()) === 1);
    await picker.getByRole("button", { name: /order_update/ }).click();
    assert.equal(await picker.getByRole("button", { name: "Send", exact: true }).isDisabled(), true, "values are missing");
    await picker.getByLabel("Header {{1}}", { exact: true }).fill("17");
    await picker.getByLabel("Body {{1}}", { exact: true }).fill("Maria");
    await picker.getByLabel("Body {{2}}", { exact: true }).fill("Monday");
    await picker.getByLabel(/the end of its address/).fill("17");
    await picker.getByText("Hello Maria, your order left us on").waitFor();
    await picker.getByRole("button", { name: "Send", exact: true }).click();
    const said = await eventually("it is sent", () => world.inbox.messages.get(conversation.id).find(({ type }) => type === "template"));
    assert.equal(said.direction, "outbound");
  });

  test("with nothing to choose says where templates are made", async () => {
    const conversation = shut();
    world.templates.list = [];
    await browser.go(`/t/acme/conversations/${conversation.id}`);
    await page.locator("template-picker").getByText("There are no templates yet").waitFor();
  });

  test("is for everybody while a template is chosen", async () => {
    const conversation = shut();
    await browser.go(`/t/acme/conversations/${conversation.id}`);
    const picker = page.locator("template-picker");
    await picker.getByRole("button", { name: /order_update/ }).click();
    await picker.getByLabel("Body {{1}}", { exact: true }).waitFor();
    for (const viewport of [WIDE, NARROW])
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        assert.deepEqual(await accessibilityFaults(page), [], colorScheme);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
        if (process.env.ADMIN_SCREENSHOTS) await page.screenshot({ path: `${process.env.ADMIN_SCREENSHOTS}/picker-${viewport.width}-${colorScheme}.png` });
      }
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: "light" });
  });
});

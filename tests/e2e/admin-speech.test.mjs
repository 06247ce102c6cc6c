// Settings, Speech as an admin uses it, on a stand-in of the gateway.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eachSignedIn } from "./admin-support.mjs";
import { FLAGS } from "./browser.mjs";
import { eventually } from "./support.mjs";

let stub;
let world;
let browser;
let page;

eachSignedIn({
  args: [...FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
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
const providers = () => world.speech.settings.providers;
const open = async () => {
  await browser.go("/t/acme/settings/speech");
  await browser.heading("Speech").waitFor();
  await page.getByRole("heading", { name: "Try it" }).waitFor();
};

describe("who listens", () => {
  test("a server is added in front of this machine, and saved as it stands", async () => {
    await open();
    await button("Add a provider").click();
    const second = page.getByRole("listitem").nth(1);
    await second.getByLabel("Server", { exact: true }).fill("https://api.example.org");
    await second.getByLabel("Model (optional)").fill("whisper-1");
    await button("Ask openai earlier").click();
    await page.getByRole("heading", { name: "1. openai" }).waitFor();
    await button("Save").click();
    await page.locator("claw-toasts").getByText("Saved.").waitFor();
    assert.deepEqual(providers().map(({ kind }) => kind), ["openai", "embedded"]);
    assert.equal(providers()[0].url, "https://api.example.org");
    await button("Save").waitFor({ state: "detached" });
  });

  test("where nobody listens, one press lets this machine do it", async () => {
    world.speech.settings.providers = [];
    await open();
    await button("Let this machine listen").click();
    await button("Save").click();
    await eventually("it listens", () => providers()[0]?.kind === "embedded");
  });

  test("something else of the tenant that was changed meanwhile does not stop a save", async () => {
    await open();
    await button("Add a provider").click();
    await page.getByRole("listitem").nth(1).getByLabel("Server", { exact: true }).fill("https://a.example");
    world.speech.version += 1;
    await button("Save").click();
    await page.locator("claw-toasts").getByText("Saved.").waitFor();
    assert.equal(providers().length, 2);
  });

  test("somebody else's change is shown and overwrites nothing", async () => {
    await open();
    await page.getByText("Show people what was understood").click();
    world.speech.settings = { ...world.speech.settings, language: "de" };
    world.speech.version += 1;
    await eventually("the stream is open", () => world.streams.size === 1);
    world.tell("tenant", { what: "speech" });
    await page.getByText("Somebody else changed these settings").waitFor();
    await button("Show theirs").click();
    assert.equal(await label("Language (optional)").inputValue(), "de");
    assert.equal(world.speech.settings.echo, false);
  });
});

describe("trying it", () => {
  const recording = { name: "hello.ogg", mimeType: "audio/ogg", buffer: Buffer.from("OggS, as far as this page knows") };

  test("a recording is heard back, and shows the text, who understood it and how long it took", async () => {
    await open();
    await page.locator("input[type=file]").setInputFiles(recording);
    await page.getByText("Where is my order?").waitFor();
    await page.getByText("Understood by embedded (Moonshine tiny) in 1.2 s.").waitFor();
    await page.getByText("cloud: it answered 500 (0.3 s)").waitFor();
    await page.getByLabel("The recording").waitFor();
  });

  test("what is recorded here goes as Opus in Ogg, as a voice message comes: this machine's engine reads nothing else", async () => {
    await open();
    await button("Record").click();
    await page.getByText("Recording. Say something, then stop").waitFor();
    await button("Stop recording").click();
    await page.getByText("Where is my order?").waitFor();
    const { type, bytes } = world.speech.heard;
    assert.match(type, /^audio\/ogg/);
    assert.equal(bytes.subarray(0, 4).toString() + bytes.subarray(28, 36).toString(), "OggSOpusHead");
  });

  test("where nobody understood it the reason is read", async () => {
    world.speech.tried = { text: null, provider: null, by: null, took_ms: null, reason: "it heard no words", attempts: [{ provider: "embedded", understood: false, reason: "it heard no words", took_ms: 20 }] };
    await open();
    await page.locator("input[type=file]").setInputFiles(recording);
    await page.getByText("Nobody understood it.").waitFor();
  });

  test("a viewer sees how it is and changes nothing", async () => {
    await browser.signIn(stub.bob);
    await open();
    await page.getByText("Your role here (viewer) does not allow this.").first().waitFor();
    assert.equal(await button("Record").isDisabled(), true);
    assert.equal(await label("Language (optional)").isDisabled(), true);
  });
});

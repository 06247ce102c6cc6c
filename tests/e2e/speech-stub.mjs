// The part of admin-stub.mjs that Settings, Speech asks.

export const SPEECH = { providers: [{ name: "embedded", kind: "embedded", timeout: 60, max_bytes: 20_971_520 }], at_once: 2, language: "", echo: false,
  reply: { enabled: false, url: "", model: "", voice: "", key_secret: "" } };

export function speechPart() {
  return ({ on, world, expect, Refusal }) => {
    world.speech = { settings: structuredClone(SPEECH), version: 1, commands: [], tried: null };
    const shown = () => ({ ...world.speech.settings, commands: world.speech.commands, version: String(world.speech.version) });
    on("GET", "/speech", "settings.read", () => shown());
    on("PUT", "/speech", "settings.write", ({ body, request }) => {
      expect(request, world.speech.version);
      for (const provider of body.providers)
        if (["openai", "deepgram"].includes(provider.kind) && !provider.url) throw new Refusal(400, `${provider.name}: url must be like https://api.example.org or http://127.0.0.1:8000, without / at the end`);
      world.speech.settings = body;
      world.speech.version += 1;
      world.tell("tenant", { what: "speech" });
      return shown();
    });
    on("POST", "/speech/try", "settings.write", ({ request, bytes }) => {
      world.speech.heard = { type: request.headers["content-type"], bytes };
      return world.speech.tried ?? {
      text: "Where is my order?", provider: "embedded", by: "Moonshine tiny", took_ms: 1_240, reason: null,
      attempts: [{ provider: "cloud", understood: false, reason: "it answered 500", took_ms: 300 }, { provider: "embedded", understood: true, reason: null, took_ms: 940 }] };
    });
  };
}

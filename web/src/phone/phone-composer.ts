import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { clock, isVoice, LONGEST_MS, Recording, whyNoRecording } from "../common/recorder.js";
import type { Act } from "./api.js";
import { attachIcon, fileIcon, micIcon, placeIcon, sendIcon, trashIcon } from "./icons.js";
import { MADE_UP_PLACE } from "./phone-content.js";

/** Where one writes. Calls `send` with the text; what it refuses comes back into the field, with the reason.
    Calls `act` with a file, a voice message or a place. */
@customElement("phone-composer")
export class PhoneComposer extends LitElement {
  @property({ attribute: false }) send: (text: string) => Promise<void> = async () => {};
  @property({ attribute: false }) act: (what: Act) => Promise<void> = async () => {};
  @property() business = "";
  @state() private text = "";
  @state() private refused = "";
  @state() private attaching = false;
  @state() private recording: Recording | null = null;
  /** How long it is by now, in ms. */
  @state() private spoken = 0;
  private timer = 0;
  @query("textarea") private field!: HTMLTextAreaElement;
  @query("input[type=file]") private picker!: HTMLInputElement;

  static override styles = css`
    form {
      display: flex;
      align-items: flex-end;
      gap: var(--space-2);
      padding: var(--space-2) var(--space-3) calc(var(--space-3) + env(safe-area-inset-bottom));
    }
    .refused {
      margin: 0 var(--space-3);
      padding: var(--space-1) var(--space-3);
      border-radius: var(--radius-sm);
      background: var(--failed-soft);
      color: var(--failed);
      font-size: var(--text-sm);
    }
    textarea {
      flex: 1;
      box-sizing: border-box;
      min-height: 44px;
      max-height: 9rem;
      resize: none;
      padding: 11px var(--space-4);
      border: 1px solid transparent;
      border-radius: 22px;
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-1);
      font: inherit;
      font-size: var(--text-chat);
      line-height: 1.35;
      field-sizing: content;
    }
    textarea::placeholder {
      color: var(--ink-3);
      opacity: 1;
    }
    textarea:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 0;
    }
    button {
      flex: none;
      display: grid;
      place-items: center;
      width: 44px;
      height: 44px;
      padding: 0;
      border: 0;
      border-radius: var(--radius-round);
      background: var(--accent);
      color: var(--on-accent);
      cursor: pointer;
      transition:
        background var(--quick),
        transform var(--quick) var(--ease);
    }
    .attach {
      background: var(--surface);
      color: var(--ink-2);
      box-shadow: var(--shadow-1);
    }
    .attach:hover,
    .menu button:hover {
      background: var(--surface-2);
    }
    .menu {
      display: flex;
      gap: var(--space-2);
      padding: 0 var(--space-3);
    }
    .menu button {
      display: inline-flex;
      align-items: center;
      gap: var(--space-1);
      width: auto;
      padding: 0 var(--space-4) 0 var(--space-3);
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-1);
      font: inherit;
    }
    button[type="submit"]:hover {
      background: var(--accent-strong);
    }
    button:active {
      transform: scale(0.94);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    .speaks {
      flex: 1;
      display: flex;
      align-items: center;
      gap: var(--space-2);
      min-height: 44px;
      box-sizing: border-box;
      padding: 0 var(--space-4);
      border-radius: 22px;
      background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow-1);
      font-variant-numeric: tabular-nums;
    }
    .speaks::before {
      content: "";
      width: 10px;
      height: 10px;
      border-radius: 50%;
      background: var(--failed);
    }
    button[aria-disabled="true"] {
      background: var(--surface-3);
      color: var(--ink-3);
      cursor: default;
      transform: none;
    }
  `;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.drop();
  }

  override focus(): void {
    this.field?.focus();
  }

  /** Shows why something could not be sent. */
  complain(error: unknown): void {
    this.refused = error instanceof Error ? error.message : "That could not be sent.";
  }

  override render() {
    const empty = this.text.trim() === "";
    return html`
      ${this.refused ? html`<p class="refused" role="alert">${this.refused}</p>` : nothing}
      ${this.attaching
        ? html`<div class="menu" role="group" aria-label="Attach">
            <button type="button" @click=${() => this.picker.click()}>${fileIcon()} Picture or file</button>
            <button type="button" title="A made-up place" @click=${this.sendPlace}>${placeIcon()} Location</button>
          </div>`
        : nothing}
      ${this.recording ? this.speaks() : this.writes(empty)}
    `;
  }

  /** While somebody speaks. */
  private speaks() {
    return html`<form @submit=${this.sendVoice}>
      <button class="attach" type="button" aria-label="Throw the recording away" @click=${this.drop}>${trashIcon()}</button>
      <span class="speaks"><span role="status">Recording</span><span>${clock(this.spoken)}</span></span>
      <button type="submit" aria-label="Send the voice message">${sendIcon()}</button>
    </form>`;
  }

  private writes(empty: boolean) {
    return html`
      <form @submit=${this.submit}>
        <input type="file" hidden aria-label="Picture or file" @change=${this.sendFile} />
        <button class="attach" type="button" aria-label="Attach" title="Picture, file, location" aria-expanded=${this.attaching}
          @click=${() => (this.attaching = !this.attaching)}>${attachIcon()}</button>
        <textarea
          rows="1" autocomplete="off" enterkeyhint="send" placeholder="Message"
          aria-label="Message to ${this.business}" .value=${this.text}
          @input=${this.typed} @keydown=${this.pressed}></textarea>
        ${empty ? html`<button class="attach" type="button" aria-label="Record a voice message" title=${whyNoRecording() || "Record a voice message"} @click=${this.record}>${micIcon()}</button>` : nothing}
        <button type="submit" aria-label="Send" title="Send (Enter)" aria-disabled=${empty}>${sendIcon()}</button>
      </form>
    `;
  }

  private typed(): void {
    this.text = this.field.value;
  }

  private pressed(event: KeyboardEvent): void {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.submit();
  }

  private async submit(event?: Event): Promise<void> {
    event?.preventDefault();
    const text = this.text.trim();
    if (!text) return;
    this.text = "";
    this.refused = "";
    try {
      await this.send(text);
    } catch (error) {
      this.text = this.text ? `${text}\n${this.text}` : text;
      this.complain(error);
    }
  }

  private readonly record = async (): Promise<void> => {
    this.refused = whyNoRecording();
    if (this.refused) return;
    try {
      const recording = (this.recording = await Recording.begin());
      this.spoken = 0;
      this.timer = window.setInterval(() => {
        this.spoken = Date.now() - recording.begun;
        if (this.spoken > LONGEST_MS) void this.sendVoice();
      }, 200);
    } catch (error) {
      this.complain(error);
    }
  };

  private readonly drop = (): void => {
    window.clearInterval(this.timer);
    void this.recording?.drop();
    this.recording = null;
  };

  private async sendVoice(event?: Event): Promise<void> {
    event?.preventDefault();
    window.clearInterval(this.timer);
    const { recording } = this;
    this.recording = null;
    if (!recording) return;
    try {
      const sound = await recording.stop();
      await this.attach({ type: "audio", audio: { mime_type: sound.type, bytes_base64: await base64(sound), ...(isVoice(sound) && { voice: true }) } });
    } catch {
      this.refused = "Nothing was recorded. Look at the microphone, then try again.";
    }
  }

  private sendPlace(): void {
    void this.attach({ type: "location", location: MADE_UP_PLACE });
  }

  /** What stands in the field becomes the caption. */
  private async sendFile(): Promise<void> {
    const file = this.picker.files?.[0];
    if (!file) return;
    const kind = kindOf(file.type);
    const content: Record<string, unknown> = { mime_type: file.type || "application/octet-stream" };
    if (kind === "document") content.filename = file.name;
    const caption = kind === "audio" || kind === "sticker" ? "" : this.text.trim();
    if (caption) content.caption = caption;
    try {
      content.bytes_base64 = await base64(file);
    } catch (error) {
      this.complain(error);
      return;
    } finally {
      this.picker.value = "";
    }
    const sent = await this.attach({ type: kind, [kind]: content });
    if (sent && caption) this.text = "";
  }

  private async attach(what: Act): Promise<boolean> {
    this.attaching = false;
    this.refused = "";
    this.focus();
    try {
      await this.act(what);
      return true;
    } catch (error) {
      this.complain(error);
      return false;
    }
  }
}

/** How WhatsApp sends a file of that type. */
function kindOf(mime: string): string {
  if (mime === "image/webp") return "sticker";
  if (mime === "image/jpeg" || mime === "image/png") return "image";
  if (mime === "video/mp4" || mime === "video/3gpp") return "video";
  return mime.startsWith("audio/") ? "audio" : "document";
}

function base64(file: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => failed(new Error("The file could not be read."));
    reader.readAsDataURL(file);
  });
}

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Recording, whyNoRecording } from "../../common/recorder.js";
import { api } from "../api.js";
import { Action } from "../page.js";
import { icon } from "../ui/icons.js";
import { notice, progress } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import type { Tried } from "./types.js";

const MAX_BYTES = 4 * 1024 * 1024;
/** A recording ends by itself after this. */
const LONGEST_MS = 60_000;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Records or takes a file, plays it back, and shows what is understood of it with the settings as they are saved. */
@customElement("claw-try-speech")
export class TrySpeech extends LitElement {
  @property() whyNot = "";
  @state() private recording: Blob | null = null;
  @state() private sound = "";
  @state() private tried: Tried | null = null;
  @state() private trouble = "";
  @state() private recorder: Recording | null = null;
  private readonly asking = new Action(this);
  private timer = 0;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      .pick {
        position: relative;
        overflow: hidden;
      }
      .pick input {
        position: absolute;
        inset: 0;
        opacity: 0;
        cursor: pointer;
      }
      .pick:focus-within {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      audio {
        width: min(28rem, 100%);
      }
      blockquote {
        margin: 0;
        padding: var(--space-3) var(--space-4);
        border-left: 3px solid var(--accent);
        background: var(--surface-2);
        font-size: var(--text-lg);
      }
      ul {
        display: grid;
        gap: var(--space-1);
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: var(--text-sm);
        color: var(--ink-2);
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.timer);
    void this.recorder?.drop();
    if (this.sound) URL.revokeObjectURL(this.sound);
  }

  override render() {
    const off = this.whyNot !== "" || this.asking.busy;
    const { recorder } = this;
    return html`<div class="buttons">
        ${recorder
          ? html`<button type="button" class="primary" @click=${this.stop}>${icon("mic", 18)}Stop recording</button>`
          : html`<button type="button" class="primary" ?disabled=${off} title=${this.whyNot} @click=${this.record}>${icon("mic", 18)}Record</button>`}
        <label class="button pick">Choose a file<input type="file" accept="audio/*,.ogg,.opus" ?disabled=${off || recorder !== null} @change=${this.choose} /></label>
      </div>
      <div role="status">${recorder ? html`<p>Recording. Say something, then stop; it ends by itself after a minute.</p>` : nothing}
        ${this.asking.busy ? progress("Listening to it") : nothing}</div>
      ${this.trouble ? notice("failed", this.trouble) : nothing}
      ${this.asking.notice()}
      ${this.sound ? html`<audio controls src=${this.sound} aria-label="The recording"></audio>` : nothing}
      ${this.tried ? this.result(this.tried) : nothing}`;
  }

  private result(tried: Tried) {
    return html`<div role="status">
      ${tried.text === null
        ? notice("failed", html`<strong>Nobody understood it.</strong> ${tried.reason}`)
        : html`<blockquote>${tried.text}</blockquote>
            <p>Understood by <strong>${tried.provider}</strong> (${tried.by}) in ${seconds(tried.took_ms ?? 0)}.</p>`}
      <ul>${tried.attempts.map((one) => html`<li>${one.provider}: ${one.understood ? "understood" : one.reason} (${seconds(one.took_ms)})</li>`)}</ul>
    </div>`;
  }

  private choose(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (file) void this.ask(file);
  }

  private async record(): Promise<void> {
    this.trouble = whyNoRecording();
    if (this.trouble) return;
    try {
      this.recorder = await Recording.begin();
      this.timer = window.setTimeout(() => this.stop(), LONGEST_MS);
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
  }

  private readonly stop = async (): Promise<void> => {
    const { recorder } = this;
    window.clearTimeout(this.timer);
    this.recorder = null;
    if (!recorder) return;
    try {
      await this.ask(await recorder.stop());
    } catch {
      this.trouble = "Nothing was recorded. Look at the microphone, then try again.";
    }
  };

  private async ask(recording: Blob): Promise<void> {
    this.trouble = "";
    this.tried = null;
    if (recording.size > MAX_BYTES) {
      this.trouble = "The recording has more than 4 MB. A shorter one is enough to try.";
      return;
    }
    if (this.sound) URL.revokeObjectURL(this.sound);
    this.recording = recording;
    this.sound = URL.createObjectURL(recording);
    await this.asking.run(async () => {
      this.tried = await api.bring<Tried>("/speech/try", this.recording as Blob);
    });
  }
}

import { LitElement, css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { clock, isVoice, LONGEST_MS, Recording } from "../../common/recorder.js";
import { told } from "../api.js";
import { icon } from "../ui/icons.js";
import { base } from "../ui/styles.js";
import { recorded, release, type OwnFile } from "./files.js";

const EVERY_MS = 100;

/** Records from the moment it is on the page. Tells `said` (detail: the OwnFile), or `close` where nothing is to be sent. */
@customElement("claw-voice-note")
export class VoiceNote extends LitElement {
  @state() private recording: Recording | null = null;
  @state() private heard: OwnFile | null = null;
  @state() private trouble = "";
  @state() private now = Date.now();
  @query(".level") private meter?: HTMLElement | null;
  private timer = 0;
  private gone = false;

  static override styles = [
    base,
    css`
      :host,
      .row {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-width: 0;
      }
      .row {
        flex: 1;
        min-height: 40px;
        padding: 0 var(--space-3);
        border-radius: var(--radius-lg);
        background: var(--surface-2);
      }
      .dot {
        flex: none;
        width: 10px;
        height: 10px;
        border-radius: 50%;
        background: var(--failed);
      }
      .meter {
        flex: 1;
        height: 6px;
        border-radius: 3px;
        background: var(--surface-3);
        overflow: hidden;
      }
      .level {
        height: 100%;
        width: calc(100% * var(--level, 0));
        border-radius: 3px;
        background: var(--accent);
      }
      audio {
        flex: 1;
        min-width: 0;
        height: 40px;
      }
      .send {
        width: 40px;
        min-height: 40px;
        padding: 0;
        border-radius: 50%;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("keydown", this.key);
    this.gone = false;
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.gone = true;
    window.clearInterval(this.timer);
    void this.recording?.drop();
    if (this.heard) release(this.heard);
    this.recording = this.heard = null;
  }

  override render() {
    return html`<button type="button" class="round" aria-label="Throw the recording away" title="Throw it away" @click=${this.close}>${icon("trash", 18)}</button>
      ${this.trouble ? html`<p class="row" role="alert">${this.trouble}</p>` : this.heard ? this.listen(this.heard) : this.speak()}
      ${this.trouble ? nothing : html`<button type="button" class="primary send" aria-label="Send the voice message" title="Send" ?disabled=${!this.recording && !this.heard} @click=${() => void this.send()}>${icon("send", 18)}</button>`}`;
  }

  private speak() {
    const time = this.recording ? this.now - this.recording.begun : 0;
    return html`<div class="row"><span class="dot" aria-hidden="true"></span><span role="status">Recording</span><span class="num">${clock(time)}</span>
      <span class="meter" aria-hidden="true"><div class="level"></div></span>
      <button type="button" class="small" ?disabled=${!this.recording} @click=${() => void this.stop()}>Stop</button></div>`;
  }

  private listen(heard: OwnFile) {
    return html`<audio controls src=${heard.url} aria-label="The recording"></audio>`;
  }

  private async begin(): Promise<void> {
    try {
      const recording = await Recording.begin();
      if (this.gone) return void recording.drop();
      this.recording = recording;
      this.timer = window.setInterval(() => this.tick(recording), EVERY_MS);
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>(".send")?.focus();
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : told(error);
    }
  }

  private tick(recording: Recording): void {
    this.now = Date.now();
    this.meter?.style.setProperty("--level", String(Math.min(1, recording.level() * 2)));
    if (this.now - recording.begun > LONGEST_MS) void this.stop();
  }

  private async stop(): Promise<void> {
    window.clearInterval(this.timer);
    const { recording } = this;
    this.recording = null;
    if (!recording) return;
    try {
      const blob = await recording.stop();
      const heard = recorded(blob, isVoice(blob));
      if (heard.problem) {
        release(heard);
        this.trouble = heard.problem;
      } else this.heard = heard;
    } catch (error) {
      this.trouble = `Nothing was recorded (${error instanceof Error ? error.message : String(error)}). Look at the microphone, then try again.`;
    }
  }

  private async send(): Promise<void> {
    await this.stop();
    const { heard } = this;
    if (!heard) return;
    // It belongs to who sends it now.
    this.heard = null;
    this.dispatchEvent(new CustomEvent("said", { detail: heard }));
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    // It ends the recording and not the page behind it.
    event.stopPropagation();
    this.close();
  };

  private close(): void {
    this.dispatchEvent(new Event("close"));
  }
}

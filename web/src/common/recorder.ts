// A voice message, as the microphone of this browser gives it.

import { oggOf } from "./ogg.js";

/** Opus in Ogg plays in WhatsApp as a voice message; what records it otherwise is made so, or goes as a sound. */
const FORMS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const OGG = "audio/ogg; codecs=opus";
/** Speech is good at that, and three minutes stay under the size (512 KB) up to which WhatsApp shows a play button. */
const BITS_PER_SECOND = 20_000;
/** A recording ends by itself after this. */
export const LONGEST_MS = 15 * 60_000;

/** Why this browser cannot record here; empty where it can. */
export function whyNoRecording(): string {
  if (!navigator.mediaDevices?.getUserMedia) return "Recording wants https: open this page by its https address.";
  if (!("MediaRecorder" in window) || !formOf()) return "This browser cannot record sound that WhatsApp plays.";
  return "";
}

/** Only that is shown with a microphone and heard by a tap; else it is a sound like others. */
export const isVoice = ({ type }: Blob): boolean => type === OGG;

/** "1:05" */
export const clock = (ms: number): string => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

const formOf = (): string | undefined => FORMS.find((form) => MediaRecorder.isTypeSupported(form));

/** One recording: begin(), then stop() for what was said, or drop(). */
export class Recording {
  readonly begun = Date.now();
  private readonly pieces: Blob[] = [];
  private readonly ended: Promise<void>;

  private constructor(
    private readonly microphone: MediaStream,
    private readonly sound: AudioContext,
    private readonly meter: AnalyserNode,
    private readonly recorder: MediaRecorder,
  ) {
    recorder.ondataavailable = ({ data }) => this.pieces.push(data);
    this.ended = new Promise((done) => (recorder.onstop = () => done()));
    recorder.start();
  }

  /** Throws words for the person where the microphone cannot be had. */
  static async begin(): Promise<Recording> {
    let microphone: MediaStream;
    try {
      microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      throw new Error("The microphone could not be used. Allow it for this page in the browser, then try again.");
    }
    // Meta plays one channel; a microphone may have two.
    const sound = new AudioContext();
    const mixed = sound.createMediaStreamDestination();
    mixed.channelCount = 1;
    const meter = sound.createAnalyser();
    sound.createMediaStreamSource(microphone).connect(meter).connect(mixed);
    await sound.resume();
    return new Recording(microphone, sound, meter, new MediaRecorder(mixed.stream, { mimeType: formOf(), audioBitsPerSecond: BITS_PER_SECOND }));
  }

  /** How loud it is now, 0 to 1. */
  level(): number {
    const samples = new Uint8Array(this.meter.fftSize);
    this.meter.getByteTimeDomainData(samples);
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128)), 0) / 128;
  }

  /** What was said, in a form that WhatsApp plays; as a voice message where isVoice(). Throws where nothing was recorded. */
  async stop(): Promise<Blob> {
    await this.end();
    const [type = ""] = this.recorder.mimeType.split(";");
    const raw = new Blob(this.pieces);
    if (type === "audio/webm") return new Blob([oggOf(new Uint8Array(await raw.arrayBuffer())) as BlobPart], { type: OGG });
    return new Blob([raw], { type: type === "audio/ogg" ? OGG : type });
  }

  async drop(): Promise<void> {
    await this.end();
  }

  private async end(): Promise<void> {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.ended;
    for (const track of this.microphone.getTracks()) track.stop();
    if (this.sound.state !== "closed") await this.sound.close();
  }
}

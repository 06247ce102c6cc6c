import { LitElement, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { whyNoRecording } from "../../common/recorder.js";
import "../compose/file-tray.js";
import { ACCEPTED, MOST_CAPTION, MOST_FILES, prepare, release, type OwnFile } from "../compose/files.js";
import { askPlace, hasCaption, sayChoices, sayContact, sayFile, sayPlace, sayTemplate, sayText, type Saying } from "../compose/saying.js";
import { icon, type IconName } from "../ui/icons.js";
import { count } from "../ui/parts.js";
import "../ui/popover.js";
import type { ClawPopover } from "../ui/popover.js";
import { base } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { replyBoxStyle } from "./reply-box-style.js";
import type { Message } from "./types.js";
import { nameOf, previewOf } from "./words.js";

/** WhatsApp's, for a text. */
const LONGEST = 4096;
/** From here on it is said how many are left. */
const NEAR = 3_900;

/** What was begun and not sent. */
interface Begun {
  text: string;
  files: readonly OwnFile[];
  quote: Message | null;
}
const NOTHING: Begun = { text: "", files: [], quote: null };

/** By conversation, for as long as the page is open. */
const kept = new Map<string, Begun>();

/** What opens over the box, each loaded when it is first wanted. */
const FORMS = {
  choices: () => import("../compose/choices-form.js"),
  place: () => import("../compose/place-form.js"),
  contact: () => import("../compose/contact-form.js"),
  voice: () => import("../compose/voice-note.js"),
  template: () => import("../ui/dialog.js"),
};
type Form = keyof typeof FORMS;

/**
 * Where a person answers by hand: words, files, a voice message, choices, a place, a contact.
 *
 * Tells `send` (detail: Saying[], in order), and `again` where a refusal shall be forgotten. Enter sends, Shift and Enter begin a
 * new line. The slot `template` is for what chooses a template: it stands there where only templates may be sent, and tells `pick`.
 */
@customElement("claw-reply-box")
export class ReplyBox extends LitElement {
  @property() conversation = "";
  /** Why nothing can be sent now; empty where it can. */
  @property() closed = "";
  /** A template may be sent although it is closed: only the 24 hours are over. */
  @property({ type: Boolean }) takesTemplates = false;
  /** What closes it may have changed unseen, so that it is worth another try. */
  @property({ type: Boolean }) retries = false;
  /** What sending will do besides: "This takes over: the agent pauses for an hour." */
  @property() hint = "";
  @state() private begun: Begun = NOTHING;
  @state() private form: Form | "" = "";
  /** Files that are looked at, and perhaps made smaller. */
  @state() private preparing = 0;
  @query("textarea") private area?: HTMLTextAreaElement | null;
  @query("input[type=file]") private chooser?: HTMLInputElement | null;
  @query("claw-popover") private menu?: ClawPopover | null;

  static override styles = [base, replyBoxStyle];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("conversation")) return;
    this.begun = kept.get(this.conversation) ?? NOTHING;
    this.form = "";
  }

  protected override updated(): void {
    this.fit();
  }

  override focus(): void {
    this.area?.focus();
  }

  /** What was refused stands here again, before what was written meanwhile. */
  giveBack(text: string, quote: Message | null = null): void {
    const { begun } = this;
    this.keep({ ...begun, text: begun.text.trim() ? `${text}\n${begun.text}` : text, quote: begun.quote ?? quote });
  }

  /** The answer will stand under what it is about. */
  quote(message: Message | null): void {
    this.keep({ ...this.begun, quote: message });
    void this.updateComplete.then(() => this.focus());
  }

  /** Files that were chosen, dropped or pasted. */
  async add(files: readonly File[]): Promise<void> {
    if (this.closed) return;
    const room = MOST_FILES - this.begun.files.length;
    if (files.length > room) toast(`${MOST_FILES} files at once are enough: the others were left out.`);
    const { conversation } = this;
    const taken = files.slice(0, Math.max(0, room));
    this.preparing += taken.length;
    for (const file of taken) {
      const ready = await prepare(file);
      this.preparing -= 1;
      const begun = kept.get(conversation) ?? NOTHING;
      // Somebody may look at another conversation by now: it stays with the one it was meant for.
      this.keepFor(conversation, { ...begun, files: [...begun.files, ready] });
    }
    this.focus();
  }

  override render() {
    if (this.closed) return this.shut();
    const { quote, files } = this.begun;
    return html`${quote ? this.quoted(quote) : nothing}
      <claw-file-tray .files=${files} @remove=${(event: CustomEvent<OwnFile>) => this.leaveOut(event.detail)}></claw-file-tray>
      ${this.above()}
      ${this.form === "voice"
        ? html`<claw-voice-note @said=${(event: CustomEvent<OwnFile>) => this.say(sayFile(event.detail, "", quote))} @close=${this.closeForm}></claw-voice-note>`
        : this.words()}
      ${this.dialogs()}`;
  }

  /** Nothing free may be sent: why, and what may. */
  private shut() {
    const { text, files } = this.begun;
    return html`<p class="closed" role="status">${icon("lock", 18)}<span>${this.closed}</span>
        ${this.retries ? html`<button type="button" class="small" @click=${() => this.dispatchEvent(new Event("again"))}>Try again</button>` : nothing}</p>
      ${this.takesTemplates ? html`<slot name="template" @pick=${this.picked}></slot>` : nothing}
      <claw-file-tray .files=${files} @remove=${(event: CustomEvent<OwnFile>) => this.leaveOut(event.detail)}></claw-file-tray>
      ${text ? html`<textarea rows="1" readonly aria-label="Not sent" .value=${text}></textarea>` : nothing}`;
  }

  private quoted(message: Message) {
    const who = message.direction === "inbound" ? nameOf(message.user) : "You";
    return html`<div class="quoted"><span><b>${who}</b>${previewOf(message)}</span>
      <button type="button" class="round" aria-label="Do not quote" title="Do not quote" @click=${() => this.quote(null)}>${icon("close", 16)}</button></div>`;
  }

  /** What will happen, and how much room is left. */
  private above() {
    const { text, files } = this.begun;
    const own = files.length > 0 && text.trim() !== "" && !this.captioned;
    const words = this.preparing > 0 ? "Making the files ready…" : own ? "The words go as a message of their own, after the files." : this.hint;
    return html`<p><span role=${this.preparing > 0 ? "status" : nothing}>${words}</span>
      ${text.length > NEAR ? html`<span class="num ${text.length > LONGEST ? "over" : ""}" role="status">${count(text.length)} of ${count(LONGEST)}</span>` : nothing}</p>`;
  }

  private words() {
    const { text, files } = this.begun;
    const label = this.captioned ? "Caption" : "Answer by hand";
    const empty = !text.trim() && files.length === 0;
    const noVoice = whyNoRecording();
    return html`<form @submit=${this.submit}>
      ${this.more()}
      <textarea rows="1" aria-label=${label} placeholder=${label} .value=${text} @input=${this.typed} @keydown=${this.key} @paste=${this.pasted}></textarea>
      ${empty
        ? html`<button type="button" class="talk" aria-label="Record a voice message" title=${noVoice || "Record a voice message"} ?disabled=${noVoice !== ""} @click=${() => void this.open("voice")}>${icon("mic", 18)}</button>`
        : html`<button class="primary" aria-label="Send" title="Send (Enter)" ?disabled=${!this.sendable}>${icon("send", 18)}</button>`}
    </form>`;
  }

  /** The button that has all else. */
  private more() {
    const item = (picture: IconName, name: string, run: () => void, first = false) =>
      html`<button type="button" class="quiet" ?data-first=${first} @click=${() => { this.menu?.close(); run(); }}>${icon(picture, 18)}${name}</button>`;
    return html`<claw-popover side="above">
        <button slot="button" type="button" class="round add" aria-label="Send something else than words" title="Files, choices, a place, a contact">${icon("attach", 20)}</button>
        <div class="menu">
          ${item("image", "Pictures and files", () => this.chooser?.click(), true)}
          ${item("choices", "Buttons or a list", () => void this.open("choices"))}
          ${item("place", "A place", () => void this.open("place"))}
          ${item("person", "A contact", () => void this.open("contact"))}
          ${this.querySelector("[slot=template]") ? item("file", "A template", () => void this.open("template")) : nothing}
        </div>
      </claw-popover>
      <input type="file" multiple hidden tabindex="-1" aria-label="Pictures and files" accept=${ACCEPTED} @change=${this.chosen} />`;
  }

  private dialogs() {
    const { quote } = this.begun;
    switch (this.form) {
      case "choices":
        return html`<claw-choices-form @said=${(event: CustomEvent) => this.say(sayChoices(event.detail, quote))} @close=${this.closeForm}></claw-choices-form>`;
      case "place":
        return html`<claw-place-form @said=${(event: CustomEvent) => this.say(sayPlace(event.detail, quote))} @asks=${(event: CustomEvent) => this.say(askPlace(event.detail, quote))} @close=${this.closeForm}></claw-place-form>`;
      case "contact":
        return html`<claw-contact-form @said=${(event: CustomEvent) => this.say(sayContact(event.detail, quote))} @close=${this.closeForm}></claw-contact-form>`;
      case "template":
        return html`<claw-dialog wide open heading="A template" @close=${this.closeForm}><slot name="template" @pick=${this.picked}></slot></claw-dialog>`;
      default:
        return nothing;
    }
  }

  /** The words stand under a file. */
  private get captioned(): boolean {
    const { text, files } = this.begun;
    return files.some(hasCaption) && text.length <= MOST_CAPTION;
  }

  private get sendable(): boolean {
    const { text, files } = this.begun;
    return this.preparing === 0 && text.length <= LONGEST && files.every(({ problem }) => !problem) && (text.trim() !== "" || files.length > 0);
  }

  private async open(form: Form): Promise<void> {
    await FORMS[form]();
    this.form = form;
  }

  private readonly closeForm = (): void => {
    this.form = "";
    void this.updateComplete.then(() => this.focus());
  };

  private readonly picked = (event: Event): void => {
    event.stopPropagation();
    this.say(sayTemplate((event as CustomEvent).detail));
  };

  /** What a form made; the words that were begun stay. */
  private say(saying: Saying): void {
    this.closeForm();
    if (saying.quote) this.keep({ ...this.begun, quote: null });
    this.dispatchEvent(new CustomEvent("send", { detail: [saying] }));
  }

  private leaveOut(file: OwnFile): void {
    release(file);
    this.keep({ ...this.begun, files: this.begun.files.filter((one) => one !== file) });
    this.focus();
  }

  private chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    void this.add([...(input.files ?? [])]);
    input.value = "";
  }

  private pasted(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void this.add(files);
  }

  private typed(event: InputEvent): void {
    this.keep({ ...this.begun, text: (event.target as HTMLTextAreaElement).value });
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.begun.quote) {
      event.stopPropagation();
      return this.quote(null);
    }
    if (event.key === "Escape") this.area?.blur();
    // While an input method composes, Enter is its own.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit(event);
  }

  private submit(event: Event): void {
    event.preventDefault();
    if (!this.sendable) return;
    const { files, quote } = this.begun;
    const text = this.begun.text.trim();
    const under = this.captioned ? files.find(hasCaption) : undefined;
    // Only the first one quotes, as where a person sends several.
    const sayings: Saying[] = files.map((file, index) => sayFile(file, file === under ? text : "", index === 0 ? quote : null));
    if (text && !under) sayings.push(sayText(text, files.length === 0 ? quote : null));
    this.keep(NOTHING);
    this.dispatchEvent(new CustomEvent("send", { detail: sayings }));
  }

  private keep(begun: Begun): void {
    this.keepFor(this.conversation, begun);
  }

  private keepFor(conversation: string, begun: Begun): void {
    if (begun.text || begun.files.length > 0 || begun.quote) kept.set(conversation, begun);
    else kept.delete(conversation);
    if (conversation === this.conversation) this.begun = begun;
  }

  /** As high as what is in it, up to its greatest height. */
  private fit(): void {
    const { area } = this;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }
}

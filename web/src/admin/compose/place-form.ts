import { LitElement, css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../ui/dialog.js";
import { icon } from "../ui/icons.js";
import { field } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import { coordinatesIn, type Coordinates } from "./coordinates.js";
import type { Place } from "./saying.js";

/** Meta's, in characters. */
const MOST = { name: 100, address: 300, question: 1024 };

/** A place to send, or a question for theirs. Tells `said` (detail: Place), `asks` (detail: the question) and `close`. */
@customElement("claw-place-form")
export class PlaceForm extends LitElement {
  @state() private asks = false;
  @state() private pasted = "";
  @state() private name = "";
  @state() private address = "";
  @state() private question = "Where are you?";
  @state() private judged = false;

  static override styles = [
    base,
    css`
      fieldset {
        grid-template-columns: 1fr 1fr;
      }
      .found {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        color: var(--ink-2);
        font-size: var(--text-sm);
      }
      @media (max-width: 499px) {
        fieldset {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];

  override render() {
    const at = coordinatesIn(this.pasted);
    return html`<claw-dialog open heading="A place" @close=${() => this.dispatchEvent(new Event("close"))}>
      <form class="stack" novalidate @submit=${this.submit}>
        <fieldset><legend class="hidden">Whose place</legend>
          ${this.whose(false, "Send a place", "They see it on a map.")}${this.whose(true, "Ask for theirs", "They get a button that sends it.")}</fieldset>
        ${this.asks
          ? field({ name: "question", label: "Question", type: "area", rows: 2, value: this.question, maxlength: MOST.question, error: this.judged && !this.question.trim() ? "Write what you ask." : "", input: (value) => (this.question = value) })
          : this.place(at)}
        <div class="buttons"><button class="primary">Send</button><button type="button" @click=${() => this.dispatchEvent(new Event("close"))}>Cancel</button></div>
      </form>
    </claw-dialog>`;
  }

  private whose(asks: boolean, name: string, words: string) {
    return html`<label class="choice"><input type="radio" name="whose" ?checked=${this.asks === asks} @change=${() => (this.asks = asks)} /><b>${name}</b><span>${words}</span></label>`;
  }

  private place(at: Coordinates | null) {
    const wrong = this.judged || this.pasted.length > 6 ? "There is no place in this. Open it on a map, and copy its address or its two numbers." : "";
    return html`
      ${field({ name: "place", label: "Where", help: "Paste the address of a map (Google Maps, OpenStreetMap), or latitude and longitude: 52.5200, 13.4050", value: this.pasted, error: at ? "" : wrong, autofocus: true, input: (value) => (this.pasted = value) })}
      ${at ? html`<p class="found" role="status">${icon("place", 18)}<span>${at.latitude}, ${at.longitude}</span><a target="_blank" rel="noopener noreferrer" href="https://www.openstreetmap.org/?mlat=${at.latitude}&mlon=${at.longitude}#map=16/${at.latitude}/${at.longitude}">Look at it on a map</a></p>` : nothing}
      ${field({ name: "name", label: "Name", required: false, value: this.name, maxlength: MOST.name, input: (value) => (this.name = value) })}
      ${field({ name: "address", label: "Address", required: false, value: this.address, maxlength: MOST.address, input: (value) => (this.address = value) })}`;
  }

  private submit(event: Event): void {
    event.preventDefault();
    this.judged = true;
    const question = this.question.trim();
    if (this.asks) {
      if (question) this.dispatchEvent(new CustomEvent("asks", { detail: question }));
      return;
    }
    const at = coordinatesIn(this.pasted);
    if (!at) return;
    const place: Place = { ...at, ...(this.name.trim() && { name: this.name.trim() }), ...(this.address.trim() && { address: this.address.trim() }) };
    this.dispatchEvent(new CustomEvent("said", { detail: place }));
  }
}

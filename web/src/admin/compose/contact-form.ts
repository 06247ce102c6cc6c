import { LitElement, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../ui/dialog.js";
import { field } from "../ui/parts.js";
import { base } from "../ui/styles.js";
import type { Card } from "./saying.js";

/** A number as people write it, with its country's code. */
const PHONE = /^\+?[\d\s().\/-]{6,24}$/;

/** Writes a contact card. Tells `said` (detail: Card) and `close`. */
@customElement("claw-contact-form")
export class ContactForm extends LitElement {
  @state() private card: Card = { name: "", phone: "", email: "", company: "", onWhatsApp: true };
  @state() private judged = false;

  static override styles = [base];

  override render() {
    const { name, phone, email, company, onWhatsApp } = this.card;
    const set = (more: Partial<Card>) => (this.card = { ...this.card, ...more });
    const wrong = this.judged ? this.problems() : {};
    return html`<claw-dialog open heading="A contact" @close=${() => this.dispatchEvent(new Event("close"))}>
      <form class="stack" novalidate @submit=${this.submit}>
        ${field({ name: "name", label: "Name", value: name, error: wrong.name, autofocus: true, input: (value) => set({ name: value }) })}
        ${field({ name: "phone", label: "Phone number", help: "With the country's code: +49 151 2345678", value: phone, inputmode: "tel", error: wrong.phone, input: (value) => set({ phone: value }) })}
        <label class="choice"><input type="checkbox" ?checked=${onWhatsApp} @change=${(event: Event) => set({ onWhatsApp: (event.target as HTMLInputElement).checked })} /><b>This number is on WhatsApp</b><span>They can write to it from the card.</span></label>
        ${field({ name: "email", label: "Email", required: false, value: email, inputmode: "email", error: wrong.email, input: (value) => set({ email: value }) })}
        ${field({ name: "company", label: "Company", required: false, value: company, input: (value) => set({ company: value }) })}
        <div class="buttons"><button class="primary">Send</button><button type="button" @click=${() => this.dispatchEvent(new Event("close"))}>Cancel</button></div>
      </form>
    </claw-dialog>`;
  }

  private problems(): Partial<Record<keyof Card, string>> {
    const { name, phone, email } = this.card;
    return {
      ...(!name.trim() && { name: "A card needs a name." }),
      ...(!PHONE.test(phone.trim()) && { phone: "This is no phone number with its country's code." }),
      ...(email.trim() && !/^\S+@\S+$/.test(email.trim()) && { email: "This is no email address." }),
    };
  }

  private submit(event: Event): void {
    event.preventDefault();
    this.judged = true;
    if (Object.keys(this.problems()).length > 0) return;
    const { name, phone, email, company, onWhatsApp } = this.card;
    const number = phone.trim();
    const card: Card = { name: name.trim(), phone: number.startsWith("+") ? number : `+${number}`, email: email.trim(), company: company.trim(), onWhatsApp };
    this.dispatchEvent(new CustomEvent("said", { detail: card }));
  }
}

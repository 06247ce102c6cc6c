import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api } from "../api.js";
import { Action, Load } from "../page.js";
import { session } from "../session.js";
import { skeleton } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { SettingsPage } from "./settings-page.js";

interface DeliverySettings {
  outside_window: "refuse" | "template" | "park";
  template_name: string;
  template_language: string;
  template_takes_text: boolean;
  on_unknown: "hold" | "resend";
  log_days: number;
  version: string;
}

const OUTSIDE: readonly [DeliverySettings["outside_window"], string, string][] = [
  ["refuse", "Refuse it", "Whoever sent it is told at once."],
  ["template", "Send a template instead", "An approved template of yours goes in its place."],
  ["park", "Wait until the person writes", "It goes with their next message, in order."],
];
const UNKNOWN: readonly [DeliverySettings["on_unknown"], string, string][] = [
  ["hold", "Leave it", "Nobody gets a message twice. One in thousands may never arrive."],
  ["resend", "Send it again after two minutes", "Unless Meta reports it meanwhile. Somebody may get it twice."],
];

/** What becomes of messages that Meta would refuse, or of which nobody knows. */
@customElement("page-delivery-settings")
export class PageDeliverySettings extends SettingsPage {
  private readonly loaded = new Load<DeliverySettings>(this, () => api.get<DeliverySettings>("/delivery-settings"));
  private readonly saving = new Action(this);
  @state() private outside: DeliverySettings["outside_window"] | null = null;

  override render() {
    return html`${this.head("Delivery", "What becomes of messages outside of the 24 hours in which WhatsApp takes free-form messages, and of sends whose end nobody knows.")}
      ${this.loaded.view((set) => this.form(set), skeleton(6))}`;
  }

  private form(set: DeliverySettings) {
    const may = session.can("settings.write");
    const outside = this.outside ?? set.outside_window;
    const choices = (name: string, list: readonly (readonly [string, string, string])[], now: string) =>
      list.map(([value, label, words]) => html`<label class="choice"><input type="radio" name=${name} value=${value} .checked=${now === value} ?disabled=${!may} @change=${() => this.choose(name, value)}><span><strong>${label}</strong><br>${words}</span></label>`);
    return html`<form class="stack" @submit=${(event: SubmitEvent) => this.save(event)}>
      <fieldset><legend>When the person wrote last more than 24 hours ago</legend>${choices("outside_window", OUTSIDE, outside)}</fieldset>
      ${outside === "template"
        ? html`<fieldset><legend>The template</legend>
            <label>Name <input name="template_name" required .value=${set.template_name} pattern="[a-z0-9_]+" ?disabled=${!may}></label>
            <label>Language <input name="template_language" required .value=${set.template_language} placeholder="en_US" pattern="[A-Za-z0-9_]+" ?disabled=${!may}></label>
            <label><input type="checkbox" name="template_takes_text" .checked=${set.template_takes_text} ?disabled=${!may}> Its one variable is what was to be said</label>
          </fieldset>`
        : nothing}
      <fieldset><legend>When no answer from Meta says whether it has a message</legend>${choices("on_unknown", UNKNOWN, set.on_unknown)}</fieldset>
      <label>Keep the delivery log for <input name="log_days" type="number" min="1" max="90" required .value=${String(set.log_days)} ?disabled=${!may}> days</label>
      ${this.saving.notice()}
      ${may ? html`<p><button type="submit" class="primary" ?disabled=${this.saving.busy} aria-busy=${this.saving.busy}>Save</button></p>` : nothing}
    </form>`;
  }

  private choose(name: string, value: string): void {
    const chosen = OUTSIDE.find(([each]) => each === value);
    if (name === "outside_window" && chosen) this.outside = chosen[0];
  }

  private save(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const set = this.loaded.value;
    const text = (name: string, otherwise: string): string => String(given.get(name) ?? otherwise).trim();
    void this.saving.run(async () => {
      const wanted = {
        outside_window: text("outside_window", "refuse"),
        // What is not asked for now is kept for when it is again.
        template_name: text("template_name", set?.template_name ?? ""),
        template_language: text("template_language", set?.template_language ?? ""),
        template_takes_text: given.has("template_name") ? given.has("template_takes_text") : (set?.template_takes_text ?? false),
        on_unknown: text("on_unknown", "hold"),
        log_days: Number(given.get("log_days")),
      };
      this.loaded.set(await api.put<DeliverySettings>("/delivery-settings", wanted));
      this.outside = null;
      toast("Saved.");
    });
  }
}

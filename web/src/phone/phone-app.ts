import { LitElement, css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { Act } from "./api.js";
import { phone } from "../common/words.js";
import { menuIcon } from "./icons.js";
import "./phone-chat.js";
import "./phone-composer.js";
import type { PhoneComposer } from "./phone-composer.js";
import "./phone-panel.js";
import type { PhonePanel } from "./phone-panel.js";
import { store } from "./store.js";

/** The page: the phone, and beside it (or over it, where it is narrow) the drawer. */
@customElement("phone-app")
export class PhoneApp extends LitElement {
  @state() private drawer = false;
  @state() private inspected = "";
  @state() private now = Date.now();
  @state() private wide = false;
  @query("phone-composer") private composer!: PhoneComposer;
  private readonly width = matchMedia("(min-width: 960px)");
  private countdown = 0;

  static override styles = css`
    :host {
      display: block;
      height: 100%;
    }
    .stage {
      box-sizing: border-box;
      display: grid;
      height: 100%;
      min-height: 0;
    }
    .device,
    .screen {
      display: flex;
      flex-direction: column;
      min-height: 0;
      min-width: 0;
    }
    .device {
      flex: 1;
    }
    .screen {
      position: relative;
      flex: 1;
      overflow: hidden;
      background-color: var(--wallpaper);
    }
    /* Our wallpaper: claw marks and small talk, in the colour of the theme. */
    .screen::after {
      content: "";
      position: absolute;
      inset: 0;
      z-index: 0;
      background: var(--wallpaper-mark);
      mask: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='168' height='168' fill='none' stroke='black' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'%3E%3Cpath d='M22 20c-3 7-3 14-1 21M31 17c-3 8-3 16-1 25M40 20c-3 7-3 14-1 21'/%3E%3Cpath d='M104 26h22a5 5 0 0 1 5 5v10a5 5 0 0 1-5 5h-12l-7 6v-6h-3a5 5 0 0 1-5-5V31a5 5 0 0 1 5-5z'/%3E%3Cpath d='m20 104 5 5 11-11M30 108l1 1 11-11'/%3E%3Ccircle cx='82' cy='84' r='9'/%3E%3Cpath d='M82 79v5l3 3'/%3E%3Cpath d='M128 104c-3 7-3 14-1 21M137 101c-3 8-3 16-1 25M146 104c-3 7-3 14-1 21'/%3E%3Cpath d='M62 140h18M62 147h11'/%3E%3Cpath d='M70 24v.1M150 76v.1M10 72v.1M98 150v.1M52 64v.1'/%3E%3C/svg%3E") 0 0 / 168px 168px;
      pointer-events: none;
    }
    .screen > * {
      z-index: 1;
    }
    .bar {
      display: flex;
      align-items: center;
      gap: var(--space-3);
      padding: var(--space-2) var(--space-2) var(--space-2) var(--space-4);
      padding-top: calc(var(--space-2) + env(safe-area-inset-top));
      min-height: 44px;
      background: var(--surface);
      box-shadow: var(--shadow-1);
    }
    .face {
      flex: none;
      display: grid;
      place-items: center;
      width: 40px;
      height: 40px;
      border-radius: 50%;
      background: var(--accent);
      color: var(--on-accent);
      font-size: var(--text-lg);
      font-weight: var(--weight-strong);
    }
    .title {
      flex: 1;
      min-width: 0;
    }
    h1 {
      margin: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      font-size: var(--text-lg);
      font-weight: var(--weight-strong);
      line-height: var(--line-tight);
    }
    .sub {
      display: block;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      color: var(--ink-3);
      font-size: var(--text-sm);
      line-height: var(--line-tight);
      font-variant-numeric: tabular-nums;
    }
    .sub.typing {
      color: var(--accent);
    }
    .menu {
      flex: none;
      display: grid;
      place-items: center;
      width: 44px;
      height: 44px;
      border: 0;
      border-radius: var(--radius-round);
      background: none;
      color: var(--ink-2);
      cursor: pointer;
    }
    .menu:hover {
      background: var(--surface-2);
    }
    .menu:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -2px;
    }
    .notice {
      display: flex;
      align-items: center;
      justify-content: center;
      gap: var(--space-2);
      padding: var(--space-1) var(--space-4);
      background: var(--waiting-soft);
      color: var(--waiting);
      font-size: var(--text-sm);
      text-align: center;
    }
    .notice::before {
      content: "";
      width: 10px;
      height: 10px;
      box-sizing: border-box;
      border: 2px solid currentColor;
      border-right-color: transparent;
      border-radius: 50%;
      animation: turn 900ms linear infinite;
    }
    @keyframes turn {
      to {
        transform: rotate(1turn);
      }
    }
    phone-chat {
      flex: 1;
    }
    phone-panel {
      position: fixed;
      inset: 0 0 0 auto;
      z-index: 3;
      width: min(23rem, 100vw);
      box-shadow: var(--shadow-3);
      animation: slide var(--calm) var(--ease);
    }
    @keyframes slide {
      from {
        transform: translateX(24px);
        opacity: 0;
      }
    }
    .veil {
      position: fixed;
      inset: 0;
      z-index: 2;
      background: var(--veil);
    }
    .brand {
      display: none;
    }

    @media (min-width: 960px) {
      .stage {
        grid-template-columns: minmax(0, 1fr) minmax(320px, 25rem) minmax(22rem, 25rem) minmax(0, 1fr);
        grid-template-rows: minmax(0, 1fr);
        column-gap: var(--space-8);
        padding: var(--space-8) var(--space-6);
        align-items: center;
      }
      .device {
        grid-column: 2;
        box-sizing: border-box;
        height: min(100%, 52rem);
        padding: 11px;
        border-radius: var(--radius-device);
        background: var(--device);
        box-shadow:
          0 0 0 2px var(--device-edge),
          var(--shadow-3);
      }
      .screen {
        border-radius: calc(var(--radius-device) - 11px);
      }
      .bar {
        padding: var(--space-8) var(--space-5) var(--space-3);
      }
      /* The speaker of the device. */
      .screen::before {
        content: "";
        position: absolute;
        top: 10px;
        left: 50%;
        z-index: 2;
        width: 84px;
        height: 7px;
        margin-left: -42px;
        border-radius: var(--radius-round);
        background: var(--device);
        opacity: 0.85;
      }
      .menu {
        display: none;
      }
      phone-panel {
        position: static;
        grid-column: 3;
        width: auto;
        height: min(100%, 52rem);
        border-radius: var(--radius-xl);
        overflow: hidden;
        box-shadow: var(--shadow-2);
        animation: none;
      }
      .brand {
        position: fixed;
        left: var(--space-6);
        top: var(--space-5);
        display: flex;
        align-items: center;
        gap: var(--space-2);
        margin: 0;
        color: var(--ink-2);
        font-weight: var(--weight-strong);
      }
      .brand span {
        color: var(--ink-3);
        font-weight: 400;
      }
    }
    @media (min-width: 960px) and (max-width: 1239px) {
      .brand {
        display: none;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      .notice::before,
      phone-panel {
        animation: none;
      }
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.wide = this.width.matches;
    this.width.addEventListener("change", () => {
      this.wide = this.width.matches;
      this.drawer = false;
    });
    store.addEventListener("change", () => this.refresh());
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (this.drawer) this.closeDrawer();
      else this.inspected = "";
    });
    void store.start();
  }

  protected override firstUpdated(): void {
    if (this.wide) void this.composer.updateComplete.then(() => this.composer.focus());
  }

  private refresh(): void {
    this.now = store.now();
    this.requestUpdate();
    document.title = store.number ? `${store.number.verified_name} · Phone · ClawCentral simulator` : "Phone · ClawCentral simulator";
    // A countdown runs only while there is something to count down to.
    window.clearTimeout(this.countdown);
    if (store.thread().some((message) => message.delivery?.state === "waiting" && message.delivery.next_try_at))
      this.countdown = window.setTimeout(() => this.refresh(), 1000);
  }

  override render() {
    const { number, person } = store;
    const business = number?.verified_name ?? "Business";
    const panel = this.wide || this.drawer;
    const modal = panel && !this.wide;
    return html`
      <p class="brand">ClawCentral <span>simulator</span></p>
      <main class="stage">
        <div class="device" ?inert=${modal}>
          <div class="screen">
            <header class="bar">
              <span class="face" aria-hidden="true">${business.charAt(0)}</span>
              <div class="title">
                <h1>${business}</h1>
                <span class="sub ${store.isTyping ? "typing" : ""}">${store.isTyping ? "typing…" : number ? phone(number.display_phone_number) : "no number yet"}</span>
              </div>
              <button class="menu" aria-label="People and settings" aria-expanded=${this.drawer} @click=${this.openDrawer}>${menuIcon()}</button>
            </header>
            ${this.notice()}
            <phone-chat
              .messages=${store.thread()} .typing=${store.isTyping} .loaded=${store.loaded} .business=${business}
              .selected=${this.inspected} .now=${this.now} @inspect=${this.inspect} @act=${this.act}></phone-chat>
            <phone-composer .business=${business} .send=${(text: string) => store.say(text)}
              .act=${(what: Act) => store.act(what)}></phone-composer>
          </div>
        </div>
        ${modal ? html`<div class="veil" @click=${this.closeDrawer}></div>` : nothing}
        ${panel
          ? html`<phone-panel
              role=${modal ? "dialog" : "complementary"} aria-modal=${modal ? "true" : nothing} aria-label="People, settings and details"
              .people=${store.people} .numbers=${store.numbers} .person=${person?.wa_id ?? ""} .number=${number?.id ?? ""}
              .inspected=${this.inspected} .message=${store.message(this.inspected)} .now=${this.now} .closable=${modal}
              @close=${this.closeDrawer} @back=${() => (this.inspected = "")}></phone-panel>`
          : nothing}
      </main>
    `;
  }

  private notice() {
    if (store.connection === "lost" || store.problem)
      return html`<div class="notice" role="status">${store.problem || "The simulator is not reachable. Trying again."}</div>`;
    return nothing;
  }

  private async act(event: CustomEvent<Act>): Promise<void> {
    try {
      await store.act(event.detail);
    } catch (error) {
      this.composer.complain(error);
    }
  }

  private inspect(event: CustomEvent<string>): void {
    this.inspected = this.inspected === event.detail && this.wide ? "" : event.detail;
    if (!this.wide) void this.openDrawer();
  }

  private async openDrawer(): Promise<void> {
    this.drawer = true;
    await this.updateComplete;
    const panel = this.renderRoot.querySelector<PhonePanel>("phone-panel");
    await panel?.updateComplete;
    panel?.shadowRoot?.querySelector<HTMLElement>("button")?.focus();
  }

  private closeDrawer(): void {
    if (this.wide) return;
    this.drawer = false;
    this.inspected = "";
    this.renderRoot.querySelector<HTMLElement>(".menu")?.focus();
  }
}

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { api, told } from "./api.js";
import "./claw-rail.js";
import { entriesOf } from "./claw-rail.js";
import { Keys, keyGroups } from "./keys.js";
import { live } from "./live.js";
import type { Page } from "./page.js";
import { find, go, listen, type Match } from "./router.js";
import { routes } from "./routes.js";
import { session } from "./session.js";
import "./ui/dialog.js";
import { icon, mark } from "./ui/icons.js";
import { empty, failed } from "./ui/parts.js";
import { base } from "./ui/styles.js";
import "./ui/toast.js";

/** The frame: rail, the page that the address names, and what holds for all of them. */
@customElement("claw-app")
export class ClawApp extends LitElement {
  /** What stands in the middle: a page, or words in its place. */
  @state() private shown: Page | TemplateResult | typeof nothing = nothing;
  @state() private match: Match | null = null;
  @state() private helps = false;
  @state() private drawer = false;
  @state() private interrupted = false;
  @query("dialog.drawer") private drawerBox?: HTMLDialogElement;
  @query("main") private main?: HTMLElement;
  private readonly narrow = matchMedia("(max-width: 899px)");
  private steps = 0;
  private tenantShown = "";

  static override styles = [
    base,
    css`
      .frame {
        display: grid;
        grid-template-columns: var(--rail) minmax(0, 1fr);
        min-height: 100dvh;
      }
      .rail {
        position: sticky;
        top: 0;
        height: 100dvh;
        border-right: 1px solid var(--border);
        background: var(--surface-2);
      }
      main {
        min-width: 0;
        width: 100%;
        max-width: var(--wide);
        margin: 0 auto;
        padding: var(--space-8) var(--space-8) var(--space-12);
      }
      main:focus {
        outline: none;
      }
      .skip {
        position: fixed;
        top: var(--space-2);
        left: var(--space-2);
        z-index: 30;
        transform: translateY(-200%);
      }
      .skip:focus {
        transform: none;
      }
      .top {
        position: sticky;
        top: 0;
        z-index: 5;
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-3);
        padding-top: calc(var(--space-2) + env(safe-area-inset-top));
        border-bottom: 1px solid var(--border);
        background: var(--surface-2);
      }
      .top .round {
        width: 44px;
        min-height: 44px;
      }
      .top strong {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .drawer {
        width: min(18rem, 84vw);
        height: 100dvh;
        max-height: none;
        margin: 0;
        padding: 0;
        border: 0;
        border-right: 1px solid var(--border);
        background: var(--surface-2);
        color: var(--ink);
      }
      .drawer[open] {
        animation: come var(--calm) var(--ease);
      }
      .drawer::backdrop {
        background: var(--veil);
      }
      @keyframes come {
        from {
          transform: translateX(-24px);
          opacity: 0;
        }
      }
      .interrupted {
        position: sticky;
        top: 0;
        z-index: 4;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: var(--space-1) var(--space-3);
        padding: var(--space-2) var(--space-4);
        background: var(--waiting-soft);
        color: var(--waiting);
      }
      .interrupted .icon {
        animation: turn 1800ms linear infinite;
      }
      .interrupted button {
        border-color: currentColor;
        background: none;
        color: inherit;
      }
      .alone {
        display: grid;
        align-content: center;
        justify-items: center;
        gap: var(--space-6);
        min-height: 100dvh;
        padding: var(--space-8) var(--space-4);
        background: radial-gradient(120% 80% at 50% 0%, var(--page-glow), var(--page) 70%);
      }
      .alone main {
        max-width: 26rem;
        margin: 0;
        padding: 0;
      }
      .brand {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        font-size: var(--text-xl);
        font-weight: var(--weight-strong);
        letter-spacing: -0.01em;
      }
      .keys {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
        margin-bottom: var(--space-4);
      }
      .keys dt {
        text-align: right;
      }
      @media (max-width: 899px) {
        .frame {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: auto 1fr;
        }
        main {
          padding: var(--space-5) var(--space-4) var(--space-12);
        }
        .interrupted {
          top: 61px;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Keys(this, "Everywhere", [
      { key: "?", does: "This list", run: () => (this.helps = true) },
      { key: "/", does: "Search on this page", run: () => void this.page?.focusSearch() },
    ]);
  }

  private get page(): Page | null {
    return this.shown instanceof LitElement ? (this.shown as Page) : null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    api.onSignedOut = () => this.signedOut();
    listen(() => void this.come());
    live.addEventListener("connection", () => {
      this.interrupted = live.connection === "lost";
      // The stream cannot say that the session is over; this can.
      if (this.interrupted) void api.get("/session").catch(() => undefined);
    });
    this.narrow.addEventListener("change", () => {
      this.drawer = false;
      this.requestUpdate();
    });
    void this.start();
  }

  private async start(): Promise<void> {
    try {
      await session.load();
    } catch (error) {
      this.shown = failed(told(error), () => void this.start());
      return;
    }
    await this.come();
  }

  private signedOut(): void {
    if (location.pathname === "/sign-in") return;
    session.take(null);
    const here = location.pathname + location.search;
    go(here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`, { replace: true });
  }

  /** Shows what the address names. */
  private async come(): Promise<void> {
    this.drawer = false;
    const step = ++this.steps;
    if (location.pathname === "/") {
      const home = this.home();
      if (home) return go(home, { replace: true });
    }
    const match = find(routes, location.pathname);
    if (!match?.route.open && !session.current) return this.signedOut();
    const tenant = match?.params.tenant ?? "";
    session.enter(tenant);
    live.follow(session.access ? tenant : "");
    const words = this.instead(match);
    if (words || !match) return this.show(match, words ?? nothing);
    const { route, params } = match;
    const page = this.page;
    if (page?.localName === route.page && this.tenantShown === tenant) {
      page.params = params;
      this.match = match;
      return this.name(match);
    }
    try {
      await route.load();
    } catch {
      if (step === this.steps)
        this.show(match, failed("Part of this app did not arrive: the connection is down, or the gateway was updated meanwhile.", () => location.reload()));
      return;
    }
    if (step !== this.steps) return;
    const next = document.createElement(route.page) as Page;
    next.params = params;
    this.tenantShown = tenant;
    this.show(match, next);
  }

  private home(): string {
    const { current } = session;
    if (!current) return "/sign-in";
    const tenant = session.home;
    if (!tenant) return current.person.platform_admin ? "/platform/tenants" : "";
    session.enter(tenant);
    return entriesOf(tenant)[0]?.address ?? "/account";
  }

  /** Words in place of a page that cannot be shown. */
  private instead(match: Match | null): TemplateResult | null {
    if (location.pathname === "/")
      return empty("tenants", "You are in no tenant yet", "Ask an admin of the tenant you work for to invite you. They do it under Settings, Members.", { label: "Your account", href: "/account" });
    const home = { label: "Go to the start", href: "/" };
    if (!match) return empty("search", "There is no page here", html`Nothing of this app has the address <code>${location.pathname}</code>.`, home);
    const { route, params } = match;
    if (params.tenant && !session.access)
      return empty("lock", "This tenant is not yours to see", html`There is no tenant <strong>${params.tenant}</strong>, or you are not a member of it. One of its admins can invite you.`, home);
    if (route.needs && !session.can(route.needs))
      return empty("lock", "Not for your role", route.needs === "platform" ? "Only a platform admin sees this page." : session.whyNot(route.needs), home);
    return null;
  }

  private show(match: Match | null, what: Page | TemplateResult | typeof nothing): void {
    const first = this.shown === nothing;
    this.match = match;
    this.shown = what;
    this.name(match);
    window.scrollTo(0, 0);
    if (first && !match?.route.open) return;
    void this.updateComplete.then(() => {
      if (this.page) void this.page.focusHeading();
      else this.main?.focus({ preventScroll: true });
    });
  }

  private name(match: Match | null): void {
    document.title = [match?.route.title, match?.params.tenant, "ClawCentral"].filter(Boolean).join(" · ");
  }

  override render() {
    if (this.shown === nothing) return nothing;
    const middle = html`<main tabindex="-1">${this.shown}</main>`;
    if (!session.current || this.match?.route.open)
      return html`<div class="alone"><header class="brand">${mark(40)}ClawCentral</header>${middle}</div><claw-toasts></claw-toasts>`;
    const tenant = this.match?.params.tenant ?? "";
    const rail = html`<claw-rail .current=${this.match?.route.nav ?? ""} .tenant=${tenant} @help=${() => (this.helps = true)}></claw-rail>`;
    return html`
      <button type="button" class="skip" @click=${() => this.main?.focus()}>Skip to the page</button>
      <div class="frame">
        ${this.narrow.matches
          ? html`<header class="top">
              <button type="button" class="round" aria-label="Menu" @click=${() => (this.drawer = true)}>${icon("menu")}</button>
              <strong>${tenant || "ClawCentral"}</strong>
            </header>`
          : html`<aside class="rail" aria-label="Where to">${rail}</aside>`}
        <div>${this.banner()}${middle}</div>
      </div>
      ${this.narrow.matches
        ? html`<dialog class="drawer" aria-label="Menu" @close=${() => (this.drawer = false)} @click=${this.beside}>${rail}</dialog>`
        : nothing}
      ${this.help()}
      <claw-toasts></claw-toasts>
    `;
  }

  override updated(): void {
    const box = this.drawerBox;
    if (box && this.drawer && !box.open) box.showModal();
    if (box && !this.drawer && box.open) box.close();
  }

  private beside(event: Event): void {
    if (event.target === this.drawerBox) this.drawer = false;
  }

  private banner() {
    return html`<div role="status">
      ${this.interrupted
        ? html`<div class="interrupted">
            ${icon("refresh", 16)}<span>Live updates are interrupted, trying again…</span>
            <button type="button" class="small" @click=${() => live.retry()}>Try now</button>
          </div>`
        : nothing}
    </div>`;
  }

  private help() {
    return html`<claw-dialog heading="Keyboard" ?open=${this.helps} @close=${() => (this.helps = false)}>
      ${this.helps
        ? keyGroups().map((group) => html`<h3>${group.name}</h3>
            <dl class="keys">${group.keys.map((key) => html`<dt><kbd>${key.key}</kbd></dt><dd>${key.does}</dd>`)}</dl>`)
        : nothing}
    </claw-dialog>`;
  }
}

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, part, told } from "../api.js";
import { icon } from "../ui/icons.js";
import { ownFile } from "./own-files.js";

interface Link {
  url: string;
  expires_at: string;
}

/** A link is asked for anew this long before it ends. */
const MARGIN_MS = 20_000;

/** A file of a message: a picture, something to hear or see, or something to take home. Its address is asked for when it comes into sight. */
@customElement("claw-media-file")
export class MediaFile extends LitElement {
  @property() file = "";
  /** Where this page shows it already. */
  @property() shown = "";
  @property() type: "image" | "video" | "audio" | "document" | "sticker" = "document";
  @property() name = "";
  @property({ type: Number }) size = 0;
  @state() private link: Link | null = null;
  @state() private trouble = "";
  private watch: IntersectionObserver | null = null;
  private asked = 0;

  static override styles = css`
    :host {
      display: block;
    }
    img,
    video {
      display: block;
      max-width: min(18rem, 100%);
      max-height: 18rem;
      border-radius: var(--radius-sm);
    }
    .sticker img {
      max-width: 9rem;
    }
    .wait {
      width: min(15rem, 100%);
      height: 9rem;
      border-radius: var(--radius-sm);
      background: var(--wallpaper-mark);
    }
    .wait.audio {
      height: 40px;
    }
    audio {
      display: block;
      width: min(18rem, 100%);
    }
    a {
      display: flex;
      align-items: center;
      gap: var(--space-3);
      padding: var(--space-2) var(--space-3);
      border-radius: var(--radius-sm);
      background: var(--wallpaper-mark);
      color: inherit;
      text-decoration: none;
    }
    a.look {
      display: block;
      padding: 0;
      background: none;
    }
    a span span {
      display: block;
      font-size: var(--text-sm);
      opacity: 0.85;
    }
    p {
      margin: 0;
      font-size: var(--text-sm);
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) void this.ask();
    });
    this.watch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watch?.disconnect();
  }

  override render() {
    if (this.trouble) return html`<p>${icon("alert", 16)} ${this.trouble}</p>`;
    const own = this.shown || ownFile(this.file);
    const url = own ?? this.link?.url;
    if (!url) return html`<div class="wait ${this.type}" role="status" aria-label="Loading the file"></div>`;
    switch (this.type) {
      case "image":
      case "sticker":
        return html`<a class="look ${this.type}" href=${url} target="_blank" rel="noopener" aria-label="Open the picture"><img src=${url} alt=${this.name || (this.type === "sticker" ? "Sticker" : "Picture")} loading="lazy" @error=${this.again} /></a>`;
      case "audio":
        return html`<audio controls preload="none" src=${url} aria-label=${this.name || "Voice message"} @error=${this.again}></audio>`;
      case "video":
        return html`<video controls preload="metadata" src=${url} aria-label=${this.name || "Video"} @error=${this.again}></video>`;
      default:
        return html`<a href=${url} download=${this.name || "document"} @click=${own ? nothing : this.ask}>${icon("file", 22)}<span><b>${this.name || "Document"}</b>${this.size ? html`<span>${sizeOf(this.size)}</span>` : nothing}</span></a>`;
    }
  }

  /** Its link was over before it was used: once more, then it is said. */
  private readonly again = (): void => {
    if (this.asked > 2) this.trouble = "The file could not be shown.";
    else {
      this.link = null;
      void this.ask();
    }
  };

  private readonly ask = async (): Promise<void> => {
    if (!this.file || ownFile(this.file)) return;
    if (this.link && Date.parse(this.link.expires_at) - Date.now() > MARGIN_MS) return;
    this.asked += 1;
    try {
      this.link = await api.get<Link>(`/media/${part(this.file)}/link`);
      this.trouble = "";
    } catch (error) {
      this.trouble = told(error);
    }
  };
}

const sizeOf = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

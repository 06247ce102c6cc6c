import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon, type IconName } from "../ui/icons.js";
import { base } from "../ui/styles.js";
import { sizeWords, type OwnFile } from "./files.js";

const PICTURES: Record<OwnFile["kind"], IconName> = { image: "image", video: "film", audio: "mic", document: "file" };

/** The files that will be sent, each with what the person gets. Tells `remove` (detail: the OwnFile). */
@customElement("claw-file-tray")
export class FileTray extends LitElement {
  @property({ attribute: false }) files: readonly OwnFile[] = [];

  static override styles = [
    base,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        max-height: 14rem;
        margin: 0;
        padding: 0 0 var(--space-2);
        overflow-y: auto;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-width: 0;
        max-width: 100%;
        box-sizing: border-box;
        padding: var(--space-1) var(--space-1) var(--space-1) var(--space-2);
        border: 1px solid var(--border);
        border-radius: var(--radius-md);
        background: var(--surface-2);
        font-size: var(--text-sm);
      }
      li.wrong {
        border-color: var(--failed);
      }
      img {
        flex: none;
        width: 48px;
        height: 48px;
        object-fit: cover;
        border-radius: var(--radius-sm);
      }
      .words {
        display: grid;
        min-width: 0;
      }
      .words b {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-weight: 500;
      }
      .words span {
        color: var(--ink-3);
      }
      .wrong .words span {
        color: var(--failed);
      }
    `,
  ];

  override render() {
    if (this.files.length === 0) return nothing;
    return html`<ul aria-label="Files to send">${this.files.map((file) => this.row(file))}</ul>`;
  }

  private row(file: OwnFile) {
    const { kind, name, blob, note, problem, url } = file;
    return html`<li class=${problem ? "wrong" : ""}>
      ${kind === "image" && !problem ? html`<img src=${url} alt="" />` : icon(problem ? "alert" : PICTURES[kind], 20)}
      <span class="words"><b>${name}</b><span role=${problem ? "alert" : nothing}>${problem || `${sizeWords(blob.size)}${note ? `. ${note}` : ""}`}</span></span>
      <button type="button" class="round" aria-label="Remove ${name}" title="Remove" @click=${() => this.dispatchEvent(new CustomEvent("remove", { detail: file }))}>${icon("close", 16)}</button>
    </li>`;
  }
}

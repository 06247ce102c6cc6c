// What a chosen file becomes in WhatsApp, and why it may not go at all: told before anything is uploaded.

export type FileKind = "image" | "video" | "audio" | "document";

/** A file that can go, or (with `problem`) cannot. */
export interface OwnFile {
  blob: Blob;
  name: string;
  kind: FileKind;
  /** A recording: heard at once, with a picture of whoever spoke. */
  voice?: boolean;
  /** What was done to it, or what the person will see otherwise than expected. */
  note: string;
  /** Why WhatsApp would not take it, and what to do. */
  problem: string;
  /** Where this page shows it: a blob's address, given back by release(). */
  url: string;
}

const MIB = 1024 * 1024;
/** Meta's, in bytes (cloud-api 2.3). */
export const MOST: Record<FileKind, number> = { image: 5 * MIB, video: 16 * MIB, audio: 16 * MIB, document: 100 * MIB };
export const MOST_CAPTION = 1024;
/** More at once is a mistake, and a long wait. */
export const MOST_FILES = 10;

const OFFICE = "application/vnd.openxmlformats-officedocument";
/** What WhatsApp takes, and as what. */
const KINDS: Record<string, FileKind> = {
  "image/jpeg": "image",
  "image/png": "image",
  "video/mp4": "video",
  "video/3gpp": "video",
  "audio/aac": "audio",
  "audio/mp4": "audio",
  "audio/mpeg": "audio",
  "audio/amr": "audio",
  "audio/ogg": "audio",
  "audio/opus": "audio",
  "application/pdf": "document",
  "text/plain": "document",
  "application/msword": "document",
  "application/vnd.ms-excel": "document",
  "application/vnd.ms-powerpoint": "document",
  [`${OFFICE}.wordprocessingml.document`]: "document",
  [`${OFFICE}.spreadsheetml.sheet`]: "document",
  [`${OFFICE}.presentationml.presentation`]: "document",
};
/** Other names of the same. */
const ALIASES: Record<string, string> = { "image/jpg": "image/jpeg", "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "audio/mp3": "audio/mpeg", "audio/x-aac": "audio/aac" };
/** For files whose kind the system did not tell. */
const BY_ENDING: Record<string, string> = {
  pdf: "application/pdf",
  doc: "application/msword",
  docx: `${OFFICE}.wordprocessingml.document`,
  xls: "application/vnd.ms-excel",
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  ppt: "application/vnd.ms-powerpoint",
  pptx: `${OFFICE}.presentationml.presentation`,
  amr: "audio/amr",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  m4a: "audio/mp4",
  txt: "text/plain",
  csv: "text/plain",
  md: "text/plain",
  log: "text/plain",
  json: "text/plain",
};

/** What a file chooser offers first. */
export const ACCEPTED = ["image/*", "video/mp4", "video/3gpp", ...Object.keys(KINDS).filter((type) => !/^(image|video)\//.test(type)), ".csv", ".m4a", ".opus"].join(",");

/** "image/jpeg" as Meta calls it; what is only text goes as plain text. */
export function typeOf({ name, type }: { name: string; type: string }): string {
  const essence = type.split(";")[0]?.trim().toLowerCase() ?? "";
  const known = ALIASES[essence] ?? essence;
  if (KINDS[known]) return known;
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return BY_ENDING[ending] ?? (known.startsWith("text/") ? "text/plain" : known);
}

export const sizeWords = (bytes: number): string => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

const WHAT: Record<FileKind, string> = { image: "a picture", video: "a film", audio: "a sound", document: "a document" };
const SMALLER: Record<FileKind, string> = {
  image: "Make it smaller.",
  video: "Cut it, save it smaller, or send a link.",
  audio: "Cut it, or send a link.",
  document: "Send a link to it instead.",
};

/** Why a file of this type and size may not go; empty where it may. */
export function whyNot(type: string, size: number): string {
  if (size === 0) return "It is empty.";
  const kind = KINDS[type];
  if (kind && size > MOST[kind]) return `WhatsApp takes ${WHAT[kind]} of ${MOST[kind] / MIB} MB at most; this one has ${sizeWords(size)}. ${SMALLER[kind]}`;
  if (kind) return "";
  if (type.startsWith("video/")) return "WhatsApp takes films as MP4 or 3GP. Save it as one of these, or send a link.";
  if (type.startsWith("audio/")) return "WhatsApp takes sound as MP3, M4A, AAC, AMR or Ogg. Save it as one of these.";
  if (type.startsWith("image/")) return "This browser cannot read the picture. Save it as JPEG or PNG.";
  return "WhatsApp takes pictures, MP4, sound, PDF, text, Word, Excel and PowerPoint. Save it as one of these, or send a link.";
}

/** Longest side of a picture that is made smaller, tried in this order until it fits. */
const SIDES = [2560, 1600, 1024];
const JPEG_QUALITY = 0.86;

/** Makes a chosen file ready: a picture in another form, or too large, is drawn anew as JPEG. */
export async function prepare(file: File): Promise<OwnFile> {
  const type = typeOf(file);
  const kind = KINDS[type] ?? (type.startsWith("image/") ? "image" : "document");
  const fits = (KINDS[type] ?? "") === kind && file.size <= MOST[kind];
  const drawn = kind === "image" && !fits && file.size > 0 ? await redrawn(file) : null;
  const blob = drawn ?? file.slice(0, file.size, type);
  const note = drawn ? `Goes as a JPEG of ${sizeWords(drawn.size)}.` : "";
  const name = drawn ? file.name.replace(/\.[^.]+$/, "") + ".jpg" : file.name;
  return { blob, name, kind, note, problem: drawn ? "" : whyNot(type, file.size), url: URL.createObjectURL(blob) };
}

/** A recording, ready to be sent. */
export function recorded(blob: Blob, voice: boolean): OwnFile {
  const problem = blob.size > MOST.audio ? "It is longer than WhatsApp takes. Record it in two parts." : "";
  return { blob, name: voice ? "voice-message.ogg" : "voice-message.m4a", kind: "audio", voice, note: "", problem, url: URL.createObjectURL(blob) };
}

export function release(file: OwnFile): void {
  URL.revokeObjectURL(file.url);
}

async function redrawn(file: Blob): Promise<Blob | null> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return null;
  }
  try {
    for (const side of SIDES) {
      const drawn = await drawnAt(picture, Math.min(1, side / Math.max(picture.width, picture.height)));
      if (drawn && drawn.size <= MOST.image) return drawn;
    }
    return null;
  } finally {
    picture.close();
  }
}

function drawnAt(picture: ImageBitmap, scale: number): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  if (!pen) return Promise.resolve(null);
  // JPEG has no transparency: on white it looks as people expect.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
}

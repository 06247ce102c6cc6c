// Browsers record Opus into WebM; WhatsApp plays voice messages of Opus in Ogg. The sound stays as it is: only its box changes.

/** Of Matroska, as far as a recording has them (RFC 9559). The first group only holds others. */
const HOLDERS = new Set([0x18538067 /* Segment */, 0x1654ae6b /* Tracks */, 0xae /* TrackEntry */, 0x1f43b675 /* Cluster */, 0xa0 /* BlockGroup */]);
const CODEC_ID = 0x86;
const CODEC_PRIVATE = 0x63a2;
const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;
const LACING = 0x06;

const HZ = 48_000;
/** Most pieces that a page of Ogg counts. */
const PIECES = 255;
/** A page is closed after so many samples, as RFC 7845 wants it: players seek by pages. */
const PAGE_SAMPLES = HZ;
const FIRST = 2;
const LAST = 4;

interface Sound {
  /** "OpusHead…": the same bytes in both boxes. */
  head: Uint8Array;
  packets: Uint8Array[];
}

/** The recording in Ogg. Throws where it is no WebM with Opus. */
export function oggOf(webm: Uint8Array): Uint8Array {
  const { head, packets } = soundIn(webm);
  const serial = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  const pages = [page(FIRST, 0, serial, 0, [head]), page(0, 0, serial, 1, [tags()])];
  let samples = 0;
  let begun = 0;
  let waiting: Uint8Array[] = [];
  packets.forEach((packet, index) => {
    const pieces = waiting.reduce((sum, one) => sum + piecesOf(one), 0);
    if (waiting.length > 0 && (pieces + piecesOf(packet) > PIECES || samples - begun >= PAGE_SAMPLES)) {
      pages.push(page(0, samples, serial, pages.length, waiting));
      waiting = [];
      begun = samples;
    }
    waiting.push(packet);
    samples += samplesOf(packet);
    if (index === packets.length - 1) pages.push(page(LAST, samples, serial, pages.length, waiting));
  });
  return joined(pages);
}

function soundIn(webm: Uint8Array): Sound {
  const packets: Uint8Array[] = [];
  let head: Uint8Array | null = null;
  for (let at = 0; at < webm.length; ) {
    const id = number(webm, at, true);
    const size = number(webm, at + id.bytes, false);
    const begin = at + id.bytes + size.bytes;
    // A recording is written as it grows: what holds others may not know its size, so one goes into it and not past it.
    if (HOLDERS.has(id.value)) {
      at = begin;
      continue;
    }
    const end = begin + size.value;
    if (end > webm.length) break;
    const content = webm.subarray(begin, end);
    if (id.value === CODEC_ID && text(content) !== "A_OPUS") throw new Error(`the recording is ${text(content)}, not Opus`);
    if (id.value === CODEC_PRIVATE) head = content;
    if (id.value === SIMPLE_BLOCK || id.value === BLOCK) packets.push(packetIn(content));
    at = end;
  }
  if (!head || text(head.subarray(0, 8)) !== "OpusHead" || packets.length === 0) throw new Error("there is no sound in the recording");
  return { head, packets };
}

/** Track, time (two bytes), flags, and then the packet. */
function packetIn(block: Uint8Array): Uint8Array {
  const { bytes } = number(block, 0, false);
  if ((block[bytes + 2] ?? 0) & LACING) throw new Error("the recording has several packets in one block");
  return block.subarray(bytes + 3);
}

/** A number of Matroska's at `at`: an id keeps the bit that tells its length. */
function number(bytes: Uint8Array, at: number, id: boolean): { value: number; bytes: number } {
  const first = bytes[at] ?? 0;
  const length = first === 0 ? 8 : Math.clz32(first) - 23;
  let value = id ? first : first & (0xff >> length);
  for (let index = 1; index < length; index += 1) value = value * 256 + (bytes[at + index] ?? 0);
  return { value, bytes: length };
}

/** In samples at 48 kHz: the first byte of a packet tells how long its frames are and how many (RFC 6716, 3.1). */
function samplesOf(packet: Uint8Array): number {
  const [first = 0, second = 0] = packet;
  const config = first >> 3;
  const ms = config < 12 ? [10, 20, 40, 60][config & 3] : config < 16 ? [10, 20][config & 1] : [2.5, 5, 10, 20][config & 3];
  const frames = [1, 2, 2, second & 63][first & 3] ?? 1;
  return (ms ?? 20) * 48 * frames;
}

function tags(): Uint8Array {
  const vendor = new TextEncoder().encode("ClawCentral");
  const bytes = new Uint8Array(8 + 4 + vendor.length + 4);
  bytes.set(new TextEncoder().encode("OpusTags"));
  new DataView(bytes.buffer).setUint32(8, vendor.length, true);
  bytes.set(vendor, 12);
  return bytes;
}

const piecesOf = (packet: Uint8Array): number => Math.floor(packet.length / 255) + 1;

/** RFC 3533, 6. `samples`: how many there are with the end of this page. */
function page(flags: number, samples: number, serial: number, index: number, packets: readonly Uint8Array[]): Uint8Array {
  const pieces = packets.flatMap((packet) => [...Array<number>(piecesOf(packet) - 1).fill(255), packet.length % 255]);
  const header = new Uint8Array(27 + pieces.length);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode("OggS"));
  header[5] = flags;
  view.setUint32(6, samples >>> 0, true);
  view.setUint32(10, Math.floor(samples / 2 ** 32), true);
  view.setUint32(14, serial, true);
  view.setUint32(18, index, true);
  header[26] = pieces.length;
  header.set(pieces, 27);
  const whole = joined([header, ...packets]);
  new DataView(whole.buffer).setUint32(22, checksum(whole), true);
  return whole;
}

/** CRC-32 as Ogg has it: by 0x04c11db7, nothing reversed, from 0. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0+$/, "");

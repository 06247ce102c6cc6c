// A text as a QR code (ISO/IEC 18004): byte mode, error correction M, versions 1 to 11, which hold 251 bytes. The mask is
// always the first: readers take any, and choosing the fairest is most of the work elsewhere.

const ECC_PER_BLOCK = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5];
const QUIET = 4;

const bit = (value: number, at: number): boolean => ((value >>> at) & 1) === 1;

/** All bits of a symbol that are not its patterns, data and error correction together. */
function rawBits(version: number): number {
  let bits = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const count = Math.floor(version / 7) + 2;
    bits -= (25 * count - 10) * count - 55;
    if (version >= 7) bits -= 36;
  }
  return bits;
}

const ofVersion = (table: number[], version: number): number => table[version - 1] ?? 0;
const dataBytes = (version: number): number =>
  Math.floor(rawBits(version) / 8) - ofVersion(ECC_PER_BLOCK, version) * ofVersion(BLOCKS, version);
const countBits = (version: number): number => (version < 10 ? 8 : 16);

function multiply(x: number, y: number): number {
  let product = 0;
  for (let i = 7; i >= 0; --i) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((y >>> i) & 1) * x;
  }
  return product;
}

/** The Reed-Solomon remainder of `data`, `degree` bytes. */
function correction(data: number[], degree: number): number[] {
  const divisor = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let i = 0; i < degree; ++i) {
    for (let j = 0; j < degree; ++j) divisor[j] = multiply(divisor[j] ?? 0, root) ^ (divisor[j + 1] ?? 0);
    root = multiply(root, 2);
  }
  const rest = Array<number>(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    divisor.forEach((coefficient, i) => (rest[i] = (rest[i] ?? 0) ^ multiply(coefficient, factor)));
  }
  return rest;
}

/** Mode, length, the bytes, and what fills up to the symbol's size. */
function dataOf(bytes: Uint8Array, version: number): number[] {
  const bits: boolean[] = [];
  const put = (value: number, count: number): void => {
    for (let i = count - 1; i >= 0; --i) bits.push(bit(value, i));
  };
  put(4, 4);
  put(bytes.length, countBits(version));
  bytes.forEach((byte) => put(byte, 8));
  const room = dataBytes(version) * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
  return Array.from({ length: bits.length / 8 }, (_, i) => bits.slice(i * 8, i * 8 + 8).reduce((byte, one) => (byte << 1) | Number(one), 0));
}

/** Data in blocks, each with its correction, woven into one another. */
function codewords(data: number[], version: number): number[] {
  const count = ofVersion(BLOCKS, version);
  const ecc = ofVersion(ECC_PER_BLOCK, version);
  const raw = Math.floor(rawBits(version) / 8);
  const short = Math.floor(raw / count) - ecc;
  const shorts = count - (raw % count);
  let at = 0;
  const blocks = Array.from({ length: count }, (_, i) => {
    const part = data.slice(at, (at += short + (i < shorts ? 0 : 1)));
    return { part, check: correction(part, ecc) };
  });
  const woven: number[] = [];
  const weave = (lists: number[][]): void => {
    for (let i = 0; i <= short || i < ecc; ++i) for (const list of lists) if (i < list.length) woven.push(list[i] ?? 0);
  };
  weave(blocks.map(({ part }) => part));
  weave(blocks.map(({ check }) => check));
  return woven;
}

function alignments(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, i) => version * 4 + 10 - i * step).reverse()];
}

/** The modules, row by row; true is dark. Throws where the text is too long. */
export function modules(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, i) => dataBytes(i + 1) * 8 >= 4 + countBits(i + 1) + bytes.length * 8) + 1;
  if (version === 0) throw new RangeError("too long for a QR code");
  const size = version * 4 + 17;
  const dark = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const fixed = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const set = (x: number, y: number, on: boolean): void => {
    const [row, kept] = [dark[y], fixed[y]];
    if (!row || !kept || x < 0 || x >= size) return;
    row[x] = on;
    kept[x] = true;
  };
  const square = (cx: number, cy: number, radius: number, light: number[]): void => {
    for (let dy = -radius; dy <= radius; ++dy)
      for (let dx = -radius; dx <= radius; ++dx) set(cx + dx, cy + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
  };
  for (let i = 0; i < size; ++i) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) square(x, y, 4, [2, 4]);
  const centres = alignments(version);
  const last = centres.length - 1;
  centres.forEach((x, i) => centres.forEach((y, j) => {
    if (!((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0))) square(x, y, 2, [1]);
  }));
  information(version, size, set);

  let at = 0;
  const words = codewords(dataOf(bytes, version), version);
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let down = 0; down < size; ++down)
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - down : down;
        const row = dark[y];
        if (!row || fixed[y]?.[x]) continue;
        row[x] = bit(words[at >>> 3] ?? 0, 7 - (at & 7)) !== ((x + y) % 2 === 0);
        at += 1;
      }
  }
  return dark;
}

/** Which correction, which mask, which version: each twice. */
function information(version: number, size: number, set: (x: number, y: number, on: boolean) => void): void {
  const remainder = (value: number, steps: number, polynomial: number): number => {
    let rest = value;
    for (let i = 0; i < steps; ++i) rest = (rest << 1) ^ ((rest >>> (steps - 1)) * polynomial);
    return rest;
  };
  // Correction M and mask 0 are both zero bits.
  const format = remainder(0, 10, 0x537) ^ 0x5412;
  for (let i = 0; i < 15; ++i) {
    const on = bit(format, i);
    if (i < 8) set(8, i < 6 ? i : i + 1, on);
    else set(i === 8 ? 7 : 14 - i, 8, on);
    if (i < 8) set(size - 1 - i, 8, on);
    else set(8, size - 15 + i, on);
  }
  set(8, size - 8, true);
  if (version < 7) return;
  const bits = (version << 12) | remainder(version, 12, 0x1f25);
  for (let i = 0; i < 18; ++i) {
    const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
    set(a, b, bit(bits, i));
    set(b, a, bit(bits, i));
  }
}

/** The symbol as the path of an SVG, with the quiet zone that readers want; `size` is its width in modules. */
export function qrPath(text: string): { size: number; path: string } {
  const rows = modules(text);
  const path = rows.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : []))).join("");
  return { size: rows.length + 2 * QUIET, path };
}

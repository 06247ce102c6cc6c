// Addresses as people paste them: one a line, a name behind it where there is one, each fault told by its line.

export interface Wanted {
  address: string;
  name: string;
}
export interface Fault {
  /** Counted from 1. */
  line: number;
  written: string;
  words: string;
}
export interface Read {
  wanted: Wanted[];
  faults: Fault[];
  /** How many lines name somebody who stands further up. */
  twice: number;
}

const FEWEST_DIGITS = 5;
const MOST_DIGITS = 15;
/** What WhatsApp calls people who hide their number. */
const BSUID = /^[A-Z]{2}\.[A-Za-z0-9]{1,128}$/;
/** As a spreadsheet copies its columns, or people write lists. */
const BETWEEN = /[,;\t]/;

/** The address as the gateway keeps it, or why it is none. */
export function addressOf(written: string): { address: string } | { fault: string } {
  const text = written.trim().replace(/^whatsapp:/i, "");
  if (BSUID.test(text)) return { address: text };
  if (/[^\d+ \-.()]/.test(text)) return { fault: "is no phone number: it may have digits, blanks, and + - . ( )" };
  const digits = text.replace(/\D/g, "").replace(/^00/, "");
  if (digits.startsWith("0")) return { fault: "begins with 0: write the country in front, like +49 151" };
  if (digits.length < FEWEST_DIGITS) return { fault: `is too short: a phone number has ${FEWEST_DIGITS} digits or more` };
  if (digits.length > MOST_DIGITS) return { fault: `is too long: a phone number has ${MOST_DIGITS} digits at most` };
  return { address: digits };
}

const isAddress = (text: string): boolean => "address" in addressOf(text);

/** A line has one address and perhaps a name, in either order, or several addresses. */
function partsOf(line: string): Wanted[] {
  const parts = line.split(BETWEEN).map((part) => part.trim()).filter(Boolean);
  const addresses = parts.filter(isAddress);
  const others = parts.filter((part) => !isAddress(part));
  if (parts.length > 1 && addresses.length === 1 && !/\d{5}/.test(others.join(""))) return [{ address: addresses[0] ?? "", name: others.join(" ") }];
  return parts.map((address) => ({ address, name: "" }));
}

export function read(text: string): Read {
  const found: Read = { wanted: [], faults: [], twice: 0 };
  const seen = new Set<string>();
  text.split(/\r?\n/).forEach((line, index) => {
    for (const { address: written, name } of partsOf(line)) {
      const result = addressOf(written);
      if ("fault" in result) found.faults.push({ line: index + 1, written, words: result.fault });
      else if (seen.has(result.address)) found.twice += 1;
      else {
        seen.add(result.address);
        found.wanted.push({ address: result.address, name });
      }
    }
  });
  return found;
}

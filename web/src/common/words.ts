// How times and numbers are said on every page.

const timeOf = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const preciseTimeOf = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayOf = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayWithYearOf = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

export const time = (at: number): string => timeOf.format(at);
export const preciseTime = (at: number): string => preciseTimeOf.format(at);

export function dayKey(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

export function day(at: number, now: number): string {
  if (dayKey(at) === dayKey(now)) return "Today";
  if (dayKey(at) === dayKey(now - 24 * 3600 * 1000)) return "Yesterday";
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? dayOf : dayWithYearOf).format(at);
}

/** "+49 151 234 567 89": in threes, good enough to read. */
export function phone(digits: string): string {
  const country = digits.startsWith("1") || digits.startsWith("7") ? 1 : 2;
  const groups = digits.slice(country).match(/\d{3}(?=\d{2})|\d+/g) ?? [];
  return `+${[digits.slice(0, country), ...groups].join(" ")}`;
}

/** JSON laid out for reading; anything else as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

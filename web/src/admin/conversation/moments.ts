// Times of day that are kept in UTC and lived in elsewhere, and lengths of time in words.

const DAY = 1_440;
const two = (value: number): string => String(value).padStart(2, "0");

/** 185 is "03:05", as a field of type time has it. */
export const clockOf = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

/** "03:05" is 185; null where it is no time. */
export function minuteOf(clock: string): number | null {
  const [, hours, minutes] = /^(\d{2}):(\d{2})/.exec(clock) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** The same moment on the clock of whoever looks, with what is ahead of UTC today. */
export function localClock(minute: number, now = new Date()): string {
  return clockOf((minute - now.getTimezoneOffset() + DAY) % DAY);
}

/** "Europe/Berlin"; empty where the browser does not tell. */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

/** "90 minutes" are "1 h 30 min". */
export function lengthOf(minutes: number): string {
  if (!(minutes > 0)) return "never";
  const parts = [[Math.floor(minutes / DAY), "day"], [Math.floor((minutes % DAY) / 60), "h"], [minutes % 60, "min"]] as const;
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`).join(" ");
}

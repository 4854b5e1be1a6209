/** Times and days as the visitor's language writes them, and when the business opens as its own clock shows it. */

import type { Hours } from "../shared/protocol";
import { locale, t } from "./words";

const made = new Map<string, Intl.DateTimeFormat>();

/** A formatter is costly to make, and asked for with every message and every drawing. */
function formatter(options: Intl.DateTimeFormatOptions, tag = locale()): Intl.DateTimeFormat {
  const key = tag + JSON.stringify(options);
  const known = made.get(key) ?? new Intl.DateTimeFormat(tag, options);
  made.set(key, known);
  return known;
}

const format = (at: Date, options: Intl.DateTimeFormatOptions): string => formatter(options).format(at);

const CLOCK: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit" };
const DAY_MS = 86_400_000;

export const clock = (at: string): string => format(new Date(at), CLOCK);

/** Days since the epoch, by the clock on the wall of a time zone. Sweden writes a date as Date.parse reads it. */
const dayThere = (at: Date, timeZone: string): number => Date.parse(formatter({ timeZone }, "sv").format(at)) / DAY_MS;

/** The same by the visitor's own clock, without what makes Intl slow: it is asked for with every message. */
const dayHere = (at: Date): number => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / DAY_MS;

export const sameDay = (one: string, other: string): boolean => dayHere(new Date(one)) === dayHere(new Date(other));

export function day(at: string, now = new Date()): string {
  const then = new Date(at);
  const ago = dayHere(now) - dayHere(then);
  if (ago === 0 || ago === 1) return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(-ago, "day");
  if (ago > 1 && ago < 7) return format(then, { weekday: "long" });
  return format(then, { dateStyle: "long" });
}

/** What was told may be older than what it tells of: past its end it does not hold. */
export function isOpen(hours: Hours | null, now = new Date()): boolean {
  if (!hours) return true;
  if (hours.open) return !hours.closes_at || new Date(hours.closes_at) > now;
  return hours.opens_at !== null && new Date(hours.opens_at) <= now;
}

/** The business's clock, and which clock that is where the visitor's shows another time. */
function wall(at: Date, timeZone: string): string {
  const theirs = format(at, { ...CLOCK, timeZone });
  return theirs === at.toLocaleTimeString(locale(), CLOCK) ? theirs : format(at, { ...CLOCK, timeZone, timeZoneName: "short" });
}

function opening({ opens_at, time_zone: timeZone }: Hours, now: Date): string {
  const at = new Date(opens_at!);
  const time = wall(at, timeZone);
  const ahead = dayThere(at, timeZone) - dayThere(now, timeZone);
  if (ahead === 0) return t("opensAt", { time });
  const far: Intl.DateTimeFormatOptions = ahead < 7 ? {} : { day: "numeric", month: "long" };
  return t("opensOn", { day: format(at, { weekday: "long", timeZone, ...far }), time });
}

/** "We open on Monday at 9:00 AM.", or null while the business is open or has told no hours. */
export function closedUntil(hours: Hours | null, now = new Date()): string | null {
  if (!hours || isOpen(hours, now)) return null;
  if (!hours.opens_at || hours.open) return t("closed");
  try {
    return `${t("closed")} ${opening(hours, now)}`;
  } catch {
    return t("closed"); // a time zone that this browser does not know
  }
}

/** The short day of "sat" and the like; whatever else a class says is shown as it is. */
export function weekday(code: string): string {
  const at = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"].indexOf(code.slice(0, 3).toLowerCase());
  // The fourth of January 1970 was a Sunday.
  return at < 0 ? code : format(new Date((3 + at) * DAY_MS), { weekday: "short", timeZone: "UTC" });
}

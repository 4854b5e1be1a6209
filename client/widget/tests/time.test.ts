import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { clock, closedUntil, day, isOpen, weekday } from "../app/time";
import { load } from "../app/words";

const CHICAGO = "America/Chicago";
const closed = (opens_at: string | null, time_zone = CHICAGO) => ({ open: false, closes_at: null, opens_at, time_zone });

/** Newer ICU puts a narrow space before AM. */
const spaces = (text: string | null): string | null => text && text.replace(/\u202f/g, " ");

beforeEach(async () => {
  vi.stubEnv("TZ", CHICAGO);
  await load("en-US");
});
afterEach(() => void vi.unstubAllEnvs());

const MORNING = new Date("2026-11-26T05:00:00-06:00"); // a Thursday

test("the same day: the time alone", () => {
  expect(spaces(closedUntil(closed("2026-11-26T09:00:00-06:00"), MORNING))).toContain("We open at 9:00 AM.");
});

test("another day: the weekday too", () => {
  expect(spaces(closedUntil(closed("2026-11-27T09:30:00-06:00"), MORNING))).toContain("We open on Friday at 9:30 AM.");
});

test("a week away or more: the date, for a weekday alone would be this week's", () => {
  expect(spaces(closedUntil(closed("2026-12-03T09:00:00-06:00"), MORNING))).toContain("We open on Thursday, December 3 at 9:00 AM.");
});

test("the day is the business's, not the visitor's", () => {
  const late = new Date("2026-11-26T23:30:00-06:00"); // Friday already in Berlin
  vi.stubEnv("TZ", "Europe/Berlin");
  expect(spaces(closedUntil(closed("2026-11-27T09:00:00-06:00"), late))).toContain("We open on Friday at 9:00 AM CST.");
});

test("a visitor whose clock shows another time is told whose clock is meant", async () => {
  vi.stubEnv("TZ", "America/New_York");
  expect(spaces(closedUntil(closed("2026-11-26T09:00:00-06:00"), MORNING))).toContain("9:00 AM CST");
});

test("in the visitor's language and its way of writing times", async () => {
  await load("de-DE");
  expect(closedUntil(closed("2026-11-27T09:00:00-06:00"), MORNING)).toContain("Wir öffnen am Freitag um 9:00.");
  await load("es");
  expect(closedUntil(closed("2026-11-27T09:00:00-06:00"), MORNING)).toContain("Abrimos el viernes a las 9:00.");
});

test("open, or no hours told: nothing is said", () => {
  expect(closedUntil(null, MORNING)).toBeNull();
  expect(closedUntil({ open: true, closes_at: "2026-11-26T20:00:00-06:00", opens_at: null, time_zone: CHICAGO }, MORNING)).toBeNull();
});

test("what was told does not outlive what it tells of", () => {
  const open = { open: true, closes_at: "2026-11-26T04:00:00-06:00", opens_at: null, time_zone: CHICAGO };
  expect(isOpen(open, MORNING)).toBe(false);
  expect(closedUntil(open, MORNING)).toBe("We are closed right now. Write to us anyway: the assistant replies right away.");
  expect(isOpen(closed("2026-11-26T04:00:00-06:00"), MORNING)).toBe(true);
});

test("without a next opening, or in a zone that the browser does not know, it is just closed", () => {
  for (const hours of [closed(null), closed("2026-11-27T09:00:00-06:00", "Mars/Olympus")]) {
    expect(closedUntil(hours, MORNING)).toBe("We are closed right now. Write to us anyway: the assistant replies right away.");
  }
});

test("days have their names: today, yesterday, the weekday, the date", () => {
  const at = (ago: number): string => new Date(MORNING.getTime() - ago * 86_400_000).toISOString();
  expect([0, 1, 3, 10].map((ago) => day(at(ago), MORNING))).toEqual(["today", "yesterday", "Monday", "November 16, 2026"]);
});

test("days of a class and times of a message are written in the visitor's language", async () => {
  expect(["sat", "tue", "someday"].map(weekday)).toEqual(["Sat", "Tue", "someday"]);
  await load("fr");
  expect(weekday("sun")).toBe("dim.");
  expect(clock("2026-11-26T15:05:00Z")).toBe("9:05");
});

test("what is drawn again and again makes its formatters once", async () => {
  await load("de"); // no other test has made these
  const made = vi.spyOn(Intl, "DateTimeFormat");
  const draw = () => closedUntil(closed("2026-12-03T09:00:00-06:00"), MORNING);
  draw();
  const first = made.mock.calls.length;
  expect(first).toBeGreaterThan(0);
  draw();
  expect(made.mock.calls.length).toBe(first);
  made.mockRestore();
});

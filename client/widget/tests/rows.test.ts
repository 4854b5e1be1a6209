import { expect, test } from "vitest";
import { rows } from "../app/views/rows";
import { message } from "./examples";

const marks = (...held: ReturnType<typeof message>[]): string[] =>
  rows(held).map(({ day, first, last }) => [day && "day", first && "first", last && "last"].filter(Boolean).join(" "));

test("messages of one author within five minutes are one group, with one name and one time", () => {
  expect(marks(message("a", 0), message("b", 10), message("c", 400))).toEqual(["day first", "last", "first last"]);
});

test("another author, or another person of the team, begins a group", () => {
  const ana = { author: "person", name: "Ana" } as const;
  expect(marks(message("a", 0), message("b", 1, ana), message("c", 2, { ...ana, name: "Ben" }))).toEqual(["day first last", "first last", "first last"]);
});

test("a new day begins a group and is named", () => {
  expect(marks(message("a", 0), message("b", 86_400))).toEqual(["day first last", "day first last"]);
});

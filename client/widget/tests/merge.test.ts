import { expect, test } from "vitest";
import { merge, MOST, replace, unread } from "../app/state/merge";
import { message, messages } from "./examples";

const ids = (held: { id: string }[]): string[] => held.map(({ id }) => id);

test("new messages find their place by time, changed ones take the place of the old", () => {
  const held = [message("a", 1), message("c", 3)];
  const merged = merge(held, [message("b", 2), message("c", 3, { text: "changed" })]);
  expect(ids(merged)).toEqual(["a", "b", "c"]);
  expect(merged[2]!.text).toBe("changed");
  expect(held).toHaveLength(2);
});

test("the same message heard twice is there once, and messages of one moment keep one order", () => {
  const twice = [message("b", 1), message("a", 1)];
  expect(ids(merge(merge([], twice), twice))).toEqual(["a", "b"]);
});

test("of what was stored at one moment the visitor's word comes first", () => {
  const stop = message("z", 1, { author: "visitor" });
  expect(ids(merge([], [message("a", 1, { author: "system" }), stop]))).toEqual(["z", "a"]);
});

test("nothing heard changes nothing, not even the list", () => {
  const held = [message("a", 1)];
  expect(merge(held, [])).toBe(held);
});

test("the newest three hundred are kept", () => {
  const all = merge([], messages(MOST + 50));
  expect(all).toHaveLength(MOST);
  expect(all.at(-1)!.id).toBe(`m${MOST + 49}`);
});

test("a whole state keeps what is older where the two meet, and drops what is not there any more", () => {
  const held = [message("a", 1), message("b", 2), message("gone", 3), message("c", 4)];
  expect(ids(replace(held, [message("b", 2), message("c", 4), message("d", 5)]))).toEqual(["a", "b", "c", "d"]);
});

test("a whole state that does not meet what was there takes its place", () => {
  expect(ids(replace([message("a", 1)], [message("x", 8), message("y", 9)]))).toEqual(["x", "y"]);
  expect(replace([message("a", 1)], [])).toEqual([]);
});

test("unread are the others' messages after the one last seen", () => {
  const held = [
    message("a", 1, { author: "assistant" }),
    message("b", 2, { author: "visitor" }),
    message("c", 3, { author: "person" }),
    message("d", 4, { author: "system" }),
  ];
  expect([unread(held, "a"), unread(held, "c"), unread(held, null), unread(held, "unknown")]).toEqual([1, 0, 2, 2]);
});

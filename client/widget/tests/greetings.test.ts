import { expect, test } from "vitest";
import { greetingFor, matches } from "../shared/greetings";
import { fastest } from "./examples";

test.each([
  ["/classes", "/classes", true],
  ["/classes", "/classes/1", false],
  ["/classes*", "/classes", true],
  ["/classes*", "/classes/1", true],
  ["/classes/*", "/classes", false],
  ["*", "/", true],
  ["*/book", "/a/b/book", true],
  ["*/book", "/a/b/booking", false],
  ["/*/book*", "/en/book/now", true],
  ["/a*a", "/a", false],
  ["/a*a", "/aa", true],
  ["/a*b*c", "/a-b-c", true],
  ["/a*b*c", "/a-c-b", false],
  ["/a*bc*c", "/a-bc", false],
  ["/**", "/x", true],
  ["/a.c", "/abc", false],
  ["/(", "/(", true],
  ["", "/", false],
])("%s on %s: %s", (pattern, path, fits) => {
  expect(matches(pattern, path)).toBe(fits);
});

test("many stars against a long path cost nothing", () => {
  const [pattern, path] = [`${"*a".repeat(1_000)}b`, "a".repeat(100_000)];
  expect(matches(pattern, path)).toBe(false);
  expect(fastest(() => matches(pattern, path))).toBeLessThan(50);
});

const rule = (path: string) => ({ path, text: path, after_seconds: 0 });

test("the longest pattern that fits wins, the first of equals", () => {
  const rules = [rule("*"), rule("/classes*"), rule("/classes/swim*"), { ...rule("/classes*"), text: "second" }];
  expect(greetingFor(rules, "/classes/swim/1")?.text).toBe("/classes/swim*");
  expect(greetingFor(rules, "/classes/1")?.text).toBe("/classes*");
  expect(greetingFor(rules, "/about")?.text).toBe("*");
  expect(greetingFor([rule("/x")], "/about")).toBeNull();
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const FORBIDDEN = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|DOMParser|createContextualFragment|dangerously|setTimeout\(\s*["'`]/;

const sources = ["loader", "app", "shared"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(tsx?|css)$/.test(file))
    .map((file) => join(folder, file)),
);

test("there are sources to look at", () => {
  expect(sources.length).toBeGreaterThan(30);
});

test.each(sources)("%s makes nothing out of text that could run", (file) => {
  expect(readFileSync(join(ROOT, file), "utf8").match(FORBIDDEN)).toBeNull();
});

test("the loader sets no style attribute and writes no style element: a strict page forbids both", () => {
  const loader = sources.filter((file) => file.startsWith("loader")).map((file) => readFileSync(join(ROOT, file), "utf8"));
  for (const text of loader) expect(text).not.toMatch(/\.style\b|"style"\s*[,)]|cssText|setAttribute\("style/);
});

const SIDES =
  /(?:^|[\s;{])(?:(?:(?:margin|padding|border)-(?:left|right|top|bottom)|(?:max-|min-)?(?:width|height)|left|right|top|bottom)\s*:|(?:text-align|float)\s*:\s*(?:left|right))/m;

test.each(["app/app.css", "loader/style.ts"])("%s knows only logical sides", (file) => {
  const rules = readFileSync(join(ROOT, file), "utf8").replace(/@media[^{]*\{/g, "{");
  expect(rules.match(SIDES)).toBeNull();
});

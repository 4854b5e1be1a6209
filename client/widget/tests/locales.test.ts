import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { count, load, t } from "../app/words";
import { WORDS } from "../loader/words";
import { chooseLocale, LANGUAGES } from "../shared/languages";

type Told = Record<string, string | Record<string, string>>;

const FOLDER = join(import.meta.dirname, "../locales");
const read = (language: string): Told => JSON.parse(readFileSync(join(FOLDER, `${language}.json`), "utf8")) as Told;
const english = read("en");
const names = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
const anyForm = (words: string | Record<string, string>): string => (typeof words === "string" ? words : words.other!);

test("there is one file for each language", () => {
  expect(readdirSync(FOLDER).sort()).toEqual(LANGUAGES.map((language) => `${language}.json`).sort());
  expect(Object.keys(WORDS)).toEqual([...LANGUAGES]);
});

test.each(LANGUAGES)("%s has exactly English's keys, with the same gaps to fill", (language) => {
  const told = read(language);
  expect(Object.keys(told)).toEqual(Object.keys(english));
  for (const [key, words] of Object.entries(told)) {
    expect(anyForm(words).trim(), key).not.toBe("");
    expect(names(anyForm(words)), key).toEqual(names(anyForm(english[key]!)));
  }
});

test.each(LANGUAGES)("%s has the plural forms that its language has", (language) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
  for (const [key, words] of Object.entries(read(language))) {
    if (typeof words === "string") expect(typeof english[key], key).toBe("string");
    else expect(Object.keys(words).sort(), key).toEqual(forms);
  }
});

test.each(LANGUAGES.filter((language) => language !== "en"))("%s is translated", (language) => {
  const same = Object.entries(read(language)).filter(([key, words]) => JSON.stringify(words) === JSON.stringify(english[key]));
  // "Assistant", "Messages", "Suggestions", "Name", "Email" are words of other languages too.
  expect(same.map(([key]) => key).filter((key) => !["assistant", "log", "suggestions", "name", "email"].includes(key))).toEqual([]);
});

test("no line of French begins with a mark, for the space before it does not break", () => {
  const broken = Object.entries(read("fr")).filter(([, words]) => / [?!:;»]|« /.test(anyForm(words)));
  expect(broken.map(([key]) => key)).toEqual([]);
});

test("every key is used by a view", () => {
  const app = join(import.meta.dirname, "../app");
  const sources = readdirSync(app, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => readFileSync(join(app, file), "utf8"))
    .join("\n");
  const fields = ["name", "email", "phone", "offline", "lost", "refused"]; // by a variable: t(field), t(connection)
  expect(Object.keys(english).filter((key) => !fields.includes(key) && !sources.includes(`"${key}"`))).toEqual([]);
});

test("a number chooses its form and is written as the language writes it", async () => {
  await load("en-US");
  expect([count("places", 1), count("places", 2), count("tooLong", 1234)]).toEqual([
    "1 spot left",
    "2 spots left",
    "1,234 characters too many",
  ]);
  await load("fr-FR");
  expect([count("places", 0), count("places", 1), count("places", 2)]).toEqual(["0 place restante", "1 place restante", "2 places restantes"]);
});

test("what is filled in is not filled in again", async () => {
  await load("en");
  expect(t("isHuman", { name: "{n} $& Ana" })).toBe("You are talking to {n} $& Ana");
});

test("the visitor's first language that is ours is taken, else the business's, else English", () => {
  expect(chooseLocale(["ar", "es-MX", "en"], "de")).toBe("es-MX");
  expect(chooseLocale(["ar", "ja"], "de")).toBe("de");
  expect(chooseLocale([], "xx")).toBe("en");
});

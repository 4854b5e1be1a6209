/** The interface's words, in one language for as long as the page lives. */

import type english from "../locales/en.json";
import { language, type Language } from "../shared/languages";

export type Strings = typeof english;
type Plurals = { [K in keyof Strings]: Strings[K] extends string ? never : K }[keyof Strings];
export type Key = Exclude<keyof Strings, Plurals>;

/** Each has exactly English's keys, in the plural forms that it has itself: tests/locales.test.ts. */
const LOADERS: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import("../locales/en.json"),
  es: () => import("../locales/es.json"),
  fr: () => import("../locales/fr.json"),
  de: () => import("../locales/de.json"),
  pt: () => import("../locales/pt.json"),
  vi: () => import("../locales/vi.json"),
  zh: () => import("../locales/zh.json"),
};

let strings: Strings;
let tag = "en";

export function speak(locale: string, words: Strings): void {
  tag = locale;
  strings = words;
}

export async function load(locale: string): Promise<void> {
  speak(locale, (await LOADERS[language(locale) ?? "en"]()).default as Strings);
}

export const locale = (): string => tag;

/** What the server says to the visitor is English: who reads another language gets the view's own words instead. */
export const inEnglish = (sentence: string | undefined): string => (tag.startsWith("en") && sentence) || "";

type Values = Record<string, string | number>;

const fill = (text: string, values: Values): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

export const t = (key: Key, values: Values = {}): string => fill(strings[key], values);

/** "1 place", "2 places": the language's own rule says which form. */
export function count(key: Plurals, n: number): string {
  const forms = strings[key] as Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
  const form = forms[new Intl.PluralRules(tag).select(n)] ?? forms.other;
  return fill(form, { n: new Intl.NumberFormat(tag).format(n) });
}

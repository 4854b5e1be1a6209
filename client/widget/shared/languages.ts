/** Which of our languages a visitor reads, and which way their page runs. */

export const LANGUAGES = ["en", "es", "fr", "de", "pt", "vi", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

export function language(tag: string): Language | null {
  const base = tag.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((known) => known === base) ?? null;
}

/** The visitor's first language that is one of ours (with its region, for dates), else the business's. */
export const chooseLocale = (visitors: readonly string[], fallback: string): string =>
  visitors.find((tag) => language(tag)) ?? (language(fallback) ? fallback : "en");

type TextInfo = { direction?: "ltr" | "rtl" };
type WithTextInfo = Intl.Locale & { textInfo?: TextInfo; getTextInfo?: () => TextInfo };

/** The way a language is written, as the browser knows it; left to right where it does not say. */
export function direction(tag: string): "ltr" | "rtl" {
  try {
    const locale = new Intl.Locale(tag) as WithTextInfo;
    return (locale.getTextInfo?.() ?? locale.textInfo)?.direction ?? "ltr";
  } catch {
    return "ltr"; // not a language tag at all
  }
}

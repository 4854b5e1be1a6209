/** Which of our languages a visitor reads. */

export const LANGUAGES = ["en", "es", "fr", "de", "pt", "vi", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

export function language(tag: string): Language | null {
  const base = tag.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((known) => known === base) ?? null;
}

/** The visitor's first language that is one of ours (with its region, for dates), else the business's. */
export const chooseLocale = (visitors: readonly string[], fallback: string): string =>
  visitors.find((tag) => language(tag)) ?? (language(fallback) ? fallback : "en");

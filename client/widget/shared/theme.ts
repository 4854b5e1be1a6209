/** One colour of the business becomes a readable theme: WCAG 2 contrast, in light and in dark. */

export type Rgb = readonly [number, number, number];
export type Scheme = "light" | "dark";
export type Theme = { accent: string; onAccent: string; link: string };

export const TEXT = 4.5;
export const PART = 3;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/** The grounds that text and parts in the business's colour may lie on, the hardest of each scheme (app.css). */
export const GROUNDS: Record<Scheme, readonly Rgb[]> = {
  light: [[255, 255, 255], [243, 244, 246]],
  dark: [[23, 25, 29], [38, 41, 48]],
};

export function parse(color: string): Rgb {
  const FALLBACK = 0x0b6e4f;
  const bits = /^#[0-9a-f]{6}$/i.test(color) ? parseInt(color.slice(1), 16) : FALLBACK;
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}

export const css = (color: Rgb): string => `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

export const luminance = ([red, green, blue]: Rgb): number =>
  0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const mix = (from: Rgb, to: Rgb, share: number): Rgb =>
  from.map((part, at) => Math.round(part + ((to[at] ?? 0) - part) * share)) as unknown as Rgb;

/** The colour nearest to this one that stands out of all these grounds; 40 steps towards black or white end there. */
function readable(color: Rgb, grounds: readonly Rgb[], least: number, towards: Rgb): Rgb {
  for (let step = 0; step <= 40; step += 1) {
    const tried = mix(color, towards, step / 40);
    if (grounds.every((ground) => contrast(tried, ground) >= least)) return tried;
  }
  return towards;
}

/** The luminance up to which white reaches TEXT: (1 + 0.05) / (it + 0.05) = 4.5. Above it black has 4.67 and more. */
const DARK_ENOUGH = 0.1833;

const isBright = (ground: Rgb): boolean => luminance(ground) > DARK_ENOUGH;

export function theme(color: string, scheme: Scheme): Theme {
  const towards = scheme === "light" ? BLACK : WHITE;
  const grounds = GROUNDS[scheme];
  const accent = readable(parse(color), grounds, PART, towards);
  const link = readable(parse(color), grounds, TEXT, towards);
  return { accent: css(accent), onAccent: css(isBright(accent) ? BLACK : WHITE), link: css(link) };
}

/** For the launcher, whose ground is a page that we do not know: the business's colour as it is, and what reads on it. */
export const onColor = (color: string): string => (isBright(parse(color)) ? "#000000" : "#ffffff");

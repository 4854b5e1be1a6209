import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contrast, GROUNDS, onColor, parse, PART, TEXT, theme, type Rgb, type Scheme } from "../shared/theme";

/** Every colour of a grid over the whole cube, and some that a business really has. */
function colors(): string[] {
  const steps = Array.from({ length: 12 }, (_, at) => Math.round((at * 255) / 11).toString(16).padStart(2, "0"));
  const grid = steps.flatMap((red) => steps.flatMap((green) => steps.map((blue) => `#${red}${green}${blue}`)));
  return [...grid, "#0b6e4f", "#ffcc00", "#777777", "#767676", "#e5e5e5", "#1877F2"];
}

test.each<Scheme>(["light", "dark"])("whatever the colour, in %s every text has 4.5 to 1 and every part 3 to 1", (scheme) => {
  for (const color of colors()) {
    const { accent, onAccent, link } = theme(color, scheme);
    expect(contrast(parse(onAccent), parse(accent)), color).toBeGreaterThanOrEqual(TEXT);
    for (const ground of GROUNDS[scheme]) {
      expect(contrast(parse(accent), ground), color).toBeGreaterThanOrEqual(PART);
      expect(contrast(parse(link), ground), color).toBeGreaterThanOrEqual(TEXT);
    }
  }
});

test("what reads on the launcher has 4.5 to 1 on every colour", () => {
  for (const color of colors()) {
    const on = parse(onColor(color));
    expect(contrast(on, parse(color)), color).toBeGreaterThanOrEqual(TEXT);
  }
});

test("a colour that is readable already stays the business's own", () => {
  expect(theme("#0b6e4f", "light")).toEqual({ accent: "#0b6e4f", onAccent: "#ffffff", link: "#0b6e4f" });
});

test("what is no colour becomes ours", () => {
  expect(theme("url(evil)", "light").accent).toBe("#0b6e4f");
});

test("the grounds are those of the style sheet", () => {
  const sheet = readFileSync(join(import.meta.dirname, "../app/app.css"), "utf8");
  const [light, dark] = sheet.split('[data-scheme="dark"]') as [string, string];
  const ground = (part: string, name: string): string => new RegExp(`--${name}: (#[0-9a-f]{3,6});`).exec(part)![1]!;
  const full = (hex: string): Rgb => parse(hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex);
  expect([full(ground(light, "bg")), full(ground(light, "soft"))]).toEqual(GROUNDS.light);
  expect([full(ground(dark, "bg")), full(ground(dark, "soft"))]).toEqual(GROUNDS.dark);
});

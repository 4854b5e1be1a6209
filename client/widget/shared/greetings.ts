/** Which of the business's greetings belongs to a page. */

import type { GreetingRule } from "./protocol";

/** `*` stands for any characters, everything else for itself. Each part is sought once, from where the last one ended. */
export function matches(pattern: string, path: string): boolean {
  const parts = pattern.split("*");
  const last = parts.pop()!;
  let at = 0;
  const found = parts.every((part, index) => {
    const where = path.indexOf(part, at);
    at = where + part.length;
    return index ? where >= 0 : !where;
  });
  return found && (parts.length ? path.length - last.length >= at && path.endsWith(last) : path === last);
}

/** The rule with the longest pattern that fits: the most particular one. The first of equals. */
export function greetingFor(rules: GreetingRule[], path: string): GreetingRule | null {
  const fit = rules.filter((rule) => matches(rule.path, path));
  return fit.sort((one, other) => other.path.length - one.path.length)[0] ?? null;
}

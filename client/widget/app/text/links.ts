/** Which addresses may become links, and where they are in a plain text. */

const SCHEMES = ["http:", "https:", "mailto:", "tel:"];
const LONGEST = 2_000;

/** The address as a browser understands it, or null where it leads anywhere but the web, a mailbox or a phone. */
export function safeUrl(raw: string): string | null {
  // Browsers drop these inside a scheme ("java\nscript:"): an address that has them is none of a person's.
  if (raw.length > LONGEST || /[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(raw)) return null;
  try {
    const url = new URL(raw);
    const web = url.protocol.startsWith("http");
    if (!SCHEMES.includes(url.protocol) || (web && (!url.hostname || url.username || url.password))) return null;
    return url.href;
  } catch {
    return null;
  }
}

export type Piece = { text: string; href?: string };

const CANDIDATE = /(?:https?:\/\/|www\.)[^\s<>"'`]{1,2000}|(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g;

/** Sentence marks and a bracket that nothing opened belong to the sentence, not to the address. */
export function trimmed(found: string): string {
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found[end - 1]!;
    if (last === ")" && found.slice(0, end).includes("(")) break;
    if (!".,;:!?)]}…»”*_~".includes(last)) break;
  }
  return found.slice(0, end);
}

function href(found: string): string | null {
  if (/^https?:/i.test(found)) return safeUrl(found);
  return safeUrl(found.startsWith("www.") ? `https://${found}` : `mailto:${found}`);
}

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const found = trimmed(match[0]);
    const target = href(found);
    if (!target) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: found, href: target });
    from = match.index + found.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

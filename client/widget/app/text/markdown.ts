/**
 * The little Markdown that an assistant writes, as a tree. Whatever is not one of the marks below is text: HTML has no
 * way to become an element. One pass over lines, one pass over each line, so a text costs what it is long.
 */

import { linkify, safeUrl } from "./links";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "break" }
  | { kind: "strong" | "em"; inside: Inline[] }
  | { kind: "link"; href: string; inside: Inline[] };

export type Block =
  | { kind: "paragraph" | "heading"; inside: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; start: number; items: Inline[][] };

/** No answer is this long; what goes on behind it is shown as it is. */
const MARKED = 20_000;
const LONGEST = 100_000;
const DEEPEST = 4;
const LINK_WORDS = 500;
const LINK_URL = 2_000;
const BULLET = /^ {0,6}[-*+•][ \t]+([^]*)$/;
const NUMBER = /^ {0,6}(\d{1,9})[.)][ \t]+([^]*)$/;
const HEADING = /^ {0,3}#{1,6}[ \t]+([^]*)$/;
const FENCE = /^ {0,3}(```|~~~)/;

export function parse(source: string): Block[] {
  const lines = source.slice(0, MARKED).split(/\r\n?|\n/);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) at = block(lines, at, blocks);
  const rest = source.slice(MARKED, LONGEST);
  if (rest) blocks.push({ kind: "paragraph", inside: [{ kind: "text", text: rest }] });
  return blocks;
}

/** Reads one block at a line and answers where the next begins. */
function block(lines: string[], at: number, blocks: Block[]): number {
  const line = lines[at]!;
  if (!line.trim()) return at + 1;
  const fence = FENCE.exec(line)?.[1];
  if (fence) return code(lines, at + 1, fence, blocks);
  const heading = HEADING.exec(line);
  if (heading) {
    blocks.push({ kind: "heading", inside: inline(heading[1]!) });
    return at + 1;
  }
  return BULLET.test(line) || NUMBER.test(line) ? list(lines, at, blocks) : paragraph(lines, at, blocks);
}

/** An open fence runs to the end: an answer that is still being written has no other. */
function code(lines: string[], from: number, fence: string, blocks: Block[]): number {
  let at = from;
  while (at < lines.length && !lines[at]!.trimStart().startsWith(fence)) at += 1;
  blocks.push({ kind: "code", text: lines.slice(from, at).join("\n") });
  return at + 1;
}

function list(lines: string[], from: number, blocks: Block[]): number {
  const first = NUMBER.exec(lines[from]!);
  const mark = first ? NUMBER : BULLET;
  const items: string[] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at]!;
    const item = mark.exec(line);
    if (item) items.push(item.at(-1)!);
    else if (/^ {2,}\S/.test(line) && !BULLET.test(line) && !NUMBER.test(line)) items[items.length - 1] += `\n${line.trim()}`;
    else if (line.trim() || !mark.test(lines[at + 1] ?? "")) break;
  }
  blocks.push({ kind: "list", ordered: !!first, start: Number(first?.[1] ?? 1), items: items.map((item) => inline(item)) });
  return at;
}

function paragraph(lines: string[], from: number, blocks: Block[]): number {
  let at = from + 1;
  const ends = (line: string): boolean => !line.trim() || [FENCE, HEADING, BULLET, NUMBER].some((mark) => mark.test(line));
  while (at < lines.length && !ends(lines[at]!)) at += 1;
  blocks.push({ kind: "paragraph", inside: inline(lines.slice(from, at).join("\n")) });
  return at;
}

/** Where each mark is next, found at most once for each place: no text makes this walk the same ground twice. */
class Finder {
  private readonly next = new Map<string, number>();

  constructor(private readonly text: string) {}

  find(mark: string, from: number): number {
    const known = this.next.get(mark);
    if (known !== undefined && (known < 0 || known >= from)) return known;
    const found = this.text.indexOf(mark, from);
    this.next.set(mark, found);
    return found;
  }
}

type Taken = { node: Inline; end: number } | null;

export function inline(text: string, depth = 0, links = true): Inline[] {
  const out: Inline[] = [];
  const finder = new Finder(text);
  let plain = 0;
  for (let at = 0; at < text.length; ) {
    if (text[at] === "\\" && /[\\`*_[\]()#+.!~-]/.test(text[at + 1] ?? "")) {
      flush(out, text.slice(plain, at), links);
      plain = at + 1;
      at += 2;
      continue;
    }
    const taken = special(text, at, finder, depth, links);
    if (!taken) {
      at += 1;
      continue;
    }
    flush(out, text.slice(plain, at), links);
    out.push(taken.node);
    plain = at = taken.end;
  }
  flush(out, text.slice(plain), links);
  return out;
}

function flush(out: Inline[], text: string, links: boolean): void {
  if (!text) return;
  if (!links) return void out.push({ kind: "text", text });
  for (const piece of linkify(text)) {
    const node: Inline = { kind: "text", text: piece.text };
    out.push(piece.href ? { kind: "link", href: piece.href, inside: [node] } : node);
  }
}

function special(text: string, at: number, finder: Finder, depth: number, links: boolean): Taken {
  switch (text[at]) {
    case "\n":
      return { node: { kind: "break" }, end: at + 1 };
    case "`":
      return codeSpan(text, at, finder);
    case "[":
      return links ? link(text, at, finder, depth) : null;
    case "*":
    case "_":
      return depth < DEEPEST ? emphasis(text, at, finder, depth, links) : null;
    default:
      return null;
  }
}

function codeSpan(text: string, at: number, finder: Finder): Taken {
  const end = finder.find("`", at + 1);
  if (end <= at + 1) return null;
  return { node: { kind: "code", text: text.slice(at + 1, end) }, end: end + 1 };
}

const WORD = /[\p{L}\p{N}]/u;

function emphasis(text: string, at: number, finder: Finder, depth: number, links: boolean): Taken {
  const mark = text[at]!;
  const double = text[at + 1] === mark;
  const fence = double ? mark + mark : mark;
  const from = at + fence.length;
  // "2 * 3" and "snake_case" are no emphasis.
  if (!text[from] || /\s/.test(text[from]!) || (mark === "_" && WORD.test(text[at - 1] ?? ""))) return null;
  const end = finder.find(fence, from + 1);
  if (end < 0 || /\s/.test(text[end - 1]!) || (mark === "_" && WORD.test(text[end + fence.length] ?? ""))) return null;
  const inside = inline(text.slice(from, end), depth + 1, links);
  return { node: { kind: double ? "strong" : "em", inside }, end: end + fence.length };
}

/** `[words](address)`; words that claim another address than the one behind them lose to it. */
function link(text: string, at: number, finder: Finder, depth: number): Taken {
  const middle = finder.find("](", at + 1);
  const end = middle < 0 ? -1 : finder.find(")", middle + 2);
  if (end < 0 || middle - at > LINK_WORDS || end - middle > LINK_URL) return null;
  const href = safeUrl(text.slice(middle + 2, end).trim());
  const words = text.slice(at + 1, middle);
  if (!href || !words.trim()) return null;
  const inside = honest(words, href) ? inline(words, depth + 1, false) : [{ kind: "text", text: href } as Inline];
  return { node: { kind: "link", href, inside }, end: end + 1 };
}

/** Words that look like an address must name the very host that the link leads to. */
function honest(words: string, href: string): boolean {
  const named = /(?:https?:\/\/)?((?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,})/iu.exec(words.slice(0, 300))?.[1];
  if (!named) return true;
  const url = new URL(href);
  const host = url.protocol.startsWith("http") ? url.hostname : url.pathname.split("@").at(-1)!;
  const bare = (name: string): string => name.toLowerCase().replace(/^www\./, "");
  return bare(host) === bare(named);
}

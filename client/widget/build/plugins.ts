/** What a build leaves out, tells and refuses: Vite's preloading, the table of sizes, and the budgets. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

export const LOADER_BUDGET = 5 * 1024;
export const WHOLE_BUDGET = 30 * 1024;

type OutputFile = Rolldown.OutputBundle[string];
type Row = { what: string; raw: number; gzip: number };

const isChunk = (file: OutputFile): file is Rolldown.OutputChunk => file.type === "chunk";

function row(dist: string, file: string): Row {
  const content = readFileSync(join(dist, file));
  return { what: file, raw: content.length, gzip: gzipSync(content, { level: 9 }).length };
}

/** The package that weighs most, by what is left of it in the bundle before it is compressed. */
function largestDependency(chunks: Rolldown.OutputChunk[]): string {
  const sizes = new Map<string, number>();
  for (const [id, module] of chunks.flatMap((chunk) => Object.entries(chunk.modules))) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
    if (name) sizes.set(name, (sizes.get(name) ?? 0) + module.renderedLength);
  }
  const [name, size] = [...sizes].sort((a, b) => b[1] - a[1])[0] ?? ["none", 0];
  return `${name} (${size} B before minifying)`;
}

const isLocale = (file: string): boolean => /^app\/locale-/.test(file);
const sum = (rows: Row[]): number => rows.reduce((total, { gzip }) => total + gzip, 0);
const byGzip = (a: Row, b: Row): number => b.gzip - a.gzip;

function print(title: string, rows: Row[]): void {
  for (const { what, raw, gzip } of rows) {
    console.log(`${title.padEnd(8)} ${what.padEnd(34)} ${String(raw).padStart(7)} B ${String(gzip).padStart(7)} B gzip`);
  }
}

function check(what: string, size: number, budget: number): void {
  console.log(`${what}: ${size} of ${budget} B gzip`);
  if (size > budget) throw new Error(`${what} is over its budget by ${size - budget} B.`);
}

/** Vite's helper preloads what a chunk needs before it is fetched. Ours need nothing (vite.config.ts), so it only costs. */
export function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    load: (id) => (id === "\0vite/preload-helper.js" ? "export const __vitePreload = (fetched) => fetched();" : null),
  };
}

/** Prints the table and fails a build that weighs more than it may. */
export function budgets(dist: string): Plugin {
  let chunks: Rolldown.OutputChunk[] = [];
  return {
    name: "budgets",
    writeBundle(_options, bundle) {
      chunks = Object.values(bundle).filter(isChunk);
    },
    closeBundle() {
      if (!chunks.length) return;
      const loader = [row(dist, "widget.js")];
      const entry = chunks.filter((chunk) => chunk.isEntry || isStatic(chunk, chunks)).map((c) => row(dist, c.fileName));
      const css = readdirSync(join(dist, "app")).filter((file) => file.endsWith(".css")).map((f) => row(dist, `app/${f}`));
      const lazy = chunks.filter((chunk) => !chunk.isEntry && !isStatic(chunk, chunks)).map((c) => row(dist, c.fileName));
      const locales = lazy.filter((r) => isLocale(r.what)).sort(byGzip);
      print("loader", loader);
      print("app", entry);
      print("css", css);
      print("locale", locales);
      print("lazy", lazy.filter((r) => !isLocale(r.what)));
      console.log(`largest dependency: ${largestDependency(chunks)}`);
      check("Loader", sum(loader), LOADER_BUDGET);
      check("Loader, app, CSS and the largest locale", sum([...loader, ...entry, ...css, ...locales.slice(0, 1)]), WHOLE_BUDGET);
    },
  };
}

/** Whether the entry imports this chunk before it runs, so that every visitor pays for it. */
function isStatic(chunk: Rolldown.OutputChunk, all: Rolldown.OutputChunk[]): boolean {
  return all.some((other) => other !== chunk && other.imports.includes(chunk.fileName) && (other.isEntry || isStatic(other, all)));
}

/** Lighthouse on some pages in turn: `node measure.mjs CHROMIUM RUNS URL…`. A JSON line on standard output for each. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const [chromium, runs, ...urls] = process.argv.slice(2);

/** A browser of its own for each measurement: nothing of the one before is warm. */
async function measured(url) {
  const userDataDir = mkdtempSync(join(tmpdir(), "lighthouse-"));
  const chrome = await launch({ chromePath: chromium, chromeFlags: FLAGS, ignoreDefaultFlags: true, userDataDir });
  try {
    const onlyAudits = ["total-blocking-time", "cumulative-layout-shift", "network-requests"];
    const { lhr } = await lighthouse(url, { port: chrome.port, onlyAudits, output: "json", logLevel: "error" });
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    const requests = lhr.audits["network-requests"].details.items;
    return {
      url,
      blocking: lhr.audits["total-blocking-time"].numericValue,
      shift: lhr.audits["cumulative-layout-shift"].numericValue,
      requests: requests.map((one) => ({ url: one.url, bytes: one.transferSize })),
    };
  } finally {
    chrome.kill();
    rmSync(userDataDir, { recursive: true, force: true });
  }
}

for (let run = 0; run < Number(runs); run += 1) {
  for (const url of urls) console.log(JSON.stringify(await measured(url)));
}

/** From a script element to a widget, or to a word in the console about why there is none. */

import type { Config } from "../shared/protocol";
import { install, type Page } from "./api";
import { hidden, widget } from "./widget";

/** What to show, or null where this page has no chat; a server that is not there now is asked again. */
async function configOf(url: string): Promise<Config | null> {
  const TRIES = 4;
  const PAUSE_MS = 10_000;
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await fetch(url, { credentials: "omit", signal: AbortSignal.timeout(9e3) }).catch(() => null);
    if (answer?.ok) return answer.json();
    if (answer && answer.status < 429) {
      hidden(await answer.json().catch(() => answer.status));
      return null;
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS * tries));
  }
  return null;
}

export async function boot(script: HTMLScriptElement | null): Promise<void> {
  const key = encodeURIComponent(script?.dataset.key ?? "");
  if (!script || !key) return hidden("no data-key");
  const api = install(window as Page);
  if (!api) return hidden("included twice");
  const { origin } = new URL(script.src);
  const config = await configOf(`${origin}/chat-start/${key}`);
  if (!config) return;
  // Only the frame that came from where the script came from may be told of a visit.
  if (new URL(config.frame).origin !== origin) return hidden("frame of another origin");
  api.settle(widget(config, origin, key, api.emit));
  api.emit("ready");
}

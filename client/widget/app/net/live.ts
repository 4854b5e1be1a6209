/** chat-events, opened again and again for as long as somebody may look. */

import type { Conversation, Message } from "../../shared/protocol";
import { CallError, type Calls } from "./calls";
import { pause, sleep } from "./pauses";
import { serverEvents } from "./sse";

export type Told = { conversation: Conversation; messages: Message[]; whole?: boolean };
export type Hooks = {
  seen: () => string | null;
  told: (what: Told) => void;
  state: (state: "open" | "lost" | "refused") => void;
};

/** A comment comes every 15 seconds: three that are missing mean that nobody is there any more. */
const SILENCE_MS = 45_000;
const REST_MS = 1_000;
const HIDDEN_MS = 5 * 60_000;

export class Live {
  private stopped = new AbortController();
  private last: string | null = null;
  private running = false;
  private hidden = 0;

  constructor(
    private readonly calls: Calls,
    private readonly hooks: Hooks,
  ) {
    document.addEventListener("visibilitychange", () => this.visibility());
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.stopped = new AbortController();
    void this.loop(this.stopped.signal);
  }

  stop(): void {
    this.running = false;
    this.stopped.abort();
  }

  /** Another visit: what was heard before does not count. */
  reset(): void {
    this.last = null;
    if (!this.running) return;
    this.stop();
    this.start();
  }

  /** A page that nobody has looked at for five minutes costs nobody a connection. */
  private visibility(): void {
    clearTimeout(this.hidden);
    if (!document.hidden) return void (this.running && this.stopped.signal.aborted && this.revive());
    this.hidden = setTimeout(() => this.stopped.abort(), HIDDEN_MS) as unknown as number;
  }

  /** All anew: what is on the screen may be so old that its links to files lead nowhere. */
  private revive(): void {
    this.last = null;
    this.running = false;
    this.start();
  }

  private async loop(signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted; ) {
      const error = await this.once(signal).catch((raised: unknown) => raised);
      if (signal.aborted) return;
      if (!error) {
        tries = 0;
        await sleep(REST_MS, signal); // a server that ends each stream at once is not asked without end
        continue;
      }
      const refused = error instanceof CallError && !error.passes;
      // One break is nothing to speak of: the next try is a second away.
      if (refused || tries > 0 || !navigator.onLine) this.hooks.state(refused ? "refused" : "lost");
      const wait = error instanceof CallError ? error.retryAfter * 1000 : 0;
      await sleep(Math.max(wait, pause(refused ? 5 : tries++)), signal);
    }
  }

  private async once(signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const end = (): void => silence.abort();
    signal.addEventListener("abort", end);
    addEventListener("offline", end); // a stream may seem open long after its line has gone
    let timer: ReturnType<typeof setTimeout> | undefined;
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
    };
    try {
      await this.read(silence.signal, alive);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      removeEventListener("offline", end);
    }
  }

  private async read(signal: AbortSignal, alive: () => void): Promise<void> {
    const headers: Record<string, string> = this.last ? { "last-event-id": this.last } : {};
    const answer = await this.calls.post("chat-events", { seen: this.hooks.seen() }, { headers, signal });
    this.hooks.state("open");
    alive();
    for await (const { id, event, data } of serverEvents(answer.body!, alive)) {
      if (signal.aborted) return;
      if (event === "end") return;
      if (event === "state" || event === "changed") this.hooks.told(JSON.parse(data) as Told);
      if (id) this.last = id;
    }
    throw new CallError("network", ""); // it broke off without an end
  }
}

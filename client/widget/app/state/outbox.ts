/** What the visitor has said and the server has not yet stored: in order, kept over a reload, tried until it is. */

import type { File } from "../../shared/protocol";
import { CallError } from "../net/calls";
import { pause } from "../net/pauses";

export type Pending = {
  id: string;
  text: string;
  files: File[];
  page: string | null;
  at: string;
  state: "sending" | "slow" | "failed";
  why: string | null;
};

export type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;
export type Needs = {
  storage: Kept;
  send: (entry: Pending) => Promise<void>;
  changed: () => void;
  sleep: (ms: number) => Promise<void>;
  online: () => boolean;
};

const MOST = 50;
const TRIES = 6;
const DAY_MS = 86_400_000;

/** What was said days ago is not sent by itself any more: the visitor may have done without. */
const aged = (entry: Pending): Pending => (Date.now() - Date.parse(entry.at) > DAY_MS ? { ...entry, state: "failed" } : entry);

/**
 * The list lies in storage, which tabs of one visit share: each change is made to what lies there. A tab sends what was
 * said in it, and what it found when it came; should two send the same, the server stores it once.
 */
export class Outbox {
  entries: Pending[] = [];
  private readonly mine: Set<string>;
  private durable = true;
  private running = false;
  private ended = false;
  private tries = 0;

  constructor(
    private readonly key: string,
    private readonly needs: Needs,
  ) {
    this.entries = this.read();
    this.mine = new Set(this.entries.map(({ id }) => id));
  }

  private read(): Pending[] {
    if (!this.durable) return this.entries;
    try {
      const kept: unknown = JSON.parse(this.needs.storage.getItem(this.key) ?? "[]");
      return Array.isArray(kept) ? (kept as Pending[]).slice(-MOST).map(aged) : [];
    } catch {
      return [];
    }
  }

  private save(change: (entries: Pending[]) => Pending[]): void {
    const entries = change(this.read());
    this.entries = entries;
    try {
      if (entries.length) this.needs.storage.setItem(this.key, JSON.stringify(entries));
      else this.needs.storage.removeItem(this.key);
    } catch {
      this.durable = false; // no storage, or none left: the queue lasts as long as the page
    }
    this.needs.changed();
  }

  private change(id: string, part: Partial<Pending>): void {
    this.save((entries) => entries.map((entry) => (entry.id === id ? { ...entry, ...part } : entry)));
  }

  add(entry: Pending): void {
    this.mine.add(entry.id);
    this.save((entries) => [...entries, entry].slice(-MOST));
    void this.run();
  }

  /** Another tab has changed what lies in storage. */
  reread(): void {
    this.entries = this.read();
  }

  drop(id: string): void {
    if (this.entries.some((entry) => entry.id === id)) this.save((entries) => entries.filter((entry) => entry.id !== id));
  }

  retry(id: string): void {
    this.tries = 0;
    this.mine.add(id);
    this.change(id, { state: "sending", why: null, at: new Date().toISOString() });
    void this.run();
  }

  /** One at a time and in order; a message that was refused does not hold up the next one. */
  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (let next = this.next(); next && !this.ended && this.needs.online(); next = this.next()) await this.attempt(next);
    } finally {
      this.running = false;
    }
  }

  private next(): Pending | undefined {
    return this.entries.find((entry) => entry.state !== "failed" && this.mine.has(entry.id));
  }

  /** The visit is over: what was still to be sent was meant for nobody else. */
  end(): void {
    this.ended = true;
    this.save(() => []);
  }

  private async attempt(entry: Pending): Promise<void> {
    try {
      await this.needs.send(entry);
      this.tries = 0;
      this.drop(entry.id);
    } catch (error) {
      await this.failed(entry, error);
    }
  }

  private async failed(entry: Pending, error: unknown): Promise<void> {
    if (this.ended) return;
    const passes = error instanceof CallError && error.passes;
    if (!passes || (this.tries >= TRIES && this.needs.online())) {
      this.tries = 0;
      return this.change(entry.id, { state: "failed", why: error instanceof CallError ? error.detail : null });
    }
    if (error.code === "too_many_requests") this.change(entry.id, { state: "slow" });
    await this.needs.sleep(Math.max(error.retryAfter * 1000, pause(this.tries++)));
  }
}

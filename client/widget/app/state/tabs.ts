/** Tabs of one site that show the same visit: what is said in one appears in the others at once. */

import type { Message } from "../../shared/protocol";

/** What the storage that they share holds is looked up there; only messages are told. */
export type Shared = { messages?: Message[] };

export class Tabs {
  private channel: BroadcastChannel | null = null;

  constructor(private readonly heard: (what: Shared) => void) {}

  join(visit: string): void {
    this.channel?.close();
    try {
      this.channel = new BroadcastChannel(`chattercheetah:${visit}`);
      this.channel.onmessage = ({ data }) => this.heard(data as Shared);
    } catch {
      this.channel = null; // a browser that keeps frames apart: each tab hears of it from the server
    }
  }

  tell(what: Shared): void {
    this.channel?.postMessage(what);
  }
}

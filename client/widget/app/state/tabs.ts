/** Tabs of one site that show the same visit: what is said in one appears in the others at once. */

import type { Message } from "../../shared/protocol";
import type { Pending } from "./outbox";

export type Shared = { pending?: Pending[]; messages?: Message[]; seen?: string };

export class Tabs {
  private channel: BroadcastChannel | null = null;

  constructor(private readonly heard: (what: Shared) => void) {}

  join(visit: string): void {
    this.channel?.close();
    if (typeof BroadcastChannel === "undefined") return;
    this.channel = new BroadcastChannel(`chattercheetah:${visit}`);
    this.channel.onmessage = ({ data }) => this.heard(data as Shared);
  }

  tell(what: Shared): void {
    this.channel?.postMessage(what);
  }
}

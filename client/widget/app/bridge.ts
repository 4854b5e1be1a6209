/** The frame's side of docs/chat.md, postMessage: says "ready", takes one start from a page that may, then the port. */

import type { FromFrame, Start, ToFrame } from "../shared/protocol";

export type Bridge = { start: Start; send: (message: FromFrame) => void; listen: (heard: (message: ToFrame) => void) => void };

/** The pages that may hold this frame, as its document says; the server's frame-ancestors says the same. */
export function origins(body: HTMLElement): string[] {
  try {
    const told: unknown = JSON.parse(body.dataset.origins ?? "[]");
    return Array.isArray(told) ? told.filter((origin) => typeof origin === "string") : [];
  } catch {
    return [];
  }
}

export function connect(self: Window, allowed: string[]): Promise<Bridge> {
  return new Promise((done) => {
    const heard = ({ source, origin, data, ports }: MessageEvent): void => {
      const port = ports[0];
      if (source !== self.parent || !allowed.includes(origin) || data?.chattercheetah !== "start" || !port) return;
      self.removeEventListener("message", heard);
      done(bridge(data as Start, port));
    };
    self.addEventListener("message", heard);
    self.parent.postMessage({ chattercheetah: "ready" }, "*"); // says nothing, so anybody may hear it
  });
}

function bridge(start: Start, port: MessagePort): Bridge {
  return {
    start,
    send: (message) => port.postMessage(message),
    listen: (heard) => {
      port.onmessage = ({ data }) => heard(data as ToFrame);
    },
  };
}

/** The iframe and the only conversation that the page has with it (docs/chat.md, postMessage). */

import type { FromFrame, Start, ToFrame } from "../shared/protocol";
import { el } from "./dom";

export type Frame = { element: HTMLIFrameElement; send(message: ToFrame): void };
export type Needs = {
  title: string;
  src: string;
  origin: string;
  start: () => Promise<Start | null>;
  open: () => boolean;
  receive: (message: FromFrame) => void;
};

/**
 * Nothing is allowed to it that a frame of another origin may not do anyway. No `sandbox`: with scripts and its own
 * origin, which it needs, that keeps out little, and Chromium warns of the pair in the business's own console.
 */
export function frame({ title, src, origin, start, open, receive }: Needs): Frame {
  const element = el("iframe", { title, src, referrerPolicy: "origin" });
  let port: MessagePort | undefined;

  const send = (message: ToFrame): void => port?.postMessage(message);

  /** A frame that is loaded again says "ready" again, and is told all that holds by now over another port. */
  addEventListener("message", async (event) => {
    const target = element.contentWindow;
    if (!target || event.source !== target || event.origin !== origin || event.data?.chattercheetah !== "ready") return;
    const message = await start();
    if (!message) return;
    const { port1, port2 } = new MessageChannel();
    port = port1;
    port.onmessage = ({ data }) => receive(data);
    target.postMessage(message, origin, [port2]);
    send({ type: "shown", open: open() });
  });
  return { element, send };
}

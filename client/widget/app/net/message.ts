/** chat-message: one message goes out, and the stream of its answer comes back, across breaks of the line. */

import type { Conversation, Message } from "../../shared/protocol";
import { CallError, type Calls } from "./calls";
import { pause, sleep } from "./pauses";
import { serverEvents, type ServerEvent } from "./sse";

export type Outgoing = { id: string; text: string; files: string[]; page: string | null; work: string | null };
export type Heard = {
  accepted: (message: Message) => void;
  typing: () => void;
  text: (answer: string, text: string) => void;
  replaced: (answer: string) => void;
  /** `written`: the answer whose units this stream has brought last; the stored message has an id of its own. */
  answer: (message: Message, written: string | null) => void;
  waiting: (conversation: Conversation) => void;
};

const SILENCE_MS = 60_000;
const TRIES = 4;
const REMEMBERED = 999;

/** Units that were heard, of whatever stream: that of a second message begins with the answer that is being written. */
const known = new Set<string>();

type Progress = { accepted: boolean; last: string | null; written: string | null };

/**
 * Resolves when the answer has come or nothing more will come here; throws only while the message is not stored.
 * After that the answer is fetched again from where it stopped, a few times; then chat-events brings it.
 */
export async function deliver(calls: Calls, outgoing: Outgoing, heard: Heard): Promise<void> {
  const { visit } = calls.sessions.visit;
  const progress: Progress = { accepted: false, last: null, written: null };
  for (let tries = 0; ; tries += 1) {
    try {
      if (await stream(calls, outgoing, heard, progress)) return;
      if (!progress.accepted) throw new CallError("network", "");
    } catch (error) {
      // A line that breaks raises what the browser likes; only our own errors say that trying again is no use.
      if (!progress.accepted) throw error instanceof CallError ? error : new CallError("network", "");
    }
    if (tries >= TRIES) return;
    await sleep(pause(tries));
    if (calls.sessions.visit.visit !== visit) return; // what was said in one visit is not asked about in another
  }
}

/** True when the stream came to its end. */
async function stream(calls: Calls, outgoing: Outgoing, heard: Heard, progress: Progress): Promise<boolean> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  const headers: Record<string, string> = progress.last ? { "last-event-id": progress.last } : {};
  try {
    const answer = await calls.post("chat-message", outgoing, { headers, signal: silence.signal });
    alive();
    for await (const event of serverEvents(answer.body!, alive)) if (take(event, heard, progress)) return true;
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function take({ id, event, data }: ServerEvent, heard: Heard, progress: Progress): boolean {
  const told = JSON.parse(data);
  switch (event) {
    case "accepted":
      progress.accepted = true;
      heard.accepted(told.message);
      break;
    case "typing":
      heard.typing();
      break;
    case "text":
      progress.last = id;
      progress.written = told.answer;
      if (!known.has(id!)) heard.text(told.answer, told.text);
      known.add(id!);
      for (const oldest of known) if (known.size > REMEMBERED) known.delete(oldest);
      break;
    case "replaced":
      heard.replaced(told.answer);
      break;
    case "answer":
      heard.answer(told.message, progress.written);
      break;
    case "waiting":
      heard.waiting(told.conversation);
      break;
    case "error":
      // Where it is not stored yet, this is the refusal of the message itself.
      if (!progress.accepted) throw new CallError(told.error, told.detail);
      return true;
    case "end":
      return true;
  }
  return false;
}

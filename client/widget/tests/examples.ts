/** What the server might say, for tests. */

import type { Config, Conversation, Message, Visit } from "../shared/protocol";

export const message = (id: string, second: number, part: Partial<Message> = {}): Message => ({
  id,
  client_id: null,
  author: "assistant",
  name: null,
  text: id,
  at: new Date(Date.UTC(2026, 10, 26, 2, 0, second)).toISOString(),
  kind: "reply",
  language: "en",
  state: "sent",
  files: [],
  cards: [],
  ...part,
});

export const messages = (many: number): Message[] => Array.from({ length: many }, (_, at) => message(`m${at}`, at));

export const visit = (part: Partial<Visit> = {}): Visit => ({
  session: "session-1",
  expires_in: 900,
  resume: "resume-1",
  visit: "0123456789abcdef0123456789abcdef",
  fresh: true,
  identified: false,
  work: null,
  ...part,
});

export const conversation = (part: Partial<Conversation> = {}): Conversation => ({
  owner: "ai",
  by: null,
  opted_out: false,
  blocked: false,
  identified: false,
  claims: { name: null, email: null, phone: null },
  rating: null,
  asks_contact: false,
  hours: null,
  ...part,
});

export const config = (part: Partial<Config> = {}): Config => ({
  functions: "https://functions.example",
  frame: "https://widget.example/chat-frame/K1",
  name: "Testing Agency",
  color: "#0b6e4f",
  scheme: "auto",
  position: "end",
  locale: "en",
  greeting: "Hi!",
  greetings: [],
  suggestions: [],
  form: null,
  hours: null,
  uploads: true,
  identity: true,
  ...part,
});

const TRIES = 10;

/** The milliseconds that something takes at its best: others work on this machine too, and the first runs are compiled. */
export function fastest(what: () => unknown): number {
  const times = Array.from({ length: TRIES }, () => {
    const begun = performance.now();
    what();
    return performance.now() - begun;
  });
  return Math.min(...times);
}

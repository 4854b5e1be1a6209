/** What is on the screen, out of what was there and what was heard. Pure functions. */

import type { Message } from "../../shared/protocol";

export const MOST = 300;

/** What one commit stores is of one moment: then the visitor's word comes before the answer to it. */
const rank = ({ at, author, id }: Message): string => at + +(author !== "visitor") + id;
const order = (one: Message, other: Message): number => (rank(one) < rank(other) ? -1 : 1);

const newest = (messages: Message[]): Message[] => messages.sort(order).slice(-MOST);

/** New ones in their place, changed ones in place of the old. */
export function merge(held: Message[], heard: Message[]): Message[] {
  if (!heard.length) return held;
  const byId = new Map(held.map((message) => [message.id, message]));
  for (const message of heard) byId.set(message.id, message);
  return newest([...byId.values()]);
}

/** The newest fifty: what is older than they are stays where the two belong together, everything else goes. */
export function replace(held: Message[], whole: Message[]): Message[] {
  const first = [...whole].sort(order)[0];
  const ids = new Set(whole.map(({ id }) => id));
  if (!first || !held.some(({ id }) => ids.has(id))) return newest([...whole]);
  return newest([...held.filter((message) => !ids.has(message.id) && order(message, first) < 0), ...whole]);
}

/** Where a message stands, and before all where it is not held: what was seen only ever moves on. */
const place = (messages: Message[], seen: string | null): number => messages.findIndex(({ id }) => id === seen);

export const later = (messages: Message[], one: string | null, other: string | null): string | null =>
  place(messages, one) > place(messages, other) ? one : other;

/** How many of others' messages came after the one that was last on the screen. */
export function unread(messages: Message[], seen: string | null): number {
  return messages.slice(place(messages, seen) + 1).filter(({ author }) => author === "assistant" || author === "person").length;
}

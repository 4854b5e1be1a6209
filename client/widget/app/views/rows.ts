/** Messages as rows: where a day begins, who speaks anew, and under which message the time stands. */

import type { Message } from "../../shared/protocol";
import { sameDay } from "../time";

export type Row = { message: Message; day: boolean; first: boolean; last: boolean };

const TOGETHER_MS = 5 * 60_000;

function together(one: Message | undefined, other: Message | undefined): boolean {
  if (!one || !other || one.author !== other.author || one.name !== other.name) return false;
  return Date.parse(other.at) - Date.parse(one.at) < TOGETHER_MS && sameDay(one.at, other.at);
}

export const rows = (messages: Message[]): Row[] =>
  messages.map((message, at) => {
    const before = messages[at - 1];
    const after = messages[at + 1];
    const day = !before || !sameDay(before.at, message.at);
    return { message, day, first: !together(before, message), last: !together(message, after) };
  });

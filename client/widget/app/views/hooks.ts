/** The few hooks that views share. */

import { useEffect, useReducer } from "preact/hooks";
import type { Chat } from "../chat";
import type { State } from "../state/state";

export function useChat(chat: Chat): State {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  useEffect(() => chat.store.subscribe(() => redraw(undefined)), [chat]);
  return chat.state;
}

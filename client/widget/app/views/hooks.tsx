/** What views share: the state, and parts of the screen that are fetched when they are needed. */

import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useReducer } from "preact/hooks";
import type { Chat } from "../chat";
import type { State } from "../state/state";

export function useChat(chat: Chat): State {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  // In the layout phase: an effect comes after painting, and what changes until then would not be drawn.
  useLayoutEffect(() => chat.store.subscribe(() => redraw(undefined)), [chat]);
  return chat.state;
}

/** Most visitors never rate, never attach a file: they do not pay for it. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let Loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, redraw] = useReducer((turn: number) => turn + 1, 0);
    useEffect(() => {
      if (Loaded) return;
      load().then(
        (loaded) => {
          Loaded = loaded;
          redraw(undefined);
        },
        () => void dispatchEvent(new Event("gone")), // the next one who needs it asks again
      );
    }, []);
    return Loaded ? <Loaded {...props} /> : null;
  };
}

/** The whole chat. */

import { useEffect } from "preact/hooks";
import type { Chat } from "../chat";
import { Composer } from "./composer";
import { Header } from "./header";
import { useChat } from "./hooks";
import { Log } from "./log";

export function App({ chat }: { chat: Chat }) {
  const state = useChat(chat);
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) chat.close();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [chat]);
  return (
    <main class="app">
      <Header chat={chat} state={state} />
      <Log chat={chat} state={state} />
      <Composer chat={chat} state={state} />
      <p class="hidden" role="status" aria-live="polite" key="live">
        <span key={state.announced.turn}>{state.announced.text}</span>
      </p>
    </main>
  );
}

/** The whole chat. */

import { useEffect } from "preact/hooks";
import type { Chat } from "../chat";
import { introduces, spoken, type State } from "../state/state";
import { t } from "../words";
import { Composer, Stopped } from "./composer";
import { Header } from "./header";
import { lazy, useChat } from "./hooks";
import { Icon } from "./icons";
import { Log } from "./log";

const Lightbox = lazy(async () => (await import("./lightbox")).Lightbox);

function Banner({ chat, state: { connection, trouble } }: { chat: Chat; state: State }) {
  const words = connection === "offline" || connection === "lost" || connection === "refused" ? t(connection) : trouble;
  if (!words) return null;
  return (
    <div class="banner" role="alert">
      <Icon name="alert" />
      <span>{words}</span>
      {words === trouble && (
        <button class="round" type="button" aria-label={t("dismiss")} onClick={() => chat.store.set({ trouble: null })}>
          <Icon name="close" size={16} />
        </button>
      )}
    </div>
  );
}

function Offers({ chat, state }: { chat: Chat; state: State }) {
  const { config, conversation, messages, writing, typing } = state;
  if (introduces(state) && config.form!.required) return null;
  if (!spoken(state) && !state.fresh && state.connection === "opening") return null;
  const suggestions = spoken(state) ? [] : config.suggestions;
  const answered = messages.some(({ author }) => author === "assistant");
  const person = answered && conversation?.owner === "ai" && !writing && !typing;
  if (!suggestions.length && !person) return null;
  return (
    <ul class="offers" aria-label={t("suggestions")}>
      {suggestions.map((text) => (
        <li key={text}>
          <button type="button" dir="auto" onClick={() => chat.say(text)}>
            {text}
          </button>
        </li>
      ))}
      {person && (
        <li>
          <button type="button" onClick={() => void chat.handoff()}>
            <Icon name="person" size={16} />
            {t("handoff")}
          </button>
        </li>
      )}
    </ul>
  );
}

const FOCUS_TRIES = 10;
const FOCUS_PAUSE_MS = 40;

/**
 * Where the focus lies when the chat opens: in the composer, unless that would bring up a phone's keyboard unasked.
 * The page shows the frame in another process: for a moment it is inert here still, and takes no focus. Whoever has
 * touched something by then is left where they are.
 */
function useFocus(shown: boolean): void {
  useEffect(() => {
    if (!shown) return;
    const wanted = matchMedia("(pointer: coarse)").matches ? [] : [".write textarea", ".form input"];
    let tries = 0;
    const timer = setInterval(() => {
      const found = [...wanted, "h1"].map((one) => document.querySelector<HTMLElement>(one));
      const target = found.find((one) => one);
      target?.focus();
      if (document.activeElement === target || ++tries > FOCUS_TRIES) clearInterval(timer);
    }, FOCUS_PAUSE_MS);
    const stop = (): void => clearInterval(timer);
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, stop, { once: true });
    return stop;
  }, [shown]);
}

export function App({ chat }: { chat: Chat }) {
  const state = useChat(chat);
  const { conversation, announced, enlarged } = state;
  useFocus(state.shown);
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      // The old code of the key tells of an input method: then it ends what is being composed, not the chat.
      if (event.key === "Escape" && event.keyCode !== 229 && !event.defaultPrevented && !document.querySelector("dialog")) chat.close();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [chat]);
  const stopped = conversation?.opted_out || conversation?.blocked;
  return (
    <main class="app" key={state.visit}>
      <Header chat={chat} state={state} />
      <Log chat={chat} state={state} />
      <Banner chat={chat} state={state} />
      {!stopped && <Offers chat={chat} state={state} />}
      {stopped ? <Stopped chat={chat} blocked={conversation.blocked} /> : <Composer chat={chat} state={state} />}
      {enlarged && <Lightbox chat={chat} file={enlarged} />}
      <div class="hidden" role="status" aria-live="polite">
        <p key={announced.turn} lang={announced.language} dir="auto">
          {announced.text}
        </p>
      </div>
    </main>
  );
}

/** Who one is talking to, what else one may do, and the way out. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat";
import { spoken, type Panel, type State } from "../state/state";
import { closedUntil } from "../time";
import { t } from "../words";
import { Icon } from "./icons";

export const hoursOf = ({ conversation, config }: State) => conversation?.hours ?? config.hours;

function status(state: State): string {
  const { conversation } = state;
  switch (conversation?.owner) {
    case "human":
      return conversation.by ? t("isHuman", { name: conversation.by }) : t("isTeam");
    case "waiting":
      return t("isWaiting");
    case "resolved":
      return t("isResolved");
    default:
      return closedUntil(hoursOf(state)) ? t("isClosed") : t("isAssistant");
  }
}

type Choice = [words: string, act: () => void];

function choices(chat: Chat, state: State): Choice[] {
  const { conversation, identified } = state;
  const panel = (form: Panel["form"]): (() => void) => () => chat.store.set({ panel: { form } });
  const all: [boolean, ...Choice][] = [
    [!conversation || conversation.owner === "ai" || conversation.owner === "resolved", t("handoff"), () => void chat.handoff()],
    [!identified && !conversation?.identified, t("contactOffer"), panel("contact")],
    [spoken(state), t("rate"), panel("rating")],
  ];
  return all.filter(([there]) => there).map(([, ...choice]) => choice);
}

function Menu({ chat, state }: { chat: Chat; state: State }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    box.current!.querySelector<HTMLElement>("li button")?.focus();
    const away = ({ target }: Event): void => {
      if (!box.current!.contains(target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("focusin", away);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", away);
    };
  }, [open]);
  const shut = (event: KeyboardEvent): void => {
    if (!open || event.key !== "Escape") return;
    event.preventDefault(); // closes the menu, not the chat
    setOpen(false);
    button.current!.focus();
  };
  return (
    <div class="menu" ref={box} onKeyDown={shut}>
      <button class="round" type="button" ref={button} aria-label={t("more")} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="more" />
      </button>
      {open && (
        <ul>
          {choices(chat, state).map(([words, act]) => (
            <li key={words}>
              <button
                type="button"
                onClick={() => {
                  setOpen(false);
                  button.current!.focus();
                  act();
                }}
              >
                {words}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Header({ chat, state }: { chat: Chat; state: State }) {
  const { config, conversation } = state;
  const away = conversation?.owner !== "human" && closedUntil(hoursOf(state));
  return (
    <header>
      <span class="avatar" aria-hidden="true">
        {[...config.name][0]}
      </span>
      <div class="who">
        <h1 tabIndex={-1}>{config.name}</h1>
        <p class={away ? "away" : "here"}>{status(state)}</p>
      </div>
      <Menu chat={chat} state={state} />
      <button class="round" type="button" aria-label={t("close")} onClick={chat.close}>
        <Icon name="close" />
      </button>
    </header>
  );
}

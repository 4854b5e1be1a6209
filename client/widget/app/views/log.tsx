/** What was said, oldest first, and what is being written. */

import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { greetingFor } from "../../shared/greetings";
import type { Chat } from "../chat";
import { MOST } from "../state/merge";
import { introduces, spoken, type State } from "../state/state";
import { closedUntil, day } from "../time";
import { count, t } from "../words";
import { hoursOf } from "./header";
import { lazy } from "./hooks";
import { Icon } from "./icons";
import { Said, Waiting } from "./message";
import { rows } from "./rows";
import { Markdown, Plain } from "./text";

const Contact = lazy(async () => (await import("./contact")).Contact);
const Rating = lazy(async () => (await import("./rating")).Rating);

const NEAR = 80;

/** The greeting of the page that the visitor is on, else the one for all pages. */
function greeting({ config, page }: State): string | null {
  const path = page ? new URL(page).pathname : "/";
  return greetingFor(config.greetings, path)?.text ?? config.greeting;
}

/** When somebody will be here: before the visitor has spoken, and while they wait for a person and nothing else says so. */
function Closed({ state }: { state: State }) {
  const closed = closedUntil(hoursOf(state));
  if (!closed) return null;
  return (
    <li class="said system">
      <p class="bubble">{closed}</p>
    </li>
  );
}

function Beginning({ chat, state }: { chat: Chat; state: State }) {
  const text = greeting(state);
  const loading = !state.fresh && state.connection === "opening" && !spoken(state);
  return (
    <>
      {state.messages.length >= MOST && <li class="said system">{t("earlier")}</li>}
      {text && state.messages.length < MOST && (
        <li class="said assistant first last">
          <span class="name">{state.config.name}</span>
          <div class="bubble" dir="auto">
            <Plain text={text} />
          </div>
        </li>
      )}
      {!spoken(state) && <Closed state={state} />}
      {loading && (
        <li class="ghosts" aria-hidden="true">
          <div class="ghost" />
          <div class="ghost short" />
        </li>
      )}
      {introduces(state) && (
        <li class="form">
          <Contact chat={chat} state={state} intro />
        </li>
      )}
    </>
  );
}

function End({ chat, state }: { chat: Chat; state: State }) {
  const { writing, typing, conversation, panel, messages } = state;
  const ended = conversation?.owner === "resolved" && !conversation.blocked && conversation.rating === null;
  const rate = panel?.form === "rating" || (ended && messages.length > 0);
  const contact = panel?.form === "contact" || (conversation?.asks_contact && conversation.owner !== "human" && !state.contacted);
  return (
    <>
      {writing && (
        <li class="said assistant first">
          <span class="name">{t("assistant")}</span>
          <div class="bubble" dir="auto">
            <Markdown text={writing.text} />
          </div>
        </li>
      )}
      {typing && (
        <li class="said assistant first">
          <div class="bubble typing">
            <span class="hidden">{t("typing")}</span>
            <i />
            <i />
            <i />
          </div>
        </li>
      )}
      {conversation?.owner === "waiting" && messages.at(-1)?.author !== "system" && <Closed state={state} />}
      {contact && !introduces(state) && (
        <li class="form">
          <Contact chat={chat} state={state} />
        </li>
      )}
      {rate && (
        <li class="form">
          <Rating chat={chat} state={state} />
        </li>
      )}
    </>
  );
}

/** Keeps the newest in sight for as long as the visitor has not scrolled up. Before the first word, the greeting is. */
function useNewest({ messages, pending }: State) {
  const log = useRef<HTMLDivElement>(null);
  const begun = !!messages[0] || !!pending[0];
  const stuck = useRef(begun);
  const [away, setAway] = useState(false);
  const jump = (smooth = false): void => {
    const box = log.current;
    if (!box) return; // another visit has taken this log's place
    stuck.current = true;
    box.scrollTo({ top: box.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    setAway(false);
  };
  const last = useRef(0);
  const scrolled = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = log.current!;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    // What grows below does not move the log: only who scrolls up lets go of the newest.
    if (near) stuck.current = true;
    else if (scrollTop < last.current) stuck.current = false;
    last.current = scrollTop;
    setAway(!stuck.current);
  };
  useLayoutEffect(() => void (begun && jump()), [begun, !!pending[0]]);
  useEffect(() => {
    // Pictures, forms and the growing composer move what is below them.
    const watch = new ResizeObserver(() => stuck.current && jump());
    watch.observe(log.current!);
    watch.observe(log.current!.firstElementChild!);
    return () => watch.disconnect();
  }, []);
  return { log, away, jump, scrolled };
}

/** How many messages have come since the visitor scrolled up. */
function useMissed(state: State, away: boolean): number {
  const from = useRef(0);
  const total = state.messages.length;
  if (!away) from.current = total;
  return Math.max(0, total - from.current);
}

export function Log({ chat, state }: { chat: Chat; state: State }) {
  const { log, away, jump, scrolled } = useNewest(state);
  const missed = useMissed(state, away);
  const { messages, pending, connection, shown } = state;
  useEffect(() => {
    // What was clicked may be gone by its own click: from here the keyboard goes on.
    if (shown && document.hasFocus() && document.activeElement === document.body) log.current?.focus({ preventScroll: true });
  });
  const ordered = useMemo(() => rows(messages), [messages]);
  return (
    <div class="middle">
      {/* Not live itself: it would read every unit of an answer as it comes. The region below the composer says whole answers. */}
      <div class="log" ref={log} role="log" aria-live="off" aria-label={t("log")} tabIndex={0} onScroll={scrolled}>
        <ol>
          <Beginning chat={chat} state={state} />
          {ordered.map(({ message, day: begins, first, last }) => (
            <Fragment key={message.id}>
              {begins && (
                <li class="day">
                  <time dateTime={message.at.slice(0, 10)}>{day(message.at)}</time>
                </li>
              )}
              <Said message={message} first={first} last={last} chat={chat} />
            </Fragment>
          ))}
          {pending.map((entry) => (
            <Waiting key={entry.id} entry={entry} chat={chat} offline={connection === "offline"} />
          ))}
          <End chat={chat} state={state} />
        </ol>
      </div>
      {away && (
        <button class="jump" type="button" aria-label={t("newest")} onClick={() => jump(true)}>
          {missed > 0 && <span>{count("fresh", missed)}</span>}
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}

/** The loader as a whole: shows the launcher, and opens the frame when the visitor means to. */

import { greetingFor } from "../shared/greetings";
import { chooseLocale, language } from "../shared/languages";
import { isRefusal, type Config, type FromFrame, type Refusal, type Start, type Visit } from "../shared/protocol";
import type { Acts, Emit } from "./api";
import { frame, type Frame } from "./frame";
import { shell } from "./shell";
import { pageUrl, visits } from "./visits";
import { WORDS } from "./words";

type Timer = ReturnType<typeof setTimeout>;

export const hidden = (why: unknown): void => console.info("ChatterCheetah is hidden:", why);

export function widget(config: Config, origin: string, key: string, emit: Emit): Acts {
  const locale = chooseLocale(navigator.languages, config.locale);
  const dir = getComputedStyle(document.documentElement).direction as "ltr" | "rtl";
  const storageKey = `chattercheetah:${key}`;
  const visit = visits(`${config.functions}/chat-start/${key}`, storageKey, locale);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const dark = (): boolean => (config.scheme === "auto" ? scheme.matches : config.scheme === "dark");
  let chat: Frame | null = null;
  let open = false;
  let page: string;
  let known: string | false;
  let greeted: string;
  let greeting: Timer;
  let slow: Timer;

  const view = shell(config, WORDS[language(locale)!], dir, {
    intent: prewarm,
    toggle: () => (open ? acts.close() : acts.open()),
    retry: load,
  });
  const paint = (): void => view.paint(dark());

  /** What an answer of chat-start changes on the page; false where the widget has vanished by it. */
  function welcome(answer: Visit | Refusal): boolean {
    if (!isRefusal(answer)) {
      // Once for each visit, not with each session of it.
      const now = answer.identified && answer.visit;
      if (now && now !== known) emit("identified");
      known = now;
    } else if (["origin_refused", "unknown_widget"].includes(answer.error)) {
      // This page is not the business's, or has no chat any more.
      hidden(answer);
      view.host.remove();
      return false;
    }
    return true;
  }

  async function start(): Promise<Start | null> {
    const answer = visit.current() ?? (await visit.start());
    if (!welcome(answer)) return null;
    const colors = dark() ? "dark" : "light";
    return { chattercheetah: "start", config, visit: answer, locale, page: pageUrl(), colors, dir };
  }

  async function renew(): Promise<void> {
    const answer = await visit.start();
    if (!welcome(answer)) return;
    // Somebody signed in, and nobody could say whether the chat that is on the screen is theirs.
    if (known && !visit.current()) load();
    else chat!.send({ type: "visit", ...answer });
  }

  const heard: { [T in FromFrame["type"]]: (message: Extract<FromFrame, { type: T }>) => void } = {
    renew,
    close: () => acts.close(),
    unread({ count }) {
      view.count(count);
      emit("unread", count);
    },
    message: ({ author }) => emit("message", { author }),
    loaded() {
      clearTimeout(slow);
      view.wait("done");
    },
    spoken: visit.spoken,
  };

  /** Who enlarges the page with two fingers sees less of it, but it has not become smaller. */
  const fit = (): void => {
    const seen = visualViewport;
    if (seen && seen.scale < 1.1) view.fit(seen);
  };

  /** First intent: only now is storage read, a session drawn and the frame loaded. */
  function prewarm(): void {
    if (chat) return;
    void visit.start();
    chat = frame({
      title: `Chat – ${config.name}`,
      src: config.frame,
      origin,
      start,
      open: () => open,
      // A frame may be newer than the script that the page has kept, and say what nobody here knows.
      receive: (message) => heard[message.type]?.(message as never),
    });
    load();
  }

  /** The frame from its beginning, at once and without a step in the history: nothing that it knew is left. */
  function load(): void {
    const SLOW_MS = 20_000;
    known = false;
    view.count(0);
    emit("unread", 0);
    view.wait("busy");
    clearTimeout(slow);
    slow = setTimeout(() => view.wait("failed"), SLOW_MS);
    view.panel.append(chat!.element);
  }

  /** Pages that change their address without loading; browsers without the Navigation API tell of going back only. */
  function turnPage(): void {
    if (page === pageUrl()) return;
    page = pageUrl();
    chat?.send({ type: "page", url: page });
    clearTimeout(greeting);
    view.greet("");
    const rule = greetingFor(config.greetings, location.pathname);
    if (!rule || rule.text === greeted) return;
    greeting = setTimeout(() => view.greet((greeted = rule.text)), rule.after_seconds * 1000);
  }

  const acts: Acts = {
    open() {
      if (open) return;
      prewarm();
      fit();
      view.show((open = true));
      chat!.send({ type: "shown", open });
      chat!.element.focus();
      emit("open");
    },
    close() {
      if (!open) return;
      view.show((open = false));
      chat!.send({ type: "shown", open });
      emit("close");
    },
    /** Before the frame is there the token waits for the first intent; afterwards the visit is told at once. */
    identify(token) {
      visit.identify(token);
      if (chat) void renew();
    },
    logout() {
      visit.forget();
      if (chat) load();
    },
  };

  /** What another tab has kept or forgotten holds here too; no key: everything is forgotten. */
  async function stored({ key: changed, newValue }: StorageEvent): Promise<void> {
    if ((changed && changed !== storageKey) || !chat) return;
    if (newValue === null) acts.logout();
    else if (await visit.join(newValue)) void chat.send({ type: "visit", ...visit.current()! });
  }

  paint();
  scheme.onchange = paint;
  // Not in the body, which some sites exchange for that of the next page.
  document.documentElement.append(view.host);
  addEventListener("storage", stored);
  // A page that comes back by the Back button has heard of nothing meanwhile.
  addEventListener("pageshow", () => visit.lost() && acts.logout());
  for (const change of ["resize", "scroll"]) visualViewport?.addEventListener(change, fit);
  (window as { navigation?: EventTarget }).navigation?.addEventListener("currententrychange", turnPage);
  addEventListener("popstate", turnPage);
  turnPage();
  return acts;
}

/** The loader as a whole: shows the launcher, and opens the frame when the visitor means to. */

import { greetingFor } from "../shared/greetings";
import { chooseLocale, language } from "../shared/languages";
import { isRefusal, type Config, type FromFrame, type Refusal, type Start, type Visit } from "../shared/protocol";
import type { Acts, Emit } from "./api";
import { frame, type Frame } from "./frame";
import { shell } from "./shell";
import { pageUrl, visits } from "./visits";
import { WORDS } from "./words";

const SLOW_MS = 20_000;

export const hidden = (why: unknown): void => console.info("ChatterCheetah is hidden:", why);

/** These end the widget on this page: it is not the business's, or has no chat any more. */
const GONE = ["origin_refused", "unknown_widget"];

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
  let greeting: number;
  let slow: number;

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
    } else if (GONE.includes(answer.error)) {
      hidden(answer);
      view.host.remove();
      return false;
    }
    return true;
  }

  async function start(): Promise<Start | null> {
    const answer = visit.current() ?? (await visit.start());
    const colors = dark() ? "dark" : "light";
    return welcome(answer)
      ? { chattercheetah: "start", config, visit: answer, locale, page: pageUrl(), colors, dir }
      : null;
  }

  async function renew(): Promise<void> {
    const answer = await visit.start();
    if (welcome(answer)) chat?.send({ type: "visit", ...answer });
  }

  function heard(message: FromFrame): void {
    switch (message.type) {
      case "renew":
        return void renew();
      case "close":
        return acts.close();
      case "unread":
        view.count(message.count);
        return emit("unread", message.count);
      case "message":
        return emit("message", { author: message.author });
      case "loaded":
        clearTimeout(slow);
        return view.wait("done");
      case "spoken":
        return visit.spoken();
    }
  }

  const fit = (): void => void (visualViewport && view.fit(visualViewport));

  /** First intent: only now is storage read, a session drawn and the frame loaded. */
  function prewarm(): void {
    if (chat) return;
    void visit.start();
    chat = frame({ title: `Chat – ${config.name}`, origin, start, open: () => open, receive: heard });
    view.panel.append(chat.element);
    load();
  }

  function load(): void {
    view.wait("busy");
    slow = window.setTimeout(() => view.wait("failed"), SLOW_MS);
    chat!.element.src = config.frame;
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
    greeting = window.setTimeout(() => view.greet((greeted = rule.text)), rule.after_seconds * 1000);
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
      view.count(0);
      if (chat) void renew();
    },
  };

  /** What another tab has kept or forgotten holds here too. */
  async function stored({ key: changed, newValue }: StorageEvent): Promise<void> {
    if (changed !== storageKey || !chat) return;
    if (newValue === null) acts.logout();
    else if (await visit.join(newValue)) void chat.send({ type: "visit", ...visit.current()! });
  }

  paint();
  scheme.onchange = paint;
  (document.body ?? document.documentElement).append(view.host);
  addEventListener("storage", stored);
  for (const change of ["resize", "scroll"]) visualViewport?.addEventListener(change, fit);
  (window as { navigation?: EventTarget }).navigation?.addEventListener("currententrychange", turnPage);
  addEventListener("popstate", turnPage);
  turnPage();
  return acts;
}

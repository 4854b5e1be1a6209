/** The launcher, the greeting and the panel, in a closed shadow root that neither reads nor moves the page. */

import type { Config } from "../shared/protocol";
import { onColor } from "../shared/theme";
import { el } from "./dom";
import { STYLE } from "./style";
import type { Words } from "./words";

export type Acts = { intent(): void; toggle(): void; retry(): void };

export type Shell = {
  host: HTMLElement;
  panel: HTMLElement;
  paint(dark: boolean): void;
  /** The keyboard of a phone covers the page; the panel fills what is left of it. */
  fit(view: { height: number; offsetTop: number }): void;
  show(open: boolean): void;
  count(unread: number): void;
  /** A greeting beside the launcher; an empty one takes it away. */
  greet(text: string): void;
  /** What lies over the frame until it has painted: a spinner, or what to do. */
  wait(state: "busy" | "failed" | "done"): void;
};

function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

export function shell({ color, position }: Config, words: Words, dir: string, acts: Acts): Shell {
  const [openWord, closeWord, unreadWord, dismiss, failed] = words;
  const aria = (element: Element, name: string, value: unknown): void => element.setAttribute("aria-" + name, `${value}`);
  const button = (className: string, onclick: () => void, ...inside: (Node | string)[]) =>
    el("button", { type: "button", className, onclick }, ...inside);
  const badge = el("span", { className: "badge" });
  const launcher = button("launcher", acts.toggle, el("i"), el("i"), badge);
  const over = el("div", { className: "wait" });
  const panel = el("div", { className: "panel", inert: true }, over);
  const root = el("div", { dir }, launcher, panel);
  const host: HTMLElement = document.createElement("chatter-cheetah");
  const view = sheet("");
  let bubble: HTMLElement | undefined;
  let open = false;
  let unread = 0;

  const label = (): void => {
    badge.hidden = !unread;
    badge.textContent = unread > 9 ? "9+" : `${unread}`;
    const more = unread ? `, ${unread} ${unreadWord}` : "";
    aria(launcher, "label", open ? closeWord : openWord + more);
    aria(launcher, "expanded", open);
  };
  const greet = (text: string): void => {
    bubble?.remove();
    if (!text || open) return;
    const say = button("", acts.toggle, text);
    const shut = button("", () => (greet(""), launcher.focus()), "×");
    aria(shut, "label", dismiss);
    bubble = el("div", { className: "bubble", dir: "auto" }, say, shut);
    bubble.setAttribute("role", "status");
    say.onpointerenter = acts.intent;
    root.prepend(bubble);
  };

  const shadow = host.attachShadow({ mode: "closed" });
  shadow.adoptedStyleSheets = [sheet(STYLE), sheet(`.root{--accent:${color};--on:${onColor(color)}}`), view];
  shadow.append(root);
  launcher.onpointerenter = launcher.onfocus = acts.intent;
  root.onkeydown = ({ key }) => {
    if (open && key === "Escape") acts.toggle();
  };
  label();

  return {
    host,
    panel,
    greet,
    paint: (dark) => void (root.className = `root ${position} ${dark ? "dark" : ""} ${open ? "open" : ""}`),
    fit: ({ height, offsetTop }) => view.replaceSync(`.root{--height:${height}px;--top:${offsetTop}px}`),
    show(so) {
      open = so;
      // Back to where the visitor came from; a page that closes the chat itself keeps its focus.
      const inside = document.activeElement === host;
      root.classList.toggle("open", open);
      panel.inert = !open;
      greet("");
      if (inside) launcher.focus();
      label();
    },
    count(so) {
      unread = so;
      label();
    },
    wait(state) {
      over.hidden = state === "done";
      over.replaceChildren(state === "failed" ? button("", acts.retry, failed) : "");
    },
  };
}

/** The frame's entry: waits for the page's start, then draws. */

import { render } from "preact";
import { isRefusal, type Start, type ToFrame, type Visit } from "../shared/protocol";
import { language } from "../shared/languages";
import { theme, type Scheme } from "../shared/theme";
import "./app.css";
import { connect, origins, type Bridge } from "./bridge";
import { Chat } from "./chat";
import { load } from "./words";
import { App } from "./views/app";
import { Closed, Skeleton } from "./views/outside";

function paint(scheme: Scheme, color: string): void {
  const { style, dataset } = document.documentElement;
  const { accent, onAccent, link } = theme(color, scheme);
  dataset.scheme = scheme;
  style.setProperty("--accent", accent);
  style.setProperty("--on-accent", onAccent);
  style.setProperty("--link", link);
}

/** The page says how it begins; where the business leaves it to the visitor, their system may change its mind. */
function dress({ config, colors, dir, locale }: Start): void {
  const root = document.documentElement;
  root.lang = language(locale) ?? "en";
  root.dir = dir;
  document.title = config.name;
  paint(colors, config.color);
  if (config.scheme !== "auto") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => paint(dark.matches ? "dark" : "light", config.color));
}

/** The visit of the start, or the one that comes when "try again" has helped. */
function visitOf({ start, send, listen }: Bridge, root: HTMLElement): Promise<{ visit: Visit; open: boolean }> {
  let open = false;
  let refused = false;
  const renew = (): void => send({ type: "renew" });
  return new Promise((done) => {
    const take = (answer: Visit | { error: string }): void => {
      refused = isRefusal(answer as Visit);
      if (!refused) return done({ visit: answer as Visit, open });
      render(<Closed retry={renew} close={() => send({ type: "close" })} />, root);
    };
    listen((message: ToFrame) => {
      if (message.type === "visit") take(message);
      if (message.type !== "shown") return;
      open = message.open;
      if (!open || !refused) return;
      refused = false;
      renew(); // what was refused while nobody looked may be minutes ago
    });
    take(start.visit as Visit);
  });
}

async function main(root: HTMLElement): Promise<void> {
  render(<Skeleton />, root);
  const bridge = await connect(window, origins(document.body));
  dress(bridge.start);
  await load(bridge.start.locale);
  bridge.send({ type: "loaded" });
  const { visit, open } = await visitOf(bridge, root);
  const chat = new Chat(bridge, visit, open);
  render(<App chat={chat} />, root);
}

void main(document.getElementById("app")!).catch((error: unknown) => console.error(error));

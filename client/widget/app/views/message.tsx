/** One message: its words, its files, its classes, and below the last of a group when it was and how far it came. */

import { Component } from "preact";
import type { Message } from "../../shared/protocol";
import type { Chat } from "../chat";
import type { Pending } from "../state/outbox";
import { author } from "../text/announce";
import { clock } from "../time";
import { t } from "../words";
import { lazy } from "./hooks";
import { Icon } from "./icons";
import { Markdown, Plain } from "./text";

const Files = lazy(async () => (await import("./extras")).Files);
const Cards = lazy(async () => (await import("./extras")).Cards);

type SaidProps = { message: Message; first: boolean; last: boolean; chat: Chat };

/** Drawn again only when something of it has changed: a log of 300 is not parsed with every word that streams in. */
export class Said extends Component<SaidProps> {
  override shouldComponentUpdate({ message, first, last }: SaidProps): boolean {
    return message !== this.props.message || first !== this.props.first || last !== this.props.last;
  }

  render({ message, first, last, chat }: SaidProps) {
    const { author: who, text, files, cards, language } = message;
    const name = author(message, chat.state.config.name);
    return (
      <li class={`said ${who}${first ? " first" : ""}${last ? " last" : ""}`}>
        {first && who !== "visitor" && who !== "system" ? <span class="name">{name}</span> : <span class="hidden">{name}</span>}
        {text && (
          <div class="bubble" lang={language ?? undefined} dir="auto">
            {who === "assistant" ? <Markdown text={text} /> : <Plain text={text} />}
          </div>
        )}
        {files.length > 0 && <Files files={files} chat={chat} />}
        {cards.length > 0 && <Cards cards={cards} chat={chat} />}
        {last && who !== "system" && (
          <p class="state">
            <time dateTime={message.at}>{clock(message.at)}</time>
            {who === "visitor" && (
              <>
                {" · "}
                {t("sent")}
                <Icon name="check" size={14} />
              </>
            )}
          </p>
        )}
      </li>
    );
  }
}

function Way({ entry, chat, offline }: { entry: Pending; chat: Chat; offline: boolean }) {
  if (entry.state === "failed") {
    return (
      <p class="state failed">
        <span>
          <Icon name="alert" size={14} />
          {entry.why || t("failed")}
        </span>
        <button class="quiet" type="button" onClick={() => chat.again(entry.id)}>
          {t("again")}
        </button>
        <button class="quiet" type="button" onClick={() => chat.discard(entry.id)}>
          {t("discard")}
        </button>
      </p>
    );
  }
  return (
    <p class="state">
      <Icon name="clock" size={14} />
      {t(offline ? "queued" : entry.state === "slow" ? "slow" : "sending")}
    </p>
  );
}

export const Waiting = ({ entry, chat, offline }: { entry: Pending; chat: Chat; offline: boolean }) => (
  <li class="said visitor pending first last">
    <span class="hidden">{t("you")}</span>
    {entry.text && (
      <div class="bubble" dir="auto">
        <Plain text={entry.text} />
      </div>
    )}
    {entry.files.length > 0 && <Files files={entry.files} chat={chat} />}
    <Way entry={entry} chat={chat} offline={offline} />
  </li>
);

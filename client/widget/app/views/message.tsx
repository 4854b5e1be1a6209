/** One message: its words, its files, its classes, and below the last of a group when it was and how far it came. */

import { Component, type ComponentChildren } from "preact";
import type { Card, File, Message } from "../../shared/protocol";
import type { Chat } from "../chat";
import type { Pending } from "../state/outbox";
import { author } from "../text/announce";
import { safeUrl } from "../text/links";
import { clock, weekday } from "../time";
import { count, t } from "../words";
import { Icon } from "./icons";
import { Markdown, Plain } from "./text";

const SHOWN = /^image\/(jpeg|png|gif|webp)$/;

function Attached({ file, chat }: { file: File; chat: Chat }) {
  const href = safeUrl(file.url);
  if (href && SHOWN.test(file.type)) {
    return (
      <button class="picture" type="button" aria-label={t("enlarge", { name: file.name })} onClick={() => chat.store.set({ enlarged: file })}>
        <img src={href} alt={file.name} loading="lazy" decoding="async" />
      </button>
    );
  }
  const inside = (
    <>
      <Icon name="file" />
      <span dir="auto">{file.name}</span>
    </>
  );
  if (!href) return <span class="file">{inside}</span>;
  return (
    <a class="file" href={href} target="_blank" rel="noopener noreferrer nofollow" title={t("download", { name: file.name })}>
      {inside}
    </a>
  );
}

const Line = ({ icon, children }: { icon: "day" | "pin"; children: ComponentChildren }) => (
  <p>
    <Icon name={icon} size={16} />
    <span dir="auto">{children}</span>
  </p>
);

function ClassCard({ card, chat }: { card: Card; chat: Chat }) {
  const when = [card.days.map(weekday).join(", "), card.times].filter(Boolean).join(" · ");
  return (
    <li class="card">
      <h2 dir="auto">{card.name}</h2>
      {when && <Line icon="day">{when}</Line>}
      {card.location && <Line icon="pin">{card.location}</Line>}
      <div class="facts">
        {card.openings !== null && <strong>{count("places", card.openings)}</strong>}
        {card.fee && <span>{t("fee", { fee: card.fee })}</span>}
        <button class="quiet" type="button" onClick={() => chat.draft(t("askText", { name: card.name }))}>
          {t("askAbout")}
          <span class="hidden">: {card.name}</span>
        </button>
      </div>
    </li>
  );
}

type SaidProps = { message: Message; first: boolean; last: boolean; chat: Chat };

/** Drawn again only when something of it has changed: a log of 300 is not parsed with every word that streams in. */
export class Said extends Component<SaidProps> {
  override shouldComponentUpdate({ message, first, last }: SaidProps): boolean {
    return message !== this.props.message || first !== this.props.first || last !== this.props.last;
  }

  render({ message, first, last, chat }: SaidProps) {
    const { author: who, text, files, cards } = message;
    const name = author(message, chat.state.config.name);
    return (
      <li class={`said ${who}${first ? " first" : ""}${last ? " last" : ""}`}>
        {first && who !== "visitor" && who !== "system" ? <span class="name">{name}</span> : <span class="hidden">{name}</span>}
        {text && (
          <div class="bubble" dir="auto">
            {who === "assistant" ? <Markdown text={text} /> : <Plain text={text} />}
          </div>
        )}
        {files.length > 0 && (
          <div class="files">
            {files.map((file) => (
              <Attached key={file.id} file={file} chat={chat} />
            ))}
          </div>
        )}
        {cards.length > 0 && (
          <ul class="cards">
            {cards.map((card) => (
              <ClassCard key={card.id} card={card} chat={chat} />
            ))}
          </ul>
        )}
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
        <Icon name="alert" size={14} />
        <span>{entry.why || t("failed")}</span>
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
    {entry.files.length > 0 && (
      <div class="files">
        {entry.files.map((file) => (
          <Attached key={file.id} file={file} chat={chat} />
        ))}
      </div>
    )}
    <Way entry={entry} chat={chat} offline={offline} />
  </li>
);

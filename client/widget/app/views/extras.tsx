/** What some messages carry besides words: files and classes. */

import type { ComponentChildren } from "preact";
import type { Card, File } from "../../shared/protocol";
import type { Chat } from "../chat";
import { safeUrl } from "../text/links";
import { clock, weekday } from "../time";
import { count, t } from "../words";
import { Sign } from "./signs";

const SHOWN = /^image\/(jpeg|png|gif|webp)$/;

function Attached({ file, chat }: { file: File; chat: Chat }) {
  const href = file.url && safeUrl(file.url);
  if (href && SHOWN.test(file.type)) {
    return (
      <button class="picture" type="button" aria-label={t("enlarge", { name: file.name })} onClick={() => chat.store.set({ enlarged: file })}>
        <img src={href} alt={file.name} loading="lazy" decoding="async" />
      </button>
    );
  }
  const inside = (
    <>
      <Sign name="file" />
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
    <Sign name={icon} size={16} />
    <span dir="auto">{children}</span>
  </p>
);

/** "16:45-17:30" as the visitor's language writes it. A class has no date, and no zone but its own. */
const span = (times: string): string =>
  times.replace(/\d+:\d\d/g, (wall) => clock(`2000-01-01T${wall.padStart(5, "0")}`)).replace("-", "–");

function ClassCard({ card, chat }: { card: Card; chat: Chat }) {
  const when = [card.days.map(weekday).join(", "), span(card.times ?? "")].filter(Boolean).join(" · ");
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

export const Files = ({ files, chat }: { files: File[]; chat: Chat }) => (
  <div class="files">
    {files.map((file) => (
      <Attached key={file.id} file={file} chat={chat} />
    ))}
  </div>
);

export const Cards = ({ cards, chat }: { cards: Card[]; chat: Chat }) => (
  <ul class="cards">
    {cards.map((card) => (
      <ClassCard key={card.id} card={card} chat={chat} />
    ))}
  </ul>
);

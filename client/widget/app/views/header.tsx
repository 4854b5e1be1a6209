/** Who one is talking to, and the way out. */

import type { Chat } from "../chat";
import type { State } from "../state/state";
import { t } from "../words";
import { Icon } from "./icons";

function status({ conversation, config }: State): string {
  const hours = conversation?.hours ?? config.hours;
  if (conversation?.owner === "human") return conversation.by ? t("isHuman", { name: conversation.by }) : t("isTeam");
  if (conversation?.owner === "waiting") return t("isWaiting");
  if (conversation?.owner === "resolved") return t("isResolved");
  return hours && !hours.open ? t("closed") : t("isAssistant");
}

export function Header({ chat, state }: { chat: Chat; state: State }) {
  return (
    <header>
      <div class="who">
        <h1>{state.config.name}</h1>
        <p>{status(state)}</p>
      </div>
      <button class="round" type="button" aria-label={t("close")} onClick={chat.close}>
        <Icon name="close" />
      </button>
    </header>
  );
}

/** Where the visitor writes. Enter sends, Shift+Enter makes a line. */

import { useRef, useState } from "preact/hooks";
import type { Chat } from "../chat";
import type { State } from "../state/state";
import { t } from "../words";
import { Icon } from "./icons";

export const LONGEST = 4_000;

export function Composer({ chat }: { chat: Chat; state: State }) {
  const [text, setText] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const send = (): void => {
    const said = text.trim();
    if (!said || said.length > LONGEST) return;
    chat.say(said);
    setText("");
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={area}
        rows={1}
        value={text}
        aria-label={t("composer")}
        placeholder={t("placeholder")}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button class="send" type="submit" aria-label={t("send")} disabled={!text.trim()}>
        <Icon name="send" />
      </button>
    </form>
  );
}

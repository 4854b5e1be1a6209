/** What was said, oldest first, and what is being written. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../shared/protocol";
import type { Chat } from "../chat";
import type { State } from "../state/state";
import { author } from "../text/announce";
import { t } from "../words";
import { Markdown, Plain } from "./text";

function Said({ message, business }: { message: Message; business: string }) {
  return (
    <li class={`said ${message.author}`}>
      <span class="hidden">{author(message, business)}</span>
      <div class="bubble" dir="auto">
        {message.author === "assistant" ? <Markdown text={message.text} /> : <Plain text={message.text} />}
      </div>
    </li>
  );
}

export function Log({ state }: { chat: Chat; state: State }) {
  const log = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    log.current!.scrollTop = log.current!.scrollHeight;
  }, [state.messages, state.pending, state.writing]);
  const { messages, pending, writing, typing, config } = state;
  return (
    <div class="log" ref={log} role="log" aria-live="off" aria-label={t("log")} tabIndex={0}>
      <ol>
        {config.greeting && (
          <li class="said assistant">
            <div class="bubble" dir="auto">
              <Plain text={config.greeting} />
            </div>
          </li>
        )}
        {messages.map((message) => (
          <Said key={message.id} message={message} business={config.name} />
        ))}
        {pending.map((entry) => (
          <li class="said visitor pending" key={entry.id}>
            <div class="bubble" dir="auto">
              <Plain text={entry.text} />
            </div>
            <span class="state">{t(entry.state === "failed" ? "failed" : "sending")}</span>
          </li>
        ))}
        {writing && (
          <li class="said assistant">
            <div class="bubble" dir="auto">
              <Markdown text={writing.text} />
            </div>
          </li>
        )}
        {typing && <li class="said assistant">{t("typing")}</li>}
      </ol>
    </div>
  );
}

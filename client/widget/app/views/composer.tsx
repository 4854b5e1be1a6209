/** Where the visitor writes. Enter sends, Shift+Enter makes a line. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat";
import { introduces, type State } from "../state/state";
import type { Uploads } from "../uploads";
import { count, t } from "../words";
import { lazy } from "./hooks";
import { Icon } from "./icons";

export const LONGEST = 4_000;
const NEARLY = 3_800;

const Tray = lazy(async () => (await import("./tray")).Tray);

function Counter({ length }: { length: number }) {
  if (length < NEARLY) return null;
  const left = LONGEST - length;
  return (
    <p class={left < 0 ? "counter over" : "counter"} role="status">
      {left < 0 ? count("tooLong", -left) : count("left", left)}
    </p>
  );
}

/** Instead of the composer, where nothing can be written. */
export function Stopped({ chat, blocked }: { chat: Chat; blocked: boolean }) {
  return (
    <section class="composer stopped">
      <p>
        <strong>{t(blocked ? "blocked" : "stopped")}</strong>
        {!blocked && <span>{t("stoppedWhy")}</span>}
      </p>
      {!blocked && (
        <button class="primary" type="button" onClick={() => chat.say("START")}>
          {t("restart")}
        </button>
      )}
    </section>
  );
}

/** Files come from the button, the clipboard or by being dropped; what handles them is fetched with the first one. */
function useUploads(chat: Chat, state: State) {
  const [, redraw] = useState(0);
  const uploads = useRef<Uploads | null>(null);
  const [over, setOver] = useState(false);
  const take = async (files: Iterable<globalThis.File>): Promise<void> => {
    const list = [...files]; // before the event is over and takes them away
    if (!state.config.uploads || !list.length) return;
    const made = await import("../uploads").catch(() => {
      chat.store.set({ trouble: t("wrong") });
      dispatchEvent(new Event("gone"));
    });
    if (!made) return;
    uploads.current ??= new made.Uploads(chat, () => redraw(Math.random()));
    uploads.current.add(list);
  };
  useEffect(() => {
    const drag = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(event.type === "dragover");
      if (event.type === "drop") void take(event.dataTransfer.files);
    };
    const leave = (event: DragEvent): void => void (event.relatedTarget || setOver(false));
    addEventListener("dragover", drag);
    addEventListener("drop", drag);
    addEventListener("dragleave", leave);
    return () => {
      removeEventListener("dragover", drag);
      removeEventListener("drop", drag);
      removeEventListener("dragleave", leave);
    };
  }, [chat]);
  return { uploads: uploads.current, take, over: over && state.config.uploads };
}

function Attach({ take }: { take: (files: Iterable<globalThis.File>) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button class="round" type="button" aria-label={t("attach")} onClick={() => picker.current!.click()}>
        <Icon name="clip" />
      </button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept="image/jpeg,image/png,image/gif,image/webp,image/heic,.heic,application/pdf"
        onChange={({ currentTarget }) => {
          take(currentTarget.files ?? []);
          currentTarget.value = "";
        }}
      />
    </>
  );
}

export function Composer({ chat, state }: { chat: Chat; state: State }) {
  const [text, setText] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const { uploads, take, over } = useUploads(chat, state);
  const { drafted, config } = state;
  const form = introduces(state) && config.form!.required;
  useEffect(() => {
    if (!drafted.turn) return;
    setText(drafted.text);
    area.current?.focus();
  }, [drafted]);
  useLayoutEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${Math.min(box.scrollHeight, 140)}px`;
  }, [text]);
  if (form) return null;
  const said = text.trim();
  const ready = said.length <= LONGEST && !uploads?.busy && (said || uploads?.done.length);
  const send = (): void => {
    area.current!.focus();
    if (uploads?.busy) return chat.announce(t("fileWait"));
    if (!ready) return;
    chat.say(said, uploads?.take());
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
      {over && <div class="drop">{t("drop")}</div>}
      {uploads && <Tray uploads={uploads} />}
      <div class="write">
        {config.uploads && <Attach take={(files) => void take(files)} />}
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          value={text}
          aria-label={t("composer")}
          aria-invalid={said.length > LONGEST}
          placeholder={t("placeholder")}
          enterkeyhint="send"
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            chat.prepare();
          }}
          onPaste={(event) => {
            const files = event.clipboardData?.files;
            if (!files?.length) return;
            event.preventDefault();
            void take(files);
          }}
          onKeyDown={(event) => {
            // In Safari an input method is done just before the Enter that ended it: the old code of the key tells.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
            event.preventDefault();
            send();
          }}
        />
        {/* Never disabled: a button that cannot be focused leaves a keyboard user without a word. */}
        <button class="send" type="submit" aria-label={t("send")} aria-disabled={!ready}>
          <Icon name="send" />
        </button>
      </div>
      <Counter length={said.length} />
    </form>
  );
}

/** A picture as large as the frame. */

import { useEffect, useRef } from "preact/hooks";
import type { File } from "../../shared/protocol";
import type { Chat } from "../chat";
import { safeUrl } from "../text/links";
import { t } from "../words";
import { Icon } from "./icons";

export function Lightbox({ chat, file }: { chat: Chat; file: File }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = (): void => chat.store.set({ enlarged: null });
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog class="lightbox" ref={dialog} aria-label={file.name} onClose={close} onClick={close}>
      <img src={safeUrl(file.url) ?? ""} alt={file.name} />
      <button class="round" type="button" aria-label={t("dismiss")} onClick={close}>
        <Icon name="close" />
      </button>
    </dialog>
  );
}

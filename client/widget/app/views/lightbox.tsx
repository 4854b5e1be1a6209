/** A picture as large as the frame. */

import { useEffect, useRef } from "preact/hooks";
import type { File } from "../../shared/protocol";
import type { Chat } from "../chat";
import { safeUrl } from "../text/links";
import { t } from "../words";
import { Icon } from "./icons";

export function Lightbox({ chat, file }: { chat: Chat; file: File }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed before it is taken away, so that the focus goes back to where it came from.
  const close = (): void => dialog.current!.close();
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog class="lightbox" ref={dialog} aria-label={file.name} onClose={() => chat.store.set({ enlarged: null })} onClick={close}>
      <img src={(file.url && safeUrl(file.url)) ?? ""} alt={file.name} />
      <button class="round" type="button" aria-label={t("dismiss")} onClick={close}>
        <Icon name="close" />
      </button>
    </dialog>
  );
}

/** What is on the screen before there is a chat: its shape, or what to do where it does not come. */

import { t } from "../words";
import { Icon } from "./icons";

export const Skeleton = () => (
  <div class="skeleton" aria-hidden="true">
    <div class="bar" />
    <div class="ghost" />
    <div class="ghost short" />
  </div>
);

export const Closed = ({ retry, close }: { retry: () => void; close: () => void }) => (
  <main class="outside">
    <button class="round close" type="button" aria-label={t("close")} onClick={close}>
      <Icon name="close" />
    </button>
    <h1>{document.title}</h1>
    <p role="alert">{t("refused")}</p>
    <button class="primary" type="button" onClick={retry}>
      {t("again")}
    </button>
  </main>
);

/** The files that go with the next message: how far each has come, or why it cannot go. */

import type { Item, Uploads } from "../uploads";
import { t } from "../words";
import { Icon } from "./icons";
import { Sign } from "./signs";

function One({ item, uploads }: { item: Item; uploads: Uploads }) {
  const { name, preview, progress, fault } = item;
  return (
    <li class={fault ? "refused" : ""}>
      {fault ? <Icon name="alert" /> : preview ? <img src={preview} alt="" /> : <Sign name="file" />}
      <span class="label" dir="auto">
        {fault ?? name}
      </span>
      {!fault && progress < 1 && <progress max={1} value={progress} aria-label={t("uploading", { name })} />}
      {fault && item.again && (
        <button class="quiet" type="button" onClick={() => uploads.again(item)}>
          {t("again")}
        </button>
      )}
      <button class="round" type="button" aria-label={t("remove", { name })} onClick={() => uploads.remove(item)}>
        <Icon name="close" size={16} />
      </button>
    </li>
  );
}

export const Tray = ({ uploads }: { uploads: Uploads }) =>
  uploads.items.length ? (
    <ul class="tray">
      {uploads.items.map((item) => (
        <One key={item.key} item={item} uploads={uploads} />
      ))}
    </ul>
  ) : null;

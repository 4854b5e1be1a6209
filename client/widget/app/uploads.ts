/** Files on their way to chat-upload, with progress: XMLHttpRequest tells of it, fetch does not. */

import { isRefusal, type File as Stored, type Refusal } from "../shared/protocol";
import type { Chat } from "./chat";
import { CallError } from "./net/calls";
import { shrinks, smaller } from "./shrink";
import { inEnglish, t } from "./words";

export const MOST = 5;
const LARGEST = 5 * 1024 * 1024;
const TIMEOUT_MS = 120_000;
const KINDS = /^(image\/(jpeg|png|gif|webp|heic|heif)|application\/pdf)$/;
const NAMES = /\.(jpe?g|png|gif|webp|hei[cf]|pdf)$/i;
const WHY: Record<number, "fileTooLarge" | "fileKind"> = { 413: "fileTooLarge", 415: "fileKind" };
const SHOWN = /^image\/(jpeg|png|gif|webp)$/;

export type Item = {
  key: number;
  file: globalThis.File;
  name: string;
  preview: string | null;
  progress: number;
  stored: Stored | null;
  fault: string | null;
  again: boolean;
  request: XMLHttpRequest | null;
};

/** Why a file cannot go, in words, before a byte of it is sent; the server looks at the bytes themselves. */
export function fault(file: Pick<globalThis.File, "name" | "size" | "type">): string | null {
  const { name, size, type } = file;
  if (size === 0) return t("fileEmpty", { name });
  if (size > LARGEST && !shrinks(file)) return t("fileTooLarge", { name });
  // Some browsers do not know HEIC: then only its name tells.
  return KINDS.test(type) || (!type && NAMES.test(name)) ? null : t("fileKind", { name });
}

type Outcome = { stored: Stored } | { status: number; told: Refusal | null };

/** Raises where work is asked for, or other work than was done. */
function send(chat: Chat, item: Item, work: string | null, progressed: () => void): Promise<Outcome> {
  return new Promise((done, owed) => {
    const request = new XMLHttpRequest();
    item.request = request;
    request.open("POST", chat.calls.url("chat-upload"));
    request.timeout = TIMEOUT_MS;
    request.responseType = "json";
    request.setRequestHeader("authorization", chat.calls.authorization());
    request.setRequestHeader("content-type", item.file.type || "application/octet-stream");
    request.setRequestHeader("x-file-name", encodeURIComponent(item.name));
    if (work) request.setRequestHeader("x-work", work);
    request.upload.onprogress = ({ loaded, total }) => {
      item.progress = total ? Math.min(loaded / total, 0.99) : 0;
      progressed();
    };
    request.onloadend = () => {
      const { status, response } = request;
      if (status === 428) return owed(new CallError("work_needed", ""));
      done(status === 201 ? { stored: (response as { file: Stored }).file } : { status, told: response as Refusal | null });
    };
    request.send(item.file);
  });
}

export class Uploads {
  items: Item[] = [];
  private turn = 0;

  constructor(
    private readonly chat: Chat,
    private readonly changed: () => void,
  ) {}

  get busy(): boolean {
    return this.items.some(({ stored, fault: why }) => !stored && !why);
  }

  get done(): Stored[] {
    return this.items.flatMap(({ stored }) => stored ?? []);
  }

  add(files: globalThis.File[]): void {
    for (const file of files.slice(0, MOST * 2)) this.begin(file);
  }

  /** One message has no room for another one. */
  private get full(): boolean {
    return this.items.filter((item) => !item.fault).length >= MOST;
  }

  private begin(file: globalThis.File): void {
    const { name } = file;
    const why = fault(file) ?? (this.full ? t("fileMany") : null);
    const preview = !why && SHOWN.test(file.type) ? URL.createObjectURL(file) : null;
    const item: Item = { key: this.turn++, file, name, preview, progress: 0, stored: null, fault: why, again: false, request: null };
    this.items = [...this.items, item];
    if (why) this.chat.announce(why);
    else void this.prepare(item);
    this.changed();
  }

  /** A photo that is too large goes as a smaller one. */
  private async prepare(item: Item): Promise<void> {
    if (item.file.size > LARGEST) {
      const made = await smaller(item.file).catch(() => null);
      if (!this.items.includes(item)) return;
      if (!made || made.size > LARGEST) return this.refuse(item, t("fileTooLarge", { name: item.name }));
      item.file = made;
      item.name = made.name;
    }
    return this.upload(item);
  }

  private refuse(item: Item, why: string): void {
    item.fault = why;
    this.chat.announce(why);
    this.changed();
  }

  private async upload(item: Item, renewed = false): Promise<void> {
    const { visit } = this.chat.state;
    const outcome = await this.chat
      .proven((work) => send(this.chat, item, work, this.changed))
      .catch((): Outcome => ({ status: 0, told: null }));
    if (!this.items.includes(item)) return;
    if ("stored" in outcome) {
      item.stored = outcome.stored;
      item.progress = 1;
    } else if (outcome.status === 401 && !renewed && (await this.renewed(visit))) {
      return this.upload(item, true);
    } else {
      const { status, told } = outcome;
      item.again = [0, 401, 429].includes(status) || status >= 500;
      // What is said of a session is not for the visitor: they may only try again.
      return this.refuse(item, (status !== 401 && inEnglish(told?.detail)) || t(WHY[status] ?? "fileFailed", { name: item.name }));
    }
    this.changed();
  }

  /** Another session of this visit; another visit may be another person's. */
  private async renewed(visit: string): Promise<boolean> {
    const answer = await this.chat.calls.sessions.renew();
    return !isRefusal(answer) && answer.visit === visit;
  }

  again(item: Item): void {
    if (this.full) return this.refuse(item, t("fileMany"));
    item.fault = null;
    item.progress = 0;
    void this.upload(item);
    this.changed();
  }

  remove(item: Item): void {
    this.items = this.items.filter((other) => other !== item);
    item.request?.abort();
    if (item.preview) URL.revokeObjectURL(item.preview);
    this.changed();
  }

  /** What goes with the message; what was refused is forgotten. */
  take(): Stored[] {
    const { done } = this;
    for (const item of [...this.items]) this.remove(item);
    return done;
  }
}

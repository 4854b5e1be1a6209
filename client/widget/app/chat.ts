/** The chat of one visitor: what the views may do, and what the network changes. */

import { isRefusal, type Conversation, type Field, type File, type Message, type ToFrame, type Visit } from "../shared/protocol";
import type { Bridge } from "./bridge";
import { CallError, Calls, Sessions } from "./net/calls";
import { Live, type Told } from "./net/live";
import { deliver, type Heard } from "./net/message";
import { sleep } from "./net/pauses";
import { later, merge, replace, unread } from "./state/merge";
import { Outbox, type Kept, type Pending } from "./state/outbox";
import { initial, NO_DRAFT, spoken, Store } from "./state/state";
import { storage, sweep } from "./state/storage";
import { Tabs, type Shared } from "./state/tabs";
import { announcement } from "./text/announce";
import { t } from "./words";

const PREFIX = "chattercheetah:";
/** Older than this, a page may ask for code that a newer version has replaced. */
const OLD_MS = 60_000;

/** What is heard is passed on only for as long as the visit lasts in which it was asked for. */
function only(here: () => boolean, heard: Heard): Heard {
  const kept = Object.entries(heard).map(([name, hear]: [string, (...given: never[]) => void]) => [
    name,
    (...given: never[]) => here() && hear(...given),
  ]);
  return Object.fromEntries(kept) as Heard;
}

export class Chat {
  readonly store: Store;
  readonly calls: Calls;
  private readonly sessions: Sessions;
  private readonly live: Live;
  private readonly tabs: Tabs;
  private readonly kept: Kept = storage();
  private outbox!: Outbox;
  private seen: string | null = null;
  private counted = 0;
  private done: string | null = null;
  private proof: Promise<string> | null = null;

  constructor(
    private readonly bridge: Bridge,
    visit: Visit,
    open: boolean,
  ) {
    const { config, page } = bridge.start;
    this.store = new Store(initial(config, page, visit));
    this.sessions = new Sessions(visit, () => bridge.send({ type: "renew" }));
    this.calls = new Calls(config.functions, this.sessions);
    this.tabs = new Tabs((what) => this.shared(what));
    this.live = new Live(this.calls, {
      seen: () => this.seen,
      told: (what) => this.told(what),
      state: (connection) => this.store.set({ connection: navigator.onLine ? connection : "offline" }),
    });
    bridge.listen((message) => this.heard(message));
    addEventListener("gone", () => this.gone());
    addEventListener("online", () => void this.outbox.run());
    addEventListener("offline", () => this.store.set({ connection: "offline" }));
    document.addEventListener("visibilitychange", () => this.look());
    this.enter(visit);
    this.show(open);
  }

  get state() {
    return this.store.state;
  }

  /** Frames of other widgets and other origins of a site may share this storage: what they keep is theirs. */
  private get shelf(): string {
    const { config, page } = this.state;
    return `${PREFIX}${page.split("/", 3)} ${config.frame} `;
  }

  private key(what: string): string {
    return this.shelf + what + this.sessions.visit.visit;
  }

  /** A visit begins or is resumed: its own queue, its own place in the log. Nothing of the one before goes along. */
  private enter(visit: Visit): void {
    sweep(this.shelf, visit.visit);
    this.seen = this.kept.getItem(this.key("seen"));
    this.tabs.join(visit.visit);
    this.outbox = new Outbox(this.key("outbox"), {
      storage: this.kept,
      send: (entry) => this.deliver(entry),
      changed: () => this.queued(),
      sleep,
      online: () => navigator.onLine,
    });
    this.store.set({ pending: this.outbox.entries });
    if (!visit.fresh || this.outbox.entries.length) this.live.start();
    void this.outbox.run();
  }

  private heard(message: ToFrame): void {
    if (message.type === "page") this.store.set({ page: message.url });
    else if (message.type === "shown") this.show(message.open);
    else this.visit(message);
  }

  private show(shown: boolean): void {
    this.store.set({ shown });
    if (shown) this.live.start();
    this.look();
  }

  /** Answers of a visit that is over are nobody's business any more. */
  private here(): () => boolean {
    const { visit } = this.state;
    return () => this.state.visit === visit;
  }

  private visit(answer: Extract<ToFrame, { type: "visit" }>): void {
    const before = this.sessions.visit.visit;
    this.sessions.take(answer);
    if (isRefusal(answer)) return;
    this.store.set({ identified: answer.identified });
    if (answer.visit === before) return;
    this.outbox.end();
    const { config, page, shown } = this.state;
    this.store.set({ ...initial(config, page, answer), shown });
    this.proof = null;
    this.live.reset();
    this.enter(answer);
  }

  private told({ conversation, messages, whole }: Told): void {
    const held = this.state.messages;
    this.take(whole ? replace(held, messages) : merge(held, messages), conversation);
  }

  /** Messages that are there now: what they answer is written, what they store is sent, the new are announced. */
  private take(messages: Message[], conversation: Conversation | null): void {
    const known = new Set(this.state.messages.map(({ id }) => id));
    const fresh = messages.filter(({ id, author }) => !known.has(id) && author !== "visitor");
    const first = known.size === 0 && !this.sessions.visit.fresh; // what was said before
    const { writing } = this.state;
    const written = writing && fresh.some(({ author }) => author === "assistant");
    for (const { client_id } of messages) if (client_id) this.outbox.drop(client_id);
    this.store.set({
      messages,
      ...(conversation && { conversation }),
      ...(fresh.length > 0 && { typing: false }),
    });
    if (written) this.written(writing.answer);
    if (!first && fresh.length) {
      const words = fresh.map((message) => announcement(message, this.state.config.name)).join(" ");
      this.announce(words, fresh.at(-1)!.language ?? undefined);
    }
    for (const { author } of first ? [] : fresh) this.bridge.send({ type: "message", author });
    this.look();
  }

  announce(text: string, language?: string): void {
    this.store.set({ announced: { text, language, turn: this.state.announced.turn + 1 } });
  }

  /** What is on the screen, here or in another tab, is seen; what is not is counted beside the launcher. */
  private look(): void {
    const { shown, messages } = this.state;
    const before = this.seen;
    const newest = (shown && !document.hidden && messages.findLast(({ author }) => author !== "visitor")?.id) || null;
    this.seen = later(messages, newest, later(messages, this.kept.getItem(this.key("seen")), before));
    if (newest && this.seen !== before) this.keep(newest);
    const count = unread(messages, this.seen);
    if (count !== this.counted) this.bridge.send({ type: "unread", count });
    this.counted = count;
  }

  private keep(seen: string): void {
    try {
      this.kept.setItem(this.key("seen"), seen);
    } catch {
      // the badge may count twice after a reload
    }
    this.tabs.tell({});
  }

  private shared({ messages }: Shared): void {
    this.outbox.reread();
    this.queued();
    if (messages) this.take(merge(this.state.messages, messages), null);
    else this.look();
    this.live.start();
  }

  private queued(): void {
    this.store.set({ pending: this.outbox.entries });
  }

  say(text: string, files: File[] = []): void {
    this.bridge.send({ type: "spoken" });
    this.store.set({ panel: null, drafted: NO_DRAFT });
    const id = crypto.randomUUID().replaceAll("-", "");
    const at = new Date().toISOString();
    this.outbox.add({ id, text, files, page: this.state.page, at, state: "sending", why: null });
    this.tabs.tell({});
    this.live.start();
  }

  again(id: string): void {
    this.outbox.retry(id);
  }

  discard(id: string): void {
    this.outbox.drop(id);
    this.tabs.tell({});
  }

  /** Resolves as soon as the message is stored; the answer is read on. */
  private deliver({ id, text, files, page }: Pending): Promise<void> {
    const here = this.here();
    const outgoing = { id, text, files: files.map((file) => file.id), page };
    return new Promise((stored, refused) => {
      const accepted = (message: Message): void => {
        this.take(merge(this.state.messages, [message]), null);
        this.tabs.tell({ messages: [message] });
        stored();
      };
      const end = (): void => void (here() && this.store.set({ typing: false }));
      const heard = only(here, { ...this.answering(), accepted });
      this.proven((work) => deliver(this.calls, { ...outgoing, work }, heard)).then(end, refused);
    });
  }

  private answering(): Omit<Heard, "accepted"> {
    return {
      typing: () => this.store.set({ typing: !this.state.writing }),
      text: (answer, text) => this.write(answer, text),
      replaced: (answer) => this.written(answer, true),
      answer: (message, written) => {
        this.store.set({ typing: false });
        this.written(written);
        this.take(merge(this.state.messages, [message]), null);
        this.tabs.tell({ messages: [message] });
      },
      waiting: (conversation) => this.store.set({ conversation, typing: false }),
    };
  }

  /** It is stored, or taken back: what a slower stream still brings of it is late. */
  private written(answer: string | null, typing = false): void {
    this.done = answer;
    if (answer && this.state.writing?.answer === answer) this.store.set({ writing: null, typing });
  }

  private write(answer: string, text: string): void {
    if (answer === this.done) return;
    const { writing } = this.state;
    const so = writing?.answer === answer ? writing : { answer, text: "", at: new Date().toISOString() };
    this.store.set({ writing: { ...so, text: so.text + text }, typing: false });
  }

  /** What may come first in a visit, with the work that it asks for; a server that asks for other work gets that. */
  async proven<T>(send: (work: string | null) => Promise<T>): Promise<T> {
    const here = this.here();
    const go = async (bits: number | undefined): Promise<T> => {
      const work = bits ? await this.work(bits) : null;
      if (!here()) throw new CallError("session_expired", ""); // meant for a visit that is over
      return send(work);
    };
    try {
      return await go(this.state.messages.length ? 0 : this.sessions.visit.work?.bits);
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== "work_needed") throw error;
      this.proof = null;
      await this.sessions.renew();
      return go(this.sessions.visit.work?.bits ?? 16);
    }
  }

  private work(bits: number): Promise<string> {
    const { visit } = this.sessions.visit;
    this.proof ??= import("./net/work").then(({ work }) => work(visit, bits));
    return this.proof.catch(() => {
      this.proof = null;
      throw new CallError("network", ""); // its code was not fetched
    });
  }

  /** The visitor writes: the work that a first message needs is begun, so that sending does not wait for it. */
  prepare(): void {
    const { work } = this.sessions.visit;
    if (work && !spoken(this.state)) this.work(work.bits).catch(() => undefined);
  }

  /** A part of the app is not there any more: the whole is loaded anew, unless somebody's words would be lost. */
  private gone(): void {
    const words = this.state.pending.length || document.querySelector("textarea")?.value;
    if (!words && navigator.onLine && performance.now() > OLD_MS) location.reload();
  }

  draft(text: string): void {
    this.store.set({ drafted: { text, turn: this.state.drafted.turn + 1 } });
  }

  /** Rating, contact, hand-off: each answers with the conversation as it is now. */
  private async call(name: "chat-rate" | "chat-contact" | "chat-handoff", body: unknown): Promise<void> {
    const here = this.here();
    this.bridge.send({ type: "spoken" });
    const { conversation } = (await (await this.calls.post(name, body)).json()) as { conversation: Conversation };
    if (!here()) return;
    this.store.set({ conversation, trouble: null });
    this.live.start();
  }

  rate = (score: number, comment: string | null): Promise<void> => this.call("chat-rate", { score, comment });
  contact = (claims: Partial<Record<Field, string>>): Promise<void> =>
    this.proven((work) => this.call("chat-contact", { ...claims, work }));

  handoff = async (): Promise<void> => {
    const here = this.here();
    try {
      await this.proven((work) => this.call("chat-handoff", { work }));
      if (here()) this.announce(t("handoffAsked"));
    } catch (error) {
      if (here()) this.store.set({ trouble: (error instanceof CallError && error.detail) || t("wrong") });
    }
  };

  close = (): void => this.bridge.send({ type: "close" });
}

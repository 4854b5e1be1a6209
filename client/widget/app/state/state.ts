/** All that the screen is drawn from. */

import type { Config, Conversation, Field, File, Message, Visit } from "../../shared/protocol";
import type { Pending } from "./outbox";

export type Connection = "opening" | "open" | "lost" | "offline" | "refused";

/** A form that the visitor has asked for; who asks for it once more is led to it once more. */
export type Panel = { form: "contact" | "rating" };

/** An answer that is being written: its units so far. */
export type Writing = { answer: string; text: string; at: string };

export type State = {
  visit: string;
  config: Config;
  page: string;
  shown: boolean;
  connection: Connection;
  fresh: boolean;
  identified: boolean;
  messages: Message[];
  writing: Writing | null;
  typing: boolean;
  pending: Pending[];
  conversation: Conversation | null;
  /** The form before the first message: filled in, or passed over. */
  introduced: boolean;
  /** The form for being reached later, the same. */
  contacted: boolean;
  panel: Panel | null;
  /** Words put into the composer for the visitor to go on with; the number makes the same words new again. */
  drafted: { text: string; turn: number };
  enlarged: File | null;
  /** Said politely by the screen reader's live region; the number makes the same words news again. */
  announced: { text: string; turn: number; language?: string | undefined };
  /** A sentence about something that did not work, until it does or is dismissed. */
  trouble: string | null;
};

export class Store {
  private listeners = new Set<() => void>();

  constructor(public state: State) {}

  set(part: Partial<State>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

export const NO_DRAFT = { text: "", turn: 0 };

export function initial(config: Config, page: string, { visit, fresh, identified }: Visit): State {
  return {
    visit,
    config,
    page,
    fresh,
    identified,
    shown: false,
    connection: "opening",
    messages: [],
    writing: null,
    typing: false,
    pending: [],
    conversation: null,
    introduced: false,
    contacted: false,
    panel: null,
    drafted: NO_DRAFT,
    enlarged: null,
    announced: { text: "", turn: 0 },
    trouble: null,
  };
}

export const spoken = ({ messages, pending }: State): boolean => messages.length + pending.length > 0;

/** Whether the form of the business stands before the first message. */
export function introduces(state: State): boolean {
  const { config, identified, introduced, conversation } = state;
  if (!config.form || identified || introduced || spoken(state)) return false;
  return !config.form.fields.some((field: Field) => conversation?.claims[field]);
}

/** What docs/chat.md says, as types: the one place where the widget knows the shape of what comes from outside. */

export type Hours = { open: boolean; closes_at: string | null; opens_at: string | null; time_zone: string };
export type Field = "name" | "email" | "phone";
export type Form = { fields: Field[]; required: boolean };
export type GreetingRule = { path: string; text: string; after_seconds: number };

export type Config = {
  functions: string;
  frame: string;
  name: string;
  color: string;
  scheme: "auto" | "light" | "dark";
  position: "end" | "start";
  locale: string;
  greeting: string | null;
  greetings: GreetingRule[];
  suggestions: string[];
  form: Form | null;
  hours: Hours | null;
  uploads: boolean;
  identity: boolean;
};

export type Visit = {
  session: string;
  expires_in: number;
  resume: string;
  visit: string;
  fresh: boolean;
  identified: boolean;
  work: { bits: number } | null;
};

export type Refusal = { error: string; detail?: string };

export type File = { id: string; name: string; type: string; size: number; url: string | null };

export type Card = {
  id: string;
  name: string;
  location: string | null;
  days: string[];
  times: string | null;
  openings: number | null;
  fee: string | null;
};

export type Author = "visitor" | "assistant" | "person" | "system";

export type Message = {
  id: string;
  client_id: string | null;
  author: Author;
  name: string | null;
  text: string;
  at: string;
  kind: "reply" | "notice" | "confirmation";
  language: string | null;
  state: string;
  files: File[];
  cards: Card[];
};

export type Conversation = {
  owner: "ai" | "waiting" | "human" | "resolved";
  by: string | null;
  opted_out: boolean;
  blocked: boolean;
  identified: boolean;
  claims: Record<Field, string | null>;
  rating: { score: number } | number | null;
  asks_contact: boolean;
  hours: Hours | null;
};

/** `dir` is ours: an English chat on an Arabic page lies as the page does. */
export type Start = {
  chattercheetah: "start";
  config: Config;
  visit: Visit | Refusal;
  locale: string;
  page: string;
  colors: "light" | "dark";
  dir: "ltr" | "rtl";
};

export type FromFrame =
  | { type: "renew" }
  | { type: "close" }
  | { type: "unread"; count: number }
  | { type: "message"; author: Author }
  | { type: "loaded" }
  | { type: "spoken" };

export type ToFrame =
  | ({ type: "visit" } & (Visit | Refusal))
  | { type: "shown"; open: boolean }
  | { type: "page"; url: string };

export const isRefusal = (answer: Visit | Refusal): answer is Refusal => "error" in answer;

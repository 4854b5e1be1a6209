import { createHash } from "node:crypto";
import { h, render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Bridge } from "../app/bridge";
import { Chat } from "../app/chat";
import { zeroBits } from "../app/net/work";
import { lazy } from "../app/views/hooks";
import { Uploads } from "../app/uploads";
import { load } from "../app/words";
import type { FromFrame, Message, Start, ToFrame, Visit } from "../shared/protocol";
import { config, conversation, message, visit } from "./examples";
import { events, json, open, serve, written, type Answer, type Event, type Local, type Request } from "./server";

let local: Local;
beforeEach(async () => {
  localStorage.clear();
  mine += 1; // each test has its own visit: the chats of those before may still be there, as other tabs would
  await load("en");
  local = await serve();
  local.answer("chat-events", state());
});
afterEach(() => local.close());

let mine = 0;

const state = (...messages: Message[]): Answer => open(["state", { conversation: conversation(), messages, whole: true }, "1"]);
const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 5_000 });
const sent = (): Request[] => local.requests.filter(({ name }) => name === "chat-message");
const body = (request: Request | undefined) => request?.body as { id: string; text: string; work: string | null };

/** Stores what is said and answers it. */
const answered: Answer = (response, request) => {
  const { id, text } = body(request);
  const mine = message(`m-${id}`, 1, { author: "visitor", client_id: id, text });
  const theirs = message(`a-${id}`, 2, { text: "**Yes.**" });
  events(["accepted", { message: mine }], ["text", { answer: theirs.id, text: "**Y" }, `${theirs.id}:3`], ["answer", { message: theirs }], ["end", {}])(response, request);
};

type Where = { page?: string; frame?: string };

function begun(part: Partial<Visit> = {}, shown = true, { page = "https://host.example/", frame = config().frame }: Where = {}) {
  const said: FromFrame[] = [];
  let tell: (message: ToFrame) => void = () => undefined;
  const start = { config: config({ functions: local.url, frame }), page } as Start;
  const bridge: Bridge = { start, send: (what) => said.push(what), listen: (heard) => (tell = heard) };
  const chat = new Chat(bridge, visit({ visit: String(mine).padStart(32, "0"), ...part }), shown);
  return { chat, said, tell: (what: ToFrame) => tell(what) };
}

test("what is said is on the screen at once, is sent, stored and answered, and the page hears of it", async () => {
  local.answer("chat-message", answered);
  const { chat, said } = begun();
  chat.say("Hi");
  expect(chat.state.pending.map(({ text }) => text)).toEqual(["Hi"]);
  await until(() => chat.state.messages.length === 2);
  expect(chat.state.pending).toEqual([]);
  expect(chat.state.writing).toBeNull();
  expect(chat.state.announced).toMatchObject({ text: "Assistant: Yes.", language: "en" });
  expect(said).toContainEqual({ type: "spoken" });
  expect(said).toContainEqual({ type: "message", author: "assistant" });
});

/** Streams of chat-message that stay open, in the order of the messages: what each says next. */
function streams() {
  const stored: Message[] = [];
  const tell: ((...what: Event[]) => void)[] = [];
  local.answer("chat-message", (response, request) => {
    const { id, text } = body(request);
    const mine = message(`m-${id}`, stored.length, { author: "visitor", client_id: id, text });
    stored.push(mine);
    open(["accepted", { message: mine }])(response, request);
    tell.push((...what) => void response.write(what.map(written).join("")));
  });
  return { stored, tell };
}

const unit = (answer: string, text: string, end: number): Event => ["text", { answer, text }, `${answer}:${end}`];
const passed = (): Promise<void> => new Promise((done) => setTimeout(done, 100)); // for what must not come

test("the stream of a second message, which begins with the answer that is being written, writes no word of it twice", async () => {
  const { tell } = streams();
  const { chat } = begun();
  chat.say("one");
  await until(() => tell.length === 1);
  tell[0]!(["typing", {}], unit("u1", "One.", 4));
  await until(() => chat.state.writing?.text === "One.");
  chat.say("two");
  await until(() => tell.length === 2);
  tell[1]!(["typing", {}], unit("u1", "One.", 4));
  await passed();
  expect(chat.state).toMatchObject({ writing: { text: "One." }, typing: false });
  tell[1]!(unit("u1", " Two.", 9));
  await until(() => chat.state.writing?.text === "One. Two.");
  tell[0]!(unit("u1", " Two.", 9), unit("u1", " Three.", 16));
  await until(() => chat.state.writing?.text === "One. Two. Three.");
});

test("a stream that lags behind leaves no words below the stored answer, and takes none from the next one", async () => {
  const { tell } = streams();
  const { chat } = begun();
  for (const words of ["one", "two", "three"]) chat.say(words);
  await until(() => tell.length === 3);
  const first = message("a1", 7, { text: "One. Two." });
  const answer = ["answer", { message: first }] as Event;
  tell[0]!(unit("v1", "One.", 4), ["replaced", { answer: "v1" }], unit("v2", "One.", 4), unit("v2", " Two.", 9), answer, ["end", {}]);
  await until(() => chat.state.messages.some(({ id }) => id === "a1"));
  tell[1]!(unit("v1", "One.", 4), ["replaced", { answer: "v1" }], unit("v2", "One.", 4), unit("v2", " Two.", 9), answer, unit("w1", "Yes.", 4));
  await until(() => chat.state.writing?.text === "Yes.");
  tell[2]!(unit("v1", "One.", 4), ["replaced", { answer: "v1" }], unit("v2", "One.", 4), unit("v2", " Two.", 9), answer);
  await passed();
  expect(chat.state.writing?.text).toBe("Yes.");
  tell[1]!(["answer", { message: message("a2", 9, { text: "Yes." }) }], ["end", {}]);
  await until(() => chat.state.messages.some(({ id }) => id === "a2"));
  tell[2]!(unit("w1", "Yes.", 4));
  await passed();
  expect(chat.state.writing).toBeNull();
});

test("what a stream still brings of an answer that is already there is late", async () => {
  const theirs = message("a", 9, { text: "One. Two." });
  let live: (event: string) => void = () => undefined;
  local.answer("chat-events", (response, request) => {
    state()(response, request);
    live = (event) => response.write(event);
  });
  const { tell } = streams();
  const { chat } = begun();
  chat.say("one");
  await until(() => tell.length === 1);
  tell[0]!(unit("x1", "One.", 4));
  await until(() => chat.state.writing?.text === "One.");
  live(written(["changed", { conversation: conversation(), messages: [theirs] }, "2"]));
  await until(() => chat.state.messages.some(({ id }) => id === "a"));
  tell[0]!(unit("x1", " Two.", 9));
  await passed();
  expect(chat.state.writing).toBeNull();
});

test("the first message carries the work that the visit asks for, the second none", async () => {
  local.answer("chat-message", answered);
  const { chat } = begun({ work: { bits: 6 } });
  chat.say("one");
  await until(() => sent().length === 1 && chat.state.messages.length > 0);
  chat.say("two");
  await until(() => sent().length === 2);
  expect(sent().map((request) => body(request).work === null)).toEqual([false, true]);
});

test("a server that asks for work gets it, and the same message once more", async () => {
  local.answer("chat-message", json(428, { error: "work_needed" }), answered);
  const { chat, said, tell } = begun();
  chat.say("Hi");
  await until(() => said.some(({ type }) => type === "renew"));
  tell({ type: "visit", ...visit({ visit: String(mine).padStart(32, "0"), work: { bits: 4 } }) });
  await until(() => sent().length === 2);
  expect(body(sent()[1]).id).toBe(body(sent()[0]).id);
  expect(body(sent()[1]).work).not.toBeNull();
});

test("work that failed is begun again with the next try", async () => {
  local.answer("chat-message", answered);
  const { chat } = begun({ work: { bits: 4 } });
  const digest = vi.spyOn(crypto.subtle, "digest").mockRejectedValueOnce(new Error("no line"));
  chat.prepare();
  await vi.waitFor(() => expect(digest).toHaveBeenCalled());
  digest.mockRejectedValueOnce(new Error("no line"));
  chat.say("Hi");
  await until(() => chat.state.messages.length === 2);
  expect(body(sent()[0]).work).not.toBeNull();
});

test("who asks for a person first does the work that the server asks for", async () => {
  local.answer("chat-handoff", json(428, { error: "work_needed" }), json(200, { ok: true, conversation: conversation({ owner: "waiting" }) }));
  const { chat, said, tell } = begun();
  const asked = chat.handoff();
  await until(() => said.some(({ type }) => type === "renew"));
  tell({ type: "visit", ...visit({ visit: String(mine).padStart(32, "0"), work: { bits: 4 } }) });
  await asked;
  expect(chat.state.conversation?.owner).toBe("waiting");
  expect(body(local.requests.filter(({ name }) => name === "chat-handoff")[1]).work).not.toBeNull();
});

test("who says how they can be reached before they have said anything does the work that the server asks for", async () => {
  local.answer("chat-contact", json(428, { error: "work_needed" }), json(200, { ok: true, conversation: conversation() }));
  const { chat, said, tell } = begun();
  const told = chat.contact({ name: "Ana" });
  await until(() => said.some(({ type }) => type === "renew"));
  tell({ type: "visit", ...visit({ visit: String(mine).padStart(32, "0"), work: { bits: 4 } }) });
  await told;
  const [first, second] = local.requests.filter(({ name }) => name === "chat-contact").map((request) => request.body as { work: string });
  expect(first).toEqual({ name: "Ana", work: null });
  expect(zeroBits(createHash("sha256").update(`${String(mine).padStart(32, "0")}:${second!.work}`).digest())).toBeGreaterThanOrEqual(4);
});

test("a file that comes before the first message carries the work that the server asks for", async () => {
  const file = { id: "f1", name: "pool.png", type: "image/png", size: 3, url: "https://files.example/f1" };
  local.answer("chat-upload", json(428, { error: "work_needed" }), json(201, { file }));
  const { chat, said, tell } = begun();
  const uploads = new Uploads(chat, () => undefined);
  uploads.add([new File(["png"], "pool.png", { type: "image/png" })]);
  await until(() => said.some(({ type }) => type === "renew"));
  tell({ type: "visit", ...visit({ visit: String(mine).padStart(32, "0"), work: { bits: 4 } }) });
  await until(() => uploads.done.length === 1);
  const works = local.requests.filter(({ name }) => name === "chat-upload").map(({ headers }) => headers["x-work"]);
  expect(works[0]).toBeUndefined();
  expect(zeroBits(createHash("sha256").update(`${String(mine).padStart(32, "0")}:${works[1]}`).digest())).toBeGreaterThanOrEqual(4);
});

test("work of another strength than the server asks for is done anew", async () => {
  local.answer("chat-message", json(428, { error: "work_needed" }), answered);
  const { chat, said, tell } = begun({ work: { bits: 1 } });
  chat.say("Hi");
  await until(() => said.some(({ type }) => type === "renew"));
  tell({ type: "visit", ...visit({ visit: String(mine).padStart(32, "0"), work: { bits: 10 } }) });
  await until(() => sent().length === 2);
  const hash = createHash("sha256").update(`${String(mine).padStart(32, "0")}:${body(sent()[1]).work}`).digest();
  expect(zeroBits(hash)).toBeGreaterThanOrEqual(10);
});

test.each([
  ["what was said before is not said again", false, ""],
  ["what is said in a visit that begins is said", true, "Assistant: Text of a"],
])("to a screen reader %s", async (_, fresh, announced) => {
  local.answer("chat-events", state(message("a", 1, { text: "Text of a" })));
  const { chat, said } = begun({ fresh });
  await until(() => chat.state.messages.length === 1);
  expect(chat.state.announced.text).toBe(announced);
  expect(said.some(({ type }) => type === "message")).toBe(fresh);
});

test.each([
  ["an old page whose code is gone is loaded anew", 61_000, "", [], 1],
  ["a new one is not, for ever", 59_000, "", [], 0],
  ["nor one in which somebody writes", 61_000, "Hel", [], 0],
  ["nor one whose words are on their way", 61_000, "", ["Hello"], 0],
])("%s", (_, age, writes, says, loads) => {
  local.answer("chat-message", () => undefined);
  const reload = vi.fn();
  vi.stubGlobal("location", { reload });
  vi.spyOn(performance, "now").mockReturnValue(age);
  document.body.append(Object.assign(document.createElement("textarea"), { value: writes }));
  const { chat } = begun();
  for (const words of says) chat.say(words);
  chat["gone"](); // by itself: the chats of other tests are still there, and hear of the event too
  document.querySelector("textarea")!.remove();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  expect(reload).toHaveBeenCalledTimes(loads);
});

test("a part of the app that cannot be fetched says that it is gone", async () => {
  const Gone = lazy(() => Promise.reject(new Error("404")));
  const gone = new Promise((heard) => addEventListener("gone", heard, { once: true }));
  render(h(Gone, {}), document.createElement("div"));
  await gone;
});

test("what comes while the chat is closed is counted beside the launcher until it is seen", async () => {
  local.answer("chat-events", state(message("a", 1), message("b", 2)));
  const { said, tell } = begun({ fresh: false }, false);
  await until(() => said.some((what) => what.type === "unread" && what.count === 2));
  tell({ type: "shown", open: true });
  expect(said.at(-1)).toEqual({ type: "unread", count: 0 });
});

test("nothing of one visitor is left for the next: neither words, nor what was still to be sent", async () => {
  local.answer("chat-message", json(503, { error: "unavailable" }));
  const { chat, tell } = begun();
  chat.say("secret");
  await until(() => sent().length === 1);
  local.answer("chat-message", answered);
  tell({ type: "visit", ...visit({ visit: "f".repeat(32), session: "session-2" }) });
  expect(chat.state).toMatchObject({ messages: [], pending: [], conversation: null, shown: true });
  await new Promise((done) => setTimeout(done, 1_200));
  expect(sent().filter(({ headers }) => headers.authorization === "Bearer session-2")).toEqual([]);
  expect(JSON.stringify({ ...localStorage })).not.toContain("secret");
});

test("what waits for its work when the visit ends is not said in the next one", async () => {
  local.answer("chat-message", answered);
  const { chat, tell } = begun({ work: { bits: 8 } });
  chat.say("secret");
  tell({ type: "visit", ...visit({ visit: "f".repeat(32), session: "session-2" }) });
  await new Promise((done) => setTimeout(done, 500));
  expect(sent()).toEqual([]);
});

test("an answer that is still being written to the last visitor is not shown to the next", async () => {
  const theirs = message("a", 2, { text: "secret" });
  let write: (event: string) => void = () => undefined;
  local.answer("chat-message", (response, request) => {
    open(["accepted", { message: message("m", 1, { author: "visitor", client_id: body(request).id }) }])(response, request);
    write = (event) => response.write(event);
  });
  const { chat, tell } = begun();
  chat.say("Hi");
  await until(() => chat.state.messages.length === 1);
  tell({ type: "visit", ...visit({ visit: "f".repeat(32), session: "session-2" }) });
  write(`event: text\ndata: ${JSON.stringify({ answer: "a", text: "secret" })}\n\nevent: answer\ndata: ${JSON.stringify({ message: theirs })}\n\nevent: end\ndata: {}\n\n`);
  await new Promise((done) => setTimeout(done, 100));
  expect(JSON.stringify(chat.state)).not.toContain("secret");
});

test("what was not sent before a reload is sent after it", async () => {
  local.answer("chat-message", json(400, { error: "bad_request", detail: "No." }));
  const first = begun();
  first.chat.say("Hi");
  await until(() => first.chat.state.pending[0]?.state === "failed");
  const second = begun({ fresh: false });
  expect(second.chat.state.pending).toMatchObject([{ text: "Hi", why: "No." }]);
  local.answer("chat-message", answered);
  second.chat.again(second.chat.state.pending[0]!.id);
  await until(() => second.chat.state.messages.some(({ text }) => text === "Hi"));
  expect(second.chat.state.pending).toEqual([]);
});

test.each([
  ["of another origin of the same site leaves", true, { page: "https://shop.host.example/" }],
  ["of another widget leaves", true, { frame: "https://widget.example/chat-frame/K2" }],
  ["of the same widget and origin, on another page, ends", false, { page: "https://host.example/classes" }],
])("a visit %s what waits to be sent in one that was: %s", async (_, left, where) => {
  local.answer("chat-message", json(400, { error: "bad_request" }));
  const { chat } = begun();
  chat.say("Hi");
  await until(() => chat.state.pending[0]?.state === "failed");
  begun({ visit: "f".repeat(32) }, true, where);
  expect(begun({ fresh: false }).chat.state.pending.map(({ text }) => text)).toEqual(left ? ["Hi"] : []);
});

test("what the business learns to be seen is the last message of somebody else, also after the visitor has written", async () => {
  const theirs = message("p", 0, { author: "person" });
  local.answer("chat-events", events(["state", { conversation: conversation(), messages: [theirs], whole: true }, "1"], ["end", {}]), open());
  const { chat } = begun();
  await until(() => chat.state.messages.length === 1);
  local.answer("chat-message", (response, request) => {
    const { id, text } = body(request);
    open(["accepted", { message: message("m", 1, { author: "visitor", client_id: id, text }) }])(response, request);
  });
  chat.say("Hi");
  await until(() => chat.state.messages.length === 2);
  const asked = (): unknown[] => local.requests.filter(({ name }) => name === "chat-events").map((request) => (request.body as { seen: unknown }).seen);
  await until(() => asked().length === 2);
  expect(asked()).toEqual([null, "p"]);
});

test("two tabs show what is said in one of them", async () => {
  local.answer("chat-message", answered);
  const one = begun();
  const other = begun();
  one.chat.say("Hi");
  await until(() => other.chat.state.messages.length === 2);
  expect(other.chat.state.pending).toEqual([]);
  expect(sent()).toHaveLength(1);
});

test("two tabs that do not hold the same messages do not talk about it for ever", async () => {
  const tells = vi.spyOn(BroadcastChannel.prototype, "postMessage");
  local.answer("chat-events", state(message("a", 1)), state(message("a", 1), message("b", 2)));
  const one = begun();
  await until(() => one.chat.state.messages.length === 1);
  const other = begun();
  await until(() => other.chat.state.messages.length === 2);
  await new Promise((done) => setTimeout(done, 200));
  expect(tells.mock.calls.length).toBeLessThanOrEqual(4);
});

test("a hand-off that fails says so in words", async () => {
  local.answer("chat-handoff", json(429, { error: "too_many_requests", detail: "Please wait a moment." }));
  const { chat } = begun();
  await chat.handoff();
  expect(chat.state.trouble).toBe("Please wait a moment.");
});

test("trouble is over once what it was about has worked", async () => {
  local.answer("chat-handoff", json(503, { error: "unavailable" }), json(200, { ok: true, conversation: conversation() }));
  const { chat } = begun();
  await chat.handoff();
  expect(chat.state.trouble).toBe("That did not work. Please try again.");
  await chat.handoff();
  expect(chat.state.trouble).toBeNull();
});

test("words for the composer to begin with are gone once something was said", () => {
  local.answer("chat-message", () => undefined);
  const { chat } = begun();
  chat.draft("I have a question");
  expect(chat.state.drafted.text).toBe("I have a question");
  chat.say("STOP");
  expect(chat.state.drafted).toEqual({ text: "", turn: 0 });
});

test("that somebody was told of the last visitor is not said to the next", async () => {
  let done: (() => void) | undefined;
  local.answer("chat-handoff", (response, request) => void (done = () => json(200, { ok: true, conversation: conversation() })(response, request)));
  const { chat, tell } = begun();
  const asked = chat.handoff();
  await until(() => !!done);
  tell({ type: "visit", ...visit({ visit: "f".repeat(32), session: "session-2" }) });
  done!();
  await asked;
  expect(chat.state.announced.text).toBe("");
  expect(chat.state.trouble).toBeNull();
});

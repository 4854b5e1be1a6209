import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Calls, Sessions } from "../app/net/calls";
import { Live, type Told } from "../app/net/live";
import { deliver, type Heard, type Outgoing } from "../app/net/message";
import { load } from "../app/words";
import { conversation, message, visit } from "./examples";
import { broken, events, json, open, serve, type Local } from "./server";

let local: Local;
beforeEach(async () => {
  local = await serve();
});
afterEach(async () => {
  vi.useRealTimers();
  await local.close();
});

function calls(renewed: Parameters<Sessions["take"]>[0] = visit({ session: "session-2" })): Calls {
  const sessions: Sessions = new Sessions(visit(), () => queueMicrotask(() => sessions.take(renewed)));
  return new Calls(local.url, sessions);
}

const bearers = (): (string | undefined)[] => local.requests.map(({ headers }) => headers.authorization);
const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 5_000 });

// ---- sessions

test("a session that is over is renewed once, and the call repeated", async () => {
  local.answer("chat-rate", json(401, { error: "session_expired" }), json(200, { ok: true }));
  await calls().post("chat-rate", { score: 5 });
  expect(bearers()).toEqual(["Bearer session-1", "Bearer session-2"]);
});

test("a session that is refused again is not asked for for ever", async () => {
  local.answer("chat-rate", json(401, { error: "session_invalid", detail: "this is no session" }));
  await expect(calls().post("chat-rate", {})).rejects.toMatchObject({ code: "session_invalid", detail: "" });
  expect(local.requests).toHaveLength(2);
});

test("where the page gets no other session, what it got instead counts: a line that is not there passes", async () => {
  local.answer("chat-rate", json(401, { error: "session_expired" }));
  await expect(calls({ error: "unavailable" }).post("chat-rate", {})).rejects.toMatchObject({ code: "unavailable", passes: true });
  await expect(calls({ error: "origin_refused" }).post("chat-rate", {})).rejects.toMatchObject({ code: "origin_refused", passes: false });
  expect(local.requests).toHaveLength(2);
});

test("what was meant for one visit is not said in another", async () => {
  local.answer("chat-message", json(401, { error: "session_expired" }), json(200, {}));
  const other = calls(visit({ session: "session-2", visit: "f".repeat(32) }));
  await expect(other.post("chat-message", {})).rejects.toMatchObject({ code: "session_expired" });
  expect(local.requests).toHaveLength(1);
});

test("calls that meet the end of a session together ask for one other", async () => {
  local.answer("chat-rate", json(401, {}), json(401, {}), json(200, {}));
  let asked = 0;
  const sessions: Sessions = new Sessions(visit(), () => {
    asked += 1;
    setTimeout(() => sessions.take(visit({ session: "session-2" })), 100);
  });
  const both = new Calls(local.url, sessions);
  await Promise.all([both.post("chat-rate", {}), both.post("chat-rate", {})]);
  expect(asked).toBe(1);
});

test("before a session is over, at four fifths of its life, another one is asked for", () => {
  vi.useFakeTimers();
  const ask = vi.fn();
  new Sessions(visit({ expires_in: 100 }), ask);
  vi.advanceTimersByTime(79_000);
  expect(ask).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2_000);
  expect(ask).toHaveBeenCalledOnce();
});

test("a page that nobody looks at asks for no session: its next call does", () => {
  vi.useFakeTimers();
  vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  let asked = 0;
  new Sessions(visit({ expires_in: 900 }), () => (asked += 1));
  vi.advanceTimersByTime(900_000);
  expect(asked).toBe(0);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test.each([
  [json(503, { error: "unavailable" }), { code: "unavailable", passes: true }],
  [json(500, "<html>"), { code: "unavailable", passes: true }],
  [json(429, { error: "too_many_requests", detail: "Wait." }, { "retry-after": "9" }), { code: "too_many_requests", passes: true, retryAfter: 9 }],
  [json(413, { error: "payload_too_large", detail: "Too long." }), { code: "payload_too_large", detail: "Too long.", passes: false }],
  [json(403, { error: "origin_refused", detail: "Add it in Settings → Widget." }), { code: "origin_refused", detail: "", passes: false }],
  [json(503, { error: "unavailable", detail: "the model took too long" }), { code: "unavailable", detail: "", passes: true }],
])("an error says whether it passes, and to the visitor what is meant for them (%#)", async (answer, error) => {
  local.answer("chat-rate", answer);
  await expect(calls().post("chat-rate", {})).rejects.toMatchObject(error);
});

test("who does not read English reads nothing that the server says in it", async () => {
  await load("es-MX");
  local.answer("chat-rate", json(400, { error: "bad_request", detail: "Too long." }));
  local.answer("chat-message", events(["error", { error: "bad_request", detail: "Too long." }], ["end", {}]));
  await expect(calls().post("chat-rate", {})).rejects.toMatchObject({ code: "bad_request", detail: "" });
  await expect(deliver(calls(), OUT, hearing().hears)).rejects.toMatchObject({ code: "bad_request", detail: "" });
  await load("en-GB");
  await expect(calls().post("chat-rate", {})).rejects.toMatchObject({ detail: "Too long." });
});

test("a line that is not there passes", async () => {
  await local.close();
  await expect(calls().post("chat-rate", {})).rejects.toMatchObject({ code: "network", passes: true });
});

// ---- chat-message

const OUT: Outgoing = { id: "c".repeat(32), text: "Hi", files: [], page: null, work: null };
const MINE = message("m", 1, { author: "visitor", client_id: OUT.id });
const THEIRS = message("a", 2, { text: "One. Two." });

type Unit = [event: string, data: unknown, id: string];

/** A unit of an answer: its id says how many characters of that answer have come with it. */
const unit = (answer: string, text: string, end: number): Unit => ["text", { answer, text }, `${answer}:${end}`];

function hearing() {
  const heard: unknown[] = [];
  const hears: Heard = {
    accepted: ({ id }) => heard.push(["accepted", id]),
    typing: () => heard.push("typing"),
    text: (answer, text) => heard.push(["text", answer, text]),
    replaced: (answer) => heard.push(["replaced", answer]),
    answer: ({ id }, written) => heard.push(["answer", id, written]),
    waiting: ({ owner }) => heard.push(["waiting", owner]),
  };
  return { heard, hears };
}

test("a message is accepted, and its answer heard in units and whole", async () => {
  local.answer(
    "chat-message",
    events(["accepted", { message: MINE }], ["typing", {}], unit("whole", "One.", 4), ["answer", { message: THEIRS }], ["end", {}]),
  );
  const { heard, hears } = hearing();
  await deliver(calls(), OUT, hears);
  expect(heard).toEqual([["accepted", "m"], "typing", ["text", "whole", "One."], ["answer", "a", "whole"]]);
  expect(local.requests[0]!.body).toEqual(OUT);
});

test("an answer whose line breaks goes on behind the last unit, under the same id, and no unit is heard twice", async () => {
  local.answer(
    "chat-message",
    broken(["accepted", { message: MINE }], unit("breaks", "One.", 4)),
    events(["accepted", { message: MINE }], unit("breaks", "One.", 4), unit("breaks", " Two.", 9), ["answer", { message: THEIRS }], ["end", {}]),
  );
  const { heard, hears } = hearing();
  await deliver(calls(), OUT, hears);
  expect(heard.filter((what) => (what as string[])[0] === "text")).toEqual([["text", "breaks", "One."], ["text", "breaks", " Two."]]);
  expect(local.requests[1]!.headers["last-event-id"]).toBe("breaks:4");
  expect(local.requests[1]!.body).toEqual(OUT);
});

test("a unit that two streams bring is heard once, and each stream goes on behind what it has brought itself", async () => {
  local.answer(
    "chat-message",
    events(["accepted", { message: MINE }], unit("both", "One.", 4), ["end", {}]),
    broken(["accepted", { message: MINE }], unit("both", "One.", 4)),
    events(["accepted", { message: MINE }], unit("both", " Two.", 9), ["end", {}]),
  );
  const { heard, hears } = hearing();
  await deliver(calls(), OUT, hears);
  await deliver(calls(), { ...OUT, id: "d".repeat(32) }, hears);
  expect(heard.filter((what) => (what as string[])[0] === "text")).toEqual([["text", "both", "One."], ["text", "both", " Two."]]);
  expect(local.requests[2]!.headers["last-event-id"]).toBe("both:4");
});

test("of the units that were heard only the last thousand are remembered", async () => {
  const many = Array.from({ length: 1_000 }, (_, at) => unit("many", ".", at + 1));
  local.answer("chat-message", events(["accepted", { message: MINE }], ...many, many[1]!, many[0]!, ["end", {}]));
  const { heard, hears } = hearing();
  await deliver(calls(), OUT, hears);
  expect(heard).toHaveLength(1 + 1_000 + 1);
});

test("an answer that is taken back comes anew under another id", async () => {
  local.answer("chat-message", events(["accepted", { message: MINE }], unit("back", "One.", 4), ["replaced", { answer: "back" }], unit("anew", "One.", 4), ["end", {}]));
  const { heard, hears } = hearing();
  await deliver(calls(), OUT, hears);
  expect(heard.slice(1)).toEqual([["text", "back", "One."], ["replaced", "back"], ["text", "anew", "One."]]);
});

test("an answer whose line breaks is not asked for in the next visit", async () => {
  local.answer("chat-message", broken(["accepted", { message: MINE }]));
  const mine = calls();
  const delivered = deliver(mine, OUT, hearing().hears);
  await until(() => local.requests.length === 1);
  mine.sessions.take(visit({ session: "session-2", visit: "f".repeat(32) }));
  await delivered;
  expect(local.requests).toHaveLength(1);
});

test("a line that breaks before the message is stored is the queue's to repair", async () => {
  local.answer("chat-message", broken());
  await expect(deliver(calls(), OUT, hearing().hears)).rejects.toMatchObject({ code: "network" });
  expect(local.requests).toHaveLength(1);
});

test("a stored message whose answer failed is not sent again", async () => {
  local.answer("chat-message", events(["accepted", { message: MINE }], ["error", { error: "unavailable", detail: "" }], ["end", {}]));
  await deliver(calls(), OUT, hearing().hears);
  expect(local.requests).toHaveLength(1);
});

test("where nobody answers now, the conversation says who will", async () => {
  local.answer("chat-message", events(["accepted", { message: MINE }], ["waiting", { conversation: conversation({ owner: "human" }) }], ["end", {}]));
  const { heard, hears } = hearing();
  await deliver(calls(), OUT, hears);
  expect(heard.at(-1)).toEqual(["waiting", "human"]);
});

// ---- chat-events

function living(the = calls()) {
  const told: Told[] = [];
  const states: string[] = [];
  const live = new Live(the, { seen: () => "m1", told: (what) => told.push(what), state: (state) => states.push(state) });
  return { live, told, states };
}

test("a stream that ends is opened again behind its last event", async () => {
  const state = ["state", { conversation: conversation(), messages: [], whole: true }, "7"] as [string, unknown, string];
  local.answer("chat-events", events(state, ["end", {}]), open(["changed", { conversation: conversation(), messages: [THEIRS] }, "8"]));
  const { live, told, states } = living();
  live.start();
  live.start(); // a second time changes nothing
  await until(() => told.length === 2);
  live.stop();
  expect(local.requests.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "7"]);
  expect(local.requests[0]!.body).toEqual({ seen: "m1" });
  expect(states).not.toContain("lost");
});

test("a server that ends each stream at once is not asked without end", async () => {
  local.answer("chat-events", ...Array.from({ length: 50 }, () => events(["end", {}])));
  const { live } = living();
  live.start();
  await until(() => local.requests.length === 1);
  await new Promise((done) => setTimeout(done, 300));
  live.stop();
  expect(local.requests.length).toBe(1);
});

test("a stream that breaks is opened again after a pause, and one break is not spoken of", async () => {
  local.answer("chat-events", json(503, { error: "unavailable" }), open(["changed", { conversation: conversation(), messages: [] }, "1"]));
  const { live, told, states } = living();
  const begun = Date.now();
  live.start();
  await until(() => told.length === 1);
  live.stop();
  expect(Date.now() - begun).toBeGreaterThanOrEqual(450);
  expect(states).toEqual(["open"]);
});

test("a chat that is refused says so", async () => {
  local.answer("chat-events", json(401, { error: "session_invalid" }));
  const { live, states } = living();
  live.start();
  await until(() => states.includes("refused"));
  live.stop();
});

test("another visit is heard from its beginning", async () => {
  local.answer("chat-events", open(["state", { conversation: conversation(), messages: [], whole: true }, "7"]));
  const { live, told } = living();
  live.start();
  await until(() => told.length === 1);
  live.reset();
  await until(() => told.length === 2);
  live.stop();
  expect(local.requests[1]!.headers["last-event-id"]).toBeUndefined();
});

test("a page that is looked at again after a while is told all anew, for links to files grow old", async () => {
  local.answer("chat-events", open(["state", { conversation: conversation(), messages: [], whole: true }, "7"]));
  const hidden = vi.spyOn(document, "hidden", "get");
  const turn = (away: boolean): void => {
    hidden.mockReturnValue(away);
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const { live, told } = living();
  live.start();
  await until(() => told.length === 1);
  vi.useFakeTimers();
  turn(true);
  vi.advanceTimersByTime(5 * 60_000);
  vi.useRealTimers();
  turn(false);
  await until(() => told.length === 2);
  live.stop();
  hidden.mockRestore();
  expect(local.requests[1]!.headers["last-event-id"]).toBeUndefined();
});

test("what is stopped is not opened again", async () => {
  local.answer("chat-events", events(["end", {}]));
  const { live } = living();
  live.start();
  live.stop();
  const so = local.requests.length;
  await new Promise((done) => setTimeout(done, 100));
  expect(local.requests.length - so).toBeLessThanOrEqual(1);
});

import { expect, test } from "vitest";
import { CallError } from "../app/net/calls";
import { pause } from "../app/net/pauses";
import { Outbox, type Kept, type Pending } from "../app/state/outbox";

function memory(): Kept & { held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}

const entry = (id: string): Pending => ({ id, text: id, files: [], page: null, at: new Date().toISOString(), state: "sending", why: null });

type Answer = "ok" | CallError;

/** A line that answers each try as it is told, and writes down what was tried and how long was waited. */
function line(answers: Answer[], kept = memory()) {
  const tried: string[] = [];
  const waited: number[] = [];
  const states: string[] = [];
  const at = { online: true };
  const outbox: Outbox = new Outbox("box", {
    storage: kept,
    changed: () => states.push(...outbox.entries.map(({ state }) => state)),
    online: () => at.online,
    sleep: async (ms) => void waited.push(ms),
    send: async ({ id }) => {
      tried.push(id);
      const answer = answers.shift() ?? "ok";
      if (answer !== "ok") throw answer;
    },
  });
  return { outbox, tried, waited, states, kept, at };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));
const network = new CallError("network", "");

test("messages go out one after another, in the order in which they were said", async () => {
  const { outbox, tried } = line([]);
  for (const id of ["a", "b", "c"]) outbox.add(entry(id));
  await settled();
  expect(tried).toEqual(["a", "b", "c"]);
  expect(outbox.entries).toEqual([]);
});

test("a line that breaks is tried again with the same id, after pauses that grow", async () => {
  const { outbox, tried, waited } = line([network, network, network, "ok"]);
  outbox.add(entry("a"));
  await settled();
  expect(tried).toEqual(["a", "a", "a", "a"]);
  expect(waited[0]).toBeLessThanOrEqual(1_000);
  expect(waited[2]).toBeGreaterThanOrEqual(2_000);
});

test("what is said while offline is kept over a reload and sent when the line is back", async () => {
  const first = line([]);
  first.at.online = false;
  first.outbox.add(entry("a"));
  await settled();
  expect(first.tried).toEqual([]);
  const second = line([], first.kept);
  expect(second.outbox.entries.map(({ id }) => id)).toEqual(["a"]);
  await second.outbox.run();
  expect(second.tried).toEqual(["a"]);
  expect(first.kept.held.size).toBe(0);
});

test("what could not be sent for a day is not sent by itself any more, but again if the visitor says so", async () => {
  const kept = memory();
  const old = new Date(Date.now() - 25 * 3_600_000).toISOString();
  kept.setItem("box", JSON.stringify([{ ...entry("old"), at: old }, entry("new")]));
  const { outbox, tried } = line(["ok", network], kept);
  await outbox.run();
  expect(tried).toEqual(["new"]);
  expect(outbox.entries).toMatchObject([{ id: "old", state: "failed" }]);
  outbox.retry("old");
  outbox.add(entry("next"));
  await settled();
  expect(tried).toEqual(["new", "old", "old", "next"]);
  expect(outbox.entries).toEqual([]);
});

test("a refused message fails with the server's words, and does not hold up the next one", async () => {
  const { outbox, tried } = line([new CallError("bad_request", "Too long."), "ok"]);
  outbox.add(entry("a"));
  outbox.add(entry("b"));
  await settled();
  expect(tried).toEqual(["a", "b"]);
  expect(outbox.entries).toMatchObject([{ id: "a", state: "failed", why: "Too long." }]);
});

test("try again sends a failed message under its own id, delete forgets it", async () => {
  const { outbox, tried } = line([new CallError("bad_request", ""), new CallError("bad_request", "")]);
  outbox.add(entry("a"));
  outbox.add(entry("b"));
  await settled();
  outbox.retry("a");
  outbox.drop("b");
  await settled();
  expect(tried).toEqual(["a", "b", "a"]);
  expect(outbox.entries).toEqual([]);
});

test("a limit is waited out for as long as it says, and the visitor is told so", async () => {
  const { outbox, waited, states } = line([new CallError("too_many_requests", "", 7)]);
  outbox.add(entry("a"));
  await settled();
  expect(states).toEqual(["sending", "slow"]);
  expect(waited).toEqual([7_000]);
  expect(outbox.entries).toEqual([]);
});

test("a line that stays broken while the browser is online ends in a failed message, not in an endless try", async () => {
  const { outbox, tried } = line(Array.from({ length: 20 }, () => network));
  outbox.add(entry("a"));
  await settled();
  expect(outbox.entries).toMatchObject([{ id: "a", state: "failed" }]);
  expect(tried.length).toBeLessThanOrEqual(8);
});

test("storage that is full or damaged loses nothing of this page", async () => {
  const kept = { getItem: () => "{broken", setItem: () => { throw new Error("full"); }, removeItem: () => undefined };
  const { outbox, tried } = line([], kept as never);
  outbox.add(entry("a"));
  await settled();
  expect(tried).toEqual(["a"]);
});

test("two tabs keep what was said in both, and each sends its own", async () => {
  const one = line([]);
  const other = line([], one.kept);
  one.at.online = other.at.online = false;
  one.outbox.add(entry("a"));
  other.outbox.add(entry("b"));
  one.outbox.reread();
  expect(one.outbox.entries.map(({ id }) => id)).toEqual(["a", "b"]);
  one.at.online = other.at.online = true;
  await one.outbox.run();
  await other.outbox.run();
  expect([one.tried, other.tried]).toEqual([["a"], ["b"]]);
  expect(one.kept.held.size).toBe(0);
});

test("pauses double up to thirty seconds, and half of each is chance", () => {
  expect([0, 1, 2, 9].map((tries) => pause(tries, () => 1))).toEqual([1_000, 2_000, 4_000, 30_000]);
  expect(pause(1, () => 0)).toBe(1_000);
});

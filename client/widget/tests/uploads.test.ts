import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Chat } from "../app/chat";
import { Calls, Sessions } from "../app/net/calls";
import { initial, Store } from "../app/state/state";
import { fault, Uploads } from "../app/uploads";
import { load } from "../app/words";
import type { Refusal, Visit } from "../shared/protocol";
import { config, visit } from "./examples";
import { json, serve, type Local } from "./server";

const STORED = { id: "f1", name: "pool.png", type: "image/png", size: 3, url: "https://files.example/f1" };
const PNG = () => new File(["png"], "pool.png", { type: "image/png" });

let local: Local;
beforeEach(async () => {
  await load("en");
  local = await serve();
});
afterEach(() => local.close());

/** A chat whose page answers "renew" with this visit. */
function uploading(renewed: Visit | Refusal = visit()): Uploads {
  const store = new Store(initial(config(), "https://host.example/", visit()));
  const sessions: Sessions = new Sessions(visit(), () =>
    queueMicrotask(() => {
      sessions.take(renewed);
      if ("visit" in renewed) store.set({ visit: renewed.visit });
    }),
  );
  const chat = {
    store,
    calls: new Calls(local.url, sessions),
    announce: () => undefined,
    proven: <T>(send: (work: string | null) => Promise<T>) => send(null),
    get state() { return store.state; },
  };
  return new Uploads(chat as unknown as Chat, () => undefined);
}

const settled = (uploads: Uploads): Promise<void> => vi.waitFor(() => expect(uploads.busy).toBe(false), { timeout: 5_000 });
const bearers = (): (string | undefined)[] => local.requests.map(({ headers }) => headers.authorization);

test.each([
  [{ name: "a.png", size: 0, type: "image/png" }, "a.png is empty."],
  [{ name: "a.pdf", size: 5 * 1024 * 1024 + 1, type: "application/pdf" }, "a.pdf is too large. Files can be up to 5 MB."],
  [{ name: "a.gif", size: 5 * 1024 * 1024 + 1, type: "image/gif" }, "a.gif is too large. Files can be up to 5 MB."],
  [{ name: "a.png", size: 5 * 1024 * 1024 + 1, type: "image/png" }, null],
  [{ name: "a.png", size: 50 * 1024 * 1024 + 1, type: "image/png" }, "a.png is too large. Files can be up to 5 MB."],
  [{ name: "a.svg", size: 1, type: "image/svg+xml" }, "a.svg cannot be sent. Pictures and PDFs can."],
  [{ name: "a.heic", size: 1, type: "" }, null],
  [{ name: "a.pdf", size: 5 * 1024 * 1024, type: "application/pdf" }, null],
])("before a byte is sent a file is refused in words, or goes (%#)", (file, why) => {
  expect(fault(file)).toBe(why);
});

test("a file whose session is over goes once more under the next one", async () => {
  local.answer("chat-upload", json(401, { error: "session_expired" }), json(201, { file: STORED }));
  const uploads = uploading(visit({ session: "session-2" }));
  uploads.add([PNG()]);
  await settled(uploads);
  expect(uploads.done).toEqual([STORED]);
  expect(bearers()).toEqual(["Bearer session-1", "Bearer session-2"]);
});

test("a file of one visit does not go in another", async () => {
  local.answer("chat-upload", json(401, { error: "session_expired" }), json(201, { file: STORED }));
  const uploads = uploading(visit({ session: "session-2", visit: "f".repeat(32) }));
  uploads.add([PNG()]);
  await settled(uploads);
  expect(uploads.done).toEqual([]);
  expect(bearers()).toEqual(["Bearer session-1"]);
});

test.each([
  [json(415, { error: "file_refused", detail: "This is no picture." }), "This is no picture.", false],
  [json(429, { error: "too_many_requests", detail: "Wait a moment." }), "Wait a moment.", true],
  [json(503, {}), "pool.png could not be uploaded.", true],
  [json(401, { error: "session_expired", detail: "over" }), "pool.png could not be uploaded.", true],
])("why a file did not go is said in words, and whether it may be tried again (%#)", async (answer, why, again) => {
  local.answer("chat-upload", answer);
  const uploads = uploading({ error: "unavailable" });
  uploads.add([PNG()]);
  await settled(uploads);
  expect(uploads.items).toMatchObject([{ fault: why, again }]);
});

test.each([
  [413, "pool.png ist zu groß"],
  [415, "pool.png kann nicht gesendet werden"],
  [429, "pool.png konnte nicht hochgeladen werden."],
])("who does not read English reads in the widget's own words why a file did not go (%i)", async (status, why) => {
  await load("de");
  local.answer("chat-upload", json(status, { error: "refused", detail: "This is no picture." }));
  const uploads = uploading();
  uploads.add([PNG()]);
  await settled(uploads);
  expect(uploads.items[0]!.fault).toContain(why);
});

test("a file that failed may be tried again where the message has room for it, and not as a sixth", async () => {
  local.answer("chat-upload", json(503, {}), json(201, { file: STORED }));
  const uploads = uploading();
  uploads.add([PNG()]);
  await settled(uploads);
  uploads.add(Array.from({ length: 5 }, PNG));
  await settled(uploads);
  const failed = uploads.items[0]!;
  uploads.again(failed);
  await settled(uploads);
  expect(failed.fault).toBe("You can send up to 5 files with a message.");
  expect(uploads.done).toHaveLength(5);
  uploads.remove(uploads.items[1]!);
  uploads.again(failed);
  await settled(uploads);
  expect(uploads.done).toHaveLength(5);
  expect(failed.fault).toBeNull();
});

test("a photo that is too large, and that this browser cannot open, is refused in words", async () => {
  const uploads = uploading();
  uploads.add([new File([new Uint8Array(5 * 1024 * 1024 + 1)], "pool.jpg", { type: "image/jpeg" })]);
  await settled(uploads);
  expect(uploads.items[0]!.fault).toBe("pool.jpg is too large. Files can be up to 5 MB.");
  expect(local.requests).toEqual([]);
});

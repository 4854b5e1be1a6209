import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { install, type Acts, type Api, type Page } from "../loader/api";
import { frame } from "../loader/frame";
import { pageUrl, visits } from "../loader/visits";
import type { FromFrame, Start } from "../shared/protocol";
import { config, visit } from "./examples";

const ORIGIN = "https://widget.example";
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

// ---- the API

const acts = (called: unknown[]): Acts => ({
  open: () => called.push("open"),
  close: () => called.push("close"),
  identify: (token) => called.push(["identify", token]),
  logout: () => called.push("logout"),
});

test("what the page asks for before the script is there is done when it is, in order", () => {
  const page: Page = { ChatterCheetah: [["open"], ["identify", "token"], ["nonsense"]] };
  const called: unknown[] = [];
  const api = install(page)!;
  (page.ChatterCheetah as Api).push(["close"]);
  expect(called).toEqual([]);
  api.settle(acts(called));
  expect(called).toEqual(["open", ["identify", "token"], "close"]);
});

test("the second of two scripts does nothing", () => {
  const page: Page = {};
  expect(install(page)).not.toBeNull();
  const first = page.ChatterCheetah;
  expect(install(page)).toBeNull();
  expect(page.ChatterCheetah).toBe(first);
});

test("listeners hear events until they are taken away, and who comes late hears of ready too", async () => {
  const page: Page = {};
  const api = install(page)!;
  const chat = page.ChatterCheetah as Api;
  const heard: unknown[] = [];
  const off = chat.on("unread", (count) => heard.push(count));
  api.settle(acts([]));
  api.emit("unread", 2);
  await settled();
  off();
  api.emit("unread", 3);
  chat.on("ready", () => heard.push("ready"));
  await settled();
  expect(heard).toEqual([2, "ready"]);
});

// ---- the frame

const START = { chattercheetah: "start", config: config(), visit: visit(), locale: "en", page: "https://host.example/", colors: "light", dir: "ltr" } as Start;

function framed() {
  const heard: FromFrame[] = [];
  const posted: { message: unknown; target: string; port: MessagePort }[] = [];
  const made = frame({ title: "Chat", src: `${ORIGIN}/chat-frame/K1`, origin: ORIGIN, start: async () => START, open: () => true, receive: (message) => heard.push(message) });
  const inside = { postMessage: (message: unknown, target: string, [port]: [MessagePort]) => posted.push({ message, target, port }) };
  Object.defineProperty(made.element, "contentWindow", { value: inside });
  const say = async (data: unknown, origin = ORIGIN, source: unknown = inside): Promise<void> => {
    const event = new MessageEvent("message", { data, origin });
    Object.defineProperty(event, "source", { value: source });
    dispatchEvent(event);
    await settled();
  };
  return { made, heard, posted, say };
}

test("a frame that is ready is told of the visit, at its own origin and no other", async () => {
  const { posted, say } = framed();
  await say({ chattercheetah: "ready" });
  expect(posted).toMatchObject([{ message: START, target: ORIGIN }]);
});

test.each([
  ["another origin", { chattercheetah: "ready" }, "https://evil.example", undefined],
  ["the same words from another window", { chattercheetah: "ready" }, ORIGIN, globalThis],
  ["other words", { chattercheetah: "start" }, ORIGIN, undefined],
  ["no words", null, ORIGIN, undefined],
  ["an opaque origin", { chattercheetah: "ready" }, "null", undefined],
])("%s is not answered", async (_name, data, origin, source) => {
  const { posted, say } = framed();
  await (source ? say(data, origin, source) : say(data, origin));
  expect(posted).toEqual([]);
});

test("after the start both speak over the port, and the frame hears at once whether it is shown", async () => {
  const { made, heard, posted, say } = framed();
  made.send({ type: "page", url: "https://host.example/lost" }); // nobody is there yet: the start will say it
  await say({ chattercheetah: "ready" });
  const told: unknown[] = [];
  posted[0]!.port.onmessage = ({ data }) => told.push(data);
  posted[0]!.port.postMessage({ type: "close" });
  made.send({ type: "page", url: "https://host.example/b" });
  await settled();
  expect(told).toEqual([{ type: "shown", open: true }, { type: "page", url: "https://host.example/b" }]);
  expect(heard).toEqual([{ type: "close" }]);
});

test("the frame may do nothing but be itself", () => {
  const { element } = framed().made;
  expect(element.title).toBe("Chat");
  expect(element.getAttribute("referrerpolicy")).toBe("origin");
  expect(element.getAttribute("allow")).toBeNull();
});

// ---- visits

type Asked = { resume: string | null; identity: string | null; locale: string; page: string };

const KEY = "chattercheetah:K1";
let asked: Asked[];
let answers: unknown[];

beforeEach(() => {
  asked = [];
  answers = [];
  localStorage.clear();
  // The network is what is replaced here: nothing of ours.
  vi.stubGlobal("fetch", async (_url: string, { body }: RequestInit) => {
    asked.push(JSON.parse(String(body)) as Asked);
    const answer = answers.shift() ?? visit();
    return { json: async () => answer };
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The page's storage throws from now on; answers what has tried it. */
function forbidden() {
  const tried = vi.fn(() => {
    throw new Error("forbidden");
  });
  vi.stubGlobal("localStorage", new Proxy({}, { get: tried }));
  return tried;
}

const made = () => visits("https://functions.example/chat-start/K1", KEY, "es-MX");

test("storage is not touched before the visitor means to", async () => {
  const tried = forbidden();
  const mine = made();
  expect(tried).not.toHaveBeenCalled();
  await mine.start();
  expect(tried).toHaveBeenCalled();
});

test("a visit outlives the page only when something was said", async () => {
  const mine = made();
  await mine.start();
  expect(localStorage.getItem(KEY)).toBeNull();
  mine.spoken();
  expect(localStorage.getItem(KEY)).toBe("resume-1");
  const next = made();
  answers = [visit({ resume: "resume-2", fresh: false })];
  await next.start();
  expect(asked[1]!.resume).toBe("resume-1");
  expect(localStorage.getItem(KEY)).toBe("resume-2");
});

test("the page is told without what may be secret in its address", () => {
  expect(pageUrl()).not.toContain("?");
  expect(pageUrl()).toBe(location.origin + location.pathname);
});

test("sessions that are asked for at once are one", async () => {
  const mine = made();
  await Promise.all([mine.start(), mine.start(), mine.start()]);
  expect(asked).toHaveLength(1);
});

test("an identity is told once, and an identity that is refused is told no more", async () => {
  vi.spyOn(console, "warn").mockReturnValue();
  const mine = made();
  answers = [{ error: "identity_replayed" }, visit()];
  mine.identify("jwt");
  expect(await mine.start()).toEqual(visit());
  await mine.start();
  expect(asked.map(({ identity }) => identity)).toEqual(["jwt", null, null]);
});

test("an identity that met no line is told again", async () => {
  const mine = made();
  answers = [{ error: "unavailable" }, visit({ identified: true })];
  mine.identify("jwt");
  await mine.start();
  expect(await mine.start()).toMatchObject({ identified: true });
  expect(asked.map(({ identity }) => identity)).toEqual(["jwt", "jwt"]);
});

test("who signs out while a session is under way does not come back by it", async () => {
  localStorage.setItem(KEY, "old");
  const mine = made();
  answers = [visit({ resume: "theirs", fresh: false }), visit({ resume: "new" })];
  const running = mine.start();
  mine.forget();
  expect(await running).toMatchObject({ resume: "new" });
  expect(asked.map(({ resume }) => resume)).toEqual(["old", null]);
  expect(localStorage.getItem(KEY)).toBeNull();
});

test("who signs in while a session is under way is told of in the visit that it brings", async () => {
  const mine = made();
  answers = [visit({ resume: "first" }), visit({ resume: "second", fresh: false, identified: true })];
  const running = mine.start();
  mine.identify("jwt");
  expect(await running).toMatchObject({ identified: true });
  expect(asked.map(({ resume, identity }) => [resume, identity])).toEqual([[null, null], ["first", "jwt"]]);
});

test("from when somebody signs in nobody knows whose the visit is, until the server has said it", async () => {
  const mine = made();
  await mine.start();
  expect(mine.current()).toEqual(visit());
  mine.identify("jwt");
  answers = [{ error: "unavailable" }, visit({ identified: true })];
  await mine.start();
  expect(mine.current()).toBeNull();
  await mine.start();
  expect(mine.current()).toMatchObject({ identified: true });
});

test("a page learns that what it kept is lost, but not where it kept nothing or may not look", async () => {
  const mine = made();
  await mine.start();
  expect(mine.lost()).toBe(false);
  mine.spoken();
  expect(mine.lost()).toBe(false);
  localStorage.clear();
  expect(mine.lost()).toBe(true);
  forbidden();
  expect(mine.lost()).toBeNull();
});

test("a page where nothing was said joins the visit of another tab, one where something was said does not", async () => {
  const silent = made();
  await silent.start();
  answers = [visit({ resume: "next", fresh: false })];
  expect(await silent.join("theirs")).toBe(true);
  expect(asked.at(-1)!.resume).toBe("theirs");
  const speaking = made();
  await speaking.start();
  speaking.spoken();
  expect(await speaking.join("theirs")).toBe(false);
});

test("a page whose storage is forbidden has a visit all the same", async () => {
  forbidden();
  expect(await made().start()).toEqual(visit());
});

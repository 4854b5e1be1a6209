import { beforeEach, expect, test, vi } from "vitest";
import { widget } from "../loader/widget";
import type { FromFrame, Start, ToFrame, Visit } from "../shared/protocol";
import { config, visit } from "./examples";

const ORIGIN = "https://widget.example";
const ANA = visit({ visit: "a".repeat(32), resume: "ana", identified: true });
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

let answers: unknown[];
let asked: string[];
let zoom: EventTarget & { height: number; offsetTop: number; scale: number };

beforeEach(() => {
  answers = [];
  asked = [];
  localStorage.clear();
  zoom = Object.assign(new EventTarget(), { height: 700, offsetTop: 0, scale: 1 });
  vi.stubGlobal("visualViewport", zoom);
  // The network is what is replaced here: nothing of ours.
  vi.stubGlobal("fetch", async (_url: string, { body }: RequestInit) => {
    asked.push(String(body));
    const answer = answers.shift() ?? visit();
    return { json: async () => answer };
  });
});

let keys = 0;

/** The loader as a whole on this page, opened; `begun` counts how often its frame has begun. */
async function opened(first: Visit = visit()) {
  let root!: ShadowRoot;
  const attach = vi.spyOn(Element.prototype, "attachShadow").mockImplementation(function (this: Element) {
    attach.mockRestore();
    return (root = this.attachShadow({ mode: "open" }));
  });
  const emitted: unknown[] = [];
  const key = `K${(keys += 1)}`;
  answers.push(first);
  const acts = widget(config(), ORIGIN, key, (event, detail) => emitted.push([event, detail]));
  const panel = root.querySelector<HTMLElement>(".panel")!;
  const count = { begun: 0 };
  new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
    count.begun += added.filter(({ nodeName }) => nodeName === "IFRAME").length;
  }).observe(panel, { childList: true });
  acts.open();
  const frame = root.querySelector("iframe")!;
  const told: (Start | ToFrame)[] = [];
  const inside = {
    postMessage(start: Start, _target: string, [port]: [MessagePort]) {
      told.push(start);
      say = (message) => port.postMessage(message);
      port.onmessage = ({ data }) => told.push(data as ToFrame);
    },
  };
  let say: (message: FromFrame) => void;
  Object.defineProperty(frame, "contentWindow", { value: inside });
  const ready = async (): Promise<void> => {
    const event = new MessageEvent("message", { data: { chattercheetah: "ready" }, origin: ORIGIN });
    Object.defineProperty(event, "source", { value: inside });
    dispatchEvent(event);
    await settled();
    say({ type: "loaded" });
    await settled();
  };
  await ready();
  expect(count.begun).toBe(1);
  const wait = root.querySelector<HTMLElement>(".wait")!;
  const send = (message: FromFrame): void => say(message);
  return { acts, root, told, emitted, count, ready, key: `chattercheetah:${key}`, say: send, wait };
}

const stored = (key: string | null, newValue: string | null): boolean =>
  dispatchEvent(Object.assign(new Event("storage"), { key, newValue }));

test("who signs out leaves a frame that begins anew, also where the server gives no other visit", async () => {
  const { acts, told, emitted, count, ready, say, wait } = await opened(ANA);
  say({ type: "unread", count: 2 });
  await settled();
  expect(wait.hidden).toBe(true);
  answers = [{ error: "unavailable" }];
  acts.logout();
  await settled();
  expect([count.begun, wait.hidden]).toEqual([2, false]);
  expect(emitted.at(-1)).toEqual(["unread", 0]);
  await ready();
  expect(told.at(-2)).toMatchObject({ chattercheetah: "start", visit: { error: "unavailable" } });
  expect(JSON.parse(asked.at(-1)!)).toMatchObject({ resume: null, identity: null });
});

test.each([
  ["what it kept", (key: string) => stored(key, null)],
  ["everything", () => stored(null, null)],
])("a page that hears that another one has forgotten %s signs out too", async (_name, tell) => {
  const { count, key } = await opened();
  stored("another", null);
  await settled();
  expect(count.begun).toBe(1);
  tell(key);
  await settled();
  expect(count.begun).toBe(2);
});

test("a page that comes back by the Back button signs out where the visit was forgotten meanwhile", async () => {
  const { count, say } = await opened();
  const back = async (): Promise<void> => {
    dispatchEvent(new Event("pageshow"));
    await settled();
  };
  await back();
  say({ type: "spoken" });
  await settled();
  await back();
  expect(count.begun).toBe(1);
  localStorage.clear();
  await back();
  expect(count.begun).toBe(2);
});

test("who signs in over somebody else's chat does not find it where the server cannot say whose it is", async () => {
  const { acts, told, count, ready } = await opened(ANA);
  const ben = visit({ visit: "b".repeat(32), identified: true });
  answers = [{ error: "unavailable" }, ben];
  acts.identify("ben");
  await settled();
  expect(count.begun).toBe(2);
  await ready();
  expect(told.at(-2)).toMatchObject({ chattercheetah: "start", visit: ben });
  expect(JSON.parse(asked.at(-1)!)).toMatchObject({ resume: "ana", identity: "ben" });
});

test("who signs in in the middle of a chat keeps it and what they are writing, whatever the server says", async () => {
  const { acts, told, count } = await opened();
  answers = [{ error: "unavailable" }, visit({ identified: true, fresh: false })];
  acts.identify("ana");
  await settled();
  expect(told.at(-1)).toEqual({ type: "visit", error: "unavailable" });
  acts.identify("ana");
  await settled();
  expect(told.at(-1)).toMatchObject({ type: "visit", identified: true });
  expect(count.begun).toBe(1);
});

test("a session that is not renewed leaves the chat of who is known as it is", async () => {
  const { told, count, say } = await opened(ANA);
  answers = [{ error: "unavailable" }];
  say({ type: "renew" });
  await settled();
  expect(told.at(-1)).toEqual({ type: "visit", error: "unavailable" });
  expect(count.begun).toBe(1);
});

test("the panel follows the keyboard of a phone, and not who enlarges the page", async () => {
  const { root } = await opened();
  const height = (): string => root.adoptedStyleSheets.at(-1)!.cssRules[0]!.cssText;
  zoom.height = 400;
  zoom.dispatchEvent(new Event("resize"));
  expect(height()).toContain("400px");
  Object.assign(zoom, { height: 200, scale: 2 });
  zoom.dispatchEvent(new Event("resize"));
  expect(height()).toContain("400px");
});

test("a site that exchanges its body keeps the chat", async () => {
  const { root } = await opened();
  document.documentElement.replaceChild(document.createElement("body"), document.body);
  expect(root.host.isConnected).toBe(true);
});

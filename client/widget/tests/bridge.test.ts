import { expect, test } from "vitest";
import { connect, origins, type Bridge } from "../app/bridge";

const HOST = "https://host.example";
const START = { chattercheetah: "start" };
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

/** The frame's window, as far as the bridge looks at it. */
function inside() {
  const said: unknown[] = [];
  const parent = { postMessage: (...given: unknown[]) => said.push(given) };
  const self = Object.assign(new EventTarget(), { parent }) as unknown as Window;
  let bridge: Bridge | null = null;
  void connect(self, [HOST]).then((made) => (bridge = made));
  const { port1, port2 } = new MessageChannel();
  const say = async (data: unknown, origin = HOST, source: unknown = parent, ports = [port2]): Promise<Bridge | null> => {
    self.dispatchEvent(Object.assign(new Event("message"), { data, origin, source, ports }));
    await settled();
    return bridge;
  };
  return { said, say, port: port1 };
}

test("the frame says that it is ready, and nothing else, to whoever holds it", () => {
  expect(inside().said).toEqual([[{ chattercheetah: "ready" }, "*"]]);
});

test("a start from a page in the list is taken, and both speak over the port", async () => {
  const { say, port } = inside();
  const bridge = (await say(START))!;
  const heard: unknown[] = [];
  bridge.listen((message) => heard.push(message));
  const told: unknown[] = [];
  port.onmessage = ({ data }) => told.push(data);
  port.postMessage({ type: "shown", open: true });
  bridge.send({ type: "loaded" });
  await settled();
  expect(heard).toEqual([{ type: "shown", open: true }]);
  expect(told).toEqual([{ type: "loaded" }]);
});

test.each([
  ["a page that is not in the list", START, "https://evil.example", undefined, undefined],
  ["a page whose name begins like one in the list", START, `${HOST}.evil.example`, undefined, undefined],
  ["a page without an origin", START, "null", undefined, undefined],
  ["a window that is not the parent", START, HOST, {}, undefined],
  ["other words", { chattercheetah: "ready" }, HOST, undefined, undefined],
  ["a start without a port", START, HOST, undefined, []],
])("%s is not heard", async (_name, data, origin, source, ports) => {
  expect(await inside().say(data, origin, source, ports)).toBeNull();
});

test("only the first start counts", async () => {
  const { say } = inside();
  const first = await say(START);
  expect(await say({ ...START, locale: "de" })).toBe(first);
  expect(first!.start.locale).toBeUndefined();
});

test("a document without a list, or with a damaged one, lets nobody in", () => {
  const body = document.createElement("body");
  expect(origins(body)).toEqual([]);
  for (const told of ["{broken", '"https://host.example"', "[1]"]) {
    body.dataset.origins = told;
    expect(origins(body)).toEqual([]);
  }
  body.dataset.origins = `["${HOST}"]`;
  expect(origins(body)).toEqual([HOST]);
});

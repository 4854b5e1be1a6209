import { expect, test } from "vitest";
import { serverEvents, SseParser, type ServerEvent } from "../app/net/sse";

const parse = (...chunks: string[]): ServerEvent[] => {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
};

const STREAM = ': hello\n\nid: 7\nevent: text\ndata: {"text":"Grüß 你好 🐆"}\n\ndata: one\ndata: two\n\n';
const WHOLE = [
  { id: "7", event: "text", data: '{"text":"Grüß 你好 🐆"}' },
  { id: "7", event: "message", data: "one\ntwo" },
];

function body(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function read(stream: ReadableStream<Uint8Array>, alive = (): void => undefined): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(stream, alive)) events.push(event);
  return events;
}

test("events, ids, comments and data of several lines are read", () => {
  expect(parse(STREAM)).toEqual(WHOLE);
});

test.each(["\n", "\r\n", "\r"])("lines may end with %j", (end) => {
  expect(parse(STREAM.replaceAll("\n", end), end, end)).toEqual(WHOLE);
});

test("however the text is cut, the same events come out", () => {
  const text = STREAM.replaceAll("\n", "\r\n");
  for (let cut = 0; cut <= text.length; cut += 1) expect(parse(text.slice(0, cut), text.slice(cut))).toEqual(WHOLE);
  expect(parse(...text)).toEqual(WHOLE);
});

test("a character may be cut between two chunks of bytes", async () => {
  const bytes = new TextEncoder().encode(STREAM);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    expect(await read(body([bytes.slice(0, cut), bytes.slice(cut)]))).toEqual(WHOLE);
  }
});

test("an event without its blank line is none yet", () => {
  expect(parse("event: end\ndata: {}\n")).toEqual([]);
});

test("an event without data is none, and does not name the next one", () => {
  expect(parse("event: end\n\ndata: x\n\n")).toEqual([{ id: null, event: "message", data: "x" }]);
});

test("a mark of the byte order at the beginning is no text, an id with a null is none, one space after a colon goes", () => {
  expect(parse("\uFEFFdata:  x\nid: a\0b\nretry: 5\nnonsense\n\n")).toEqual([{ id: null, event: "message", data: " x" }]);
});

test("who waits for silence hears of comments too", async () => {
  let chunks = 0;
  const ping = new TextEncoder().encode(": ping\n\n");
  expect(await read(body([ping, ping]), () => (chunks += 1))).toEqual([]);
  expect(chunks).toBe(2);
});

test("an event without an end does not fill the memory", () => {
  const parser = new SseParser();
  const flood = (): void => {
    for (let turn = 0; turn < 5_000; turn += 1) parser.push(`data: ${"x".repeat(1_000)}\n`);
  };
  expect(flood).toThrow("too long");
});

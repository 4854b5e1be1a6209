import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { work, zeroBits } from "../app/net/work";

const VISIT = "0123456789abcdef0123456789abcdef";

test("zero bits are counted from the front", () => {
  expect([[0xff], [0x7f], [0x00, 0x80], [0x00, 0x01], [0x00, 0x00]].map((bytes) => zeroBits(new Uint8Array(bytes)))).toEqual([0, 1, 8, 15, 16]);
});

test.each([1, 8, 12])("the work of %i bits is done, and fits into what the server takes", async (bits) => {
  const found = await work(VISIT, bits);
  expect(found.length).toBeLessThanOrEqual(32);
  expect(zeroBits(createHash("sha256").update(`${VISIT}:${found}`).digest())).toBeGreaterThanOrEqual(bits);
});

test("the page can paint while it is done", async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await work(VISIT, 14);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});

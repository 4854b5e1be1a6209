/** The frame's entry, as the page speaks to it. */

import { beforeAll, expect, test, vi } from "vitest";
import type { FromFrame, ToFrame } from "../shared/protocol";
import { config } from "./examples";

const HOST = "https://host.example";
const said: FromFrame[] = [];
const { port1, port2 } = new MessageChannel();
const tell = (message: ToFrame): void => port1.postMessage(message);
const renewals = (): number => said.filter(({ type }) => type === "renew").length;
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 50));

beforeAll(async () => {
  document.body.append(Object.assign(document.createElement("div"), { id: "app" }));
  document.body.dataset.origins = JSON.stringify([HOST]);
  port1.onmessage = ({ data }) => said.push(data as FromFrame);
  await import("../app/main");
  const start = { chattercheetah: "start", config: config(), visit: { error: "unavailable" }, locale: "en", page: `${HOST}/`, colors: "light", dir: "ltr" };
  window.dispatchEvent(Object.assign(new Event("message"), { data: start, origin: HOST, source: window.parent, ports: [port2] }));
  await vi.waitFor(() => expect(document.querySelector("main.outside")).not.toBeNull());
});

test("a chat that was refused before anybody looked is asked for again when it is opened, once each time", async () => {
  tell({ type: "shown", open: false });
  await settled();
  expect(renewals()).toBe(0);
  tell({ type: "shown", open: true });
  tell({ type: "shown", open: true });
  await settled();
  expect(renewals()).toBe(1);
  tell({ type: "visit", error: "unavailable" });
  await settled();
  expect(renewals()).toBe(1);
  tell({ type: "shown", open: false });
  tell({ type: "shown", open: true });
  await settled();
  expect(renewals()).toBe(2);
});

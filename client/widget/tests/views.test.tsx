import { render } from "preact";
import { expect, test, vi } from "vitest";
import type { Chat } from "../app/chat";
import { initial, Store } from "../app/state/state";
import { load } from "../app/words";
import { Composer } from "../app/views/composer";
import { useChat } from "../app/views/hooks";
import { config, message, visit } from "./examples";

test("what changes right after the first drawing is drawn", async () => {
  const store = new Store(initial(config(), "https://host.example/", visit()));
  const chat = { store, get state() { return store.state; } } as Chat;
  const View = () => <p>{useChat(chat).messages.length}</p>;
  const root = document.createElement("div");
  render(<View />, root);
  store.set({ messages: [message("a", 1)] });
  await vi.waitFor(() => expect(root.textContent).toBe("1"));
});

test("Enter sends, but not the one that only ends a word of an input method", async () => {
  await load("zh");
  const said: string[] = [];
  const store = new Store(initial(config({ form: null }), "https://host.example/", visit()));
  const chat = { store, say: (text: string) => said.push(text), prepare: () => undefined } as unknown as Chat;
  const root = document.createElement("div");
  document.body.append(root);
  render(<Composer chat={chat} state={store.state} />, root);
  const box = root.querySelector("textarea")!;
  const enter = (how: KeyboardEventInit): boolean => box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...how }));
  box.value = "你好";
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await vi.waitFor(() => expect(root.querySelector(".send")!.getAttribute("aria-disabled")).toBe("false"));
  enter({ isComposing: true });
  enter({ keyCode: 229 }); // Safari: the composition is over just before the key that ended it
  expect(said).toEqual([]);
  enter({ keyCode: 13 });
  expect(said).toEqual(["你好"]);
});

import { render } from "preact";
import { expect, test, vi } from "vitest";
import type { Chat } from "../app/chat";
import { initial, Store } from "../app/state/state";
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

import { expect, test, vi } from "vitest";
import { shell } from "../loader/shell";
import { WORDS } from "../loader/words";
import { config } from "./examples";

/** The shadow root is closed to the page, and to tests: they look at it through the call that makes it. */
function made(part = {}) {
  let root!: ShadowRoot;
  const attach = vi.spyOn(Element.prototype, "attachShadow").mockImplementation(function (this: Element, init) {
    attach.mockRestore();
    expect(init.mode).toBe("closed");
    return (root = this.attachShadow({ mode: "open" }));
  });
  const acts = { intent: vi.fn(), toggle: vi.fn(), retry: vi.fn() };
  const view = shell(config(part), WORDS.en, "ltr", acts);
  document.body.append(view.host);
  const launcher = root.querySelector<HTMLButtonElement>(".launcher")!;
  return { view, acts, root, launcher };
}

test("the launcher is a button that says what it does, whether it is open, and how much is unread", () => {
  const { view, launcher } = made();
  expect([launcher.tagName, launcher.type]).toEqual(["BUTTON", "button"]);
  expect([launcher.getAttribute("aria-label"), launcher.getAttribute("aria-expanded")]).toEqual(["Open chat", "false"]);
  view.count(2);
  expect(launcher.getAttribute("aria-label")).toBe("Open chat, 2 unread");
  view.show(true);
  expect([launcher.getAttribute("aria-label"), launcher.getAttribute("aria-expanded")]).toEqual(["Close chat", "true"]);
});

test("a closed chat cannot be reached, and gives the focus back", () => {
  const { view, launcher, root } = made();
  const inside = document.createElement("button");
  view.panel.append(inside);
  expect(view.panel.inert).toBe(true);
  view.show(true);
  expect(view.panel.inert).toBe(false);
  inside.focus();
  view.show(false);
  expect(view.panel.inert).toBe(true);
  expect(root.activeElement).toBe(launcher);
});

test("pointing at the launcher or focusing it is the first intent, Escape closes only what is open", () => {
  const { view, acts, launcher } = made();
  launcher.dispatchEvent(new Event("pointerenter"));
  expect(acts.intent).toHaveBeenCalledOnce();
  const escape = (): boolean => launcher.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  escape();
  expect(acts.toggle).not.toHaveBeenCalled();
  view.show(true);
  escape();
  expect(acts.toggle).toHaveBeenCalledOnce();
});

test("a greeting is text, whatever it holds, and goes when the chat opens", () => {
  const { view, root } = made();
  view.greet("<img src=x onerror=alert(1)>");
  expect(root.querySelector(".bubble button")!.textContent).toBe("<img src=x onerror=alert(1)>");
  expect(root.querySelector(".bubble img")).toBeNull();
  view.show(true);
  expect(root.querySelector(".bubble")).toBeNull();
});

test("neither the page's element nor ours carries a style attribute, and there is no style element", () => {
  const { view, root } = made();
  view.fit({ height: 400, offsetTop: 10 });
  view.greet("Hi");
  view.show(true);
  expect(view.host.hasAttribute("style")).toBe(false);
  expect(root.querySelector("[style], style")).toBeNull();
});

import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Chat } from "../app/chat";
import { CallError } from "../app/net/calls";
import { initial, Store, type State } from "../app/state/state";
import { load, t } from "../app/words";
import { App } from "../app/views/app";
import { Composer } from "../app/views/composer";
import { Contact } from "../app/views/contact";
import { Files } from "../app/views/extras";
import { useChat } from "../app/views/hooks";
import { Lightbox } from "../app/views/lightbox";
import { Said } from "../app/views/message";
import { Rating } from "../app/views/rating";
import type { Field } from "../shared/protocol";
import { config, message, visit } from "./examples";

type Values = Partial<Record<Field, string>>;

let root: HTMLElement;
beforeEach(async () => {
  await load("en");
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
});

const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true));

/** A chat of whose acts a test sees what they were given; its form asks for these, before the first message. */
function chatting(acts: object, fields: Field[] = ["name", "email", "phone"], required = false) {
  const store = new Store(initial(config({ form: { fields, required } }), "https://host.example/", visit()));
  const chat = { store, announce: () => undefined, ...acts, get state() { return store.state; } } as unknown as Chat;
  return { chat, store };
}

/** What a form then knows, it knows once it is drawn. */
async function type(typed: Values): Promise<void> {
  for (const [name, value] of Object.entries(typed)) {
    const input = root.querySelector<HTMLInputElement>(`[name=${name}]`)!;
    input.value = value;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await Promise.resolve();
  }
}

const submit = (): boolean => root.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));

test("what changes right after the first drawing is drawn", async () => {
  const store = new Store(initial(config(), "https://host.example/", visit()));
  const chat = { store, get state() { return store.state; } } as Chat;
  const View = () => <p>{useChat(chat).messages.length}</p>;
  render(<View />, root);
  store.set({ messages: [message("a", 1)] });
  await vi.waitFor(() => expect(root.textContent).toBe("1"));
});

test("Enter sends, but not the one that only ends a word of an input method", async () => {
  await load("zh");
  const said: string[] = [];
  const store = new Store(initial(config({ form: null }), "https://host.example/", visit()));
  const chat = { store, say: (text: string) => said.push(text), prepare: () => undefined } as unknown as Chat;
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

test.each([
  ["nothing", {}, []],
  ["a name alone", { name: "Ana" }, [{ name: "Ana" }]],
  ["a phone number alone", { phone: " 281 555 0100 " }, [{ phone: "281 555 0100" }]],
])("a form that is not required lets through who fills in %s", async (_, typed, given) => {
  const claims: unknown[] = [];
  const { chat, store } = chatting({ contact: async (claim: unknown) => void claims.push(claim) });
  store.set({ panel: { form: "contact" } }); // asked for in the menu meanwhile: it is answered by this form too
  render(<Contact chat={chat} state={store.state} intro />, root);
  await type(typed);
  submit();
  await until(() => store.state.introduced);
  expect(store.state.panel).toBeNull();
  expect(claims).toEqual(given);
});

test("a form that is required lets nobody through who leaves a field empty, nor does the one for an answer without a way to the visitor", async () => {
  const contact = vi.fn();
  const required = chatting({ contact }, ["name", "email"], true);
  render(<Contact chat={required.chat} state={required.store.state} intro />, root);
  submit();
  await until(() => root.querySelectorAll(".fault").length === 2);
  render(null, root);
  const { chat, store } = chatting({ contact });
  render(<Contact chat={chat} state={store.state} />, root);
  await type({ name: "Ana" });
  submit();
  await until(() => root.querySelector(".fault")?.textContent === t("fillOne"));
  expect(contact).not.toHaveBeenCalled();
});

test.each([
  ["en", { phone: "555 000 0000" }, "phone", "This phone number does not exist."],
  ["de", { phone: "555 000 0000" }, "phone", "Das sieht nicht wie eine Telefonnummer aus."],
  ["de", { email: "ana@people.x" }, "email", "Das sieht nicht wie eine E-Mail-Adresse aus."],
  ["de", { phone: "555 000 0000", email: "ana@people.example" }, "phone", "Das sieht nicht wie eine Telefonnummer aus."],
])("in %s, what the server refuses of %o is said at the field, which has the focus", async (locale, typed, field, words) => {
  await load(locale);
  const { chat, store } = chatting({ contact: async () => { throw new CallError("bad_request", "This phone number does not exist."); } });
  render(<Contact chat={chat} state={store.state} />, root);
  await type(typed);
  submit();
  await until(() => root.querySelector(`#fault-${field}`)?.textContent === words);
  expect(document.activeElement).toBe(root.querySelector(`#field-${field}`));
  expect(root.querySelectorAll(".fault")).toHaveLength(1);
});

test.each([
  ["contact", ({ chat, state }: { chat: Chat; state: State }) => <Contact chat={chat} state={state} />],
  ["contact", ({ chat, state }: { chat: Chat; state: State }) => <Contact chat={chat} state={state} intro />],
  ["rating", ({ chat, state }: { chat: Chat; state: State }) => <Rating chat={chat} state={state} />],
] as const)("a form takes the focus each time that it is asked for, and not before (%s, %#)", async (form, Form) => {
  const { chat, store } = chatting({});
  render(<Form chat={chat} state={store.state} />, root);
  await new Promise((done) => setTimeout(done, 50));
  expect(document.activeElement).toBe(document.body);
  for (const _ of ["once", "once more, while it is there"]) {
    (document.activeElement as HTMLElement).blur();
    store.set({ panel: { form } });
    render(<Form chat={chat} state={store.state} />, root);
    await until(() => document.activeElement === root.querySelector("input"));
  }
});

test.each([
  ["contact", ({ chat, state }: { chat: Chat; state: State }) => <Contact chat={chat} state={state} intro />],
  ["rate", ({ chat, state }: { chat: Chat; state: State }) => <Rating chat={chat} state={state} />],
] as const)("what one visitor has filled in changes nothing of the next one's chat (%s)", async (act, Form) => {
  let done: (() => void) | undefined;
  const announce = vi.fn();
  const { chat, store } = chatting({ announce, [act]: () => new Promise<void>((resolve) => (done = resolve)) });
  render(<Form chat={chat} state={store.state} />, root);
  if (act === "contact") await type({ name: "Ana" });
  else root.querySelector<HTMLElement>("input")!.click();
  await Promise.resolve();
  submit();
  await until(() => !!done);
  store.set({ visit: "f".repeat(32), panel: { form: "rating" } });
  done!();
  await new Promise((passed) => setTimeout(passed, 20));
  expect(announce).not.toHaveBeenCalled();
  expect(store.state).toMatchObject({ introduced: false, panel: { form: "rating" } });
});

test.each(["button", "img"])("a picture that was enlarged is closed before it is taken away, so that the focus can go back: %s", async (where) => {
  const file = { id: "f1", name: "pool.png", type: "image/png", size: 3, url: "https://files.example/f1" };
  const { chat, store } = chatting({});
  store.set({ enlarged: file });
  render(<Lightbox chat={chat} file={file} />, root);
  const dialog = root.querySelector("dialog")!;
  await until(() => dialog.open);
  root.querySelector<HTMLElement>(where)!.click();
  expect(dialog.open).toBe(false);
  await until(() => store.state.enlarged === null);
});

test("a message says its language, and so does what a screen reader is told of it", async () => {
  const { chat, store } = chatting({});
  render(<Said message={message("a", 1, { language: "vi" })} first last chat={chat} />, root);
  expect(root.querySelector<HTMLElement>(".bubble")!.lang).toBe("vi");
  render(null, root);
  render(<Said message={message("b", 1, { language: null })} first last chat={chat} />, root);
  expect(root.querySelector(".bubble")!.hasAttribute("lang")).toBe(false);
  render(<App chat={chat} />, root);
  store.set({ announced: { text: "Xin chào", turn: 1, language: "vi" } });
  await until(() => root.querySelector<HTMLElement>("[role=status] p")!.lang === "vi");
});

test("a file that has no address is named all the same", () => {
  const { chat } = chatting({});
  const file = { id: "f1", name: "pool.png", type: "image/png", size: 3, url: null };
  render(<Files files={[file]} chat={chat} />, root);
  expect(root.textContent).toBe("pool.png");
  expect(root.querySelector("img, a")).toBeNull();
});

test("Escape closes the chat, but not where it only ends what an input method composes", async () => {
  const close = vi.fn();
  const { chat } = chatting({ close });
  render(<App chat={chat} />, root);
  await new Promise((done) => setTimeout(done, 50));
  dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", keyCode: 229 }));
  expect(close).not.toHaveBeenCalled();
  dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", keyCode: 27 }));
  expect(close).toHaveBeenCalledOnce();
});

test("the focus of a chat that opens leaves alone whoever has touched something by then", async () => {
  const { chat, store } = chatting({});
  render(<App chat={chat} />, root);
  const more = await vi.waitFor(() => root.querySelector<HTMLElement>("header button")!);
  const inert = vi.spyOn(root.querySelector("textarea")!, "focus").mockReturnValue(); // as long as the page shows no frame
  store.set({ shown: true });
  await vi.waitFor(() => expect(inert).toHaveBeenCalled());
  dispatchEvent(new Event("pointerdown"));
  inert.mockRestore();
  more.focus();
  await new Promise((done) => setTimeout(done, 200));
  expect(document.activeElement).toBe(more);
});

test("a control that its own click takes away leaves the focus to the log", async () => {
  const { chat, store } = chatting({});
  store.set({ shown: true, config: { ...store.state.config, suggestions: ["Where can we park?"] } });
  render(<App chat={chat} />, root);
  const suggestion = await vi.waitFor(() => root.querySelector<HTMLElement>(".offers button")!);
  await new Promise((done) => setTimeout(done, 600)); // opening has placed the focus
  suggestion.focus();
  store.set({ messages: [message("m", 1, { author: "visitor" })] });
  await until(() => document.activeElement === root.querySelector(".log"));
});

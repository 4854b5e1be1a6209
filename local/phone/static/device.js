// One customer's phone: whom it texts, the thread with them, and the box to type in.

import { button, el, initials } from "./dom.js";
import { hint } from "./segments.js";
import { send } from "./server.js";
import { Thread } from "./thread.js";

const FIRST = "Any Saturday classes for my 4 year old?";
const NEXT = ["send me the link", "How much is it?", "Can I talk to a person?", "STOP"];
const LONGEST = 1600; // characters

let counter = 0;

export class Device {
  /** `owner` {number, name, display}; `tenants` [{id, name, numbers}]; `on.announce(sentence)`, `on.unread()`. */
  constructor(owner, tenants, on) {
    this.owner = owner;
    this.on = on;
    this.lines = tenants.flatMap(linesOf);
    this.texts = [];
    this.pending = []; // typed here and not yet seen at the carrier
    this.unread = new Map(); // a business's number → how many
    this.node = document.getElementById("device").content.firstElementChild.cloneNode(true);
    this.find = (selector) => this.node.querySelector(selector);
    this.thread = new Thread(this.find(".scroller"), this.find(".newest"));
    this.dress();
    this.listen();
    this.choose(this.lines.find((line) => line.number) ?? this.lines[0]);
  }

  dress() {
    const { name, display } = this.owner;
    this.node.setAttribute("aria-label", `${name}'s phone`);
    this.find(".owner").textContent = name;
    this.find(".number").textContent = display;
    this.name("select", "business");
    this.name("textarea", "text");
    this.chips = [FIRST, ...NEXT].map((text) => button("chip", text, () => this.submit(text)));
    this.find(".chips").replaceChildren(...this.chips);
    this.options();
  }

  name(selector, part) {
    const id = `${part}-${(counter += 1)}`;
    this.find(selector).id = id;
    this.find(selector).parentElement.querySelector("label").htmlFor = id;
  }

  listen() {
    const box = this.find("textarea");
    box.addEventListener("input", () => this.typed());
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit(box.value);
    });
    this.find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(box.value);
    });
    this.find("select").addEventListener("change", (event) => this.choose(this.lines[event.target.value]));
    this.find(".elsewhere").addEventListener("click", () => this.choose(this.elsewhere()));
  }

  options() {
    const select = this.find("select");
    this.lines.forEach((line, index) => {
      const count = this.unread.get(line.number) ?? 0;
      const label = count ? `${line.name} (${count} new)` : line.name;
      const option = select.options[index] ?? select.appendChild(new Option("", String(index)));
      if (option.text !== label) option.text = label; // an open list stays open
    });
  }

  choose(line) {
    this.line = line;
    this.find("select").value = String(Math.max(0, this.lines.indexOf(line)));
    this.find(".avatar").textContent = line ? initials(line.name) : "";
    this.find(".line").textContent = line ? line.display : "";
    this.find(".scroller").setAttribute("aria-label", line ? `Texts with ${line.name}` : "Texts");
    this.find(".empty").replaceChildren(...this.invitation());
    this.thread.clear();
    this.typed();
    this.looked();
    this.render();
  }

  invitation() {
    if (!this.line) return [el("p", "", "No business is here yet: the local cloud seeds three when it starts.")];
    if (!this.line.number) {
      const what = el("p", "", `${this.line.name} has no number to text yet.`);
      return [what, el("p", "aside", "Connect one in the admin page: Settings → SMS.")];
    }
    const quoted = el("q");
    quoted.textContent = FIRST;
    return [el("p", "", `Text ${this.line.name}`), el("p", "aside", "Try ", quoted)];
  }

  /** All texts at the carrier, and those among them that were not there before. */
  show(all, fresh) {
    const first = !this.loaded;
    this.loaded = true;
    this.texts = all.filter((text) => text.phone === this.owner.number);
    this.meet(this.texts);
    for (const text of fresh.filter((one) => one.phone === this.owner.number)) {
      this.settle(text);
      if (!first && !text.mine) this.received(text);
    }
    this.pending = this.pending.filter((one) => !this.texts.some((text) => text.id === one.id));
    this.render();
  }

  /** A number that texts this phone and belongs to no tenant that was here at the start gets a line of its own. */
  meet(texts) {
    const known = new Set(this.lines.map((line) => line.number));
    for (const { business } of texts) {
      if (known.has(business)) continue;
      known.add(business);
      this.lines.push({ name: business, number: business, display: "Not a number of a seeded business" });
    }
    if (this.find("select").length !== this.lines.length) this.options();
  }

  /** The carrier has what was typed here: its own bubble takes over. */
  settle(text) {
    const index = this.pending.findIndex((one) => !one.id && !one.error && one.to === text.business && one.text === text.text);
    if (text.mine && index >= 0) this.pending.splice(index, 1);
  }

  received(text) {
    const line = this.lines.find((one) => one.number === text.business);
    this.on.announce(`${line.name} to ${this.owner.name}: ${text.text}`);
    if (line === this.line && this.visible()) return;
    this.unread.set(text.business, (this.unread.get(text.business) ?? 0) + 1);
    this.counted();
  }

  visible() {
    return this.node.offsetParent !== null;
  }

  looked() {
    if (!this.line || !this.visible()) return;
    this.unread.delete(this.line.number);
    this.counted();
  }

  counted() {
    const other = this.elsewhere();
    const count = this.unread.get(other?.number);
    this.find(".elsewhere").hidden = !other;
    this.find(".elsewhere").textContent = other ? `${count} new ${count === 1 ? "text" : "texts"} from ${other.name}` : "";
    this.options();
    this.on.unread();
  }

  /** The first business that has written in a thread which is not open. */
  elsewhere() {
    return this.lines.find((line) => line !== this.line && this.unread.has(line.number));
  }

  unreadCount() {
    return [...this.unread.values()].reduce((sum, each) => sum + each, 0);
  }

  typed() {
    const box = this.find("textarea");
    const usable = Boolean(this.line?.number);
    box.disabled = !usable;
    this.find(".chips").hidden = !usable;
    this.find("form button").disabled = !usable || !box.value.trim();
    this.find(".hint").textContent = hint(box.value);
    box.style.height = "";
    if (box.value) box.style.height = `${box.scrollHeight + 2}px`; // with its two borders
  }

  submit(typed) {
    const text = typed.trim();
    if (!text || text.length > LONGEST || !this.line?.number) return;
    const box = this.find("textarea");
    if (typed === box.value) box.value = "";
    this.typed();
    this.thread.follow();
    this.deliver({ key: (counter += 1), to: this.line.number, text, at: new Date().toISOString() });
  }

  async deliver(one) {
    one.error = null;
    if (!this.pending.includes(one)) this.pending.push(one);
    this.render();
    try {
      const { id, state } = await send(this.owner.number, one.to, one.text);
      if (state.tone === "failed") this.on.announce(`${this.owner.name}'s text: ${state.label}. ${state.detail}`);
      if (this.texts.some((text) => text.id === id)) this.drop(one);
      else one.id = id;
    } catch (error) {
      one.error = error.brief ?? error.message;
      this.on.announce(`${this.owner.name}'s text was not sent. ${one.error}`);
    }
    this.render();
  }

  drop(one) {
    this.pending = this.pending.filter((other) => other !== one);
  }

  render() {
    const here = this.texts.filter((text) => text.business === this.line?.number);
    const waiting = this.pending.filter((one) => one.to === this.line?.number).map((one) => this.bubble(one));
    this.invite(here.length + waiting.length === 0);
    this.node.classList.toggle("unloaded", !this.loaded);
    this.thread.show([...here, ...waiting]);
  }

  /** Before the first text the suggestions stand in full, the first one first; after it they are a row to scroll. */
  invite(empty) {
    this.find(".empty").hidden = !this.loaded || !empty;
    const row = this.find(".chips");
    if (row.classList.toggle("all", empty) === (row.firstChild === this.chips[0])) return;
    const held = document.activeElement;
    row.replaceChildren(...(empty ? this.chips : [...this.chips.slice(1), this.chips[0]]));
    if (this.chips.includes(held)) held.focus({ preventScroll: true });
  }

  bubble(one) {
    const state = one.error
      ? { tone: "failed", label: "Not sent", detail: one.error }
      : { tone: "waiting", label: "Sending", detail: "" };
    const again = one.error ? () => this.deliver(one) : null;
    return { id: `pending-${one.key}`, mine: true, text: one.text, media: [], at: one.at, state, again };
  }
}

function linesOf(tenant) {
  if (!tenant.numbers.length) return [{ name: tenant.name, number: null, display: "No number connected" }];
  const several = tenant.numbers.length > 1;
  return tenant.numbers.map(({ number, display }) => ({
    name: several ? `${tenant.name} ${display.slice(-4)}` : tenant.name,
    number,
    display,
  }));
}

// The bubbles of one thread. An element stays as long as its text does: only what changed is touched.

import { button, el, link, linked } from "./dom.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const NEAR = 48; // pixels from the end that still count as reading the newest

export class Thread {
  constructor(scroller, newest) {
    this.scroller = scroller;
    this.list = scroller.querySelector("ol");
    this.newest = newest;
    this.items = new Map(); // id → {node, told}
    this.following = true;
    scroller.addEventListener("scroll", () => this.scrolled());
    newest.addEventListener("click", () => this.follow());
    // Chips, the keyboard and the growing box change the height: the newest text stays in view.
    new ResizeObserver(() => this.following && this.toEnd()).observe(scroller);
  }

  clear() {
    this.items.clear();
    this.list.replaceChildren();
    this.follow();
  }

  show(texts) {
    this.scrolled(); // the event of a scroll comes with the next frame, which may be too late
    const kept = new Set(texts.map((text) => text.id));
    for (const [id, item] of this.items) if (!kept.has(id)) this.remove(id, item);
    let grew = false;
    texts.forEach((text, index) => {
      grew = this.put(text, texts[index - 1], index) || grew;
    });
    if (this.following) this.toEnd();
    else if (grew) this.newest.hidden = false;
  }

  remove(id, item) {
    item.node.remove();
    this.items.delete(id);
  }

  put(text, before, index) {
    const told = JSON.stringify([text.state, before && dayOf(before)]);
    const item = this.items.get(text.id) ?? { node: el("li"), told: "" };
    if (item.told !== told) {
      item.told = told;
      this.fill(item.node, text, before);
    }
    const fresh = !this.items.has(text.id);
    this.items.set(text.id, item);
    if (this.list.children[index] !== item.node) this.list.insertBefore(item.node, this.list.children[index] ?? null);
    return fresh;
  }

  fill(node, text, before) {
    node.className = text.mine ? "mine" : "theirs";
    const day = dayOf(text);
    const heading = before && dayOf(before) === day ? [] : [el("p", "day", day)];
    const media = text.media.map((address, index) => el("p", "media", link(address, `Attachment ${index + 1}`)));
    const words = text.text ? [el("p", "words", ...linked(text.text))] : [];
    const who = el("span", "unseen", text.mine ? "You: " : "Business: ");
    node.replaceChildren(...heading, el("div", "bubble", who, ...words, ...media), state(text));
  }

  follow() {
    this.following = true;
    this.toEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newest.hidden = true;
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.following) this.newest.hidden = true;
  }
}

function state(text) {
  const time = el("time", "", CLOCK.format(new Date(text.at)));
  time.dateTime = text.at;
  const label = el("span", "label", text.state.label);
  const line = el("p", "state", time, label);
  line.dataset.tone = text.state.tone;
  if (text.state.detail) line.append(el("span", "detail", text.state.detail));
  if (text.again) line.append(button("again", "Send again", text.again));
  return line;
}

function dayOf(text) {
  const day = DAY.format(new Date(text.at));
  return day === DAY.format(new Date()) ? "Today" : day;
}

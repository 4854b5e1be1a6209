// The page: two phones, a visitor's browser, one stream of what happens, and a banner when something is away.

import { Browser } from "./browser.js";
import { Device } from "./device.js";
import { button } from "./dom.js";
import { GONE, Stream, phones } from "./server.js";

const $ = (id) => document.getElementById(id);
const texts = new Map(); // id → text, oldest first
const problems = new Map(); // what is away → what to do
let devices = [];
let browser = null;

const stream = new Stream({
  opened: () => problem("page", null),
  lost: () => problem("page", GONE),
  carrier: (data) => problem("carrier", data.problem),
  all: (data) => {
    const before = new Set(texts.keys());
    texts.clear();
    arrived(data.messages, before);
  },
  changed: (data) => arrived(data.messages, new Set(texts.keys())),
});

function arrived(messages, before) {
  for (const message of messages) texts.set(message.id, message);
  const fresh = messages.filter((message) => !before.has(message.id));
  for (const device of devices) device.show([...texts.values()], fresh);
}

function problem(what, sentence) {
  if (sentence) problems.set(what, sentence);
  else problems.delete(what);
  const worst = problems.get("page") ?? problems.get("carrier");
  $("banner").hidden = !worst;
  if (worst && $("banner-text").textContent !== worst) $("banner-text").textContent = worst;
  $("live").dataset.state = worst ? "away" : "live";
  $("live").textContent = worst ? "Not connected" : "Live";
}

function announce(sentence) {
  $("announcer").textContent = sentence;
}

async function start() {
  try {
    const known = await phones();
    build(known);
    problem("page", null);
    stream.open();
  } catch (error) {
    problem("page", error.message);
    $("loading").textContent = "The phones could not be loaded.";
  }
}

function build({ phones: owners, tenants }) {
  devices = owners.map((owner) => new Device(owner, tenants, { announce, unread: badges }));
  browser = new Browser(tenants);
  $("phones").replaceChildren(...devices.map((device) => device.node), browser.node);
  $("phones").setAttribute("aria-busy", "false");
  const tabs = [...devices, browser].map((one) => button("", nameOf(one), () => pick(one)));
  $("switch").replaceChildren(...tabs);
  pick(devices[0]);
}

function nameOf(one) {
  return one === browser ? "Website" : one.owner.name;
}

/** On a small screen one of them is in hand; on a large one all lie there and this changes nothing to see. */
function pick(picked) {
  [...devices, browser].forEach((one, index) => {
    one.node.classList.toggle("in-hand", one === picked);
    $("switch").children[index].setAttribute("aria-pressed", String(one === picked));
  });
  if (picked !== browser) picked.looked();
  badges();
}

function badges() {
  devices.forEach((device, index) => {
    const count = device.unreadCount();
    const tab = $("switch").children[index];
    if (tab) tab.textContent = count ? `${device.owner.name} (${count} new)` : device.owner.name;
  });
}

$("retry").addEventListener("click", () => (devices.length ? stream.open() : start()));
start();

// The page: two phones, one stream of what happens on them, and a banner when something is away.

import { Device } from "./device.js";
import { button } from "./dom.js";
import { GONE, Stream, phones } from "./server.js";

const $ = (id) => document.getElementById(id);
const texts = new Map(); // id → text, oldest first
const problems = new Map(); // what is away → what to do
let devices = [];

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
  $("phones").replaceChildren(...devices.map((device) => device.node));
  $("phones").setAttribute("aria-busy", "false");
  const tabs = devices.map((device) => button("", device.owner.name, () => pick(device)));
  $("switch").replaceChildren(...tabs);
  pick(devices[0]);
}

/** On a small screen one phone is in hand; on a large one both lie there and this changes nothing to see. */
function pick(picked) {
  devices.forEach((device, index) => {
    device.node.classList.toggle("in-hand", device === picked);
    $("switch").children[index].setAttribute("aria-pressed", String(device === picked));
  });
  picked.looked();
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

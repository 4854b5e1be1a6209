// The business's own script: buttons that open the chat, and who is signed in here.

const home = document.body.dataset.home;
const signedIn = document.querySelector("[data-person]");
let known = false;

/** Before the chat's script has loaded its calls wait in a list. */
function chat(...call) {
  (window.ChatterCheetah = window.ChatterCheetah || []).push(call);
}

async function identify() {
  const answer = await fetch(`${home}/identity`);
  if (answer.status === 200) chat("identify", (await answer.json()).token);
}

async function toggle() {
  const leaves = signedIn.getAttribute("aria-checked") === "true";
  await fetch(`${home}/session`, { method: leaves ? "DELETE" : "POST" });
  signedIn.setAttribute("aria-checked", String(!leaves));
  known = false;
  if (leaves) chat("logout");
  else await identify();
}

for (const button of document.querySelectorAll("[data-ask]")) button.addEventListener("click", () => chat("open"));
signedIn.addEventListener("click", toggle);
// A token waits for the visitor's first look at the chat, and may be over by then: who opens it is told of again.
chat("on", "identified", () => (known = true));
chat("on", "open", () => known || identify());
await identify();

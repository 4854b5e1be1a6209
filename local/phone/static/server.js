// The page's server: plain calls, and the stream of what changes.

export const GONE =
  "The local cloud does not answer. If it has stopped, start it again: python3 noxfile.py -s demo";

const AGAIN = 1500; // milliseconds before a broken stream is opened again

export function phones() {
  return call("/api/phones");
}

export function send(phone, to, text) {
  return call("/api/messages", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ phone, to, text }),
  });
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw away(GONE);
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const detail = body.detail || `The page's server answered ${response.status}. Try again.`;
  throw response.status === 503 ? away(detail) : new Error(detail);
}

/** An error whose remedy the banner tells already: `brief` is its first sentence. */
function away(detail) {
  return Object.assign(new Error(detail), { brief: detail.split(/(?<=\.) /)[0] });
}

/** Keeps a stream open. `on` has `all`, `changed` and `carrier`, which get the event's data, `opened` and `lost`. */
export class Stream {
  constructor(on) {
    this.on = on;
    this.source = null;
    this.timer = 0;
  }

  open() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = new EventSource("/api/events");
    this.source.addEventListener("open", () => this.on.opened());
    this.source.addEventListener("error", () => this.lost());
    for (const name of ["all", "changed", "carrier"]) {
      this.source.addEventListener(name, (event) => this.on[name](JSON.parse(event.data)));
    }
  }

  lost() {
    this.source.close(); // the browser itself gives up for good on some errors
    this.on.lost();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), AGAIN);
  }
}

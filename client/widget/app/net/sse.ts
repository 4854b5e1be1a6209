/** Server-sent events out of a fetch: EventSource can neither POST nor carry an authorization header. */

export type ServerEvent = { id: string | null; event: string; data: string };

const LONGEST = 2_000_000;

/** Lines become events; what a chunk leaves unfinished waits for the next one. */
export class SseParser {
  private rest = "";
  private id: string | null = null;
  private event = "";
  private data: string[] = [];
  private size = 0;
  private begun = false;

  push(chunk: string): ServerEvent[] {
    let text = this.rest + chunk;
    if (!this.begun && text) {
      this.begun = true;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    // A carriage return at the very end may be half of a line break.
    const held = text.endsWith("\r") ? "\r" : "";
    const lines = (held ? text.slice(0, -1) : text).split(/\r\n|\r|\n/);
    this.rest = (lines.pop() ?? "") + held;
    if (this.rest.length + this.size > LONGEST) throw new Error("An event is too long.");
    return lines.flatMap((line) => this.line(line) ?? []);
  }

  private line(line: string): ServerEvent | null {
    if (line === "") return this.dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null; // a comment
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.field(field, value);
    return null;
  }

  private field(field: string, value: string): void {
    if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    else if (field === "data") {
      this.data.push(value);
      this.size += value.length;
    }
  }

  private dispatch(): ServerEvent | null {
    const event = { id: this.id, event: this.event || "message", data: this.data.join("\n") };
    const empty = this.data.length === 0;
    this.event = "";
    this.data = [];
    this.size = 0;
    return empty ? null : event;
  }
}

/** The events of a body; `alive` hears of every chunk, comments included. */
export async function* serverEvents(body: ReadableStream<Uint8Array>, alive: () => void): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new SseParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

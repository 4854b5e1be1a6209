/** The one way to the functions: session, time limit, errors and the renewal of a session that is over. */

import { isRefusal, type Refusal, type Visit } from "../../shared/protocol";
import { inEnglish } from "../words";

export class CallError extends Error {
  readonly detail: string;

  constructor(
    readonly code: string,
    detail: string,
    readonly retryAfter = 0,
  ) {
    super(code);
    this.detail = inEnglish(detail);
  }

  /** Nothing was wrong with what was sent: the same may work later. */
  get passes(): boolean {
    return ["network", "unavailable", "too_many_requests", "internal"].includes(this.code);
  }
}

/** The session of now, and another one when it is over; the page draws it, for only it has the resume token. */
export class Sessions {
  private waiting: ((visit: Visit | Refusal) => void)[] = [];
  private timer = 0;

  constructor(
    public visit: Visit,
    private readonly ask: () => void,
  ) {
    this.plan();
  }

  renew(): Promise<Visit | Refusal> {
    return new Promise((done) => {
      this.waiting.push(done);
      if (this.waiting.length === 1) this.ask();
    });
  }

  /** The page has answered, or told of its own accord (identify, logout). */
  take(answer: Visit | Refusal): void {
    if (!isRefusal(answer)) {
      this.visit = answer;
      this.plan();
    }
    for (const done of this.waiting.splice(0)) done(answer);
  }

  /** Before it is over, so that hardly a call ever meets its end. A page that nobody looks at has time for that. */
  private plan(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void (document.hidden || this.renew()), this.visit.expires_in * 800) as unknown as number;
  }
}

export type Options = { headers?: Record<string, string>; signal?: AbortSignal; timeout?: number };

const TIMEOUT_MS = 20_000;

/** What is said of these is for the visitor (docs/chat.md); of anything else the widget has words of its own. */
const IN_WORDS = [400, 413, 415, 429];

export async function refusal(answer: Response): Promise<CallError> {
  const { status, headers } = answer;
  const { error, detail } = (await answer.json().catch(() => ({}))) as Partial<Refusal>;
  const code = status >= 500 ? "unavailable" : status === 429 ? "too_many_requests" : (error ?? "bad_request");
  return new CallError(code, (IN_WORDS.includes(status) && detail) || "", Number(headers.get("retry-after")) || 0);
}

export class Calls {
  constructor(
    private readonly functions: string,
    readonly sessions: Sessions,
  ) {}

  url(name: string): string {
    return `${this.functions}/${name}`;
  }

  authorization(): string {
    return `Bearer ${this.sessions.visit.session}`;
  }

  /** Waits for the head of the answer only; a stream is read by who asked for it. */
  async post(name: string, body: unknown, options: Options = {}): Promise<Response> {
    const { visit } = this.sessions.visit;
    const answer = await this.once(name, body, options);
    if (answer.ok) return answer;
    if (answer.status !== 401) throw await refusal(answer);
    const renewed = await this.sessions.renew();
    if (isRefusal(renewed)) throw new CallError(renewed.error, "");
    // Another visit may be another person: what was meant for the one is not said in the other.
    if (renewed.visit !== visit) throw await refusal(answer);
    const again = await this.once(name, body, options);
    if (again.ok) return again;
    throw await refusal(again);
  }

  private async once(name: string, body: unknown, { headers = {}, signal, timeout = TIMEOUT_MS }: Options): Promise<Response> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeout);
    const end = (): void => limit.abort();
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    try {
      return await fetch(this.url(name), {
        method: "POST",
        headers: { "content-type": "application/json", authorization: this.authorization(), ...headers },
        body: JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: limit.signal,
      });
    } catch {
      throw new CallError("network", "");
    } finally {
      clearTimeout(timer); // the listener stays: it ends the stream of this answer too
    }
  }
}

/** How long to wait before the next try. */

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** Doubles from one second to thirty, and takes a random half off: a thousand widgets do not come back at once. */
export function pause(tries: number, random: () => number = Math.random): number {
  const whole = Math.min(FIRST_MS * 2 ** tries, LONGEST_MS);
  return Math.round(whole * (0.5 + random() / 2));
}

/** Sleeps, or ends early where the signal says so or the network comes back. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal?.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}

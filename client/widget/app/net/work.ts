/** Proof of work: a number for which SHA-256 begins with enough zero bits. Loaded only where a tenant demands it. */

const BATCH = 256;

export function zeroBits(hash: Uint8Array): number {
  let bits = 0;
  for (const byte of hash) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

async function hash(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** The hashes are made off the main thread, a batch at a time, and between batches the page may paint. */
export async function work(visit: string, bits: number): Promise<string> {
  for (let from = 0; ; from += BATCH) {
    const tried = Array.from({ length: BATCH }, (_, at) => String(from + at));
    const hashes = await Promise.all(tried.map((number) => hash(`${visit}:${number}`)));
    const found = hashes.findIndex((made) => zeroBits(made) >= bits);
    if (found >= 0) return tried[found]!;
    if (from % (BATCH * 16) === 0) await new Promise((done) => setTimeout(done));
  }
}

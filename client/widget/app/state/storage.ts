/** The frame's own storage, or the memory of this page where the browser gives a frame none. */

import type { Kept } from "./outbox";

function memory(): Kept {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}

export function storage(): Kept {
  try {
    const probe = "chattercheetah:probe";
    localStorage.setItem(probe, "");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return memory();
  }
}

/** Keys of visits that are over, so that what was kept for them does not stay for ever. */
export function sweep(prefix: string, keep: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(prefix) && !key.endsWith(keep)) localStorage.removeItem(key);
    }
  } catch {
    // nothing was kept
  }
}

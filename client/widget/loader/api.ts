/** `window.ChatterCheetah`: what the business's own page may do with the chat. */

export type Acts = { open(): void; close(): void; identify(token: string): void; logout(): void };
export type EventName = "ready" | "open" | "close" | "message" | "unread" | "identified";
export type Listener = (detail?: unknown) => void;
export type Emit = (event: EventName, detail?: unknown) => void;
export type Call = [name: string, ...given: unknown[]];
export type Api = Acts & { on(event: EventName, listener: Listener): () => void; push(call: Call): void };
export type Page = { ChatterCheetah?: Api | Call[] };

/**
 * Puts the API in place of the page's queue; null where a chat is there already. What is called before there is a
 * chat is done by `settle`, in the order in which it was called.
 */
export function install(page: Page): { emit: Emit; settle: (acts: Acts) => void } | null {
  const queue = page.ChatterCheetah ?? [];
  if (!Array.isArray(queue)) return null;
  const listeners: Partial<Record<EventName, Set<Listener>>> = {};
  let acts: Acts | undefined;
  const calls: [keyof Acts, string][] = [];
  const act =
    (name: keyof Acts) =>
    (given?: unknown): void =>
      void (acts ? acts[name](given as string) : calls.push([name, given as string]));
  const api: Api = {
    open: act("open"),
    close: act("close"),
    identify: act("identify"),
    logout: act("logout"),
    on(event, listener) {
      const those = (listeners[event] ??= new Set());
      those.add(listener);
      // Who asks after the fact is told too: the script may have been quicker than the page.
      if (event === "ready" && acts) queueMicrotask(listener);
      return () => void those.delete(listener);
    },
    push: ([name, ...given]) => (api[name as keyof Api] as (...given: unknown[]) => void)?.(...given),
  };
  page.ChatterCheetah = api;
  queue.forEach(api.push);
  return {
    // Each listener in its own microtask: a fault of the page's own does not end the chat.
    emit: (event, detail) => listeners[event]?.forEach((listener) => queueMicrotask(() => listener(detail))),
    settle(to) {
      acts = to;
      calls.forEach(api.push);
    },
  };
}

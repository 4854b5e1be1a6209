/** The visit of this page: who may resume it, and the sessions that are drawn from it. */

import { isRefusal, type Refusal, type Visit } from "../shared/protocol";

/** The page's address without what may be secret in it: no query, no fragment. */
export const pageUrl = (): string => location.origin + location.pathname;

export type Visits = {
  current(): Visit | null;
  /** A session: of a new visit, or of the one that was. Calls at the same time are one call. */
  start(): Promise<Visit | Refusal>;
  /** Whose the visit is is not known any more, until the server has said it. */
  identify(token: string): void;
  /** The visitor has said something: from now on the visit outlives the page. */
  spoken(): void;
  /** Another tab has a visit: where nothing was said here, this page joins it. True where it did. */
  join(token: string): Promise<boolean>;
  forget(): void;
  /** Whether what was kept here is not there any more: another page has forgotten it. */
  lost(): boolean | null;
};

export function visits(url: string, storageKey: string, locale: string): Visits {
  let current: Visit | null = null;
  let running: Promise<Visit | Refusal> | null = null;
  let identity: string | null = null;
  // Storage is read at the visitor's first intent, never at load: until then it is not known what lies there.
  let token: string | null | undefined;
  let keep = false;
  let life = 0;

  // The host page's storage may be forbidden: then the visit lasts as long as the page.
  const stored = <T>(use: (storage: Storage) => T): T | null => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };
  const save = (): void => {
    if (keep && token) stored((storage) => storage.setItem(storageKey, token!));
  };

  const post = (): Promise<Visit | Refusal> =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ resume: token, identity, locale, page: pageUrl() }),
      credentials: "omit",
      signal: AbortSignal.timeout(15e3),
    })
      .then((answer) => answer.json())
      .catch(() => ({ error: "unavailable" }));

  async function ask(): Promise<Visit | Refusal> {
    if (token === undefined) {
      token = stored((storage) => storage.getItem(storageKey));
      keep = !!token;
    }
    const mine = life;
    const used = identity;
    const answer = await post();
    // Who signed out while this was under way is asked for anew; who signed in is told of in the visit that has come.
    if (mine !== life) return ask();
    const refused = isRefusal(answer);
    if (!refused) token = answer.resume;
    if (used !== identity) return ask();
    if (refused && !(used && answer.error.startsWith("identity"))) return answer;
    identity = null;
    if (refused) {
      console.warn("ChatterCheetah:", answer);
      return ask();
    }
    save();
    return (current = answer);
  }

  const start = (): Promise<Visit | Refusal> => (running ??= ask().finally(() => (running = null)));

  return {
    current: () => current,
    start,
    identify(given) {
      identity = given;
      current = null;
    },
    spoken() {
      keep = true;
      save();
    },
    async join(other) {
      if (keep || !current) return false;
      token = other;
      keep = true;
      return !isRefusal(await start());
    },
    forget() {
      life++;
      current = token = identity = null;
      keep = false;
      stored((storage) => storage.removeItem(storageKey));
    },
    lost: () => keep && stored((storage) => !storage.getItem(storageKey)),
  };
}

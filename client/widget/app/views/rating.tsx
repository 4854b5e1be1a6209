/** One to five stars and, who wants to, a word about them. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat";
import { CallError } from "../net/calls";
import type { State } from "../state/state";
import { count, t } from "../words";
import { Sign } from "./signs";

const SCORES = [1, 2, 3, 4, 5];

export function Rating({ chat, state }: { chat: Chat; state: State }) {
  const given = state.conversation?.rating ?? null;
  const [score, setScore] = useState(typeof given === "number" ? given : (given?.score ?? 0));
  const [comment, setComment] = useState("");
  const [trouble, setTrouble] = useState("");
  const form = useRef<HTMLFormElement>(null);
  // Who has asked for it in the menu is led to it: it may be out of sight.
  useEffect(() => {
    if (state.panel?.form !== "rating") return;
    const { current } = form;
    (current!.querySelector<HTMLElement>(":checked") ?? current!.querySelector("input")!).focus();
  }, [state.panel]);

  async function save(): Promise<void> {
    if (!score) return setTrouble(t("needed"));
    try {
      await chat.rate(score, comment.trim() || null);
      if (chat.state.visit !== state.visit) return; // the next visitor has rated nothing
      chat.store.set({ panel: null });
      chat.announce(t("rated"));
    } catch (error) {
      setTrouble((error instanceof CallError && error.detail) || t("wrong"));
    }
  }

  return (
    <form
      class="sheet"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <fieldset class="stars">
        <legend>{t("rateTitle")}</legend>
        {SCORES.map((stars) => (
          <label key={stars} class={stars <= score ? "lit" : ""}>
            <input type="radio" name="score" value={stars} checked={stars === score} onChange={() => setScore(stars)} />
            <Sign name="star" size={30} />
            <span class="hidden">{count("stars", stars)}</span>
          </label>
        ))}
      </fieldset>
      {score > 0 && (
        <div class="row">
          <label for="comment">{t("comment")}</label>
          <textarea id="comment" rows={2} maxLength={1000} dir="auto" value={comment} onInput={({ currentTarget }) => setComment(currentTarget.value)} />
        </div>
      )}
      {trouble && (
        <p class="fault" role="alert">
          {trouble}
        </p>
      )}
      <div class="acts">
        <button class="primary" type="submit">
          {t("save")}
        </button>
        {state.panel?.form === "rating" && (
          <button class="quiet" type="button" onClick={() => chat.store.set({ panel: null })}>
            {t("skip")}
          </button>
        )}
      </div>
    </form>
  );
}

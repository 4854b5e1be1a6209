/** How the business reaches the visitor: before the first message, or when somebody is to answer later. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Field } from "../../shared/protocol";
import type { Chat } from "../chat";
import { CallError } from "../net/calls";
import type { State } from "../state/state";
import { t, type Key } from "../words";

type Kind = { type: "text" | "email" | "tel"; autocomplete: string; right: RegExp; bad: Key };

const FIELDS: Record<Field, Kind> = {
  name: { type: "text", autocomplete: "name", right: /./, bad: "needed" },
  email: { type: "email", autocomplete: "email", right: /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/, bad: "badEmail" },
  phone: { type: "tel", autocomplete: "tel", right: /(?:\d\D*){7}/, bad: "badPhone" },
};

type Values = Partial<Record<Field, string>>;
type Need = "all" | "a way" | "nothing";
type Props = { chat: Chat; state: State; intro?: boolean };

function faults(values: Values, fields: Field[], need: Need): Values {
  const found: Values = {};
  for (const field of fields) {
    const value = values[field];
    if (value ? !FIELDS[field].right.test(value) : need === "all") found[field] = t(value ? FIELDS[field].bad : "needed");
  }
  if (need === "a way" && !values.email && !values.phone) found.email ??= t("fillOne");
  return found;
}

/** Which of them the server has refused: our own look at a phone number is the shorter one. */
const doubtful = ({ phone, email }: Values): Field | null => (phone ? "phone" : email ? "email" : null);

function Row({ field, value, fault, optional, set }: { field: Field; value: string; fault: string | undefined; optional: boolean; set: (value: string) => void }) {
  const { type, autocomplete } = FIELDS[field];
  return (
    <div class="row">
      <label for={`field-${field}`}>
        {t(field)}
        {optional && <small> ({t("optional")})</small>}
      </label>
      <input
        id={`field-${field}`}
        name={field}
        type={type as "text"}
        autocomplete={autocomplete}
        maxLength={200}
        value={value}
        aria-invalid={!!fault}
        aria-describedby={fault && `fault-${field}`}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
      {fault && (
        <p class="fault" id={`fault-${field}`}>
          {fault}
        </p>
      )}
    </div>
  );
}

export function Contact({ chat, state, intro = false }: Props) {
  const { config, conversation, panel } = state;
  const claims: Partial<Record<Field, string | null>> = conversation?.claims ?? {};
  const all: Field[] = ["name", "email", "phone"];
  const fields = intro ? config.form!.fields : all;
  const required = intro && config.form!.required;
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Values>(() => Object.fromEntries(fields.map((field) => [field, claims[field] ?? ""])));
  const [wrong, setWrong] = useState<Values>({});
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  // Who has asked for the form in the menu is led to it: it may be out of sight.
  useEffect(() => void (panel?.form === "contact" && form.current!.querySelector("input")!.focus()), [panel]);
  const leave = (): void => chat.store.set({ panel: null, [intro ? "introduced" : "contacted"]: true });

  function complain(found: Values): boolean {
    setWrong(found);
    const first = fields.find((field) => found[field]);
    if (first) form.current?.querySelector<HTMLElement>(`#field-${first}`)!.focus();
    return !!first;
  }

  async function save(): Promise<void> {
    const typed: Values = Object.fromEntries(fields.flatMap((field) => (values[field]?.trim() ? [[field, values[field].trim()]] : [])));
    if (complain(faults(typed, fields, required ? "all" : intro ? "nothing" : "a way"))) return;
    setTrouble("");
    if (!Object.keys(typed).length) return leave();
    setBusy(true);
    const here = (): boolean => chat.state.visit === state.visit; // of the next visitor's form nothing is changed
    try {
      await chat.contact(typed);
      if (!here()) return;
      leave();
      chat.announce(t("saved"));
    } catch (error) {
      if (!here()) return;
      const known = error instanceof CallError ? error : null;
      const field = known?.code === "bad_request" && doubtful(typed);
      if (field) complain({ [field]: known.detail || t(FIELDS[field].bad) });
      else setTrouble(known?.detail || t("wrong"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="sheet"
      ref={form}
      noValidate
      aria-labelledby="contact-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
    >
      <h2 id="contact-title">{t(intro ? "introTitle" : "contactTitle")}</h2>
      <p>{t(intro ? "introWhy" : "contactWhy")}</p>
      {fields.map((field) => (
        <Row
          key={field}
          field={field}
          value={values[field] ?? ""}
          fault={wrong[field]}
          optional={!required && (intro || field === "name")}
          set={(value) => setValues((held) => ({ ...held, [field]: value }))}
        />
      ))}
      {trouble && (
        <p class="fault" role="alert">
          {trouble}
        </p>
      )}
      <div class="acts">
        <button class="primary" type="submit" aria-disabled={busy}>
          {t(intro ? "start" : "save")}
        </button>
        {!required && (intro || panel?.form === "contact" || conversation?.asks_contact) && (
          <button class="quiet" type="button" onClick={leave}>
            {t("skip")}
          </button>
        )}
      </div>
    </form>
  );
}

/** How the business reaches the visitor: before the first message, or when somebody is to answer later. */

import { useState } from "preact/hooks";
import type { Field } from "../../shared/protocol";
import type { Chat } from "../chat";
import { CallError } from "../net/calls";
import type { State } from "../state/state";
import { t } from "../words";

const FIELDS: Record<Field, { type: "text" | "email" | "tel"; autocomplete: string; wrong: (value: string) => string | null }> = {
  name: { type: "text", autocomplete: "name", wrong: () => null },
  email: { type: "email", autocomplete: "email", wrong: (value) => (/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(value) ? null : t("badEmail")) },
  phone: { type: "tel", autocomplete: "tel", wrong: (value) => (value.replace(/\D/g, "").length >= 7 ? null : t("badPhone")) },
};

type Values = Partial<Record<Field, string>>;
type Props = { chat: Chat; state: State; intro?: boolean };

function faults(values: Values, fields: Field[], all: boolean): Values {
  const found: Values = {};
  for (const field of fields) {
    const value = values[field] ?? "";
    const fault = value ? FIELDS[field].wrong(value) : all ? t("needed") : null;
    if (fault) found[field] = fault;
  }
  const ways = fields.filter((field) => field !== "name");
  const reachable = all || !ways.length || ways.some((field) => values[field]);
  if (!reachable) found[ways[0]!] ??= t("fillOne");
  return found;
}

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
  const [values, setValues] = useState<Values>(() => Object.fromEntries(fields.map((field) => [field, claims[field] ?? ""])));
  const [wrong, setWrong] = useState<Values>({});
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const leave = (): void => chat.store.set(intro ? { introduced: true } : { panel: null, contacted: true });

  async function save(form: HTMLFormElement): Promise<void> {
    const trimmed: Values = Object.fromEntries(fields.map((field) => [field, values[field]?.trim()]));
    const found = faults(trimmed, fields, required);
    setWrong(found);
    const first = fields.find((field) => found[field]);
    if (first) return form.querySelector<HTMLElement>(`#field-${first}`)!.focus();
    setBusy(true);
    setTrouble("");
    try {
      await chat.contact(Object.fromEntries(Object.entries(trimmed).filter(([, value]) => value)));
      leave();
      chat.announce(t("saved"));
    } catch (error) {
      setTrouble((error instanceof CallError && error.detail) || t("wrong"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="sheet"
      noValidate
      aria-labelledby="contact-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save(event.currentTarget);
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
          optional={!required && field === "name"}
          set={(value) => setValues({ ...values, [field]: value })}
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
        {!required && (intro || panel === "contact" || conversation?.asks_contact) && (
          <button class="quiet" type="button" onClick={leave}>
            {t("skip")}
          </button>
        )}
      </div>
    </form>
  );
}

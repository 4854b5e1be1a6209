/** What a screen reader says of a message: whole answers, not their units, and without the marks of Markdown. */

import type { Message } from "../../shared/protocol";
import { t } from "../words";

export const plain = (text: string): string =>
  text.replace(/[*_`#>]+/g, "").replace(/\[([^\]]{0,200})\]\([^)]{0,2000}\)/g, "$1");

export function author({ author: who, name }: Pick<Message, "author" | "name">, business: string): string {
  if (who === "visitor") return t("you");
  if (who === "person") return name ?? business;
  return who === "assistant" ? t("assistant") : business;
}

export const announcement = (message: Message, business: string): string =>
  `${author(message, business)}: ${plain(message.text)}`;

// How many SMS a text takes: 160 characters in the GSM alphabet (153 each in several), else 70 (67).

const GSM =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
  "abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_TWICE = "^{}\\[~]|€\f"; // each takes two places

export function segments(text) {
  let places = 0;
  for (const character of text) {
    if (GSM.includes(character)) places += 1;
    else if (GSM_TWICE.includes(character)) places += 2;
    else return parts(text.length, 70, 67);
  }
  return parts(places, 160, 153);
}

function parts(places, single, each) {
  return places <= single ? 1 : Math.ceil(places / each);
}

export function hint(text) {
  if (!text) return "";
  const count = segments(text);
  return `${text.length} ${text.length === 1 ? "character" : "characters"} · ${count} SMS`;
}

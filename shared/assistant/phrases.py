"""Sentences that code says and no model may reword, by language. What has no translation yet is said in English."""

from __future__ import annotations

from enum import Enum

from shared.assistant.form import Introduction, shorten
from shared.assistant.language import primary
from shared.segments import fold


class Phrase(Enum):
    """UNKNOWN: it does not know, and offers a person. HAND_OFF: it cannot answer. NOT_CONNECTED: there is none.

    OPTED_OUT, OPTED_IN, HELP: the answers to STOP, START and HELP. TOLD_WAITING: staff were notified of a hand-off.
    OVER_LIMIT: no assistant any more today; the question is noted for a person.
    """

    UNKNOWN = "unknown"
    HAND_OFF = "hand_off"
    NOT_CONNECTED = "not_connected"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    HELP = "help"
    TOLD_WAITING = "told_waiting"
    OVER_LIMIT = "over_limit"


# Each in two parts: always said, and how to reach a person ("" where that is not said), where the business has told us.
# They promise nothing that is not so: a text is stored and shown to the business. Only those from OPTED_OUT on say that
# something was done; whoever sends one commits with it what it says. These are GSM-7 and one segment: no "á" or "í".
_SENTENCES: dict[str, dict[Phrase, tuple[str, str]]] = {
    "en": {
        Phrase.UNKNOWN: (
            "I don't know that, and I'd rather not guess. A person at {name} can help you.",
            "Contact: {contact}",
        ),
        Phrase.HAND_OFF: (
            "Sorry, I can't answer that right now. Your message is saved for the people at {name}.",
            "Contact: {contact}",
        ),
        Phrase.NOT_CONNECTED: (
            "Thanks for your message. {name} has no assistant connected yet, so there is no automatic answer. "
            "Your message is saved for the team.",
            "Contact: {contact}",
        ),
        Phrase.OPTED_OUT: (
            "You are unsubscribed from {name} and will get no more texts. Reply START to get them again.",
            "",
        ),
        Phrase.OPTED_IN: (
            "You are subscribed to texts from {name} again. Reply HELP for help, or STOP to opt out.",
            "",
        ),
        Phrase.HELP: ("{name}: text us your questions here. Reply STOP to opt out.", "Contact: {contact}"),
        Phrase.TOLD_WAITING: (
            "Thank you. The people at {name} have been told, and somebody will reply to you here.",
            "",
        ),
        Phrase.OVER_LIMIT: (
            "Thank you for your message. It is saved, and a person at {name} will get back to you here.",
            "",
        ),
    },
    "es": {
        Phrase.UNKNOWN: (
            "Eso no lo sé y prefiero no adivinar. Una persona de {name} puede ayudarle.",
            "Contacto: {contact}",
        ),
        Phrase.HAND_OFF: (
            "Lo siento, ahora no puedo responder a eso. Su mensaje queda guardado para el equipo de {name}.",
            "Contacto: {contact}",
        ),
        Phrase.NOT_CONNECTED: (
            "Gracias por su mensaje. {name} todavía no tiene un asistente conectado, así que no hay respuesta "
            "automática. Su mensaje queda guardado para el equipo.",
            "Contacto: {contact}",
        ),
        Phrase.OPTED_OUT: (
            "Ya no le enviaremos mensajes de {name}. Responda START para recibirlos de nuevo.",
            "",
        ),
        Phrase.OPTED_IN: (
            "Le enviaremos de nuevo mensajes de {name}. Responda AYUDA para recibir ayuda, o STOP para no recibirlos.",
            "",
        ),
        Phrase.HELP: (
            "{name}: escriba sus preguntas por este medio. Responda STOP para no recibir mensajes.",
            "Contacto: {contact}",
        ),
        Phrase.TOLD_WAITING: (
            "Gracias. Ya avisamos al equipo de {name}, y alguien va a responderle por este medio.",
            "",
        ),
        Phrase.OVER_LIMIT: (
            "Gracias por su mensaje. Queda guardado, y una persona de {name} va a responderle por este medio.",
            "",
        ),
    },
}
_NAMELESS = {"en": "the business", "es": "la empresa"}
_WAY_OUT = {"en": "Reply STOP to opt out.", "es": "Responda STOP para no recibir mensajes."}
_LONGEST_NAME = 60  # characters of a name in an introduction: there must be room left for what it introduces


def sentence(phrase: Phrase, language: str, name: str, contact: str = "") -> str:
    """The phrase in that language (BCP 47), with the business's name and, where known, how to reach a person."""
    spoken = _spoken(language)
    said, reach = _SENTENCES[spoken][phrase]
    whole = f"{said} {reach}" if reach and contact.strip() else said
    return fold(whole.format(name=name.strip() or _NAMELESS[spoken], contact=contact.strip()))


def introduction(name: str, language: str) -> Introduction:
    """How the first text of a thread says whose it is and how to end it; see `form.introduced`."""
    whole = " ".join(fold(name).split())
    known = shorten(whole, _LONGEST_NAME) or whole[:_LONGEST_NAME]
    return Introduction(f"{known}: " if known else "", _WAY_OUT[_spoken(language)])


def _spoken(language: str) -> str:
    return primary(language) if primary(language) in _SENTENCES else "en"

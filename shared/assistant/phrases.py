"""Sentences that code says and no model may reword, by language. What has no translation yet is said in English."""

from __future__ import annotations

from enum import Enum

from shared.assistant.language import primary


class Phrase(Enum):
    """UNKNOWN: it does not know, and offers a person. HAND_OFF: it cannot answer. NOT_CONNECTED: there is none."""

    UNKNOWN = "unknown"
    HAND_OFF = "hand_off"
    NOT_CONNECTED = "not_connected"


# Each in two parts: always said, and how to reach a person, said where the business has told us. They promise nothing
# that is not so: a text is stored and shown to the business; nobody has been woken by it.
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
    },
}
_NAMELESS = {"en": "the business", "es": "la empresa"}


def sentence(phrase: Phrase, language: str, name: str, contact: str = "") -> str:
    """The phrase in that language (BCP 47), with the business's name and, where known, how to reach a person."""
    spoken = primary(language) if primary(language) in _SENTENCES else "en"
    said, reach = _SENTENCES[spoken][phrase]
    whole = f"{said} {reach}" if contact.strip() else said
    return whole.format(name=name.strip() or _NAMELESS[spoken], contact=contact.strip())

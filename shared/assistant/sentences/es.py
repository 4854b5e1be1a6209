"""Spanish, to a customer one does not know (usted)."""

from __future__ import annotations

from shared.assistant.sentences.kinds import Phrase, Sentences

_CONTACT = "Contacto: {contact}"
ES = Sentences(
    nameless="la empresa",
    way_out="Responda STOP para no recibir mensajes.",
    said={
        Phrase.UNKNOWN: ("Eso no lo sé y prefiero no adivinar. Una persona de {name} puede ayudarle.", _CONTACT),
        Phrase.HAND_OFF: (
            "Lo siento, ahora no puedo responder a eso. Su mensaje queda guardado para el equipo de {name}.",
            _CONTACT,
        ),
        Phrase.NOT_CONNECTED: (
            "Gracias por su mensaje. {name} todavía no tiene un asistente conectado, así que no hay respuesta "
            "automática. Su mensaje queda guardado para el equipo.",
            _CONTACT,
        ),
        Phrase.OPTED_OUT: ("Ya no le enviaremos mensajes de {name}. Responda START para recibirlos de nuevo.", ""),
        Phrase.OPTED_IN: (
            "Le enviaremos de nuevo mensajes de {name}. Responda AYUDA para recibir ayuda, o STOP para no recibirlos.",
            "",
        ),
        Phrase.HELP: (
            "{name}: escriba sus preguntas por este medio. Responda STOP para no recibir mensajes.",
            _CONTACT,
        ),
        Phrase.TOLD_WAITING: (
            "Gracias. Ya avisamos al equipo de {name}, y alguien va a responderle por este medio.",
            "",
        ),
        Phrase.OVER_LIMIT: (
            "Gracias por su mensaje. Queda guardado, y una persona de {name} va a responderle por este medio.",
            "",
        ),
        Phrase.CHAT_STOPPED: (
            "Este chat queda en silencio: {name} no escribirá nada más aquí. Escriba START para continuar.",
            "",
        ),
        Phrase.CHAT_STARTED: ("El chat con {name} continúa. Escriba STOP para silenciarlo.", ""),
        Phrase.TOLD_CLOSED: (
            "Gracias. Ya avisamos al equipo de {name}. Ahora está cerrado y abre {opens}. Deje un correo "
            "electrónico o un teléfono para que puedan contactarle.",
            "",
        ),
        Phrase.TOLD_AWAY: (
            "Gracias. Ya avisamos al equipo de {name}, pero ahora está cerrado. Deje un correo electrónico o un "
            "teléfono para que puedan contactarle.",
            "",
        ),
    },
)

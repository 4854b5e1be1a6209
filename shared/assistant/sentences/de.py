"""German, to a customer one does not know (Sie); a name stands in the dative."""

from __future__ import annotations

from shared.assistant.sentences.kinds import Phrase, Sentences

_CONTACT = "Kontakt: {contact}"
DE = Sentences(
    nameless="unserem Haus",
    way_out="Antworten Sie STOP zum Abmelden.",
    said={
        Phrase.UNKNOWN: (
            "Das weiß ich nicht, und raten möchte ich nicht. Das Team von {name} kann Ihnen helfen.",
            _CONTACT,
        ),
        Phrase.HAND_OFF: (
            "Leider kann ich das gerade nicht beantworten. Ihre Nachricht ist für das Team von {name} gespeichert.",
            _CONTACT,
        ),
        Phrase.NOT_CONNECTED: (
            "Danke für Ihre Nachricht. Bei {name} ist noch kein Assistent verbunden, deshalb gibt es keine "
            "automatische Antwort. Ihre Nachricht ist für das Team gespeichert.",
            _CONTACT,
        ),
        Phrase.OPTED_OUT: (
            "Sie erhalten keine Nachrichten mehr von {name}. Antworten Sie START, um wieder welche zu erhalten.",
            "",
        ),
        Phrase.OPTED_IN: (
            "Sie erhalten wieder Nachrichten von {name}. Antworten Sie HELP für Hilfe oder STOP zum Abmelden.",
            "",
        ),
        Phrase.HELP: ("Hier können Sie {name} Ihre Fragen schreiben. Antworten Sie STOP zum Abmelden.", _CONTACT),
        Phrase.TOLD_WAITING: ("Danke. Das Team von {name} ist benachrichtigt, und jemand antwortet Ihnen hier.", ""),
        Phrase.OVER_LIMIT: (
            "Danke für Ihre Nachricht. Sie ist gespeichert, und jemand von {name} meldet sich hier bei Ihnen.",
            "",
        ),
        Phrase.CHAT_STOPPED: (
            "Dieser Chat ist jetzt stumm: Von {name} kommt hier nichts mehr. Schreiben Sie START, um ihn fortzusetzen.",
            "",
        ),
        Phrase.CHAT_STARTED: ("Der Chat mit {name} geht weiter. Schreiben Sie STOP, um ihn stummzuschalten.", ""),
        Phrase.TOLD_CLOSED: (
            "Danke. Das Team von {name} ist benachrichtigt. Zurzeit ist geschlossen, wieder geöffnet ist "
            "{opens}. Hinterlassen Sie eine E-Mail-Adresse oder Telefonnummer, damit man Sie erreichen kann.",
            "",
        ),
        Phrase.TOLD_AWAY: (
            "Danke. Das Team von {name} ist benachrichtigt, aber zurzeit ist geschlossen. Hinterlassen Sie eine "
            "E-Mail-Adresse oder Telefonnummer, damit man Sie erreichen kann.",
            "",
        ),
    },
)

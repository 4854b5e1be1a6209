"""French, to a customer one does not know (vous)."""

from __future__ import annotations

from shared.assistant.sentences.kinds import Phrase, Sentences

_CONTACT = "Contact\u00a0: {contact}"
FR = Sentences(
    nameless="notre entreprise",
    way_out="Répondez STOP pour ne plus recevoir de messages.",
    said={
        Phrase.UNKNOWN: (
            "Je ne le sais pas, et je préfère ne pas deviner. Une personne de {name} peut vous aider.",
            _CONTACT,
        ),
        Phrase.HAND_OFF: (
            "Désolé, je ne peux pas répondre à cela maintenant. Votre message est enregistré pour l’équipe de {name}.",
            _CONTACT,
        ),
        Phrase.NOT_CONNECTED: (
            "Merci pour votre message. {name} n’a pas encore d’assistant connecté, il n’y a donc pas de réponse "
            "automatique. Votre message est enregistré pour l’équipe.",
            _CONTACT,
        ),
        Phrase.OPTED_OUT: (
            "Vous ne recevrez plus de messages de {name}. Répondez START pour en recevoir de nouveau.",
            "",
        ),
        Phrase.OPTED_IN: (
            "Vous recevrez de nouveau les messages de {name}. Répondez HELP pour obtenir de l’aide, ou STOP pour "
            "ne plus en recevoir.",
            "",
        ),
        Phrase.HELP: (
            "{name}\u00a0: posez-nous vos questions ici. Répondez STOP pour ne plus recevoir de messages.",
            _CONTACT,
        ),
        Phrase.TOLD_WAITING: ("Merci. L’équipe de {name} est prévenue, et quelqu’un vous répondra ici.", ""),
        Phrase.OVER_LIMIT: (
            "Merci pour votre message. Il est enregistré, et une personne de {name} vous répondra ici.",
            "",
        ),
        Phrase.CHAT_STOPPED: (
            "Cette conversation est maintenant muette\u00a0: {name} n’y écrira plus rien. Écrivez START pour la "
            "reprendre.",
            "",
        ),
        Phrase.CHAT_STARTED: ("La conversation avec {name} reprend. Écrivez STOP pour la rendre muette.", ""),
        Phrase.TOLD_CLOSED: (
            "Merci. L’équipe de {name} est prévenue. C’est fermé en ce moment, réouverture {opens}. Laissez une "
            "adresse e-mail ou un numéro de téléphone pour qu’elle puisse vous joindre.",
            "",
        ),
        Phrase.TOLD_AWAY: (
            "Merci. L’équipe de {name} est prévenue, mais c’est fermé en ce moment. Laissez une adresse e-mail "
            "ou un numéro de téléphone pour qu’elle puisse vous joindre.",
            "",
        ),
    },
)

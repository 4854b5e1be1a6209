"""Portuguese of Brazil."""

from __future__ import annotations

from shared.assistant.sentences.kinds import Phrase, Sentences

_CONTACT = "Contato: {contact}"
PT = Sentences(
    nameless="nossa empresa",
    way_out="Responda STOP para cancelar.",
    said={
        Phrase.UNKNOWN: ("Isso eu não sei e prefiro não adivinhar. Uma pessoa de {name} pode ajudar você.", _CONTACT),
        Phrase.HAND_OFF: (
            "Desculpe, não posso responder a isso agora. Sua mensagem fica salva para a equipe de {name}.",
            _CONTACT,
        ),
        Phrase.NOT_CONNECTED: (
            "Obrigado pela mensagem. {name} ainda não tem um assistente conectado, por isso não há resposta "
            "automática. Sua mensagem fica salva para a equipe.",
            _CONTACT,
        ),
        Phrase.OPTED_OUT: ("As mensagens de {name} foram canceladas. Responda START para receber de novo.", ""),
        Phrase.OPTED_IN: (
            "As mensagens de {name} foram reativadas. Responda HELP para receber ajuda ou STOP para cancelar.",
            "",
        ),
        Phrase.HELP: ("{name}: escreva aqui suas perguntas. Responda STOP para cancelar.", _CONTACT),
        Phrase.TOLD_WAITING: ("Obrigado. A equipe de {name} foi avisada, e alguém vai responder por aqui.", ""),
        Phrase.OVER_LIMIT: ("Obrigado pela mensagem. Ela fica salva, e alguém de {name} vai responder por aqui.", ""),
        Phrase.CHAT_STOPPED: (
            "Esta conversa está em silêncio: {name} não vai escrever mais nada aqui. Escreva START para continuar.",
            "",
        ),
        Phrase.CHAT_STARTED: ("A conversa com {name} continua. Escreva STOP para silenciá-la.", ""),
        Phrase.TOLD_CLOSED: (
            "Obrigado. A equipe de {name} foi avisada. Agora está fechado e abre {opens}. Deixe um e-mail ou "
            "telefone para que possam falar com você.",
            "",
        ),
        Phrase.TOLD_AWAY: (
            "Obrigado. A equipe de {name} foi avisada, mas agora está fechado. Deixe um e-mail ou telefone para "
            "que possam falar com você.",
            "",
        ),
    },
)

"""English."""

from __future__ import annotations

from shared.assistant.sentences.kinds import Phrase, Sentences

_CONTACT = "Contact: {contact}"
EN = Sentences(
    nameless="the business",
    way_out="Reply STOP to opt out.",
    said={
        Phrase.UNKNOWN: ("I don’t know that, and I’d rather not guess. A person at {name} can help you.", _CONTACT),
        Phrase.HAND_OFF: (
            "Sorry, I can’t answer that right now. Your message is saved for the people at {name}.",
            _CONTACT,
        ),
        Phrase.NOT_CONNECTED: (
            "Thanks for your message. {name} has no assistant connected yet, so there is no automatic answer. "
            "Your message is saved for the team.",
            _CONTACT,
        ),
        Phrase.OPTED_OUT: (
            "You are unsubscribed from {name} and will get no more texts. Reply START to get them again.",
            "",
        ),
        Phrase.OPTED_IN: (
            "You are subscribed to texts from {name} again. Reply HELP for help, or STOP to opt out.",
            "",
        ),
        Phrase.HELP: ("{name}: text us your questions here. Reply STOP to opt out.", _CONTACT),
        Phrase.TOLD_WAITING: (
            "Thank you. The people at {name} have been told, and somebody will reply to you here.",
            "",
        ),
        Phrase.OVER_LIMIT: (
            "Thank you for your message. It is saved, and a person at {name} will get back to you here.",
            "",
        ),
        Phrase.CHAT_STOPPED: (
            "This chat is silent now: {name} will write nothing more here. Write START to go on.",
            "",
        ),
        Phrase.CHAT_STARTED: ("The chat with {name} goes on. Write STOP to silence it.", ""),
        Phrase.TOLD_CLOSED: (
            "Thank you. The people at {name} have been told. They are closed now and open {opens}. Leave an "
            "email address or a phone number so that they can reach you.",
            "",
        ),
        Phrase.TOLD_AWAY: (
            "Thank you. The people at {name} have been told, but they are closed now. Leave an email address or "
            "a phone number so that they can reach you.",
            "",
        ),
    },
)

"""The wordings of `wishes`: regular expressions over folded words (lower case, no accents, no apostrophes).

A gap holds only words that say nothing by themselves ("all", "of", "these", "please"), and a bounded number of them:
"cancel these texts" is a wish, "cancel my class and text me" is none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """`says`: the wish. `unless_before`, `unless_after`: what directly around it makes it none."""

    says: str
    unless_before: str = ""
    unless_after: str = ""


# -- English

_TEXT = r"(?:te?xts?|te?xting|texing|text messages?|mess?ages?|messges?|messaging|msgs?|msging|sms)"
_TEXTS = r"(?:te?xts|te?xting|te?xt (?:messages?|alerts?)|mess?ages|messges|messaging|msgs|sms|spam)"
_FILL = (
    r"(?:(?:all|the|these|this|those|them|your|ur|my|any|anymore|with|of|sending|getting|receiving|me|us|out|please|pls"
    r"|plz|future|more|further|such|so|many|automated|automatic|marketing|promotional|daily|text|phone|from) ){0,5}"
)
_WANT_FILL = _FILL.replace("(?:(?:", "(?:(?:to|get|receive|be|have|for|see|you|hear|it|", 1)
_NOT = r"(?:dont|do not|dnt|never|not)"
_TURNED = (
    r"(?:dont|do not|never|cant|cannot|not|wont|will not|didnt|did not)"
    r"(?: (?:want|wanna|to|ever|please|you|make|just|let)){0,3}|(?:did|have|has|had) (?:you|u|they|i)|when (?:you|u)"
)
_THEY = r"(?:you|u|they|she|he|it|why|are|is|was|were|have|if)(?: (?:you|u|they))?"
_ME = r"(?:me|us|this (?:number|phone|line|cell)|my (?:number|phone|cell)|here|again|any ?more|ever)"
_LIMITED = (
    r"(?:after|before|until|till|by|at|while|during|about|back|on|between|so|if|unless|when|today|tonight|tomorrow|yet"
    r"|right now|in|the|a|late|early|just|call|to my|for|with)\b"
)
_OTHER_LIST = r"(?:wait\w*|guest|class|roster|camp|team|party|\d+(?:am|pm)?|e ?mail\w*|carpool|volunteer)"
_NUMBER = r"(?:(?:my|this|our) (?:\w+ )?(?:number|phone|cell|digits))"
_OTHER_CHANNEL = r"(?:\w+ ){0,4}(?:e ?mails?|newsletters?|mail|correos?|boletin\w*)\b"
_POLITE = r"(?: (?:please|pls|plz|now|thanks|thank you|thx|asap|immediately|already|today|right now))*"
_OF_ELSE = (
    r"(?:of|from) (?:(?:the|my|our|your|any|all|of|these|this|those) )*"
    rf"(?!{_TEXT}\b|lists?\b|texting|(?:the|my|our|your|any|all|of|these|this|those|it|everything|them)\b"
    r"|notifications?|alerts?|communications?|reminders?)\w+"
)

_ENGLISH = (
    Wording(
        rf"(?:sto+pp?|stpo|quit|cease|discontinue|halt|end|cancel|turn off|shut off|unenroll (?:me|us)) {_FILL}{_TEXT}",
        _TURNED,
        r"(?:to )?(?:books?|him|her|them|my (?:husband|wife|son|daughter|mom|dad|ex))\b",
    ),
    Wording(r"(?:stop|cease|end) (?:all )?(?:further )?(?:communications?|contact)$", _TURNED),
    Wording(
        r"(?:stop|quit|cease) (?:sending|contacting|bothering|harassing|spamming|calling|writing) "
        r"(?:me|us|to me|this (?:number|phone)|my (?:number|phone)|these)",
        _TURNED,
        r"(?:\w+ ){0,2}(?:e ?mails?|names)\b",
    ),
    Wording(
        rf"{_NOT} (?:(?:please|ever|you|u|dare) ){{0,2}}"
        rf"(?:te?xt|te?xting|message|messaging|msg|sms|contact|contacting|bother|spam|write(?: to)?) {_ME}",
        _THEY,
        _LIMITED,
    ),
    Wording(rf"{_NOT} (?:(?:please|ever) )?(?:send|sending) {_FILL}{_TEXTS}", _THEY, _LIMITED),
    Wording(
        rf"(?:dont|do not|no longer|never|didnt|did not) (?:want|wish|wanna|need|agree|consent|signed? up|asked?) "
        rf"{_WANT_FILL}(?:{_TEXTS}|texted|contacted|messaged)",
        "",
        r"(?:books?|to stop)\b",
    ),
    Wording(
        rf"no more {_FILL}{_TEXTS}",
        r"(?:have|had|got|get|getting|gotten|received|receive|see|are|is|theres|there|why)(?: there)?",
    ),
    Wording(
        rf"(?:(?:take|remove|get|delete|drop|erase) (?:me|us|{_NUMBER}) (?:please )?"
        r"|be (?:removed|taken|deleted) )(?:off|from|out of|of) "
        rf"(?:(?!{_OTHER_LIST}\b)\w+ ){{0,3}}(?:lists?|database|system|records|contacts?|{_TEXT})",
        _TURNED,
    ),
    Wording(
        r"(?:remove|delete|lose|erase|forget) (?:my|this|our) (?:(?:cell|phone|mobile|telephone) )?(?:number|digits)",
        _TURNED,
        r"(?:and|from (?:the|my|his|her)|with|add|tag|plate|for)\b",
    ),
    Wording(rf"(?:remove (?:me|us)|take (?:me|us|{_NUMBER}) off){_POLITE}$", _TURNED),
    Wording(rf"^(?:please|pls|plz) no more{_POLITE}$"),
    Wording(rf"{_NOT} (?:send|text|message) (?:me |us )?(?:anything (?:else|more|again)|any ?more){_POLITE}$", _THEY),
    Wording(rf"enough (?:already )?(?:with|of) {_FILL}{_TEXTS}", "(?:get|have|not|had)"),
    Wording(
        r"(?:unsub(?!st)\w*|unsus?cri\w*)(?: (?:me|us))?",
        rf"{_TURNED}|(?:was|am|been|got|get|accidentally|i was|mistake)(?: \w+)?",
        rf"{_OF_ELSE}|{_OTHER_CHANNEL}",
    ),
    Wording(
        r"opt(?:ing)? ?out|opt (?:me|us|my number|this number) out",
        _TURNED,
        rf"{_OF_ELSE}|{_OTHER_CHANNEL}",
    ),
    Wording(r"leave (?:me|us) alone", _TURNED),
    Wording(r"do not (?:call|text|contact) list|cease and desist|cease (?:all )?(?:communications?|contact)"),
    Wording(r"(?:revoke|withdraw) (?:my |our )?consent", _TURNED, r"(?:\w+ ){0,3}(?:photo|pic|video|medic)"),
    Wording(
        r"^(?:(?:please|pls|plz|ok|okay|hey|hi|hello|just|now|no|i said|kindly|guys|make it|por favor|ya|wrong number"
        r"|wrong person) ){0,4}(?:stopp?|stop ?all)(?: stop| it| this| all| everything| txt| por favor){0,5}"
        rf"{_POLITE}$"
    ),
    Wording(rf"(?:asked|told|telling|asking|want|need) (?:you|u|you guys|this)(?: \w+)? to stop{_POLITE}$"),
)

# -- Spanish

_MENSAJES = r"(?:mensaje|mensajes|mensajitos?|textos?|sms|msjs?|notificaciones)"
_RELLENO = (
    r"(?:(?:mas|me|nos|de|los|las|sus|su|estos|esos|este|tus|tantos|tanto|por|favor|nada|otros?|a|recibir|recibiendo"
    r"|seguir|que|lleguen|manden|mande|envien|envie|esta|todos) ){0,6}"
)
_ESCRIBAN = r"(?:escrib(?:a|an|as)|contact(?:e|en|es)|molest(?:e|en|es)|te?xte(?:e|en|es)|mensaje(?:e|en|es))"
_ESCRIBIR = r"(?:escribir|contactar|molestar|te?xtear|mensajear)"
_ESCRIBIENDO = r"(?:escribiendo|contactando|molestando|te?xteando|mandando|enviando)"
_MANDEN = r"(?:mand(?:e|en|es)|envi(?:e|en|es))"
_QUITEN = (
    r"(?:quit(?:e|en|a|ar)|saqu(?:e|en)|saca|sacar|borr(?:e|en|a|ar)|elimin(?:e|en|a|ar)"
    r"|remuev(?:a|an|e)|remover|retir(?:e|en|a|ar))"
)
_LISTA = (
    r"(?:de|fuera de) (?:(?:la|las|los|su|sus|esta|estas|estos|tu|todas) ){0,2}"
    rf"(?:listas?(?! de (?:espera|la clase|invitados|clase))|base|sistema|contactos|registros|{_MENSAJES})"
)
_LIMITADO = (
    r"(?:despues|antes|hasta|hoy|manana|con|a las|por (?:correo|telefono|whatsapp|email|la noche)|si|cuando|mientras"
    r"|tan|todavia|aun|entre|en la)\b"
)
_CORTES = r"(?: (?:por favor|porfavor|porfa|ya|gracias|ahora|mas))*"
_NIEGA = r"(?:no|nunca|tampoco)(?: (?:quiero|quisiera|deseo|me|nos|van a|vayan a))?"

_SPANISH = (
    Wording(rf"no (?:me|nos) {_ESCRIBAN}", "(?:si|porque|por que)", _LIMITADO),
    Wording(rf"no (?:me |nos )?(?:vuelvan?|vuelvas) a (?:{_ESCRIBIR}|mandar|enviar|llamar)", "", _LIMITADO),
    Wording(rf"no (?:me |nos )?{_MANDEN} {_RELLENO}(?:{_MENSAJES}|nada)", "(?:si|porque|por que)", _LIMITADO),
    Wording(rf"no (?:me |nos )?{_MANDEN} mas{_CORTES}$"),
    Wording(rf"no (?:{_ESCRIBAN}|{_MANDEN}) (?:mas )?a (?:este|mi) (?:numero|telefono|celular)", "", _LIMITADO),
    Wording(rf"no (?:{_ESCRIBIR}(?:me|nos)|(?:mandar|enviar)(?:me|nos)? {_RELLENO}{_MENSAJES})", "por que"),
    Wording(
        rf"(?:dejen?|deja|dejar|dejo|paren?|parar|para|basta) (?:ya )?de (?:{_ESCRIBIR}(?:me|nos)?"
        rf"|(?:mandar|enviar)(?:me|nos)|(?:mandar|enviar|recibir) {_RELLENO}{_MENSAJES})",
        _NIEGA,
        r"(?:a mi (?:hij|espos|mam|pap)\w*)\b",
    ),
    Wording(rf"basta de {_RELLENO}{_MENSAJES}"),
    Wording(rf"{_QUITEN}(?:me|nos)(?: {_LISTA}|{_CORTES}$)", _NIEGA),
    Wording(rf"(?:me|nos) (?:pueden? |podrian? )?{_QUITEN} {_LISTA}", _NIEGA),
    Wording(
        rf"{_QUITEN}(?: (?:de|por favor))? (?:mi|este) (?:numero|telefono|celular)",
        _NIEGA,
        r"(?:anterior|viejo|y (?:pon|agreg|us)|de la (?:clase|cuenta)|de mi)",
    ),
    Wording(
        rf"no (?:quiero|queremos|quisiera|deseo|deseamos|necesito) "
        rf"(?:{_RELLENO}{_MENSAJES}|que (?:me|nos) (?:{_ESCRIBAN}|sig(?:a|an|as) {_ESCRIBIENDO})"
        r"|recibir nada (?:mas )?(?:de (?:ustedes|usted)|suyo))",
        "",
        _LIMITADO,
    ),
    Wording(rf"no mas {_RELLENO}{_MENSAJES}", r"(?:hay|tengo|recibi|llegan|llegaron)"),
    Wording(
        rf"(?:(?:dar|den|de|da)(?:me|nos)|(?:me|nos) (?:den|de|da)) de baja(?: {_LISTA}|{_CORTES}$)"
        r"|(?:dar|den|de|da) de baja (?:a )?(?:mi|este) (?:numero|telefono|celular)",
        _NIEGA,
    ),
    Wording(rf"cancel(?:e|en|a|ar) {_RELLENO}{_MENSAJES}", _NIEGA),
    Wording(r"de(?:sus|sub|sinsc)\w*cri\w*|desinscri\w*", _NIEGA, _OTHER_CHANNEL),
    Wording(r"(?:dejen?|deja)(?:me|nos) en paz", _NIEGA),
    Wording(rf"^(?:(?:por favor|ya|numero equivocado|no) ){{0,3}}(?:alto|parar|paren?|basta|stop){_CORTES}$", "", ""),
)

WORDINGS = (*_ENGLISH, *_SPANISH)

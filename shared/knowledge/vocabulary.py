"""Words that ask nothing, and words that ask the same. English and Spanish, folded (lower case, no accents)."""

from __future__ import annotations

_ENGLISH = """
a about after again all also am an and any anyone anything are as at be because been before being but by can come
coming could d did do does doing don done each else ever few first for from get gets getting give go going got had has
have having he her here hers him his how i if in into is isn it its just let lets like ll m make many may me might
mine more most much must my myself need needs no nor not now of off on once one only or other our ours out over own
possible re really s same she should so some somebody someone something somewhere still such t take tell than that the
their theirs them then there these they thing things this those through to too under until up us use ve very want
wants was we were what whats when where whether which while who whom whose why will with without won would y yet you
your yours
"""
_ENGLISH_SMALL_TALK = """
absolutely ah alright anyway awesome aw bye cheers cool dear excellent exactly fine glad good goodbye gotcha great
haha hello hey hi hiya hmm howdy im know lol maybe nah nice nope oh ok okay okey perfect please pls plz question quick
sorry sounds sup sure thank thanks thanx thx ty u ur welcome wondering wow wonderful yay yeah yep yes yo yup
"""
_SPANISH = """
al algo alguien alguna algunas alguno algunos ahi ante aqui asi aun bajo cada como con contra cual cuales cualquier
cuando de del desde donde e el ella ellas ello ellos en entre era es esa esas ese eso esos esta estan estar estas este
esto estos estoy fue ha hace hacer hacia han hasta hay he la las le les lo los mas me mi mis mucha muchas mucho muchos
muy nada ni nos nosotros o os otra otras otro otros para pero poco por porque puede pueden puedo que quien quiero
quisiera se ser si sin sobre somos son soy su sus tal tambien tan tanto te tengo tiene tienen todo todos tu tus un una
unas uno unos usted ustedes va van y ya yo
"""
_SPANISH_SMALL_TALK = "adios bien bueno chao claro gracias hola jaja listo perfecto saber saludos vale"

STOP_WORDS = frozenset(" ".join((_ENGLISH, _ENGLISH_SMALL_TALK, _SPANISH, _SPANISH_SMALL_TALK)).split())

# Phrases whose words mean something elsewhere ("is there a morning class?", "how do I pay?").
SMALL_TALK = (
    "good (?:morning|afternoon|evening|night|day)",
    "buen[oa]s? (?:dias?|tardes?|noches?)",
    "have a (?:good|great|nice) (?:day|one|night|evening|weekend)",
    "see you(?: soon| later| then)?",
    "no problem",
    "por favor",
)

# Questions that consist of stop words ("how much?", "where are you?"), and what they ask for.
ASKING = {
    "price": r"how much(?! time| longer)|cuanto(?! tiempo)|cuanta",
    "hours": r"what time|when are you|a que hora",
    "address": r"where (?:are|is) (?:you|it|this)|where (?:do|can) (?:i|we) find you|donde (?:estan?|quedan?)",
    "refund": r"money back",
}

_SAME = {
    "price": "pric cost fee tuition charg rat precio costo cuesta cuestan cobran tarifa mensualidad",
    "hours": "hour hours schedul open clos horario hora abren abierto cierran cerrado",
    "address": "addres address locat location direction direccion ubicacion ubicado",
    "refund": "refund reimburs reembolso devolucion",
    "cancel": "cancel cancellation cancelar cancelacion",
    "park": "park estacionamiento estacionar parqueo aparcamiento",
    "lesson": "lesson class clas leccion cours curso",
    "swim": "swim nadar natacion",
    "phone": "phon telephon telefono",
    "email": "email mail correo",
    "pay": "pay payment paid pagar pago",
    "child": "child children kid nino nina hijo hija daughter",
    "teacher": "teacher instructor coach maestro maestra profesor",
    "pool": "pool piscina alberca",
    "access": "access accessibl accessibility accesible accesibilidad",
    "monday": "monday mon lun",
    "tuesday": "tuesday tue mart",
    "wednesday": "wednesday wed miercol",
    "thursday": "thursday thu jueve",
    "friday": "friday fri vierne",
    "saturday": "saturday sat sabado",
    "sunday": "sunday sun domingo",
}
# Stem → the one word for that meaning: those few that customers and owners use for each other.
MEANING = {stem: meaning for meaning, stems in _SAME.items() for stem in stems.split()}

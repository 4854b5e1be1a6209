"""What the demonstration says itself, and the words that it listens for, in the languages of the chat."""

from __future__ import annotations

import re

_KEYS = ("hello", "spots", "spot", "none", "offered", "stale", "link", "noted", "unknown", "blind", "days")


def _says(*said: str) -> dict[str, str]:
    return dict(zip(_KEYS, said, strict=True))


SAYS = {
    "en": _says(
        "Hello! How can I help you?",
        "{n} spots",
        "1 spot",
        "No class with open spots matches that.",
        "There are open classes on {days}.",
        "This list may be a few minutes old.",
        "Here is the link: {title}.",
        "I have noted that for the team.",
        "I don't know that.",
        "I cannot look at pictures in this demo.",
        "Mon Tue Wed Thu Fri Sat Sun",
    ),
    "es": _says(
        "¡Hola! ¿En qué puedo ayudarle?",
        "{n} lugares",
        "1 lugar",
        "Ninguna clase con lugares libres coincide.",
        "Hay clases con lugares los {days}.",
        "Esta lista puede tener unos minutos.",
        "Aquí está el enlace: {title}.",
        "Lo he anotado para el equipo.",
        "Eso no lo sé.",
        "No puedo ver imágenes en esta demo.",
        "lun mar mié jue vie sáb dom",
    ),
    "fr": _says(
        "Bonjour ! Comment puis-je vous aider ?",
        "{n} places",
        "1 place",
        "Aucun cours avec des places libres ne correspond.",
        "Il y a des cours avec des places : {days}.",
        "Cette liste peut dater de quelques minutes.",
        "Voici le lien : {title}.",
        "Je l'ai noté pour l'équipe.",
        "Je ne le sais pas.",
        "Je ne peux pas voir les images dans cette démo.",
        "lun mar mer jeu ven sam dim",
    ),
    "de": _says(
        "Guten Tag! Wie kann ich Ihnen helfen?",
        "{n} Plätze",
        "1 Platz",
        "Kein Kurs mit freien Plätzen passt dazu.",
        "Kurse mit freien Plätzen gibt es: {days}.",
        "Diese Liste kann ein paar Minuten alt sein.",
        "Hier ist der Link: {title}.",
        "Das habe ich für das Team notiert.",
        "Das weiß ich nicht.",
        "Bilder kann ich in dieser Demo nicht sehen.",
        "Mo Di Mi Do Fr Sa So",
    ),
    "pt": _says(
        "Olá! Como posso ajudar você?",
        "{n} vagas",
        "1 vaga",
        "Nenhuma aula com vagas corresponde.",
        "Há aulas com vagas: {days}.",
        "Esta lista pode ter alguns minutos.",
        "Aqui está o link: {title}.",
        "Anotei isso para a equipe.",
        "Isso eu não sei.",
        "Não posso ver imagens nesta demo.",
        "seg ter qua qui sex sáb dom",
    ),
    "vi": _says(
        "Xin chào! Tôi có thể giúp gì cho bạn?",
        "{n} chỗ",
        "1 chỗ",
        "Không có lớp nào còn chỗ phù hợp.",
        "Có lớp còn chỗ vào: {days}.",
        "Danh sách này có thể cũ vài phút.",
        "Đây là đường dẫn: {title}.",
        "Tôi đã ghi lại cho nhân viên.",
        "Tôi không biết điều đó.",
        "Tôi không xem được hình trong bản demo này.",
        "T2 T3 T4 T5 T6 T7 CN",
    ),
    "zh": _says(
        "您好！请问有什么可以帮您？",
        "{n}个名额",
        "1个名额",
        "没有符合条件且有名额的课程。",
        "有名额的课程在：{days}。",
        "此列表可能是几分钟前的。",
        "链接在这里：{title}。",
        "我已为工作人员记下。",
        "这一点我不清楚。",
        "此演示无法查看图片。",
        "周一 周二 周三 周四 周五 周六 周日",
    ),
}
DAY_WORDS = {
    "mon": r"\b(?:mon(?:day)?s?|lunes|lundis?|montags?|segundas?-feiras?|thứ (?:hai|2))\b|(?:周|星期|礼拜)一",
    "tue": r"\b(?:tue(?:s|sday)?s?|martes|mardis?|dienstags?|terças?(?:-feiras?)?|thứ (?:ba|3))\b|(?:周|星期|礼拜)二",
    "wed": (
        r"\b(?:wed(?:nesday)?s?|mi[eé]rcoles|mercredis?|mittwochs?|quartas?(?:-feiras?)?|thứ (?:tư|4))\b"
        r"|(?:周|星期|礼拜)三"
    ),
    "thu": (
        r"\b(?:thu(?:r|rs|rsday)?s?|jueves|jeudis?|donnerstags?|quintas?-feiras?|thứ (?:năm|5))\b|(?:周|星期|礼拜)四"
    ),
    "fri": r"\b(?:fri(?:day)?s?|viernes|vendredis?|freitags?|sextas?-feiras?|thứ (?:sáu|6))\b|(?:周|星期|礼拜)五",
    "sat": r"\b(?:sat(?:urday)?s?|s[aá]bados?|samedis?|samstags?|thứ (?:bảy|7))\b|(?:周|星期|礼拜)六",
    "sun": r"\b(?:sun(?:day)?s?|domingos?|dimanches?|sonntags?|chủ nhật)\b|(?:周|星期|礼拜)[日天]",
    "weekend": r"\b(?:weekends?|fin de semana|week-ends?|wochenenden?|fi[mn]s? de semana|cuối tuần)\b|周末",
}
_NUMBER_WORDS = ("one|un|uno", "two|dos", "three|tres", "four|cuatro", "five|cinco", "six|seis", "seven|siete")
NUMBERS = {word: number for number, words in enumerate((*_NUMBER_WORDS, "eight|ocho"), 1) for word in words.split("|")}
_COUNT = rf"(\d{{1,2}}(?:\.\d)?|{'|'.join(NUMBERS)})"
AGE = re.compile(
    rf"(?<!\w){_COUNT}[\s-]*(?:(?:years?|yrs?|y/?o|años?|ans|jahren?|jahre|anos|tuổi)\b|岁)"
    rf"|\b(?:aged?|is|turned|tiene|edad)\s+{_COUNT}\b(?!\s*(?:[ap]m|:))",
    re.I,
)
MONTHS = re.compile(r"(?<!\w)(\d{1,2})[\s-]*(?:(?:months?|meses|mois|monate?n?|tháng tuổi)\b|个月)", re.I)
CLASSES = re.compile(
    r"\b(?:class(?:es)?|lessons?|openings?|spots?|availab\w+|schedules?|swim\w*|clases?|lecci[oó]n\w*|lugar(?:es)?|cupos?"
    r"|horarios?|how much|price|cost\w*|fees?|cu[aá]nto|precios?|cours|leçons?|créneaux?|kurse?n?|schwimm\w*|stunden?"
    r"|aulas?|vagas?|turmas?|lớp|khóa học|buổi học)\b|课|班|名额",
    re.I,
)
LINK = re.compile(
    r"\b(?:links?|urls?|web ?sites?|sign(?:ing)? (?:\w+ )?up|regist\w+|enrol\w*|enlaces?|inscri\w+|apunt\w+|lien"
    r"|anmeld\w+|matrícul\w+|đăng ký|ghi danh)\b|报名|注册|链接",
    re.I,
)
GREETING = re.compile(
    r"[\W_]*(?:(?:hi|hello|hey|hola|thanks?|thank you|gracias|good (?:morning|afternoon|evening)|ok(?:ay)?|great"
    r"|buen[oa]s (?:d[ií]as|tardes|noches)|bonjour|bonsoir|salut|merci(?: beaucoup)?|hallo|guten (?:tag|morgen|abend)"
    r"|(?:vielen )?danke?|oi|olá|bom dia|bo[am] (?:tarde|noite)|(?:muito )?obrigad[oa]|(?:xin )?chào(?: bạn)?"
    r"|cảm ơn(?: bạn)?|[您你]好|谢谢|早上好|下午好|晚上好)[\W_]*)+",
    re.I,
)

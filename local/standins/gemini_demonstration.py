"""A demonstration, not a language model: a few dozen rules that answer from what the request carries, and only that.

It reads the system instruction as our assistant writes it (language parameter, facts, links, the sentence for not
knowing), calls the tools that are declared, and repeats what they return. It contains no fact, no class, no link of any
business. What it cannot find in the request, it says that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.standins.base import JSON
from local.standins.gemini_phrases import AGE, CLASSES, DAY_WORDS, GREETING, LINK, MONTHS, NUMBERS, SAYS
from local.standins.gemini_wire import Ask, Result, node, nodes, string

NAMED = 3  # classes in one answer
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_PERSON = re.compile(
    r"\b(?:(?:talk|speak|chat|call)\w* (?:to|with) (?:a |an |some)?(?:real |actual )?(?:person|human|one|body|staff"
    r"|manager|agent|representative)|real person|human being|hablar con (?:una persona|alguien|el encargado))\b",
    re.I,
)
_CALL_BACK = re.compile(r"\b(?:call me back|get back to me|contact me|interested in|ll[aá]m[ae]me|me interesa)\b", re.I)
_SHORTER = re.compile(r"\(From the software .{0,200}? at most (\d+) characters")


@dataclass(frozen=True)
class Entry:
    """A fact or a link as the system instruction lists it: `[id] title: text`."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Wanted:
    """A tool call that the demonstration makes."""

    name: str
    args: Mapping[str, JSON]


@dataclass(frozen=True)
class Reply:
    text: str
    calls: tuple[Wanted, ...] = ()


def reply(ask: Ask) -> Reply:
    """What the demonstration says next: its last words, shorter, if asked so; calls still to make; else a text."""
    shorter = _SHORTER.match(question(ask))
    if shorter and len(ask.contents) > 1:
        return Reply(_first_sentences(" ".join(ask.contents[-2].texts), int(shorter[1])))
    made = {call.name for content in ask.turn for call in content.calls}
    missing = tuple(call for call in _wanted(ask) if call.name not in made)
    if missing and ask.may_call:
        return Reply("", missing)
    return Reply(_text(ask))


def question(ask: Ask) -> str:
    return "\n".join(ask.turn[0].texts) if ask.turn else ""


def entries(system: str, heading: str) -> tuple[Entry, ...]:
    """The fenced list below a heading of the system instruction."""
    listed = re.search(rf"^{heading}:\n<([\w-]+)>\n(.*?)\n?</\1>", system, re.M | re.S)
    lines = listed[2].splitlines() if listed else []
    found = (re.fullmatch(r"\[([^\]]*)\] (.*?)(?:: (.*))?", line) for line in lines)
    return tuple(Entry(m[1], m[2], m[3] or "") for m in found if m)


def _first_sentences(text: str, most: int) -> str:
    """As many whole sentences as fit; the first word alone where not even one does."""
    said = ""
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        if len(said) + len(sentence) + 1 > most:
            break
        said = f"{said} {sentence}".strip()
    return said or text[:most].partition(" ")[0]


def _wanted(ask: Ask) -> Sequence[Wanted]:
    asked = question(ask)
    calls = []
    if "get_classes" in ask.tools and _about_classes(ask, asked):
        calls.append(Wanted("get_classes", _filters(ask, asked)))
    if "request_handoff" in ask.tools and _PERSON.search(asked):
        calls.append(Wanted("request_handoff", {}))
    if "capture_lead" in ask.tools and _CALL_BACK.search(asked):
        calls.append(Wanted("capture_lead", {"wish": asked[:200]}))
    links = entries(ask.system, "Links")
    if "send_link" in ask.tools and links and LINK.search(asked):
        calls.append(
            Wanted("send_link", {"link": max(links, key=lambda one: _overlap(asked, f"{one.id} {one.title}")).id})
        )
    return calls


def _about_classes(ask: Ask, asked: str) -> bool:
    """By the word, or by a day or an age alone ("and on Saturday?") where no fact has that for its subject."""
    filtered = _day(asked) is not None or _age(asked) is not None
    if _named_facts(ask, asked):
        return filtered and CLASSES.search(asked) is not None
    return filtered or (CLASSES.search(asked) is not None and not LINK.search(asked))


def _filters(ask: Ask, asked: str) -> dict[str, JSON]:
    earlier = [text for content in reversed(ask.contents) if content.role == "user" for text in content.texts]
    ages = (_age(text) for text in (asked, *earlier))  # a child's age still holds in the next question
    filters: dict[str, JSON] = {"age_years": next((age for age in ages if age is not None), None), "day": _day(asked)}
    return {name: value for name, value in filters.items() if value is not None}


def _day(text: str) -> str | None:
    return next((day for day, words in DAY_WORDS.items() if re.search(words, text, re.I)), None)


def _age(text: str) -> int | float | None:
    months = MONTHS.search(text)
    if months:
        return round(int(months[1]) / 12, 2)
    found = AGE.search(text)
    if not found:
        return None
    said = (found[1] or found[2]).lower()
    return NUMBERS[said] if said in NUMBERS else float(said) if "." in said else int(said)


def _text(ask: Ask) -> str:
    says = SAYS[_language(ask)]
    asked = question(ask)
    results = [result for content in ask.turn for result in content.results]
    told = [_told(result, says, ask) for result in results]
    facts = [fact.text for fact in (_named_facts(ask, asked) if results else _best_facts(ask, asked))]
    blind = says["blind"] if any(content.pictures for content in ask.turn) else ""
    said = " ".join(dict.fromkeys(one for one in (*told, *facts, blind) if one))
    if said:
        return said
    return says["hello"] if GREETING.fullmatch(asked) and not results else _ignorance(ask, says)


def _told(result: Result, says: Mapping[str, str], ask: Ask) -> str:
    output = node(result.response.get("output"))
    if not output:
        return _ignorance(ask, says)
    if result.name == "get_classes":
        return _classes(output, says)
    if result.name == "send_link":
        return says["link"].format(title=output.get("title"))
    return says["noted"] if result.name in ("capture_lead", "request_handoff") else ""


def _classes(output: Mapping[str, JSON], says: Mapping[str, str]) -> str:
    named = [_class(node(one), says) for one in nodes(output.get("classes"))[:NAMED]]
    if not named:
        days = _days(nodes(node(output.get("offered")).get("days")), says)
        named = [says["none"], says["offered"].format(days=days) if days else ""]
    return " ".join(part for part in (*named, says["stale"] if output.get("stale") else "") if part)


def _class(one: Mapping[str, JSON], says: Mapping[str, str]) -> str:
    """ "Name: Tue 4:30 PM, 2 spots, $85." """
    when = f"{_days(nodes(one.get('days')), says)} {_twelve_hours(string(one.get('start_time')) or '')}".strip()
    count, fee = one.get("openings"), one.get("fee")
    spots = says["spot"] if count == 1 else says["spots"].format(n=count)
    price = f"${fee:g}" if isinstance(fee, int | float) and fee else ""
    details = ", ".join(part for part in (when, spots, price) if part)
    return f"{one.get('name')}: {details}."


def _days(days: Sequence[JSON], says: Mapping[str, str]) -> str:
    names = dict(zip(DAYS, says["days"].split(), strict=True))
    return "/".join(names[day] for day in days if isinstance(day, str) and day in names)


def _twelve_hours(time: str) -> str:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", time)
    if not match:
        return ""
    hour = int(match[1])
    return f"{hour % 12 or 12}:{match[2]} {'AM' if hour < 12 else 'PM'}"


def _named_facts(ask: Ask, asked: str) -> list[Entry]:
    """Facts whose subject the question names."""
    return [fact for fact in entries(ask.system, "Facts") if _overlap(asked, fact.title)][:1]


def _best_facts(ask: Ask, asked: str) -> list[Entry]:
    """The facts come best first: the one that is named, else the first."""
    return _named_facts(ask, asked) or list(entries(ask.system, "Facts")[:1])


def _overlap(asked: str, text: str) -> int:
    """Words in common, by their first letters ("register" and "registration")."""
    return len(_stems(asked) & _stems(text))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:4] for word in re.findall(r"[^\W\d_]{4,}", text.casefold()))


def _ignorance(ask: Ask, says: Mapping[str, str]) -> str:
    told = re.search(r"^When you do not know: (.+)$", ask.system, re.M)
    return told[1] if told else says["unknown"]


def _language(ask: Ask) -> str:
    told = re.search(r"^Language parameter: (\w+)", ask.system, re.M)
    return told[1] if told and told[1] in SAYS else "en"

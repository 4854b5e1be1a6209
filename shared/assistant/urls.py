"""Links in a text, with or without a scheme, written plainly or disguised; and which of them a business allows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import category, normalize
from urllib.parse import urlsplit

# Every repetition is bounded, so that no text takes long to read.
_REST = r"[^\s<>\"'\]\[()]*"
_SCHEMED = (
    rf"(?:[a-z][a-z0-9+.-]{{0,20}}://|(?:javascript|data|mailto|tel|sms|file):(?=\S)){_REST}(?:\([^\s()]*\){_REST})*"
)
_MAIL = r"(?P<mail>[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
_HOST = r"(?:(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}|\d{1,3}(?:\.\d{1,3}){3}(?!\d))"
_BARE = rf"{_HOST}(?::\d+)?(?:[/?#]{_REST})?"
_LINK = re.compile(f"{_SCHEMED}|{_MAIL}|{_BARE}", re.IGNORECASE)
_COMMON = "com net org info biz edu gov io co us me app dev site online shop store xyz top link live ai tv ru cn"

# "。" is a dot in a host as well: "evil。com" and "evil。中国" are links. Before other Chinese it ends a sentence.
_CHINESE_ENDINGS = (
    "中国 中國 公司 网络 網絡 网址 网站 在线 中文网 商店 商城 集团 公益 政务 移动 手机 餐厅 香港 台湾 台灣"
)
_HAN = r"[\u3400-\u9fff]"
_NO_ENDING = (
    rf"(?!(?:{'|'.join(_CHINESE_ENDINGS.split())})(?!{_HAN}))(?!(?i:{'|'.join(_COMMON.split())})(?![^\W\u3400-\u9fff]))"
)
FULL_STOP = rf"(?:。(?=\W|$|{_HAN})|(?<={_HAN})。(?=[A-Z0-9])){_NO_ENDING}"
_FULL_STOP = re.compile(FULL_STOP)
_SPELLED_DOT = re.compile(r"\s{0,3}[\[({]\s{0,3}(?:dot|punto|\.)\s{0,3}[\])}]\s{0,3}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}>*_'\"…"

# "…on Tuesday.We also…" lacks a space and is no host: its second half starts a sentence. Except after these.
_COMMON_ENDINGS = frozenset(_COMMON.split())


def unmasked(text: str) -> str:
    """The text as a reader sees it: compatibility forms folded, invisible characters gone, "(dot)" a dot."""
    visible = text if text.isascii() else "".join(c for c in normalize("NFKC", text) if not _invisible(c))
    return _SPELLED_DOT.sub(".", _FULL_STOP.sub(". ", visible).replace("。", "."))


def _invisible(character: str) -> bool:
    return not character.isascii() and category(character) == "Cf"


def found(text: str) -> tuple[str, ...]:
    """Everything in `text` that a phone could make tappable as a link (not e-mail addresses), as it stands there."""
    matches = (match.group().rstrip(_TRAILING) for match in _LINK.finditer(unmasked(text)) if not match["mail"])
    return tuple(link for link in matches if not _two_sentences(link))


def canonical(link: str) -> tuple[str, str, str, str, str]:
    """Scheme, host, path, query and fragment; scheme "" where none is written. Hosts are equal in any letter case."""
    has_scheme = "://" in link
    parts = urlsplit(link if has_scheme else f"//{link}")
    return (parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, parts.fragment)


def allowed(link: str, urls: Iterable[str]) -> bool:
    """Whether `link` is one of `urls`, whole; the scheme may be left out but not changed."""
    try:
        scheme, *rest = canonical(link)
        known = [canonical(url) for url in urls]
    except ValueError:  # a host that cannot be parsed is nobody's
        return False
    return any(rest == list(other) and scheme in ("", theirs) for theirs, *other in known)


def without(text: str, links: Iterable[str]) -> str:
    for link in links:
        text = text.replace(link, " ")
    return text


def _two_sentences(link: str) -> bool:
    if any(c in link for c in "/:?#@"):
        return False
    ending = link.rsplit(".", 1)[-1]
    return ending[:1].isupper() and not ending.isupper() and ending.lower() not in _COMMON_ENDINGS

"""Our check of Twilio's signature says what Twilio's own validator says, whatever is signed and however."""

from __future__ import annotations

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator

from shared.channels.errors import BadSignature
from shared.channels.twilio import Account, verify
from shared.hidden import Hidden

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FORMS = st.lists(st.tuples(WORDS.filter(bool), WORDS), max_size=6)
PATHS = st.sampled_from(["", "/", "/twilio-sms", "/twilio-sms/channel-1", "/twilio-sms;x"])
QUERIES = st.text("abc123=&%+/?.~", max_size=20).map(lambda query: f"?{query}" if query else "")
PLACES = st.sampled_from(
    [
        "https://f.example",
        "https://f.example:443",
        "http://127.0.0.1:8080",
        "http://f.example:80",
        "https://f.example:8443",
    ]
)
TOKENS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


class MultiDict:
    """What the validator takes for a form with repeated names."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __iter__(self):
        return iter([name for name, _ in self._pairs])

    def __len__(self) -> int:
        return len(self._pairs)

    def getlist(self, wanted: str) -> list[str]:
        return [value for name, value in self._pairs if name == wanted]


def accepted(url: str, pairs: list[tuple[str, str]], headers: dict[str, str], account: Account) -> bool:
    try:
        verify(url, urlencode(pairs).encode(), headers, account=account)
    except BadSignature:
        return False
    return True


def headers(signature: str, algorithm: str) -> dict[str, str]:
    if algorithm == HMAC_SHA1:
        return {"x-twilio-signature": signature}
    settings = f"key=k1,algorithm={algorithm}"
    return {"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": settings}


@given(PLACES, PATHS, QUERIES, FORMS, TOKENS, st.sampled_from([HMAC_SHA1, HMAC_SHA256]))
def test_whatever_twilios_library_signs_is_accepted(place, path, query, pairs, token, algorithm):
    url = f"{place}{path}{query}"
    account = Account("AC1", Hidden(token), {"k1": Hidden(token)})
    signature = RequestValidator(token).compute_signature(url, MultiDict(pairs), algorithm)
    assert accepted(url, pairs, headers(signature, algorithm), account)
    assert RequestValidator(token).validate(url, MultiDict(pairs), signature, algorithm)


@given(PLACES, PLACES, PATHS, QUERIES, FORMS, FORMS, TOKENS, TOKENS)
def test_ours_and_twilios_agree_on_every_request(place, other, path, query, pairs, others, token, another):
    """Signed for one place, form and token, checked at another."""
    signature = RequestValidator(token).compute_signature(f"{other}{path}{query}", MultiDict(others))
    url = f"{place}{path}{query}"
    theirs = RequestValidator(another).validate(url, MultiDict(pairs), signature)
    assert accepted(url, pairs, headers(signature, HMAC_SHA1), Account("AC1", Hidden(another))) == theirs

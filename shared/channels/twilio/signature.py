"""Whether a request comes from Twilio: an HMAC over the public URL and the form, keyed with a secret of the account.

    header X-Twilio-Signature                           base64 of HMAC-SHA1, keyed with the account's auth token
    and X-Twilio-Webhooks-Signature-Settings: key=…,algorithm=HMAC_SHA256      keyed with the shared key of that name

Signed is the URL as Twilio called it, its query untouched, and then each field's name and value, sorted
(twilio 9.13, `request_validator.py`, which a contract test holds this against). No time is signed: a request that
comes twice is recognised by the message that it is about.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.channels.errors import BadSignature
from shared.channels.twilio.account import Account
from shared.channels.twilio.form import Form, fields
from shared.hidden import Hidden

SIGNATURE_HEADER = "x-twilio-signature"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"

# For a channel that does not exist: checking costs the same as for one that does. `verify` refuses it whatever comes.
DUMMY = Account("", Hidden("this token opens nothing"))

_HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_FORMS = {"HMAC_SHA1": re.compile(r"[A-Za-z0-9+/]{27}="), "HMAC_SHA256": re.compile(r"[A-Za-z0-9+/]{43}=")}
_PORTS = {"https": "443", "http": "80"}

# Twilio calls once only, for a text or a report, unless the webhook's URL asks for more with this fragment
# (docs/providers.md, 2.1). Whether the fragment is signed with the URL is not documented, so either is taken.
OVERRIDES = "rc=5&rp=all"


@dataclass(frozen=True, slots=True)
class _Signed:
    """A signature as the headers give it; `key`: the shared key's name, None for the auth token."""

    signature: str
    key: str | None
    algorithm: str


def verify(url: str, raw: bytes, headers: Mapping[str, str], *, account: Account) -> None:
    """Return if the holder of one of `account`'s secrets posted the form `raw` to `url`; raise BadSignature if not.

    `url` is our public address of this request, with its raw query. `headers` has lower-case names. A secret that is
    empty or unknown means switched off, and refuses after the same work as a wrong signature.
    """
    signed = precheck(headers)
    secret = account.secret(signed.key)
    content = _content(_form(raw))
    key = (secret or DUMMY.auth_token).reveal().encode()
    expected = [_mac(key, address + content, signed.algorithm) for address in _addresses(url)]
    matches = [hmac.compare_digest(signed.signature, one) for one in expected]
    if not secret or account is DUMMY:
        raise BadSignature("disabled")
    if not any(matches):
        raise BadSignature("mismatch")


def precheck(headers: Mapping[str, str]) -> _Signed:
    """The signature and what made it; raises BadSignature for what no secret could make right.

    It costs nothing, so it comes before the secret is looked up.
    """
    signature = headers.get(SIGNATURE_HEADER)
    if not signature:
        raise BadSignature("missing")
    settings = _settings(headers.get(SETTINGS_HEADER, ""))
    algorithm = settings.get("algorithm", "HMAC_SHA1").upper()
    if algorithm not in _HASHES:
        raise BadSignature("algorithm")
    if not _FORMS[algorithm].fullmatch(signature):
        raise BadSignature("encoding")
    return _Signed(signature, settings.get("key"), algorithm)


def _settings(header: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.split(","))
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


def _form(raw: bytes) -> Form:
    """The signature is over the form's decoded fields, so it is taken apart before it is believed, but not read."""
    try:
        return fields(raw)
    except ValueError:
        raise BadSignature("form") from None


def _content(form: Form) -> str:
    return "".join(f"{name}{value}" for name in sorted(form) for value in sorted(set(form[name])))


def _mac(key: bytes, signed: str, algorithm: str) -> str:
    return b64encode(hmac.new(key, signed.encode(), _HASHES[algorithm]).digest()).decode()


def _addresses(url: str) -> list[str]:
    """The URL without and with its port, without and with our fragment: Twilio may sign any of them."""
    parts = urlsplit(url)
    host, _, port = parts.netloc.partition(":")
    port = port or _PORTS.get(parts.scheme, "80")
    places = [parts._replace(netloc=place) for place in (host, f"{host}:{port}")]
    return [place._replace(fragment=fragment).geturl() for place in places for fragment in ("", OVERRIDES)]

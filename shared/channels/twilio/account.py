"""A Twilio account: who we are there, and the secrets that its webhooks are signed with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.hidden import Hidden

NO_SECRET = Hidden("")


@dataclass(frozen=True, slots=True)
class Account:
    """`shared_keys`: the secrets of webhook keys by their names. One without an auth token opens and sends nothing."""

    sid: str
    auth_token: Hidden
    shared_keys: Mapping[str, Hidden] = field(default_factory=dict)

    def secret(self, key: str | None) -> Hidden:
        """What signs: the shared key of this name, without a name the auth token; empty where there is none."""
        return self.auth_token if key is None else self.shared_keys.get(key, NO_SECRET)

    @classmethod
    def parse(cls, plain: Hidden) -> Account:
        """The account in {"account_sid", "auth_token", "shared_keys": {name: secret}}; an empty one if it is not so."""
        try:
            data: object = json.loads(plain.reveal())
        except ValueError:
            data = None
        fields = data if isinstance(data, dict) else {}
        keys = fields.get("shared_keys")
        named = keys.items() if isinstance(keys, dict) else ()
        shared_keys = {name: Hidden(secret) for name, secret in named if isinstance(secret, str)}
        return cls(_text(fields.get("account_sid")), Hidden(_text(fields.get("auth_token"))), shared_keys)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""

"""How mint makes a token: a custom token, signed by the account `token-signer` alone, exchanged for an id token.

Only mint's own service account may call signBlob on `token-signer` (a custom role with that one permission), so nobody
else can become anybody. Facts: Firebase, "Create custom tokens"; IAM Credentials API, signBlob.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import cast

import httpx

from shared import http, identity
from shared.clock import Clock
from shared.config import config
from shared.hidden import Hidden
from shared.tenancy.errors import MintUnavailable
from shared.tenancy.minting import Grant
from shared.tenancy.principals import Principal

_AUDIENCE = "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"
_LIFE = 3600  # seconds; a custom token may not live longer
_TIMEOUT = 6.0


class Issuer:
    """Makes grants for machine principals."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def issue(self, principal: Principal) -> tuple[Grant, bool]:
        """The grant, and whether Identity Toolkit had never seen this uid (`isNewUser`).

        Machine users are made when a tenant is made, so a new one means that somebody minted for a tenant that does
        not exist: its token is for `forget` and nobody else.
        """
        answer = await self._exchange(await self._custom_token(principal))
        token = str(answer["idToken"])
        claims = identity.claims_of(token)
        grant = Grant(
            token=Hidden(token),
            issued_at=float(cast(float, claims["iat"])),
            expires_at=float(cast(float, claims["exp"])),
            tenant_id=principal.tenant_id,
        )
        return grant, answer.get("isNewUser") is True

    async def forget(self, token: Hidden) -> None:
        """Delete the account whose id token this is (Identity Toolkit, accounts:delete). Raises MintUnavailable."""
        await _post(_toolkit("delete"), {"idToken": token.reveal()}, {})

    async def _custom_token(self, principal: Principal) -> str:
        signer = config().service_account("token-signer")
        now = int(self._clock.now().timestamp())
        payload = {"iss": signer, "sub": signer, "aud": _AUDIENCE, "iat": now, "exp": now + _LIFE}
        payload |= {"uid": principal.uid, "claims": principal.claims}
        unsigned = f"{_segment({'alg': 'RS256', 'typ': 'JWT'})}.{_segment(payload)}"
        return f"{unsigned}.{await self._sign(signer, unsigned.encode())}"

    async def _sign(self, signer: str, payload: bytes) -> str:
        url = f"{config().endpoints.iam_credentials}/v1/projects/-/serviceAccounts/{signer}:signBlob"
        bearer = await identity.access_token()
        body = {"payload": base64.b64encode(payload).decode()}
        answer = await _post(url, body, {"authorization": f"Bearer {bearer}"})
        return _unpadded(base64.b64decode(str(answer["signedBlob"])))

    async def _exchange(self, custom_token: str) -> Mapping[str, object]:
        return await _post(_toolkit("signInWithCustomToken"), {"token": custom_token, "returnSecureToken": True}, {})


def _toolkit(method: str) -> str:
    return f"{config().endpoints.identity_toolkit}/v1/accounts:{method}?key={config().firebase_api_key}"


async def _post(url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> Mapping[str, object]:
    try:
        answer = await http.client().post(url, json=body, headers=dict(headers), timeout=_TIMEOUT)
        answer.raise_for_status()
        return cast("Mapping[str, object]", answer.json())
    except (httpx.HTTPError, ValueError) as error:
        raise MintUnavailable("a token cannot be signed at the moment; try again") from error


def _segment(part: Mapping[str, object]) -> str:
    return _unpadded(json.dumps(part, separators=(",", ":")).encode())


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

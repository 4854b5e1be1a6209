"""Who a person is: a Firebase id token that is verified here, and the account behind it, which is asked for.

    signature (RS256, securetoken's keys) → iss, aud, exp, iat, auth_time, sub → not a machine's → a role in a tenant
    → accounts:lookup: not disabled, not revoked since the sign-in

The tenant and the role come from the claims and from nowhere else. Whether the person still works there is said by the
member document, which whoever acts for them reads (`shared.boundary.members`). In the local cloud alone the Auth
emulator's tokens pass, which carry no signature.

Facts: firebase.google.com/docs/auth/admin/verify-id-tokens; Identity Toolkit, accounts:lookup (`validSince` in seconds,
as text; an id token of a disabled or deleted account is a 400).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from shared import log
from shared.clock import Clock, SystemClock
from shared.config import Config, config
from shared.errors import Forbidden, Unavailable
from shared.hidden import Hidden
from shared.one_request import Answer, NoAnswer, ask
from shared.signed_tokens import SKEW, CallerRefused, check_times, json_object, signed_claims, split, time_of
from shared.signing_keys import SigningKeys
from shared.tenancy.principals import TENANT_ID, Member

CERTS = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
ROLES = ("tenant_admin", "user")  # a tuple: a claim may be unhashable
TIMEOUT = 4.0  # seconds for the lookup

_UID = re.compile(r"[^/]{1,128}")
_REFUSALS = re.compile(r"(INVALID_ID_TOKEN|USER_NOT_FOUND|USER_DISABLED|TOKEN_EXPIRED)\b")

_Claims = Mapping[str, object]


class People:
    """Verifies the people of one project. `keys`: securetoken's."""

    def __init__(self, project: Config, keys: SigningKeys, clock: Clock) -> None:
        self._project = project
        self._keys = keys
        self._clock = clock

    async def member(self, token: Hidden) -> Member:
        """Whom `token` proves, signed in and neither disabled nor signed out since.

        Raises CallerRefused (401) for whatever is wrong with the token or its account, Forbidden for a person without
        a role in a tenant, Unavailable where it cannot be known now.
        """
        claims = await self._claims(token.reveal())
        signed_in_at = time_of(claims, "auth_time")
        if signed_in_at > self._clock.now().timestamp() + SKEW:
            raise CallerRefused("future")
        member = _member(_uid(claims, self._project.project), claims, token)
        _check_account(await self._looked_up(token), member.uid, signed_in_at)
        return member

    async def _claims(self, token: str) -> _Claims:
        if not self._project.unsigned_people:
            return await signed_claims(token, self._keys, self._clock)
        parts = split(token)
        if parts.header.get("alg") != "none" or parts.signature:
            raise CallerRefused("algorithm")
        claims = json_object(parts.payload)
        check_times(claims, self._clock.now().timestamp())
        return claims

    async def _looked_up(self, token: Hidden) -> Answer:
        toolkit, key = self._project.endpoints.identity_toolkit, self._project.firebase_api_key
        headers, body = {"content-type": "application/json"}, json.dumps({"idToken": token.reveal()}).encode()
        url = f"{toolkit}/v1/accounts:lookup?key={key}"
        try:
            return await ask("POST", url, headers=headers, body=body, seconds=TIMEOUT)
        except NoAnswer as error:
            raise _unknown(raised=str(error)) from error  # the name of an error


@cache
def people() -> People:
    return People(config(), SigningKeys(CERTS), SystemClock())


def _uid(claims: _Claims, project: str) -> str:
    """Of a token that this project's people get."""
    if claims.get("iss") != f"https://securetoken.google.com/{project}":
        raise CallerRefused("issuer")
    if claims.get("aud") != project:
        raise CallerRefused("audience")
    uid = claims.get("sub")
    if not isinstance(uid, str) or not _UID.fullmatch(uid):
        raise CallerRefused("subject")
    # Machines sign in with custom tokens, and so does an impersonation, which only reads: neither acts as a person.
    if _sign_in_provider(claims) in (None, "", "custom"):
        raise CallerRefused("provider")
    return uid


def _sign_in_provider(claims: _Claims) -> str | None:
    firebase = claims.get("firebase")
    provider = firebase.get("sign_in_provider") if isinstance(firebase, dict) else None
    return provider if isinstance(provider, str) else None


def _member(uid: str, claims: _Claims, token: Hidden) -> Member:
    role, tenant = claims.get("role"), claims.get("tenant_id")
    if role not in ROLES or not isinstance(tenant, str) or not TENANT_ID.fullmatch(tenant):
        raise Forbidden("this account works for no business here; ask its owner for an invitation", code="not_a_member")
    return Member(uid=uid, tenant_id=tenant, role=str(role), token=token)


def _check_account(answer: Answer, uid: str, signed_in_at: float) -> None:
    try:
        found = cast("_Claims", json.loads(answer.content))
        if answer.status == 400 and _REFUSALS.match(str(cast("_Claims", found["error"])["message"])):
            raise CallerRefused("account")
        account = cast("list[_Claims]", found["users"])[0] if answer.status == 200 else {}
        known, since = account["localId"], float(str(account.get("validSince", 0)))
    except (ValueError, KeyError, TypeError, IndexError):
        raise _unknown(status=answer.status) from None  # the cause would quote the account
    if known != uid or account.get("disabled", False) is not False:
        raise CallerRefused("account")
    if not since <= signed_in_at:
        raise CallerRefused("revoked")


def _unknown(**cause: str | int) -> Unavailable:
    log.warning("a sign-in could not be checked", count="lookup_failed", **cause)
    return Unavailable("your sign-in cannot be checked at the moment; try again")

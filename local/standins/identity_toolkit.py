"""A thin proxy in front of the Auth emulator that checks what the emulator does not.

The emulator accepts any custom token (expired ones, any key), so it proves nothing about our signing. Here
`accounts:signInWithCustomToken` demands what the real service demands: RS256 by the key of `token-signer`, issuer and
subject its e-mail, the audience below, at most an hour of life, not expired. Everything else passes unchanged: the
rest of Identity Toolkit, securetoken, the emulator's own paths. The Host header is kept, so that links which the
emulator writes lead back through the proxy.

With `token_ttl` (seconds) every id token that comes back is re-issued, unsigned as the emulator's own, to expire that
soon after its `iat`: a test sees expiry in seconds. Source of the demands:
firebase.google.com/docs/auth/admin/create-custom-tokens#create_custom_tokens_using_a_third-party_jwt_library
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import cast

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.base import JSON, Standin
from local.wire import loopback_client
from shared.clock import Clock, SystemClock

AUDIENCE = "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"
LONGEST_LIFE = 3600  # seconds
SKEW = 300  # seconds that a token's `iat` may lie in the future
TIMEOUT = 30.0  # seconds for the emulator
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
# They describe one connection, or a body that httpx has already unpacked.
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "te"})
ID_TOKENS = {"idToken": "expiresIn", "id_token": "expires_in"}

PublicKey = Callable[[], rsa.RSAPublicKey]


class IdentityToolkit(Standin):
    """`upstream` is the Auth emulator's base URL, `signer` the e-mail whose key (`signer_key`) signs custom tokens."""

    def __init__(
        self,
        upstream: str,
        signer: str,
        signer_key: PublicKey,
        *,
        token_ttl: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.token_ttl = token_ttl
        self._upstream = upstream.rstrip("/")
        self._signer = signer
        self._signer_key = signer_key
        self._clock = clock or SystemClock()
        self._client = loopback_client(TIMEOUT)
        routes = [
            Route("/identitytoolkit.googleapis.com/v1/accounts:signInWithCustomToken", self._sign_in, methods=["POST"]),
            Route("/{path:path}", self._forward, methods=METHODS),
        ]
        super().__init__("identity_toolkit", list(routes))

    async def close(self) -> None:
        await self._client.aclose()

    async def _sign_in(self, request: Request) -> Response:
        fault = self._fault_of(_token_in(await request.body()))
        return await self._forward(request) if fault is None else _refused(fault)

    def _fault_of(self, token: str | None) -> str | None:
        """What is wrong with a custom token, as the service's error code; None if nothing."""
        if not token:
            return "MISSING_CUSTOM_TOKEN"
        try:
            claims = jwt.decode(
                token,
                self._signer_key(),
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=self._signer,
                options={
                    "require": ["iss", "sub", "aud", "iat", "exp", "uid"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError:
            return "INVALID_CUSTOM_TOKEN"
        return None if self._fits(claims) else "INVALID_CUSTOM_TOKEN"

    def _fits(self, claims: dict[str, object]) -> bool:
        now = self._clock.now().timestamp()
        issued, until, uid = claims["iat"], claims["exp"], claims["uid"]
        return (
            claims["sub"] == self._signer
            and isinstance(issued, int)
            and isinstance(until, int)
            and issued <= now + SKEW
            and now < until <= issued + LONGEST_LIFE
            and isinstance(uid, str)
            and 0 < len(uid) <= 128
        )

    async def _forward(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        headers = [(k, v) for k, v in request.headers.items() if k not in HOP_BY_HOP and k != "accept-encoding"]
        raw_path = cast(bytes, request.scope["raw_path"]).decode("ascii")
        try:
            answer = await self._client.request(
                request.method, f"{self._upstream}{raw_path}{query}", headers=headers, content=await request.body()
            )
        except httpx.HTTPError:
            return JSONResponse({"error": {"code": 503, "message": "The Auth emulator does not answer."}}, 503)
        response = Response(self._reissued(answer.content), answer.status_code)
        kept = [(k.lower(), v) for k, v in answer.headers.multi_items() if k.lower() not in HOP_BY_HOP]
        response.raw_headers.extend((k.encode("latin-1"), v.encode("latin-1")) for k, v in kept)
        return response

    def _reissued(self, body: bytes) -> bytes:
        """The answer with a short-lived id token in it, if it has one and such are wanted; else the very same bytes."""
        if self.token_ttl is None:
            return body
        try:
            answer = json.loads(body)
        except ValueError:
            return body
        names = [name for name in ID_TOKENS if isinstance(answer, dict) and isinstance(answer.get(name), str)]
        for name in names:
            answer[name] = shortened(answer[name], self.token_ttl)
            answer[ID_TOKENS[name]] = str(self.token_ttl)
        return json.dumps(answer).encode() if names else body


def shortened(token: str, seconds: int) -> str:
    """The unsigned JWT with `exp` = `iat` + seconds, still unsigned."""
    header, payload, _signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["exp"] = claims["iat"] + seconds
    again = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{header}.{again}."


def _token_in(body: bytes) -> str | None:
    try:
        token = json.loads(body)["token"]
    except (ValueError, KeyError, TypeError):
        return None
    return token if isinstance(token, str) else None


def _refused(message: str) -> Response:
    """Google's error shape; readable to a browser, which signs in with custom tokens when a person impersonates."""
    errors: list[JSON] = [{"message": message, "domain": "global", "reason": "invalid"}]
    body: JSON = {"error": {"code": 400, "message": message, "errors": errors}}
    return JSONResponse(body, 400, headers={"Access-Control-Allow-Origin": "*"})

"""Google's identities on one machine: the metadata server, IAM Credentials' signBlob, and the OIDC certificates.

    GET  /computeMetadata/v1/instance/service-accounts/{default|e-mail}/token | /identity?audience= | /email
    GET  /computeMetadata/v1/project/project-id
    POST /v1/projects/-/serviceAccounts/{e-mail}:signBlob     {"payload": base64}, Bearer access token
    GET  /oauth2/v3/certs                                     JWK set of Google's own key (OIDC tokens)
    GET  /service_accounts/v1/jwk/{e-mail}                    JWK set of one account's key (signBlob)

Google's key and each account's key differ, as in production: whoever may sign as `token-signer` can still not forge
an OIDC token. Shapes: cloud.google.com/compute/docs/metadata and cloud.google.com/iam/docs/reference/credentials/rest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.algorithms import RSAAlgorithm
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.standins.base import JSON, Standin
from shared.clock import Clock, SystemClock

ISSUER = "https://accounts.google.com"
TOKEN_LIFETIME = timedelta(seconds=3599)
FLAVOR = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
METADATA = "/computeMetadata/v1"


class Key:
    """An RSA key with its id, its JWK and its two ways of signing (RS256)."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.id = secrets.token_hex(20)

    @property
    def public(self) -> rsa.RSAPublicKey:
        return self.private.public_key()

    def jwk_set(self) -> JSON:
        numbers: dict[str, JSON] = {**RSAAlgorithm.to_jwk(self.public, as_dict=True)}
        numbers.pop("key_ops", None)
        return {"keys": [{**numbers, "kid": self.id, "alg": "RS256", "use": "sig"}]}

    def blob(self, payload: bytes) -> bytes:
        return self.private.sign(payload, padding.PKCS1v15(), hashes.SHA256())

    def token(self, claims: dict[str, object]) -> str:
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.id})


class Signing(Standin):
    """Accounts are `{name}@{project}.iam.gserviceaccount.com`; `signers` says who may sign as whom.

    `default` is the account behind the metadata server's alias: one without any right, so that code which forgets to
    say who it is gets nowhere. A process of its own that runs as one account has `GCE_METADATA_HOST=host:port/as/name`.
    """

    def __init__(self, project: str, *, clock: Clock | None = None, default: str = "nobody") -> None:
        self.project = project
        self.default = self.email(default)
        self.signers: Mapping[str, frozenset[str]] = {self.email("token-signer"): frozenset({self.email("mint")})}
        self._clock = clock or SystemClock()
        self._google = Key()
        self._keys: dict[str, Key] = {}
        self._granted: dict[str, tuple[str, datetime]] = {}
        account = f"{METADATA}/instance/service-accounts/{{account}}"
        routes = [
            Route("/", self._root),
            Route(f"{METADATA}/project/project-id", self._project),
            Route(f"{account}/token", self._token),
            Route(f"{account}/identity", self._identity),
            Route(f"/as/{{alias}}{account}/token", self._token),
            Route(f"/as/{{alias}}{account}/identity", self._identity),
            Route(f"{account}/email", self._email),
            Route(f"{account}/", self._about),
            Route("/v1/projects/-/serviceAccounts/{account}:signBlob", self._sign_blob, methods=["POST"]),
            Route("/oauth2/v3/certs", self._certs),
            Route("/service_accounts/v1/jwk/{account}", self._account_certs),
        ]
        super().__init__("signing", list(routes))

    def email(self, name: str) -> str:
        return f"{name}@{self.project}.iam.gserviceaccount.com"

    def key_of(self, email: str) -> Key:
        """The account's own key, made at its first use."""
        if email not in self._keys:
            self._keys[email] = Key()
        return self._keys[email]

    def id_token(self, email: str, audience: str, *, lifetime: int = 3600, now: datetime | None = None) -> str:
        """An OIDC token of Google's for a service account, valid `lifetime` seconds from `now`."""
        issued = int((now or self._clock.now()).timestamp())
        number = _number(email)
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": audience,
            "azp": number,
            "sub": number,
            "email": email,
            "email_verified": True,
            "iat": issued,
            "exp": issued + lifetime,
        }
        return self._google.token(claims)

    def access_token(self, email: str) -> str:
        """A new opaque access token of the account, valid for `TOKEN_LIFETIME`."""
        token = f"ya29.local-{secrets.token_urlsafe(24)}"
        self._granted[token] = (email, self._clock.now() + TOKEN_LIFETIME)
        return token

    def account_of(self, token: str) -> str | None:
        """Whose access token this is; None if nobody's, or expired."""
        email, until = self._granted.get(token, (None, self._clock.now()))
        return email if until > self._clock.now() else None

    async def _root(self, _request: Request) -> Response:
        return PlainTextResponse("computeMetadata/\n", headers=FLAVOR)

    async def _project(self, request: Request) -> Response:
        return _demands_flavor(request) or PlainTextResponse(self.project, headers=FLAVOR)

    async def _token(self, request: Request) -> Response:
        email = self._account(request)
        if isinstance(email, Response):
            return email
        seconds = int(TOKEN_LIFETIME.total_seconds())
        token = {"access_token": self.access_token(email), "expires_in": seconds, "token_type": "Bearer"}
        return JSONResponse(token, headers=FLAVOR)

    async def _identity(self, request: Request) -> Response:
        email = self._account(request)
        if isinstance(email, Response):
            return email
        audience = request.query_params.get("audience")
        if not audience:
            return PlainTextResponse("non-empty audience parameter required\n", status_code=400, headers=FLAVOR)
        return PlainTextResponse(self.id_token(email, audience), headers=FLAVOR)

    async def _email(self, request: Request) -> Response:
        email = self._account(request)
        return email if isinstance(email, Response) else PlainTextResponse(email, headers=FLAVOR)

    async def _about(self, request: Request) -> Response:
        email = self._account(request)
        if isinstance(email, Response):
            return email
        return JSONResponse({"aliases": ["default"], "email": email, "scopes": [SCOPE]}, headers=FLAVOR)

    def _account(self, request: Request) -> str | Response:
        """The e-mail that the path names, or the refusal."""
        if refusal := _demands_flavor(request):
            return refusal
        name = str(request.path_params["account"])
        alias = request.path_params.get("alias")
        default = self.email(str(alias)) if alias else self.default
        email = default if name == "default" else name
        if not email.endswith(self.email("")):
            return PlainTextResponse("Not Found\n", status_code=404, headers=FLAVOR)
        return email

    async def _sign_blob(self, request: Request) -> Response:
        signer = str(request.path_params["account"])
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        caller = self.account_of(token) if scheme == "Bearer" else None
        if caller is None:
            return _error(401, "UNAUTHENTICATED", UNAUTHENTICATED)
        if caller not in self.signers.get(signer, frozenset()):
            return _error(403, "PERMISSION_DENIED", DENIED, DENIED_DETAILS)
        payload = _payload(await request.body())
        if payload is None:
            return _error(400, "INVALID_ARGUMENT", "Invalid value at 'payload' (TYPE_BYTES), Base64 decoding failed")
        key = self.key_of(signer)
        return JSONResponse({"keyId": key.id, "signedBlob": base64.b64encode(key.blob(payload)).decode()})

    async def _certs(self, _request: Request) -> Response:
        return JSONResponse(self._google.jwk_set(), headers={"Cache-Control": "public, max-age=21600"})

    async def _account_certs(self, request: Request) -> Response:
        keys = self.key_of(str(request.path_params["account"])).jwk_set()
        return JSONResponse(keys, headers={"Cache-Control": "public, max-age=21600"})


UNAUTHENTICATED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
DENIED = "Permission 'iam.serviceAccounts.signBlob' denied on resource (or it may not exist)."
DENIED_DETAILS: list[JSON] = [
    {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "IAM_PERMISSION_DENIED",
        "domain": "iam.googleapis.com",
        "metadata": {"permission": "iam.serviceAccounts.signBlob"},
    }
]


def _demands_flavor(request: Request) -> Response | None:
    """The refusal of a call without the header that a forged browser request cannot set, or through a proxy."""
    if request.headers.get("metadata-flavor") != "Google" or "x-forwarded-for" in request.headers:
        return PlainTextResponse("Missing required header: Metadata-Flavor: Google\n", status_code=403, headers=FLAVOR)
    return None


def _payload(body: bytes) -> bytes | None:
    """The bytes to sign out of `{"payload": base64}`; None if it is not that."""
    try:
        return base64.b64decode(json.loads(body)["payload"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None


def _error(code: int, status: str, message: str, details: list[JSON] | None = None) -> Response:
    error: dict[str, JSON] = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = details
    return JSONResponse({"error": error}, status_code=code)


def _number(email: str) -> str:
    """The account's numeric id, the same at every start: 21 digits, as Google's."""
    return str(10**20 + int(hashlib.sha256(email.encode()).hexdigest()[:16], 16))

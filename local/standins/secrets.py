"""Secret Manager: gRPC `google.cloud.secretmanager.v1.SecretManagerService` and the REST calls that read and add.

    CreateSecret, AddSecretVersion, AccessSecretVersion, DisableSecretVersion, EnableSecretVersion, DestroySecretVersion
    GET  /v1/projects/{p}/secrets/{s}/versions/{v}:access      POST /v1/projects/{p}/secrets/{s}:addVersion

Versions count from 1; `latest` is the newest one, which must be enabled (the service does not fall back to an older
one). `__calls` never shows a payload. Errors as in PROVIDERS §7: NOT_FOUND, FAILED_PRECONDITION for
a version that is disabled or destroyed, ALREADY_EXISTS.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field

import grpc
from google.cloud.secretmanager_v1.types import (
    AccessSecretVersionRequest,
    AccessSecretVersionResponse,
    AddSecretVersionRequest,
    CreateSecretRequest,
    DestroySecretVersionRequest,
    DisableSecretVersionRequest,
    EnableSecretVersionRequest,
    Secret,
    SecretPayload,
    SecretVersion,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.base import JSON
from local.standins.rpc import GrpcStandin, Method, Refused

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
SECRET_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
LARGEST = 65_536  # bytes of a payload
State = SecretVersion.State
Change = DisableSecretVersionRequest | EnableSecretVersionRequest | DestroySecretVersionRequest


@dataclass
class Version:
    data: bytes = field(repr=False)
    state: int = State.ENABLED


class Secrets(GrpcStandin):
    """`put` fills it in-process."""

    def __init__(self) -> None:
        routes = [
            Route("/v1/projects/{project}/secrets/{secret}/versions/{version}:access", self._rest_access),
            Route("/v1/projects/{project}/secrets/{secret}:addVersion", self._rest_add, methods=["POST"]),
        ]
        super().__init__("secrets", SERVICE, list(routes))
        self._secrets: dict[str, list[Version]] = {}
        answer, version = AccessSecretVersionResponse.serialize, SecretVersion.serialize
        self.offer(Method("CreateSecret", CreateSecretRequest.deserialize, Secret.serialize, self._create, _parent))
        self.offer(Method("AddSecretVersion", AddSecretVersionRequest.deserialize, version, self._add, _parent))
        self.offer(Method("AccessSecretVersion", AccessSecretVersionRequest.deserialize, answer, self._access, _name))
        self.offer(
            Method("DisableSecretVersion", DisableSecretVersionRequest.deserialize, version, self._change, _name)
        )
        self.offer(Method("EnableSecretVersion", EnableSecretVersionRequest.deserialize, version, self._change, _name))
        self.offer(
            Method("DestroySecretVersion", DestroySecretVersionRequest.deserialize, version, self._change, _name)
        )

    def put(self, project: str, secret: str, data: bytes) -> str:
        """Adds a version, creating the secret if need be; its full name."""
        versions = self._secrets.setdefault(f"projects/{project}/secrets/{secret}", [])
        versions.append(Version(data))
        return f"projects/{project}/secrets/{secret}/versions/{len(versions)}"

    async def _create(self, request: CreateSecretRequest) -> Secret:
        name = f"{request.parent}/secrets/{request.secret_id}"
        if not SECRET_ID.fullmatch(request.secret_id):
            raise Refused(
                grpc.StatusCode.INVALID_ARGUMENT, "The provided Secret ID does not match the expected format."
            )
        if name in self._secrets:
            raise Refused(grpc.StatusCode.ALREADY_EXISTS, f"Secret [{name}] already exists.")
        self._secrets[name] = []
        return Secret(name=name)

    async def _add(self, request: AddSecretVersionRequest) -> SecretVersion:
        return self._added(request.parent, request.payload.data)

    def _added(self, secret: str, data: bytes) -> SecretVersion:
        if secret not in self._secrets:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret [{secret}] not found.")
        if len(data) > LARGEST:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, f"The payload is larger than {LARGEST} bytes.")
        versions = self._secrets[secret]
        versions.append(Version(data))
        return SecretVersion(name=f"{secret}/versions/{len(versions)}", state=State.ENABLED)

    async def _access(self, request: AccessSecretVersionRequest) -> AccessSecretVersionResponse:
        name, data = self._read(request.name)
        return AccessSecretVersionResponse(name=name, payload=SecretPayload(data=data, data_crc32c=crc32c(data)))

    def _read(self, name: str) -> tuple[str, bytes]:
        """The version's full name and bytes, or the refusal."""
        full, version = self._find(name)
        if version.state != State.ENABLED:
            raise Refused(
                grpc.StatusCode.FAILED_PRECONDITION, f"Secret Version [{full}] is in {State(version.state).name} state."
            )
        return full, version.data

    def _find(self, name: str) -> tuple[str, Version]:
        secret, _, which = name.partition("/versions/")
        versions = self._secrets.get(secret, [])
        number = len(versions) if which == "latest" else int(which) if which.isdecimal() else 0
        if not 1 <= number <= len(versions):
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret Version [{name}] not found.")
        return f"{secret}/versions/{number}", versions[number - 1]

    async def _change(self, request: Change) -> SecretVersion:
        full, version = self._find(request.name)
        if version.state == State.DESTROYED:
            raise Refused(grpc.StatusCode.FAILED_PRECONDITION, f"Secret Version [{full}] is in DESTROYED state.")
        version.state = _NEW_STATE[type(request)]
        if version.state == State.DESTROYED:
            version.data = b""
        return SecretVersion(name=full, state=version.state)

    async def _rest_access(self, request: Request) -> Response:
        try:
            name, data = self._read(request.url.path.removeprefix("/v1/").removesuffix(":access"))
        except Refused as refused:
            return _error(refused)
        payload = {"data": base64.b64encode(data).decode(), "dataCrc32c": str(crc32c(data))}
        return JSONResponse({"name": name, "payload": payload})

    async def _rest_add(self, request: Request) -> Response:
        secret = request.url.path.removeprefix("/v1/").removesuffix(":addVersion")
        try:
            version = self._added(secret, _payload(await request.body()))
        except Refused as refused:
            return _error(refused)
        return JSONResponse({"name": version.name, "state": "ENABLED"})


_NEW_STATE = {
    DisableSecretVersionRequest: State.DISABLED,
    EnableSecretVersionRequest: State.ENABLED,
    DestroySecretVersionRequest: State.DESTROYED,
}
_HTTP = {
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
}


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli, RFC 3720 appendix B.4), with which a client checks what it received."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def _payload(body: bytes) -> bytes:
    try:
        return base64.b64decode(json.loads(body)["payload"]["data"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "Invalid value at 'payload.data' (TYPE_BYTES)") from error


def _error(refused: Refused) -> Response:
    code = _HTTP[refused.code]
    body: JSON = {"error": {"code": code, "message": refused.message, "status": refused.code.name}}
    return JSONResponse(body, code)


def _name(request: AccessSecretVersionRequest | Change) -> JSON:
    return {"name": request.name}


def _parent(request: CreateSecretRequest | AddSecretVersionRequest) -> JSON:
    return {"parent": request.parent}

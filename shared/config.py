"""The configuration: read once from the environment, checked, and then only types.

Nothing else in `functions/` or `shared/` looks at the environment. In the cloud (`K_SERVICE` is set) an emulator's
address, an endpoint of the local cloud or a placeholder secret aborts the start: each of them would silently replace a
guarantee (rules, signatures, encryption) by something that only looks like it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from shared.hidden import Hidden

PLACEHOLDERS = ("", "change-me", "changeme", "placeholder", "secret", "todo", "xxx")

SECRETS = (
    "FIELD_ENCRYPTION_KEY",
    "MEDIA_LINK_KEY",
    "CHAT_SESSION_KEY",
    "ADDRESS_HASH_KEY",
    "GEMINI_API_KEY",
    "TELNYX_API_KEY",
    "TWILIO_AUTH_TOKEN",
)

# May be empty: the platform has no account there, and every tenant its own.
OPTIONAL = ("TELNYX_API_KEY", "TWILIO_AUTH_TOKEN")

# Each is set by the local cloud alone.
LOCAL_ONLY = (
    "FIRESTORE_EMULATOR_HOST",
    "FIREBASE_AUTH_EMULATOR_HOST",
    "CLOUD_TASKS_EMULATOR_HOST",
    "GCE_METADATA_HOST",
    "OIDC_CERTS_URL",
    "IAM_CREDENTIALS_URL",
    "GOOGLE_GEMINI_BASE_URL",
    "TELNYX_BASE_URL",
    "TWILIO_BASE_URL",
    "JACKRABBIT_BASE_URL",
    "STORAGE_EMULATOR_HOST",
    "FETCH_ALLOWED_HOSTS",
    "PIPELINE_TIME_DIVISOR",
)


class ConfigurationError(Exception):
    """The process must not start: what is wrong, and where to mend it."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the outside is. The defaults are the real services; only the local cloud sets others."""

    firestore: str | None  # "host:port" of the emulator (or its gate), None for the real one
    auth_emulator: str | None  # "host:port"; its id tokens carry no signature
    identity_toolkit: str  # base URL, without a trailing slash, as all of these
    tasks: str | None  # "host:port" of a plaintext gRPC stand-in, None for the real one
    metadata: str
    iam_credentials: str
    certs: str  # JWK set that signs Google's OIDC tokens
    gemini: str | None
    telnyx: str
    twilio: str
    jackrabbit: str
    storage: str | None  # base URL of Cloud Storage's stand-in, None for the real one
    fetched: frozenset[str]  # "host:port" whose files may be fetched over plain HTTP, wherever that is


@dataclass(frozen=True, slots=True)
class Config:
    project: str
    region: str
    service: str | None  # the function's name in the cloud (K_SERVICE), None elsewhere
    functions_url: str  # public base of all functions: a function is `<functions_url>/<name>[/<channel>]`
    field_keys: Hidden  # FIELD_ENCRYPTION_KEY: "id:base64url[,id:base64url…]", the first one encrypts
    link_keys: Hidden  # MEDIA_LINK_KEY: of the same form, the first one signs
    session_keys: Hidden  # CHAT_SESSION_KEY: of the same form, the first one signs
    address_key: Hidden  # ADDRESS_HASH_KEY: base64url of 32 random bytes; never rotates
    telnyx_public_key: str  # platform-wide account's webhook key, base64 of 32 bytes; "" disables the platform-wide URL
    telnyx_api_key: Hidden  # platform-wide account's API key; "": it sends nothing, every tenant has its own
    twilio_account_sid: str  # platform-wide account; not a secret
    twilio_auth_token: Hidden  # sends through it and signs its webhooks; "": neither
    firebase_api_key: str  # identifies the project at Identity Toolkit; not a secret
    gemini_api_key: Hidden
    admin_origin: str  # where the interface is served, "https://host"; "" where no browser may call
    widget_origin: str  # where the widget's frame is served, "https://host"; "" where there is no web chat
    media_bucket: str  # customers' and the business's pictures, `tenants/{t}/{media id}`
    endpoints: Endpoints

    @property
    def local(self) -> bool:
        return self.service is None

    @property
    def unsigned_people(self) -> bool:
        """Whether id tokens of people may be the Auth emulator's, which anybody can make."""
        return self.local and self.endpoints.auth_emulator is not None

    def service_account(self, name: str) -> str:
        """The e-mail of one of our service accounts (`edge`, `worker`, `mint`, …)."""
        return f"{name}@{self.project}.iam.gserviceaccount.com"


def read(env: Mapping[str, str]) -> Config:
    """The configuration in `env`.

    Raises ConfigurationError for a missing project, a malformed address, and in the cloud for anything local.
    """
    service = env.get("K_SERVICE") or None
    if service is not None:
        _refuse_local_settings(env)
    project = env.get("GOOGLE_CLOUD_PROJECT", "")
    if not project:
        raise ConfigurationError("GOOGLE_CLOUD_PROJECT is not set: name the Google Cloud project (see .env.example).")
    region = env.get("FUNCTION_REGION", "us-central1")
    return Config(
        project=project,
        region=region,
        service=service,
        functions_url=env.get("FUNCTIONS_URL", f"https://{region}-{project}.cloudfunctions.net").rstrip("/"),
        field_keys=Hidden(env.get("FIELD_ENCRYPTION_KEY", "")),
        link_keys=Hidden(env.get("MEDIA_LINK_KEY", "")),
        session_keys=Hidden(env.get("CHAT_SESSION_KEY", "")),
        address_key=Hidden(env.get("ADDRESS_HASH_KEY", "")),
        telnyx_public_key=env.get("TELNYX_PUBLIC_KEY", ""),
        telnyx_api_key=Hidden(env.get("TELNYX_API_KEY", "")),
        twilio_account_sid=env.get("TWILIO_ACCOUNT_SID", ""),
        twilio_auth_token=Hidden(env.get("TWILIO_AUTH_TOKEN", "")),
        firebase_api_key=env.get("FIREBASE_API_KEY", ""),
        gemini_api_key=Hidden(env.get("GEMINI_API_KEY", "")),
        admin_origin=env.get("ADMIN_ORIGIN", "").rstrip("/"),
        widget_origin=env.get("WIDGET_ORIGIN", "").rstrip("/"),
        media_bucket=env.get("MEDIA_BUCKET", f"{project}-media"),
        endpoints=_endpoints(env),
    )


@cache
def config() -> Config:
    """This process's configuration, read at the first call."""
    return read(os.environ)


@cache
def time_divisor() -> int:
    """By how much the pipeline's waiting times are shorter than they should be: 1, or what a local run asks for.

    Read where those times are constants of a module, which is before anything is configured. Raises ConfigurationError.
    """
    return read_divisor(os.environ)


def read_divisor(env: Mapping[str, str]) -> int:
    given = env.get("PIPELINE_TIME_DIVISOR", "1")
    if given != "1" and env.get("K_SERVICE"):
        _refuse_local_settings(env)
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 60:
        raise ConfigurationError("PIPELINE_TIME_DIVISOR is a whole number from 1 to 60.")
    return int(given)


def _endpoints(env: Mapping[str, str]) -> Endpoints:
    auth = env.get("FIREBASE_AUTH_EMULATOR_HOST")
    toolkit = "identitytoolkit.googleapis.com"
    return Endpoints(
        firestore=env.get("FIRESTORE_EMULATOR_HOST"),
        auth_emulator=auth,
        identity_toolkit=f"http://{auth}/{toolkit}" if auth else f"https://{toolkit}",
        tasks=env.get("CLOUD_TASKS_EMULATOR_HOST"),
        metadata=f"http://{env.get('GCE_METADATA_HOST', 'metadata.google.internal')}",
        iam_credentials=env.get("IAM_CREDENTIALS_URL", "https://iamcredentials.googleapis.com").rstrip("/"),
        certs=env.get("OIDC_CERTS_URL", "https://www.googleapis.com/oauth2/v3/certs"),
        gemini=env.get("GOOGLE_GEMINI_BASE_URL"),
        telnyx=env.get("TELNYX_BASE_URL", "https://api.telnyx.com/v2").rstrip("/"),
        twilio=env.get("TWILIO_BASE_URL", "https://api.twilio.com").rstrip("/"),
        jackrabbit=env.get("JACKRABBIT_BASE_URL", "https://app.jackrabbitclass.com").rstrip("/"),
        storage=env.get("STORAGE_EMULATOR_HOST"),
        fetched=frozenset(env.get("FETCH_ALLOWED_HOSTS", "").lower().split(",")) - {""},
    )


def _refuse_local_settings(env: Mapping[str, str]) -> None:
    for name in LOCAL_ONLY:
        if name in env:
            raise ConfigurationError(f"{name} belongs to the local cloud and must not be set in a deployed function.")
    for name in SECRETS:
        left_out = name in OPTIONAL and env.get(name) == ""
        if name in env and not left_out and env[name].strip().lower() in PLACEHOLDERS:
            raise ConfigurationError(f"{name} is a placeholder: set the secret's value in Secret Manager.")

"""How outgoing connections verify whom they reach: one context per process, made at the first https call."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

SYSTEM_CERTIFICATES = Path("/etc/ssl/certs")  # hashed by OpenSSL's c_rehash, as Debian and Ubuntu have it


@cache
def context() -> ssl.SSLContext:
    """Verifies with the system's certificates, each looked up by its hash when a server needs it.

    Loading a whole bundle takes 0.1 to 0.2 s, which every cold start would pay. Where the system has no such folder,
    the bundle it is.
    """
    if not any(SYSTEM_CERTIFICATES.glob("*.0")):
        return ssl.create_default_context()
    lean = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks host names and demands a certificate
    lean.minimum_version = ssl.TLSVersion.TLSv1_2
    lean.load_verify_locations(capath=str(SYSTEM_CERTIFICATES))
    return lean

"""Where everything listens: fixed ports for people, free ones for tests."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields

from local.wire import PortTaken, listen


@dataclass(frozen=True)
class Ports:
    """`firestore` and `auth_emulator` are the emulators themselves; functions go through `gate` and `auth`."""

    functions: int = 8080
    firestore: int = 8085
    gate: int = 8086
    auth: int = 9099
    auth_emulator: int = 9098
    phone: int = 5001
    widget: int = 5002
    site: int = 5003
    telnyx: int = 8101
    twilio: int = 8102
    gemini: int = 8103
    jackrabbit: int = 8104
    tasks: int = 8105
    secrets: int = 8106
    scheduler: int = 8107
    signing: int = 8108
    storage: int = 8109

    @classmethod
    def free(cls) -> Ports:
        """Ports that nobody listens on now, all different, and none that the system would give to somebody else.

        The system hands out ports from 32768 upwards (ip_local_port_range) to whoever asks for any: one chosen there
        could be gone before it is used.
        """
        wanted = len(fields(cls))
        chosen: list[int] = []
        while len(chosen) < wanted:
            port = random.randrange(15_000, 32_000)  # noqa: S311  # no secret
            if port not in chosen and _is_free(port):
                chosen.append(port)
        return cls(*chosen)


def _is_free(port: int) -> bool:
    try:
        listen(port).close()
    except PortTaken:
        return False
    return True

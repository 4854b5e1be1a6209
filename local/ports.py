"""Where everything listens: fixed ports for people, free ones for tests."""

from __future__ import annotations

from dataclasses import dataclass, fields

from local.emulators.children import free_port


@dataclass(frozen=True)
class Ports:
    """`firestore` and `auth_emulator` are the emulators themselves; functions go through `gate` and `auth`."""

    functions: int = 8080
    firestore: int = 8085
    gate: int = 8086
    auth: int = 9099
    auth_emulator: int = 9098
    phone: int = 5001
    telnyx: int = 8101
    gemini: int = 8103
    jackrabbit: int = 8104
    tasks: int = 8105
    secrets: int = 8106
    scheduler: int = 8107
    signing: int = 8108

    @classmethod
    def free(cls) -> Ports:
        """Ports that nobody listens on now, all different."""
        chosen: set[int] = set()
        while len(chosen) < len(fields(cls)):
            chosen.add(free_port())
        return cls(*chosen)

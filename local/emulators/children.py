"""Child processes that end with us: on Ctrl-C, on an error, and even when we are killed.

A child gets a session of its own, so that Ctrl-C in the terminal reaches only us and the child is still there while
others finish. In exchange the kernel kills it when we die (Linux: PR_SET_PDEATHSIG); where there is no such thing the
child watches its standard input, which we hold open.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PATIENCE = 5.0  # seconds between asking a child to end and killing it

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class EmulatorMissing(Exception):
    """An emulator cannot be started on this machine: what is missing, and how to get it."""


def free_port() -> int:
    """A port nobody listens on now. Another process may take it before it is used: only for what cannot bind to 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Child:
    """A running child process and what it printed (to `log`, where given)."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        self._output: IO[bytes] = _output(log)
        self._process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=dict(env) if env is not None else None,
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def printed(self) -> str:
        """The last 4,000 bytes of its output."""
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), 4000, max(0, size - 4000)).decode("utf-8", "replace")

    async def stop(self) -> None:
        """Asks it to end, waits, kills. Stopping twice is fine."""
        self._signal(signal.SIGTERM)
        if not await self._gone_within(PATIENCE):
            self._signal(signal.SIGKILL)
            await self._gone_within(PATIENCE)
        self._output.close()
        if self._process.stdin:
            self._process.stdin.close()

    def _signal(self, number: signal.Signals) -> None:
        if not self.ended:
            os.killpg(self._process.pid, number)

    async def _gone_within(self, seconds: float) -> bool:
        for _ in range(int(seconds / 0.02)):
            if self.ended:
                return True
            await asyncio.sleep(0.02)
        return self.ended


@dataclass(frozen=True)
class Running:
    """An emulator that answers at `host` ("127.0.0.1:8085"); without a child it is not ours, and stays."""

    host: str
    child: Child | None = None

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child else None

    async def stop(self) -> None:
        """Ends it, if we started it."""
        if self.child:
            await self.child.stop()


def _output(log: Path | None) -> IO[bytes]:
    """Where a child prints to: `log`, for people to follow, or a file without a name."""
    if log is None:
        return tempfile.TemporaryFile()
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open("w+b")


def _die_with_parent() -> None:
    """In the child, between fork and exec. The signal is bound to the thread that forks: start children from the main
    thread, which lives as long as the process."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

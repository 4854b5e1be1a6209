"""Enqueueing work at Cloud Tasks: a named HTTP task that calls one of our functions with an OIDC token.

The library's own client costs a function its cold-start budget (+ 0.25 s), so this is one raw gRPC stub with the
library's message classes, which are loaded without its clients and at the first task only. No retries by any library:
a named task is safe to create twice, so an ambiguous answer is asked once more under the same name.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, cast

from shared import identity, ids
from shared.config import Config, config
from shared.errors import Problem, Unavailable

if TYPE_CHECKING:
    import grpc.aio
    from google.cloud.tasks_v2.types import CreateTaskRequest
    from google.cloud.tasks_v2.types import Task as TaskMessage

SERVICE = "cloudtasks.googleapis.com:443"
CREATE = "/google.cloud.tasks.v2.CloudTasks/CreateTask"
PACKAGE = "google.cloud.tasks_v2"
TIMEOUT = 10.0  # seconds for the first try
AGAIN = 3.0  # seconds for the second one, which also waits for a lost connection to come back
INVOKER = "tasks-invoker"
# Asked again under the same name: the first call may or may not have created the task.
AMBIGUOUS = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED"})
# Not our fault, and gone later.
TRANSIENT = AMBIGUOUS | {"RESOURCE_EXHAUSTED", "INTERNAL", "ABORTED", "CANCELLED", "UNKNOWN", "UNAUTHENTICATED"}

AccessToken = Callable[[], Awaitable[str]]
OpenChannel = Callable[[str | None], "grpc.aio.Channel"]  # from the plaintext address, None for the real service


@dataclass(frozen=True, slots=True)
class Task:
    """One call of `function` with `body`, not before `at`, in which it has `deadline` to answer (15 s to 30 min)."""

    queue: str
    function: str
    name: str  # [A-Za-z0-9_-]{1,500}, from `task_name`
    body: Mapping[str, str]
    at: datetime | None = None
    deadline: timedelta = timedelta(seconds=180)


class TaskQueue(Protocol):
    async def enqueue(self, task: Task) -> bool:
        """True: created. False: a task of this name exists or existed lately; on a first enqueue that is success too.

        Raises Unavailable if it is not known to exist.
        """
        ...


def task_name(rest: str) -> str:
    """`rest` behind 8 hex characters of its hash: names that begin alike would slow the queue down."""
    return f"{ids.short(rest)}-{rest}"


class CloudTasks:
    """The real service, or the plaintext one at `endpoints.tasks`. One channel per event loop, built at its first use.

    `access_token` says who calls; plaintext calls carry none.
    """

    def __init__(
        self,
        settings: Config | None = None,
        access_token: AccessToken = identity.access_token,
        open_channel: OpenChannel | None = None,
    ) -> None:
        self._settings = settings
        self._access_token = access_token
        self._open_channel = open_channel or _open
        self._channels: dict[asyncio.AbstractEventLoop, grpc.aio.Channel] = {}

    async def enqueue(self, task: Task) -> bool:
        """See TaskQueue. Raises Problem (500) where asking again cannot help: no permission, no queue, a bad task."""
        request = self._request(task)
        refusal = await self._create(request, seconds=TIMEOUT)
        if refusal is not None and refusal.code().name in AMBIGUOUS:
            refusal = await self._create(request, seconds=AGAIN, patient=True)
        if refusal is None:
            return True
        if refusal.code().name == "ALREADY_EXISTS":
            return False
        raise _problem(refusal.code().name) from refusal

    async def close(self) -> None:
        """Closes the running loop's channel; the next task builds another one."""
        channel = self._channels.pop(asyncio.get_running_loop(), None)
        if channel is not None:
            await channel.close(grace=None)

    async def _create(
        self, request: CreateTaskRequest, *, seconds: float, patient: bool = False
    ) -> grpc.aio.AioRpcError | None:
        """None if created, else the error; `patient` waits for a lost connection to come back."""
        import grpc.aio

        request_type, task_type = _messages()
        create = self._channel().unary_unary(
            CREATE, request_serializer=request_type.serialize, response_deserializer=task_type.deserialize
        )
        metadata = await self._metadata(request.parent)
        try:
            await create(request, timeout=seconds, metadata=metadata, wait_for_ready=patient)
        except grpc.aio.AioRpcError as error:
            return error
        return None

    def _request(self, task: Task) -> CreateTaskRequest:
        settings = self._settings or config()
        parent = f"projects/{settings.project}/locations/{settings.region}/queues/{task.queue}"
        url = f"{settings.functions_url}/{task.function}"
        message: dict[str, object] = {
            "name": f"{parent}/tasks/{task.name}",
            "dispatch_deadline": task.deadline,
            "http_request": {
                "url": url,
                "http_method": "POST",
                "headers": {"Content-Type": "application/json"},
                "body": json.dumps(dict(task.body)).encode(),
                "oidc_token": {"service_account_email": settings.service_account(INVOKER), "audience": url},
            },
        }
        if task.at is not None:
            message["schedule_time"] = task.at
        return _messages()[0](parent=parent, task=message)

    async def _metadata(self, parent: str) -> tuple[tuple[str, str], ...]:
        routing = ("x-goog-request-params", f"parent={parent}")
        if (self._settings or config()).endpoints.tasks is not None:
            return (routing,)
        return (routing, ("authorization", f"Bearer {await self._access_token()}"))

    def _channel(self) -> grpc.aio.Channel:
        loop = asyncio.get_running_loop()
        if loop not in self._channels:
            for gone in [other for other in self._channels if other.is_closed()]:
                del self._channels[gone]
            self._channels[loop] = self._open_channel((self._settings or config()).endpoints.tasks)
        return self._channels[loop]


def _open(plaintext: str | None) -> grpc.aio.Channel:
    import grpc.aio

    # An instance sleeps between requests: its connection may be dead when it wakes, and must come back at once.
    options = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 1000)]
    if plaintext is not None:
        return grpc.aio.insecure_channel(plaintext, options=[*options, ("grpc.enable_http_proxy", 0)])
    return grpc.aio.secure_channel(SERVICE, grpc.ssl_channel_credentials(), options=options)


def _problem(code: str) -> Problem:
    if code in TRANSIENT:
        return Unavailable("The task queue does not answer; try again.")
    return Problem(f"The task queue refused a task: {code}.", code="task_refused")


@cache
def _messages() -> tuple[type[CreateTaskRequest], type[TaskMessage]]:
    with _bare_packages():
        module = import_module(f"{PACKAGE}.types.cloudtasks")
    return (
        cast("type[CreateTaskRequest]", module.CreateTaskRequest),
        cast("type[TaskMessage]", module.gct_task.Task),
    )


@contextmanager
def _bare_packages() -> Iterator[None]:
    """Lets modules of the library be imported without its packages' `__init__`, which pull in every client.

    Afterwards the stand-ins for the packages are gone: a real import finds the same message classes and works.
    """
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    paths = {PACKAGE: folders, f"{PACKAGE}.types": [f"{folder}/types" for folder in folders]}
    placed = {name: _bare(name, path) for name, path in paths.items() if name not in sys.modules}
    sys.modules.update(placed)
    try:
        yield
    finally:
        for name, module in placed.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _bare(name: str, path: list[str]) -> ModuleType:
    module = ModuleType(name)
    module.__path__ = path
    return module

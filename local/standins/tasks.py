"""Cloud Tasks: the service's own protocol on one port, and tasks that really run.

gRPC `google.cloud.tasks.v2.CloudTasks`: CreateTask, GetTask, ListTasks, DeleteTask; a queue exists from its first use.
Beside what every stand-in has:

    GET  /__tasks    [{"name", "queue", "url", "create_time", "schedule_time", "attempts", "body", "last_status",
                       "state": "waiting|running|done|failed"}], by queue, finished ones (the last 10,000) first
    POST /__run      every waiting task runs now, paused or not; answers them, with ?wait=true after this attempt
    POST /__pause    queues accept and dispatch nothing (?queue=name: that one)        POST /__resume

An outage of CreateTask itself is a fault: {"path": "CreateTask", "drop": true}. Of delivery faults (`duplicate`,
`reorder`) the path is that of the task's URL. Rules: the comments of the library's own types; the message of
ALREADY_EXISTS was recorded from the real service (fixture error_already_exists.json).
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import cast

import grpc
import httpx
from google.cloud.tasks_v2.types import (
    CreateTaskRequest,
    DeleteTaskRequest,
    GetTaskRequest,
    HttpMethod,
    ListTasksRequest,
    ListTasksResponse,
    Task,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.base import JSON
from local.standins.rpc import GrpcStandin, Method, Refused
from local.standins.task_queue import Held, Limit, Queue, QueueConfig, TokenFor
from shared.clock import Clock, SystemClock

SERVICE = "google.cloud.tasks.v2.CloudTasks"
PARENT = re.compile(r"projects/[A-Za-z0-9.:-]+/locations/[A-Za-z0-9-]+/queues/[A-Za-z0-9-]{1,100}")
TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,500}")
DEADLINES = (timedelta(seconds=15), timedelta(minutes=30))
DEFAULT_DEADLINE = timedelta(minutes=10)
FURTHEST = timedelta(days=30)
LARGEST = 1_048_576  # bytes of a task
LONGEST_URL = 2083
PAGE = 1000


class Tasks(GrpcStandin):
    """`token` signs the OIDC tokens of dispatches; `queues` configures queues by short name, others get `default`."""

    def __init__(
        self,
        token: TokenFor,
        *,
        queues: Mapping[str, QueueConfig] | None = None,
        default: QueueConfig | None = None,
        clock: Clock | None = None,
        limit: Limit = asyncio.timeout,
    ) -> None:
        routes = [
            Route("/__tasks", self._show, methods=["GET"]),
            Route("/__run", self._run, methods=["POST"]),
            Route("/__pause", self._pause, methods=["POST"]),
            Route("/__resume", self._resume, methods=["POST"]),
        ]
        super().__init__("tasks", SERVICE, list(routes))
        self._token = token
        self._configs = dict(queues or {})
        self._default = default or QueueConfig()
        self._clock = clock or SystemClock()
        self._limit = limit
        self._queues: dict[str, Queue] = {}
        self._all_paused = False
        self.offer(Method("CreateTask", CreateTaskRequest.deserialize, Task.serialize, self.create, _shown_create))
        self.offer(Method("GetTask", GetTaskRequest.deserialize, Task.serialize, self._get, _shown_name))
        self.offer(Method("ListTasks", ListTasksRequest.deserialize, ListTasksResponse.serialize, self._list, _parent))
        self.offer(Method("DeleteTask", DeleteTaskRequest.deserialize, _empty, self.delete, _shown_name))

    async def stop(self) -> None:
        await super().stop()
        await asyncio.gather(*(queue.close() for queue in self._queues.values()))
        self._queues.clear()

    async def create(self, request: CreateTaskRequest) -> Task:
        task = Task(request.task)
        if not task.name:
            task.name = f"{request.parent}/tasks/{secrets.randbelow(10**19):019d}"
        _check_name(task.name, request.parent)
        _check_target(task)
        queue = self._queue(request.parent)
        if queue.used(task.name):
            raise Refused(grpc.StatusCode.ALREADY_EXISTS, "Requested entity already exists")
        held = self._held(task, queue)
        queue.add(held)
        return _as_of_now(held, full=request.response_view == Task.View.FULL)

    def _held(self, task: Task, queue: Queue) -> Held:
        """The task with its defaults filled in, or the refusal of a time or a deadline out of range."""
        now = self._clock.now()
        deadline = cast(timedelta, task.dispatch_deadline) if "dispatch_deadline" in task else DEFAULT_DEADLINE
        if not DEADLINES[0] <= deadline <= DEADLINES[1]:
            raise _invalid("The dispatch deadline must be between [15s, 1800s].")
        at = cast(datetime, task.schedule_time) if "schedule_time" in task else now
        if at - now > FURTHEST:
            raise _invalid("The schedule_time must not be more than 30 days in the future.")
        _set(task, dispatch_deadline=deadline, schedule_time=at, create_time=now.replace(microsecond=0))
        return Held(message=task, queue=queue.name, at=at, deadline=deadline.total_seconds())

    async def _get(self, request: GetTaskRequest) -> Task:
        return _as_of_now(self._find(request.name), full=request.response_view == Task.View.FULL)

    async def _list(self, request: ListTasksRequest) -> ListTasksResponse:
        first, size = int(request.page_token or 0), min(request.page_size or PAGE, PAGE)
        held = list(self._queue(request.parent).tasks.values())
        full = request.response_view == Task.View.FULL
        page = [_as_of_now(one, full=full) for one in held[first : first + size]]
        more = str(first + size) if len(held) > first + size else ""
        return ListTasksResponse(tasks=page, next_page_token=more)

    async def delete(self, request: DeleteTaskRequest) -> None:
        held = self._find(request.name)
        self._queue(_parent_of(request.name)).remove(held)

    def _find(self, name: str) -> Held:
        found = self._queue(_parent_of(name)).tasks.get(name)
        if found is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, "Requested entity was not found.")
        return found

    def _queue(self, parent: str) -> Queue:
        if not PARENT.fullmatch(parent):
            raise _invalid(f"Invalid resource field value in the request: {parent!r} is not the name of a queue.")
        if parent not in self._queues:
            name = parent.rpartition("/")[2]
            config = self._configs.get(name, self._default)
            queue = Queue(name, config, clock=self._clock, faults=self.faults, token=self._token, limit=self._limit)
            queue.paused = self._all_paused
            self._queues[parent] = queue
        return self._queues[parent]

    def _chosen(self, request: Request) -> list[Queue]:
        name = request.query_params.get("queue")
        return [queue for queue in self._queues.values() if name in (None, queue.name)]

    async def _show(self, _request: Request) -> Response:
        rows = [held for queue in self._queues.values() for held in (*queue.finished.values(), *queue.tasks.values())]
        return JSONResponse([_row(held) for held in rows])

    async def _run(self, request: Request) -> Response:
        running = [held for queue in self._chosen(request) for held in queue.run()]
        if request.query_params.get("wait") == "true":
            await asyncio.gather(*(held.settled.wait() for held in running))
        return JSONResponse([_row(held) for held in running])

    async def _pause(self, request: Request) -> Response:
        return self._switch(request, Queue.pause)

    async def _resume(self, request: Request) -> Response:
        return self._switch(request, Queue.resume)

    def _switch(self, request: Request, how: Callable[[Queue], None]) -> Response:
        if "queue" not in request.query_params:
            self._all_paused = how is Queue.pause
        chosen = self._chosen(request)
        for queue in chosen:
            how(queue)
        return JSONResponse([{"queue": queue.name, "paused": queue.paused} for queue in chosen])


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)


def _parent_of(name: str) -> str:
    return name.rpartition("/tasks/")[0]


def _check_name(name: str, parent: str) -> None:
    named = _parent_of(name)
    if named != parent:
        rule = "must be the same as the queue name in the named task"
        raise _invalid(f'The queue name from request ("{parent}") {rule} ("{named}").')
    if not TASK_ID.fullmatch(name.removeprefix(f"{parent}/tasks/")):
        raise _invalid("Task ID must contain only letters, numbers, hyphens and underscores, at most 500 of them.")


def _check_target(task: Task) -> None:
    url = task.http_request.url
    if not url.startswith(("http://", "https://")) or len(url) > LONGEST_URL:
        raise _invalid(f"HttpRequest.url must be a http or https URL of at most {LONGEST_URL} characters.")
    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL:
        host = ""
    if not host:
        raise _invalid("HttpRequest.url is not a URL.")
    if len(Task.serialize(task)) > LARGEST:
        raise _invalid(f"Task size too large: at most {LARGEST} bytes.")
    if not task.http_request.http_method:
        _set(task.http_request, http_method=HttpMethod.POST)


def _as_of_now(held: Held, *, full: bool) -> Task:
    """The task as GetTask shows it: the BASIC view leaves out what may be sensitive, the payload."""
    task = Task(held.message)
    _set(task, schedule_time=held.at, dispatch_count=held.attempts, response_count=held.executions)
    if not full:
        _set(task.http_request, body=b"")
    return task


def _set(message: object, **fields: object) -> None:
    """Assigns fields: the library annotates the protobuf's types where it takes and gives Python's."""
    for name, value in fields.items():
        setattr(message, name, value)


def _row(held: Held) -> JSON:
    return {
        "name": held.id,
        "queue": held.queue,
        "url": held.message.http_request.url,
        "create_time": cast(datetime, held.message.create_time).isoformat(),
        "schedule_time": held.at.isoformat(),
        "attempts": held.attempts,
        "state": held.state,
        "body": _decoded(held.message.http_request.body),
        "last_status": held.last_status,
    }


def _decoded(body: bytes) -> JSON:
    try:
        return cast(JSON, json.loads(body)) if body else None
    except ValueError:
        return body.decode("utf-8", "backslashreplace")


def _shown_create(request: CreateTaskRequest) -> JSON:
    """The task in the API's JSON, its body as what it says instead of base64."""
    text = Task.to_json(request.task, use_integers_for_enums=False, always_print_fields_with_no_presence=False)
    shown = cast("dict[str, JSON]", json.loads(text))
    target = shown.get("httpRequest")
    if isinstance(target, dict):
        target["body"] = _decoded(request.task.http_request.body)
    return shown


def _shown_name(request: GetTaskRequest | DeleteTaskRequest) -> JSON:
    return {"name": request.name}


def _parent(request: ListTasksRequest) -> JSON:
    return {"parent": request.parent}


def _empty(_nothing: None) -> bytes:
    return b""

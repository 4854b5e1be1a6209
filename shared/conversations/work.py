"""Tasks of the pipeline: what they are called, and what they carry (PIPELINE §3).

A task is named after what caused it, so that a repeated cause enqueues nothing twice; the sweeper never uses those
names again, because a finished task's name stays taken for hours. Bodies carry ids only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared import log
from shared.conversations.timers import SWEEP_BUCKET, TASK_DEADLINE
from shared.errors import Problem
from shared.store.documents import Conversation
from shared.tasks import Task, TaskQueue, task_name
from shared.tenancy.renewing import remember

ANSWER = "answer"
SEND = "send"
ESCALATE = "escalate"
MEDIA = "fetch-media"


@dataclass(frozen=True, slots=True)
class Work:
    """Enqueues the tasks of one tenant."""

    queue: TaskQueue
    tenant_id: str

    async def answer(self, conversation_id: str, message_id: str, at: datetime) -> None:
        """One task per text: per conversation the second text would meet the first one's name."""
        body = {"conversation": conversation_id, "message": message_id}
        await self._enqueue(ANSWER, f"a-{message_id}", body, at)

    async def answer_after_cancel(self, conversation_id: str, cancelled: str) -> None:
        await self._enqueue(ANSWER, f"a-{cancelled}-c", {"conversation": conversation_id})

    async def answer_after_hand_back(self, conversation_id: str, epoch: int) -> None:
        await self._enqueue(ANSWER, f"a-{conversation_id}-e{epoch}", {"conversation": conversation_id})

    async def escalate(self, conversation_id: str, step: str, at: datetime) -> None:
        """`step` tells one look at a hand-off from the next: the epoch, and how far it has got."""
        await self._enqueue(ESCALATE, f"e-{conversation_id}-{step}", {"conversation": conversation_id}, at)

    async def look_again(self, conversation_id: str, at: datetime) -> None:
        """A watch that was moved: the minute in which it is due now tells its task from the one before."""
        await self.escalate(conversation_id, f"t{int(at.timestamp()) // 60}", at)

    async def send(self, conversation_id: str, message_id: str) -> None:
        await self._enqueue(SEND, f"s-{message_id}", {"conversation": conversation_id, "message": message_id})

    async def deliver(self, to: Conversation, message_id: str) -> None:
        """What was written is sent; to a visitor of a site, the commit that wrote it was its delivery."""
        if not to.on_site:
            await self.send(to.id, message_id)

    async def send_before(self, conversation_id: str, earlier: str, later: str) -> None:
        """A message that another one waits for, and that may itself wait for the morning."""
        body = {"conversation": conversation_id, "message": earlier}
        await self._enqueue(SEND, f"s-{earlier}-b{later}", body)

    async def send_deferred(self, conversation_id: str, message_id: str, at: datetime) -> None:
        """A task cannot be created again under its own name: the minute in which it is due tells them apart."""
        body = {"conversation": conversation_id, "message": message_id}
        await self._enqueue(SEND, f"s-{message_id}-t{int(at.timestamp()) // 60}", body, at)

    async def fetch_media(self, message_id: str) -> None:
        await self._enqueue(MEDIA, f"m-{message_id}", {"message": message_id})

    async def fetch_media_again(self, message_id: str, now: datetime) -> None:
        """An answer's, which missed the files: the first task may be lost."""
        await self._enqueue(MEDIA, f"m-{message_id}-{_bucket(now)}", {"message": message_id})

    async def again(self, kind: str, subject: str, pending_id: str, now: datetime) -> None:
        """The sweeper's: under a name of its own."""
        await self._enqueue(kind, f"w-{pending_id}-{_bucket(now)}", _subject(kind, subject))

    async def park(self, kind: str, subject: str, pending_id: str, now: datetime) -> None:
        """The backstop: give this work up, visibly."""
        await self._enqueue(kind, f"p-{pending_id}-{_bucket(now)}", {**_subject(kind, subject), "do": "park"})

    async def _enqueue(self, kind: str, rest: str, body: Mapping[str, str], at: datetime | None = None) -> None:
        task = Task(
            queue=kind,
            function=kind,
            name=task_name(rest),
            body={"tenant": self.tenant_id, **body},
            at=at,
            deadline=TASK_DEADLINE,
        )
        await self.queue.enqueue(task)


@dataclass(frozen=True, slots=True)
class Beside:
    """A queue for work that only a failure needs: nobody waits for its tasks, which are there when the request ends.

    One that is not there in the end is found missing by the sweeper, like one that was lost.
    """

    queue: TaskQueue

    async def enqueue(self, task: Task) -> bool:
        """True, as nobody waits to know better."""
        remember(asyncio.create_task(self._enqueue(task)))
        return True

    async def _enqueue(self, task: Task) -> None:
        try:
            await self.queue.enqueue(task)
        except Problem as problem:
            log.warning("task not enqueued; the sweeper brings its work back", queue=task.queue, code=problem.code)


def _bucket(now: datetime) -> int:
    """Two sweepers of one bucket collide, as wanted."""
    return int(now.timestamp() // SWEEP_BUCKET.total_seconds())


def _subject(kind: str, subject: str) -> dict[str, str]:
    return {"message": subject} if kind == SEND else {"conversation": subject}

"""What the sweeper enqueues has the name that the first task had."""

from datetime import datetime

from shared.conversations.work import ANSWER, Work
from tests.chaos.plants import serve


async def _again(self: Work, kind: str, subject: str, _pending_id: str, _now: datetime) -> None:
    body = {"conversation": subject} if kind == ANSWER else {"message": subject}
    await self._enqueue(kind, f"{kind[0]}-{subject}", body)


def plant() -> None:
    Work.again = _again  # type: ignore[method-assign]  # that is the bug
    Work.park = _again  # type: ignore[method-assign]


if __name__ == "__main__":
    plant()
    serve()

"""A line that said nothing is taken for one that refused: the other one sends the text as well."""

from shared.conversations.senders import FAILOVER
from shared.conversations.sending import Sending
from shared.conversations.states import raise_state
from shared.errors import Unavailable
from shared.store.documents import Message
from tests.chaos.plants import serve

_uncertain = Sending._uncertain


async def _next_line(self: Sending, sent: Message, reason: str) -> None:
    if sent.via is not None:
        await _uncertain(self, sent, reason)
        return
    fields = {"state": "queued", "attempt": sent.attempt + 1, "claim": None, "via": FAILOVER}
    await raise_state(self._db, sent, fields)
    raise Unavailable("the other line sends the text")


def plant() -> None:
    Sending._uncertain = _next_line  # type: ignore[method-assign]  # that is the bug


if __name__ == "__main__":
    plant()
    serve()

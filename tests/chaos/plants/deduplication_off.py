"""Every delivery of a text is a message of its own."""

import uuid

from shared.conversations import receiving
from tests.chaos.plants import serve


def _another_id(_provider: str, _channel: str, _provider_id: str) -> str:
    return uuid.uuid4().hex


def plant() -> None:
    receiving.message_id = _another_id


if __name__ == "__main__":
    plant()
    serve()

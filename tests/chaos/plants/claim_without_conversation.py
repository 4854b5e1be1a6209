"""A message is claimed whatever has become of its conversation."""

from shared.conversations import sending
from shared.store.changes import Changes, Fields
from shared.store.documents import Conversation
from tests.chaos.plants import serve


class Unconditional(Changes):
    def update_conversation(self, conversation: Conversation, fields: Fields) -> None:
        if set(fields) == {"last_claim"}:
            self.merge_conversation(conversation.id, fields)
        else:
            super().update_conversation(conversation, fields)


def plant() -> None:
    sending.Changes = Unconditional  # type: ignore[misc]  # that is the bug


if __name__ == "__main__":
    plant()
    serve()

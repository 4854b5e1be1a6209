"""What the provider refused for now is noted as sent."""

from shared.channels.types import Accepted, Outcome, Refused
from shared.conversations.sending import LATE, Sending
from shared.store.documents import Message
from shared.store.settings import SmsSettings
from tests.chaos.plants import serve

_record = Sending._record


async def _believed(self: Sending, claimed: Message, outcome: Outcome, sms: SmsSettings) -> None:
    refused = isinstance(outcome, Refused) and outcome.again and outcome.error_code != LATE
    await _record(self, claimed, Accepted("nobody's") if refused else outcome, sms)


def plant() -> None:
    Sending._record = _believed  # type: ignore[method-assign]  # that is the bug


if __name__ == "__main__":
    plant()
    serve()

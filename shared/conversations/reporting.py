"""What a provider says of a text of ours (PIPELINE §2, Status): ranks rise, so duplicates and disorder harm nothing.

The reference comes back in a URL that no provider signs, so it is a hint: the ids and numbers inside the signed body
must confirm it.
"""

from __future__ import annotations

import re

from shared import log
from shared.channels.types import StateReport
from shared.conversations.consent import Mirror
from shared.conversations.senders import line_used
from shared.conversations.states import may_move, raise_state
from shared.store.documents import Message, State
from shared.store.reading import Reader, message
from shared.store.settings_cache import settings_of
from shared.tenancy import Database
from shared.vault import AddressHashes

_REFERENCE = re.compile(r"([0-9a-f]{32})\.(\d{1,6})\.(\d{1,6})")


class Reporting:
    def __init__(self, db: Database, tenant_id: str, hashes: AddressHashes) -> None:
        self._db = db
        self._mirror = Mirror(db, tenant_id, hashes)
        self._reader = Reader(db)

    async def record(self, report: StateReport) -> None:
        """Raise the message's state. A report of nothing of ours, or of an earlier attempt, is counted and dropped."""
        sent, attempt = await self._find(report)
        if sent is None or not await self._confirmed(sent, report):
            log.warning("report of an unknown message", count="unknown_report", state=report.state.value)
            return
        if attempt is not None and attempt != (sent.attempt, sent.resends) and report.state == "failed":
            log.info("report of an earlier attempt", count="old_report", message_id=sent.id)
            return
        fields: dict[str, object] = {"state": report.state.value, "provider_id": report.provider_id}
        if report.error_code is not None:
            fields["error"] = {"code": report.error_code[:64], "sentence": report.error or ""}
        if report.opted_out and may_move(sent, State.FAILED, sent.attempt):  # told again, it may be long over
            await self._mirror.opted_out(sent, report.error or "")
        await raise_state(self._db, sent, fields)
        log.info("state reported", count="state_report", message_id=sent.id, state=report.state.value)

    async def _find(self, report: StateReport) -> tuple[Message | None, tuple[int, int] | None]:
        reference = _REFERENCE.fullmatch(report.reference or "")
        if reference is None:
            return await self._reader.sent_as(report.provider_id), None
        found = await self._reader.read([message(reference[1])])
        return found.message(reference[1]), (int(reference[2]), int(reference[3]))

    async def _confirmed(self, sent: Message, report: StateReport) -> bool:
        """Whether the signed body speaks of this message: by the provider's id, and by both numbers.

        Ours is the number of the line that it went through. The id may not be known to us yet.
        """
        if sent.direction != "out" or sent.recipient != report.recipient:
            return False
        if sent.provider_id is not None and sent.provider_id != report.provider_id:
            return False
        return await self._line(sent) == (report.provider, report.sender)

    async def _line(self, sent: Message) -> tuple[str, str]:
        """Provider and number that a message went through."""
        if sent.via is None:
            return sent.provider, sent.sender
        settings, _ = await settings_of(self._db.tenant or "", self._reader)
        line = line_used(settings.sms, sent)
        return (line.provider, line.number) if line is not None else ("", "")

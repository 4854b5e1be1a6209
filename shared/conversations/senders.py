"""How a message leaves: through which of a tenant's lines, by whose adapter, and where the provider reports on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.channels.accounts import SECRETS, Accounts, held_accounts, take_accounts
from shared.channels.types import OutboundText, Outcome, Refused, Sender
from shared.config import config
from shared.store.documents import Message
from shared.store.reading import Found, Key, Reader, Settings
from shared.store.settings import Line, SmsSettings
from shared.store.settings_cache import settings_of
from shared.tenancy import Database
from shared.vault import FieldCipher

FAILOVER = "failover"  # a message's `via`
_STATUS_FUNCTIONS = {"telnyx": "telnyx-sms", "twilio": "twilio-sms-status"}


@dataclass(frozen=True, slots=True)
class Way:
    """`number` sends; the provider reports to `status_url`."""

    sender: Sender
    number: str
    status_url: str


class Unconfigured:
    """A tenant without a provider: every text is refused for good, and the owner is told what to do."""

    async def send(self, text: OutboundText) -> Outcome:
        return Refused("not_configured", "No text provider is set up (Settings → SMS).")


class Senders:
    """Makes senders for one tenant; its settings and accounts are held for a minute."""

    def __init__(self, db: Database, tenant_id: str, cipher: FieldCipher) -> None:
        self._reader = Reader(db)
        self._tenant_id = tenant_id
        self._cipher = cipher
        self._accounts = Accounts(tenant_id, None, None)

    async def settings_and(self, also: Iterable[Key]) -> tuple[Settings, Found]:
        """The settings, and documents that the caller needs, in one read."""
        held = held_accounts(self._tenant_id)
        if held is not None:
            self._accounts = held
            return await settings_of(self._tenant_id, self._reader, *also, to_text=True)
        settings, found = await settings_of(self._tenant_id, self._reader, *SECRETS, *also, to_text=True)
        self._accounts = take_accounts(self._tenant_id, found)
        return settings, found

    async def way(self, settings: Settings, sent: Message) -> Way:
        """The way of this message, after `settings_and`."""
        line = line_used(settings.sms, sent)
        if line is None:
            return Way(Unconfigured(), sent.sender, "")
        url = f"{config().functions_url}/{_STATUS_FUNCTIONS[line.provider]}/{line.channel}"
        return Way(self._sender(line), line.number, url)

    def _sender(self, line: Line) -> Sender:
        profile = line.messaging_profile_id or None
        if line.provider == "twilio":
            from shared.channels.twilio.sending import TwilioSender

            return TwilioSender(self._accounts.twilio(self._cipher), config().endpoints.twilio, profile)
        from shared import http
        from shared.channels.telnyx.sending import TelnyxSender

        return TelnyxSender(http.client(), config().endpoints.telnyx, self._accounts.telnyx_key(self._cipher), profile)

    def media_url(self, id: str, now: datetime) -> str:
        """Where the provider fetches a picture of a message, for as long as it may take."""
        from shared.conversations.outgoing import link
        from shared.vault.links import media_links

        return link(media_links(), self._tenant_id, id, now)


def line_used(sms: SmsSettings, sent: Message) -> Line | None:
    """The line that a message goes or went through; None where the tenant has it no more, or never had one."""
    if sent.via == FAILOVER:
        line = sms.failover
    else:
        line = sms.line_of(sent.sender)
        line = line if line.provider == sent.provider else None
    return line if line is not None and line.provider in _STATUS_FUNCTIONS else None

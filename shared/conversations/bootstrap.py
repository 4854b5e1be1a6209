"""Where the pipeline's parts are put together, and nowhere else. A builder imports what its function needs, no more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared import tenancy
from shared.clock import SystemClock
from shared.config import config
from shared.tasks import CloudTasks
from shared.tenancy import Channel, Member
from shared.vault import address_hashes, field_cipher

if TYPE_CHECKING:
    from shared.conversations.answering import Answering
    from shared.conversations.asking import Asking
    from shared.conversations.audience import Audience
    from shared.conversations.callers import Callers
    from shared.conversations.chatting import Chatting
    from shared.conversations.collecting import Collecting
    from shared.conversations.guests import Guest
    from shared.conversations.handoff import Escalating
    from shared.conversations.hands import Hands
    from shared.conversations.identifying import Identifying
    from shared.conversations.linking import Linking
    from shared.conversations.outgoing import Outgoing
    from shared.conversations.receiving import Receiving
    from shared.conversations.reporting import Reporting
    from shared.conversations.seeing import Seeing
    from shared.conversations.sending import Sending
    from shared.conversations.sweeping import Sweeping
    from shared.conversations.uploading import Uploading
    from shared.conversations.visits import Visits
    from shared.safe_fetch import BasicAuth
    from shared.store.documents import Message
    from shared.tenancy import Database
    from shared.vault.visits import Visit


@cache
def _queue() -> CloudTasks:
    return CloudTasks()


def receiving(channel: Channel) -> Receiving:
    from shared.conversations.receiving import Receiving

    return Receiving(tenancy.database_of(channel), channel, _queue(), address_hashes(), SystemClock())


def reporting(channel: Channel) -> Reporting:
    from shared.conversations.reporting import Reporting

    return Reporting(tenancy.database_of(channel), channel.tenant_id, address_hashes())


def linking(channel: Channel) -> Linking:
    from shared.conversations.linking import Linking

    return Linking(tenancy.database_of(channel), channel, _queue(), address_hashes(), SystemClock())


def callers(channel: Channel) -> Callers:
    from shared.conversations.callers import Callers

    return Callers(tenancy.database_of(channel), channel, _queue(), address_hashes(), SystemClock())


def hands(member: Member) -> Hands:
    from shared.conversations.hands import Hands

    return Hands(tenancy.database_of_member(member), member.tenant_id, _queue(), SystemClock(), member.name)


def answering(tenant_id: str) -> Answering:
    return _answering(tenancy.database_of_tenant(tenant_id), tenant_id)


def _answering(db: Database, tenant_id: str, audience: Audience | None = None) -> Answering:
    from shared.assistant import assistant
    from shared.conversations.answering import Answering
    from shared.conversations.gallery import Gallery
    from shared.conversations.work import Work
    from shared.store.blobs import Blobs
    from shared.store.reading import Reader

    clock = SystemClock()
    gallery = Gallery(Reader(db), Blobs(tenant_id), Work(_queue(), tenant_id), clock)
    return Answering(db, tenant_id, assistant(), _queue(), address_hashes(), clock, gallery, audience)


def chatting(channel: Channel, visit: Visit) -> Chatting:
    from shared.conversations.chatting import Chatting
    from shared.conversations.on_site import OnSite
    from shared.conversations.work import Beside

    db = tenancy.database_of(channel)
    on_site = OnSite(db, visit, Beside(_queue()), SystemClock())
    return Chatting(db, on_site, lambda turn: _answering(db, channel.tenant_id, turn))


def visits(channel: Channel) -> Visits:
    from shared.conversations.visits import Visits

    return Visits(tenancy.database_of(channel), SystemClock())


def guest(channel: Channel, visit: Visit) -> Guest:
    from shared.conversations.guests import Guest

    return Guest(tenancy.database_of(channel), visit)


def asking(channel: Channel, visit: Visit) -> Asking:
    from shared.conversations.asking import Asking

    return Asking(tenancy.database_of(channel), visit, _queue(), address_hashes(), SystemClock())


def uploading(channel: Channel, visit: Visit) -> Uploading:
    from shared.conversations.uploading import Uploading
    from shared.store.blobs import Blobs

    db = tenancy.database_of(channel)
    return Uploading(db, Blobs(channel.tenant_id), visit.conversation, SystemClock())


def seeing(channel: Channel, visit: Visit) -> Seeing:
    from shared.conversations.seeing import Seeing

    return Seeing(tenancy.database_of(channel), visit.conversation)


def identifying(channel: Channel) -> Identifying:
    from shared.conversations.identifying import Identifying

    return Identifying(tenancy.database_of(channel), channel.tenant_id, address_hashes())


def collecting(tenant_id: str) -> Collecting:
    from shared.channels.accounts import accounts_of
    from shared.conversations.collecting import Collecting
    from shared.safe_fetch import BasicAuth, SafeFetch
    from shared.store.blobs import Blobs
    from shared.store.reading import Reader

    db = tenancy.database_of_tenant(tenant_id)

    async def credentials(text: Message) -> BasicAuth | None:
        """Twilio shows files to their account alone; Telnyx to whoever knows the URL."""
        if text.provider != "twilio":
            return None
        account = (await accounts_of(tenant_id, Reader(db))).twilio(field_cipher())
        host = urlsplit(config().endpoints.twilio).netloc
        return BasicAuth(host, account.sid, account.auth_token)

    return Collecting(db, Blobs(tenant_id), SafeFetch(config().endpoints.fetched), credentials)


def sending(tenant_id: str) -> Sending:
    from shared.conversations.senders import Senders
    from shared.conversations.sending import Sending

    db = tenancy.database_of_tenant(tenant_id)
    senders = Senders(db, tenant_id, field_cipher())
    return Sending(db, tenant_id, senders, _queue(), address_hashes(), SystemClock())


def escalating(tenant_id: str) -> Escalating:
    from shared.conversations.handoff import Escalating

    db = tenancy.database_of_tenant(tenant_id)
    return Escalating(db, tenant_id, _queue(), address_hashes(), SystemClock())


def outgoing(member: Member) -> Outgoing:
    from shared.conversations.outgoing import Outgoing
    from shared.store.blobs import Blobs

    return Outgoing(tenancy.database_of_member(member), Blobs(member.tenant_id))


def sweeping() -> Sweeping:
    from shared.conversations.sweeping import Sweeping

    return Sweeping(tenancy.database_of_sweeper(), _queue(), SystemClock())

"""Where the pipeline's parts are put together, and nowhere else. A builder imports what its function needs, no more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from shared import tenancy
from shared.clock import SystemClock
from shared.tasks import CloudTasks
from shared.tenancy import Channel, Member
from shared.vault import address_hashes, field_cipher

if TYPE_CHECKING:
    from shared.conversations.answering import Answering
    from shared.conversations.callers import Callers
    from shared.conversations.handoff import Escalating
    from shared.conversations.hands import Hands
    from shared.conversations.linking import Linking
    from shared.conversations.receiving import Receiving
    from shared.conversations.reporting import Reporting
    from shared.conversations.sending import Sending
    from shared.conversations.sweeping import Sweeping


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

    return Hands(tenancy.database_of_member(member), member.tenant_id, _queue(), SystemClock())


def answering(tenant_id: str) -> Answering:
    from shared.assistant import assistant
    from shared.conversations.answering import Answering

    db = tenancy.database_of_tenant(tenant_id)
    return Answering(db, tenant_id, assistant(), _queue(), address_hashes(), SystemClock())


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


def sweeping() -> Sweeping:
    from shared.conversations.sweeping import Sweeping

    return Sweeping(tenancy.database_of_sweeper(), _queue(), SystemClock())

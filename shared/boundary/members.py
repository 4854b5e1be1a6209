"""Whether a person may act for a tenant now: the sign-in, and the tenant's own word on them at every call (DESIGN §2).

A token lives for an hour, and its claims with it. So the member document is read each time, as the rules read it for
what a person does in the database: who was disabled, or has another role now, is refused at once.
"""

from __future__ import annotations

from dataclasses import replace

from shared import log, tenancy
from shared.errors import Forbidden
from shared.hidden import Hidden
from shared.store.reading import Reader
from shared.store.reading import member as document_of
from shared.tenancy import Member
from shared.tenancy.errors import NoRoute
from shared.tenancy.people import people


async def admitted(token: Hidden) -> Member:
    """The person whose id token this is.

    Raises Unauthenticated for a token that proves nothing, Forbidden for whoever does not work there (any more).
    """
    member = await people().member(token)
    log.bind(tenant=member.tenant_id, member=member.uid)
    try:
        found = await Reader(tenancy.database_of_member(member)).read([document_of(member.uid)])
    except NoRoute:
        raise _not_a_member() from None
    document = found.member(member.uid)
    if not document.active or document.role != member.role:
        raise _not_a_member()
    return replace(member, name=document.name)


def _not_a_member() -> Forbidden:
    sentence = "this account does not work for this business any more: sign in again, or ask the business's owner"
    return Forbidden(sentence, code="not_a_member")

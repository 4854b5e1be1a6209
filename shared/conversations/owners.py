"""A conversation in other hands: the fields that change with its owner, wherever that happens (see `hands`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.store.documents import Conversation, Owner


def given_to(
    found: Conversation, owner: Owner, now: datetime, by: str | None = None, name: str | None = None
) -> Conversation:
    """The conversation in other hands. `by`: the person (a uid, or the hash of a staff number), None for nobody.
    `name`: what a visitor of a site reads that they are called.

    Whoever was writing an answer has lost the lease with it, and why it was parked is settled.
    """
    return replace(
        found,
        owner=owner,
        epoch=found.epoch if owner is found.owner else found.epoch + 1,
        owned_by=by,
        owner_name=name or None,
        owner_since=now,
        lease_by=None,
        lease_until=None,
        attempts=0,
        parked=None,
    )


def hands_of(after: Conversation) -> dict[str, object]:
    """The fields that a step of this module writes, for an update on the version that was read."""
    return {
        "owner": after.owner.value,
        "epoch": after.epoch,
        "owned_by": after.owned_by,
        "owner_name": after.owner_name,
        "owner_since": after.owner_since,
        "open": list(after.open),
        "last_out": after.last_out,
        "blocked": after.blocked,
        "lease": None,
        "attempts": 0,
        "parked": None,
        **({} if after.owner is Owner.HUMAN else {"handoff": None}),  # nobody is asked for any more
    }

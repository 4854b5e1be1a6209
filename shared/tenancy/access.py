"""Who asks `mint` for what: the sessions of edge functions, of workers and of functions for people."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from shared.clock import SystemClock
from shared.tenancy.database import Database
from shared.tenancy.errors import NoRoute
from shared.tenancy.minting import Ask, Channel, GrantSession, Minting
from shared.tenancy.principals import TENANT_ID, Member
from shared.vault import address_hashes


@cache
def _minting() -> Minting:
    return Minting(SystemClock())


async def channel_named(channel: str) -> Channel | None:
    """The channel that a webhook's URL names, or None."""
    return await _channel(address_hashes().route_of_channel(channel))


async def channel_at(kind: str, address: str) -> Channel | None:
    """The channel that owns one of our addresses (kind "sms", address E.164), or None."""
    return await _channel(address_hashes().route_of_address(kind, address))


def database_of(channel: Channel) -> Database:
    """The data of the tenant that `channel` leads to. For the edge: it may ask by route only."""
    return Database(GrantSession(_minting(), Ask(route=channel.route)), channel.tenant_id)


def database_of_tenant(tenant_id: str) -> Database:
    """The data of a tenant, for workers: their callers are authenticated task queues."""
    if not TENANT_ID.fullmatch(tenant_id):
        raise NoRoute("no such tenant")
    return Database(GrantSession(_minting(), Ask(tenant=tenant_id)), tenant_id)


def database_of_member(member: Member) -> Database:
    """The data of the tenant that a person works for, as that tenant's service: what they may do is for us to check."""
    return Database(GrantSession(_minting(), Ask(person=member)), member.tenant_id)


def database_of_sweeper() -> Database:
    """The collection group `pending` of all tenants, and nothing else."""
    return Database(GrantSession(_minting(), Ask(principal="sweeper")), None)


async def _channel(route: str) -> Channel | None:
    try:
        grant = await _minting().grant(Ask(route=route))
    except NoRoute:
        return None
    return replace(grant.channel, route=route) if grant.channel else None

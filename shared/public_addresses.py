"""Which addresses belong to the public internet: global unicast, and nothing that leads back into a private network.

Python's `is_global` is one half: it passes multicast, and addresses that carry an IPv4 address inside (RFC 4291 §2.5.5,
RFC 6052, RFC 3056), which a gateway may unwrap. Those are as public as what they carry.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA's special-purpose registries, where Python 3.11 does not follow them: protocol assignments, 6to4's old relays;
# Teredo and its neighbours, documentation.
_SPECIAL_V4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_SPECIAL_V6 = (IPv6Network("2001::/23"), IPv6Network("2001:db8::/32"), IPv6Network("3fff::/20"))
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether `address` is a literal of a public host. False for what is no literal, or names an interface ("%")."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _v4(parsed) if isinstance(parsed, IPv4Address) else _v6(parsed)


def _v4(address: IPv4Address) -> bool:
    special = any(address in network for network in _SPECIAL_V4)
    return address.is_global and not address.is_multicast and not address.is_reserved and not special


def _v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    carried = _carried(address)
    if carried is not None:
        return _v4(carried)
    special = any(address in network for network in _SPECIAL_V6)
    return address in _GLOBAL_UNICAST and address.is_global and not special


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside, where the form says that there is one."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour

"""Which addresses are public: every class by example, and every way to write a private one inside another."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.public_addresses import is_public

PRIVATE_V4 = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carriers' own",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local, and the metadata server",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "protocol assignments",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "6to4 relays",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, and broadcast",
}
PRIVATE_V6 = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::/96": "IPv4-compatible",
    "64:ff9b:1::/48": "a network's own NAT64",
    "100::/64": "discard",
    "2001::/23": "protocol assignments, and Teredo",
    "2001:db8::/32": "documentation",
    "3fff::/20": "documentation",
    "5f00::/16": "segment routing",
    "fc00::/7": "unique local",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}


def within(networks: dict[str, str]) -> st.SearchStrategy[str]:
    def of(network: str) -> st.SearchStrategy[str]:
        parsed = IPv6Network(network) if ":" in network else IPv4Network(network)
        kind = type(parsed.network_address)
        first = int(parsed.network_address)
        return st.integers(first, first + parsed.num_addresses - 1).map(lambda number: str(kind(number)))

    return st.sampled_from(sorted(networks)).flatmap(of)


def mapped(inner: IPv4Address) -> IPv6Address:
    return IPv6Address((0xFFFF << 32) | int(inner))


def nat64(inner: IPv4Address) -> IPv6Address:
    return IPv6Address(int(IPv6Address("64:ff9b::")) | int(inner))


def six_to_four(inner: IPv4Address) -> IPv6Address:
    return IPv6Address((0x2002 << 112) | (int(inner) << 80) | 1)


@pytest.mark.parametrize("network", [*PRIVATE_V4, *PRIVATE_V6])
def test_the_ends_of_a_network_that_is_not_public_are_not(network: str) -> None:
    parsed = IPv6Network(network) if ":" in network else IPv4Network(network)
    assert not is_public(str(parsed.network_address))
    assert not is_public(str(parsed.broadcast_address))


@given(within(PRIVATE_V4))
def test_no_address_of_such_a_network_is_public(address: str) -> None:
    assert not is_public(address)


@given(within(PRIVATE_V6))
def test_no_ipv6_address_of_such_a_network_is_public(address: str) -> None:
    assert not is_public(address)


@given(within(PRIVATE_V4), st.sampled_from([mapped, nat64, six_to_four]))
def test_a_private_address_inside_another_is_still_private(address: str, form) -> None:
    assert not is_public(str(form(IPv4Address(address))))


@pytest.mark.parametrize("form", [mapped, nat64, six_to_four])
def test_a_public_address_inside_another_is_public(form) -> None:
    assert is_public(str(form(IPv4Address("93.184.216.34"))))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_a_host_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "8.8.8", "0x7f000001", "127.1", "fe80::1%eth0", "2606:4700::1%1", "[::1]"]
)
def test_what_is_no_literal_of_a_host_is_not_public(text: str) -> None:
    assert not is_public(text)

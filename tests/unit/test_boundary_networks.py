"""One network may ask so much of the chat, and no other one pays for it."""

from __future__ import annotations

import pytest

from shared.boundary.networks import BURST, Networks, network_of
from shared.errors import TooManyRequests
from tests.unit.loopback import MovableClock


def of(forwarded: str) -> dict[str, str]:
    return {"x-forwarded-for": forwarded}


def test_the_last_entry_counts_for_a_caller_writes_the_others() -> None:
    assert network_of(of("10.0.0.1, 203.0.113.9")) == "203.0.113.9"
    assert network_of(of("203.0.113.9")) == "203.0.113.9"


def test_a_household_of_ipv6_is_one_network() -> None:
    assert network_of(of("2001:db8:1:2::5")) == network_of(of("2001:db8:1:2:ffff::1"))
    assert network_of(of("2001:db8:1:2::5")) != network_of(of("2001:db8:1:3::5"))


@pytest.mark.parametrize("nothing", ["", "unknown", "1.2.3", "203.0.113.9, -"])
def test_who_says_no_address_shares_a_bucket_with_all_who_do_not(nothing: str) -> None:
    assert network_of(of(nothing)) == network_of({}) == ""


def test_past_its_burst_a_network_waits_and_no_other_one_does() -> None:
    clock = MovableClock()
    networks = Networks(clock)
    for _ in range(BURST):
        networks.expect_room(of("203.0.113.9"))
    with pytest.raises(TooManyRequests) as refused:
        networks.expect_room(of("203.0.113.9"))
    assert refused.value.seconds > 0
    networks.expect_room(of("203.0.113.10"))
    clock.pass_by(2)
    networks.expect_room(of("203.0.113.9"))


def test_what_is_remembered_is_bounded() -> None:
    networks = Networks(MovableClock(), remembered=10)
    for number in range(100):
        networks.expect_room(of(f"203.0.113.{number}"))
    assert len(networks._buckets) == 10

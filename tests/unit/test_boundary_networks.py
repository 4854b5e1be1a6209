"""One network may ask so much of the chat, and no other one pays for it."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from shared.boundary.networks import BURST, OPEN, OPEN_OF_ONE, Buckets, Seats, network_of
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
    networks = Buckets(clock)
    for _ in range(BURST):
        networks.expect_room(of("203.0.113.9"))
    with pytest.raises(TooManyRequests) as refused:
        networks.expect_room(of("203.0.113.9"))
    assert refused.value.seconds > 0
    networks.expect_room(of("203.0.113.10"))
    clock.pass_by(2)
    networks.expect_room(of("203.0.113.9"))


def test_what_is_remembered_is_bounded() -> None:
    networks = Buckets(MovableClock(), remembered=10)
    for number in range(100):
        networks.expect_room(of(f"203.0.113.{number}"))
    assert len(networks._buckets) == 10


def test_a_visit_has_a_bucket_of_its_own() -> None:
    visits = Buckets(MovableClock(), 2, 1.0)
    for _ in range(2):
        visits.expect_room_of("one")
    with pytest.raises(TooManyRequests):
        visits.expect_room_of("one")
    visits.expect_room_of("another")


def test_a_visit_and_a_network_have_only_so_many_streams_open() -> None:
    seats, home, elsewhere = Seats(), of("203.0.113.7"), of("203.0.113.8")
    with ExitStack() as open_now:
        for number in range(OPEN):
            seats.expect_room(home, f"visit {number // OPEN_OF_ONE}")
            open_now.enter_context(seats.taken(home, f"visit {number // OPEN_OF_ONE}"))
        with pytest.raises(TooManyRequests):
            seats.expect_room(home, "another visit")
        with pytest.raises(TooManyRequests):
            seats.expect_room(elsewhere, "visit 0")
        seats.expect_room(elsewhere, "another visit")
    seats.expect_room(home, "visit 0")
    assert seats._taken == {}

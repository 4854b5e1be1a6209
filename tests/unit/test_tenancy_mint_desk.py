"""Mint's desk: which token it keeps, which it makes anew, and which it never hands out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from shared.boundary.mint_desk import DROP_EVERY, MintDesk, MintRequest
from shared.config import config
from shared.errors import Forbidden, NotFound
from shared.hidden import Hidden
from shared.signed_tokens import CallerRefused
from shared.tenancy.errors import MintUnavailable
from shared.tenancy.minting import Ask, Grant
from shared.tenancy.principals import Member, Principal
from tests.unit.loopback import MovableClock

WORKER = "worker@demo-unit.iam.gserviceaccount.com"
ADMIN = "admin@demo-unit.iam.gserviceaccount.com"
TENANT = "testing-agency"


class Toolkit:
    """Identity Toolkit as the issuer sees it: `accounts` are the uids that exist, an exchange makes a missing one."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.accounts = {f"svc:{TENANT}"}
        self.issued: list[str] = []
        self.forgotten: list[str] = []
        self.deleting_fails = False

    async def issue(self, principal: Principal) -> tuple[Grant, bool]:
        await asyncio.sleep(0)
        new = principal.uid not in self.accounts
        self.accounts.add(principal.uid)
        self.issued.append(principal.uid)
        now = float(int(self.clock.now().timestamp()))
        token = Hidden(f"{principal.uid}/{len(self.issued)}")
        return Grant(token, now, now + 3600, principal.tenant_id), new

    async def forget(self, token: Hidden) -> None:
        if self.deleting_fails:
            raise MintUnavailable("not now")
        self.forgotten.append(token.reveal())
        self.accounts.discard(token.reveal().split("/")[0])


class Reception:
    """Knows one person by their token."""

    async def member(self, token: Hidden) -> Member:
        if token.reveal() != "the desk's token":
            raise CallerRefused("signature")
        return Member("desk", TENANT, "user", token)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def toolkit(clock: MovableClock) -> Toolkit:
    return Toolkit(clock)


@pytest.fixture
def desk(toolkit: Toolkit, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[MintDesk]:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo-unit")
    config.cache_clear()
    yield MintDesk(toolkit, Reception(), clock)
    config.cache_clear()


async def token(desk: MintDesk, newer_than: object = None) -> tuple[object, object]:
    request = MintRequest.model_validate({"tenant": TENANT, "newer_than": newer_than})
    grant = await desk.hand_out(request, WORKER)
    return grant["token"], grant["issued_at"]


async def test_one_token_serves_all_who_ask(desk: MintDesk, toolkit: Toolkit) -> None:
    assert len({(await token(desk))[0] for _ in range(3)}) == 1
    assert len(toolkit.issued) == 1


async def test_a_refused_token_is_made_anew(desk: MintDesk, clock: MovableClock) -> None:
    first, issued_at = await token(desk)
    clock.pass_by(10)
    second, later = await token(desk, issued_at)
    assert second != first
    assert later == clock.now().timestamp()


async def test_a_token_that_is_newer_already_is_handed_out_as_it_is(
    desk: MintDesk, toolkit: Toolkit, clock: MovableClock
) -> None:
    _, issued_at = await token(desk)
    clock.pass_by(10)
    second, _ = await token(desk, issued_at)
    clock.pass_by(10)
    assert (await token(desk, issued_at))[0] == second
    assert len(toolkit.issued) == 2


async def test_many_who_were_refused_at_once_get_one_new_token(desk: MintDesk, toolkit: Toolkit) -> None:
    first, issued_at = await token(desk)
    found = await asyncio.gather(*(token(desk, issued_at) for _ in range(10)))
    assert len({one for one, _ in found} - {first}) == 1
    assert first not in {one for one, _ in found}
    assert len(toolkit.issued) == 2


async def test_nobody_makes_mint_sign_more_than_once_in_five_seconds(
    desk: MintDesk, toolkit: Toolkit, clock: MovableClock
) -> None:
    for _ in range(20):
        await token(desk, 4e9)
    assert len(toolkit.issued) == 2
    clock.pass_by(DROP_EVERY)
    await token(desk, 4e9)
    assert len(toolkit.issued) == 3


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), "soon", [1]])
def test_newer_than_is_a_moment(wrong: object) -> None:
    with pytest.raises(ValueError, match="newer_than"):
        MintRequest.model_validate({"tenant": TENANT, "newer_than": wrong})


async def test_an_account_made_by_its_first_use_is_deleted_and_its_token_kept_back(
    desk: MintDesk, toolkit: Toolkit, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        with pytest.raises(NotFound) as refused:
            await desk.hand_out(MintRequest(tenant="no-such-tenant"), WORKER)
        assert refused.value.code == "no_tenant"
    assert toolkit.forgotten == ["svc:no-such-tenant/1", "svc:no-such-tenant/2"]
    assert toolkit.accounts == {f"svc:{TENANT}"}
    logged = capsys.readouterr().err
    assert logged.count('"ERROR"') == logged.count("new_machine_user") == 2


async def test_an_account_that_cannot_be_deleted_still_gives_nobody_its_token(
    desk: MintDesk, toolkit: Toolkit, capsys: pytest.CaptureFixture[str]
) -> None:
    toolkit.deleting_fails = True
    with pytest.raises(NotFound):
        await desk.hand_out(MintRequest(tenant="no-such-tenant"), WORKER)
    assert "stray_machine_user" in capsys.readouterr().err


async def test_an_identity_of_ours_that_is_not_provisioned_is_no_word_on_a_route(desk: MintDesk) -> None:
    """A 404 would make the edge forget its customers' routes."""
    with pytest.raises(MintUnavailable):
        await desk.hand_out(MintRequest(principal="sweeper"), "sweeper@demo-unit.iam.gserviceaccount.com")


async def test_a_person_gets_the_tenant_that_they_work_for_and_cannot_name_another(desk: MintDesk) -> None:
    grant = await desk.hand_out(MintRequest(person="the desk's token"), ADMIN)
    assert grant["tenant_id"] == TENANT
    for other in ({"tenant": TENANT}, {"route": "0" * 32}, {"principal": "sweeper"}, {"principal": "service"}):
        with pytest.raises(Forbidden):
            await desk.hand_out(MintRequest.model_validate(other), ADMIN)


async def test_a_person_who_proves_nothing_gets_nothing(desk: MintDesk, toolkit: Toolkit) -> None:
    with pytest.raises(CallerRefused):
        await desk.hand_out(MintRequest(person="another token"), ADMIN)
    assert toolkit.issued == []


@pytest.mark.parametrize("account", ["edge", "edge-twilio", "edge-identity", "worker", "sweeper", "mint"])
async def test_nobody_but_the_functions_for_people_asks_by_person(desk: MintDesk, account: str) -> None:
    """Refused before the token is looked at: it proves who a person is, not who asks."""
    for token in ("the desk's token", "another token"):
        with pytest.raises(Forbidden):
            await desk.hand_out(MintRequest(person=token), f"{account}@demo-unit.iam.gserviceaccount.com")


def test_a_request_shows_nobody_the_persons_token() -> None:
    assert "secret-token" not in repr(MintRequest(person="secret-token"))


def test_two_tokens_of_one_person_ask_for_one_grant_and_neither_is_shown() -> None:
    first, second = (Ask(person=Member("desk", TENANT, "user", Hidden(token))) for token in ("token-1", "token-2"))
    assert first == second
    assert hash(first) == hash(second)
    assert first != Ask(person=Member("desk", "another", "user", Hidden("token-1")))
    assert first != Ask(person=Member("owner", TENANT, "user", Hidden("token-1")))
    assert "token-1" not in repr(first)

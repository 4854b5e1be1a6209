"""Over real HTTP: the client against everything that Jackrabbit may answer, the stand-in against what was recorded."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from local.seed_openings import generate
from local.standins.base import DroppableProtocol, Fault
from local.standins.jackrabbit import JackrabbitStandin
from shared.clock import SystemClock
from shared.integrations.jackrabbit import Filter, Jackrabbit, JackrabbitUnavailable, Openings, matching
from shared.integrations.jackrabbit.client import MOST_BYTES, PATH

FIXTURES = Path(__file__).parents[1] / "fixtures" / "jackrabbit"
RECORDED = json.loads((FIXTURES / "openings.json").read_text())["rows"]
ORG = "545911"


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Base URL of `app` on a free port of loopback, in a thread. It listens before it is ready, so nothing waits."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    config = uvicorn.Config(app, http=DroppableProtocol, ws="none", lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def standin() -> JackrabbitStandin:
    return JackrabbitStandin({ORG: RECORDED, "1": []})


@pytest.fixture
def base(standin: JackrabbitStandin) -> Iterator[str]:
    with serving(standin.app) as url:
        yield url


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as client:  # the adapter must insist itself
        yield client


async def _reason(http: httpx.AsyncClient, base: str, *, patience: float = 5.0) -> str:
    with pytest.raises(JackrabbitUnavailable) as raised:
        await Jackrabbit(http, base, timeout=patience).fetch(ORG)
    return raised.value.reason


@contextmanager
def answering(answer: Callable[[Request], Response]) -> Iterator[str]:
    async def endpoint(request: Request) -> Response:
        return answer(request)

    with serving(Starlette(routes=[Route("/{path:path}", endpoint)])) as url:
        yield url


# --- the stand-in replays what was recorded


async def test_the_standin_replays_the_recorded_openings_byte_for_byte(base, http):
    answer = await http.get(base + PATH, params={"OrgID": ORG})
    assert answer.content == (FIXTURES / "openings.json").read_bytes()
    assert (await http.get(base + PATH, params={"OrgID": "1"})).content == (
        FIXTURES / "openings_empty.json"
    ).read_bytes()


async def test_an_unknown_organisation_is_the_recorded_error_with_status_200(base, http):
    for params in ({"OrgID": "999"}, {}):
        answer = await http.get(base + PATH, params=params)
        assert (answer.status_code, answer.content) == (200, (FIXTURES / "openings_error.json").read_bytes())


async def test_path_and_parameter_names_have_no_case_and_post_takes_a_form_or_json(base, http):
    recorded = (FIXTURES / "openings.json").read_bytes()
    lower = base + PATH.lower()
    answers = [
        await http.get(lower, params={"orgid": ORG}),
        await http.get(base + "/jr3.0/Openings/OpeningsJSON", params={"OrgId": ORG}),
        await http.post(lower, data={"OrgID": ORG}),
        await http.post(lower, json={"ORGID": int(ORG)}),
    ]
    assert [answer.content == recorded for answer in answers] == [True] * 4


@pytest.mark.parametrize("broken", [b"{", b"[1]", b"\xff"])
async def test_a_broken_json_body_is_an_unknown_organisation(base, http, broken):
    answer = await http.post(base + PATH, content=broken, headers={"content-type": "application/json"})
    assert answer.json()["success"] is False


@pytest.mark.parametrize("asked", [{"ShowClosed": "1"}, {"closed": "Full"}, {"showclosed": "1"}])
async def test_full_classes_without_a_wait_list_come_when_asked_for(base, http, standin, asked):
    hidden = {**RECORDED[1], "id": 5, "waitlist": False}
    await http.put(f"{base}/__openings/{ORG}", json=[*RECORDED, hidden])

    async def ids(**params: str) -> list[int]:
        answer = await http.get(base + PATH, params={"OrgID": ORG, **params})
        return [row["id"] for row in answer.json()["rows"]]

    assert set(await ids(**asked)) - set(await ids()) == {5}
    assert 1204418 in await ids()  # full, but with a wait list


async def test_location_category_and_session_narrow_the_list(base, http):
    async def names(**params: str) -> list[str]:
        answer = await http.get(base + PATH, params={"OrgID": ORG, **params})
        return [row["name"] for row in answer.json()["rows"]]

    assert await names(Loc="NORTH") == ["Turtle 2 - Ni&ntilde;os"]
    assert await names(Cat1="Adult") == ["Adult Lap Clinic"]
    assert await names(Session="Summer 1999") == []


async def test_rows_can_be_replaced_and_read_without_being_counted_as_calls(base, http, standin):
    rows = generate(3)
    assert (await http.put(f"{base}/__openings/77", json=rows)).json() == {"rows": 14}
    assert (await http.get(f"{base}/__openings/77")).json() == rows
    assert (await http.get(f"{base}/__openings/78")).status_code == 404
    assert (await http.put(f"{base}/__openings/77", json={"rows": rows})).status_code == 400
    assert (await http.put(f"{base}/__openings/77", content=b"{")).status_code == 400
    assert (await http.get(f"{base}/__calls")).json() == []


async def test_another_path_is_not_found(base, http):
    assert (await http.get(f"{base}/jr3.0/Openings")).status_code == 404


# --- the client against the stand-in


async def test_the_client_offers_what_is_open_and_asks_as_jackrabbit_expects(base, http, standin):
    answer = await Jackrabbit(http, base + "/").fetch(ORG)
    expected = json.loads((FIXTURES / "openings_trimmed_expected.json").read_text())
    assert sorted((one.trimmed() for one in answer.openings), key=lambda one: one["id"]) == expected
    assert [one.name for one in answer.openings] == [
        "Camp Splash",
        "Adult Lap Clinic",
        "Starfish & Friends",
        "TBD Evening",
    ]
    (call,) = standin.calls.listed()
    assert (call["method"], call["path"], call["query"]) == ("GET", PATH, f"OrgID={ORG}")


@pytest.mark.parametrize("seed", [1, 20261122, 987654321])
async def test_the_demos_question_is_answered_from_the_seed_and_names_no_full_class(base, http, seed):
    rows = generate(seed)
    await http.put(f"{base}/__openings/{ORG}", json=rows)
    listing = await Openings(http, base, SystemClock()).of("school", ORG)
    found = {one.id for one in matching(listing.openings, Filter.of(age=4, day="Saturday"))}
    full = {row["id"] for row in rows if row["openings"]["calculated_openings"] <= 0}
    assert found
    assert not found & full


async def test_fifty_concurrent_callers_are_one_call(base, http, standin):
    openings = Openings(http, base, SystemClock())
    listings = await asyncio.gather(*(openings.of("school", ORG) for _ in range(50)))
    assert len({listing.fetched_at for listing in listings}) == 1
    assert len(standin.calls.listed()) == 1


async def test_each_tenant_asks_for_itself(base, http, standin):
    openings = Openings(http, base, SystemClock())
    await asyncio.gather(*(openings.of(tenant, ORG) for tenant in ("school-a", "school-b")))
    assert len(standin.calls.listed()) == 2


async def test_an_unknown_organisation_is_unavailable(http):
    with serving(JackrabbitStandin().app) as base:
        assert await _reason(http, base) == "answer does not say success"


async def test_an_empty_list_is_empty(http):
    with serving(JackrabbitStandin({ORG: []}).app) as base:
        answer = await Jackrabbit(http, base).fetch(ORG)
    assert (answer.openings, answer.empty) == ((), True)


@pytest.mark.parametrize("status", [204, 301, 400, 404, 429, 500, 503])
async def test_every_status_but_200_is_unavailable(base, http, standin, status):
    standin.faults.order(Fault(status=status))
    assert await _reason(http, base) == f"status {status}"


async def test_a_hanging_jackrabbit_is_given_up_after_the_timeout(base, http, standin):
    standin.faults.order(Fault(latency_ms=400))
    assert await _reason(http, base, patience=0.1) in ("no answer in time", "request failed: ReadTimeout")


async def test_a_hanging_jackrabbit_costs_a_caller_its_deadline_and_serves_the_last_copy(base, http, standin):
    openings = Openings(http, base, SystemClock(), ttl=timedelta(0))
    fresh = await openings.of("school", ORG)
    standin.faults.order(Fault(latency_ms=400))
    stale = await openings.of("school", ORG, deadline=0.05)
    assert (fresh.stale, stale.stale, stale.openings) == (False, True, fresh.openings)


async def test_a_dropped_connection_and_a_closed_port_are_unavailable(base, http, standin):
    standin.faults.order(Fault(drop=True))
    assert await _reason(http, base) in ("request failed: RemoteProtocolError", "request failed: ReadError")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    assert await _reason(http, f"http://127.0.0.1:{closed}") == "request failed: ConnectError"


# --- the client against anything at all


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "answer is not JSON"),
        (b"<html>Server Error</html>", "answer is not JSON"),
        (b"\xff\xfe\x00", "answer is not JSON"),
        (b"[" * 200_000, "answer is not JSON"),
        (b'{"success": true, "rows": [1' + b"0" * 5_000 + b"]}", "answer is not JSON"),
        (b"[]", "answer does not say success"),
        (b"null", "answer does not say success"),
        (b'{"success": false, "message": "no", "rows": []}', "answer does not say success"),
        (b'{"success": "false", "rows": []}', "answer does not say success"),
        (b'{"rows": []}', "answer does not say success"),
        (b'{"success": true}', "rows are not a list"),
        (b'{"success": true, "rows": null}', "rows are not a list"),
        (b'{"success": true, "rows": {"0": {}}}', "rows are not a list"),
        (b'{"success": true, "rows": [{"class": "renamed"}]}', "no row is readable"),
    ],
)
async def test_garbage_is_unavailable_with_a_reason_of_our_own_words(http, body, reason):
    with answering(lambda _request: Response(body, media_type="application/json")) as base:
        assert await _reason(http, base) == reason


async def test_a_redirect_is_not_followed_even_by_a_client_that_would(http):
    followed: list[str] = []

    def answer(request: Request) -> Response:
        if request.url.path != PATH:
            followed.append(request.url.path)
            return Response((FIXTURES / "openings.json").read_bytes())
        return RedirectResponse("/elsewhere", 302)

    with answering(answer) as base:
        assert await _reason(http, base) == "status 302"
    assert followed == []


async def test_a_body_without_end_is_left_at_five_megabytes(http):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            await asyncio.sleep(0)  # so that the server hears of the disconnect
            yield b" " * 65_536

    with answering(lambda _request: StreamingResponse(endless(), media_type="application/json")) as base:
        assert await _reason(http, base) == "answer too large"
    assert sent < 4 * MOST_BYTES  # what the sockets' buffers took beyond it


async def test_a_body_of_six_megabytes_is_refused_and_one_below_five_is_read(http):
    small = json.dumps({"success": True, "message": "", "rows": RECORDED}).encode()
    with answering(lambda _request: Response(small + b" " * 6_000_000)) as base:
        assert await _reason(http, base) == "answer too large"
    with answering(lambda _request: Response(small + b" " * 4_900_000)) as base:
        assert len((await Jackrabbit(http, base).fetch(ORG)).openings) == 4

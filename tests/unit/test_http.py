from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared import http
from tests.unit.loopback import serving


@pytest.fixture(autouse=True)
async def connections() -> AsyncIterator[None]:
    yield
    await http.close()


async def echo(request: Request) -> Response:
    return JSONResponse(
        {"cookie": request.headers.get("cookie")},
        302 if request.url.path == "/away" else 200,
        {"Set-Cookie": "session=of-one-tenant; Path=/", "Location": "/elsewhere"},
    )


async def test_a_loop_has_one_client() -> None:
    assert http.client() is http.client()


async def test_after_closing_there_is_a_new_one() -> None:
    before = http.client()
    await http.close()
    assert before.is_closed
    assert http.client() is not before
    await http.close()
    await http.close()


async def test_a_client_that_somebody_closed_is_replaced() -> None:
    before = http.client()
    await before.aclose()
    assert not http.client().is_closed


async def test_another_loop_has_another_client_and_leaves_nothing_behind() -> None:
    async def elsewhere() -> httpx.AsyncClient:
        found = http.client()
        await found.aclose()
        return found

    here = http.client()
    there = await asyncio.to_thread(asyncio.run, elsewhere())
    assert there is not here
    await http.close()
    http.client()
    assert len(http._clients) == 1


def test_outside_of_a_loop_there_is_none() -> None:
    with pytest.raises(RuntimeError):
        http.client()


async def test_what_one_answer_sets_is_not_sent_with_the_next_call() -> None:
    with serving(echo) as url:
        await http.client().get(url)
        assert (await http.client().get(url)).json() == {"cookie": None}
        assert len(http.client().cookies) == 0
        await http.close()


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with serving(echo) as url:
        response = await http.client().get(f"{url}/away", headers={"Authorization": "Bearer x"})
        assert response.status_code == 302
        await http.close()


async def test_a_proxy_in_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    await http.close()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving(echo) as url:
        assert (await http.client().get(url)).status_code == 200
        await http.close()


async def test_every_call_has_a_timeout() -> None:
    assert http.client().timeout == httpx.Timeout(10.0)

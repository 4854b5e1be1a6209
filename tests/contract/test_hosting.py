"""Hosting with the real firebase.json, in front of functions that say what reached them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.emulators import hosting
from local.emulators.children import free_port
from tests.architecture.tree import ROOT
from tests.unit.loopback import nobody_listens, serving

FOR_A_YEAR = "public, max-age=31536000, immutable"
HASHED = ("app/app-1a2B_c3d.js", "app/style-CC5R0tJj.css", "app/locale-pt-C7tnzVMz.js")
NAMED = ("app/app.js", "app/app.css")
FILES = {"widget.js": "loader()", **dict.fromkeys((*HASHED, *NAMED), "app()")}


async def echo(request: Request) -> Response:
    """What reached the function; `/slow` takes its time, and `/broken` ends before it has said all."""
    if request.url.path.endswith("/slow"):
        await asyncio.sleep(5)
    if request.url.path.endswith("/broken"):
        return Response("half", headers={"content-length": "100"})
    heard = {"method": request.method, "path": request.scope["raw_path"].decode(), "query": request.url.query}
    body = heard | {"headers": dict(request.headers), "body": (await request.body()).decode()}
    return JSONResponse(body, 418, {"x-own": "1", "connection": "x-hop", "x-hop": "1", "cache-control": "no-store"})


@pytest.fixture(scope="module")
def functions() -> Iterator[str]:
    with serving(echo) as url:
        yield url


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hosting")
    for name, text in FILES.items():
        file = folder / "client" / "widget" / "dist" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "firebase.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
async def web(root: Path, functions: str) -> AsyncIterator[httpx.AsyncClient]:
    async for client in client_of(hosting.Site("widget", functions, root, patience=1)):
        yield client


async def client_of(site: hosting.Site) -> AsyncIterator[httpx.AsyncClient]:
    running = await hosting.start(free_port(), site)
    async with httpx.AsyncClient(base_url=f"http://{running.host}", timeout=20, trust_env=False) as client:
        yield client
    await running.stop()


async def test_the_loader_may_be_embedded_anywhere_and_is_cached_for_five_minutes(web: httpx.AsyncClient) -> None:
    got = await web.get("/widget.js", headers={"origin": "https://swim.example"})
    assert (got.status_code, got.text) == (200, "loader()")
    assert got.headers["content-type"].partition(";")[0] in ("application/javascript", "text/javascript")
    assert got.headers["cache-control"] == "public, max-age=300"
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", [*HASHED, *NAMED])
async def test_what_is_named_after_its_content_is_kept_for_a_year_and_the_rest_of_the_app_for_minutes(
    web: httpx.AsyncClient, name: str
) -> None:
    got = await web.get(f"/{name}")
    assert (got.status_code, got.text) == (200, "app()")
    assert got.headers["cache-control"] == (FOR_A_YEAR if name in HASHED else "public, max-age=300")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in got.headers


@pytest.mark.parametrize("path", ["/", "/nothing", "/inbox", "/widget", "/app/", "/chat-send/key", "/chat-start"])
async def test_what_is_not_there_is_not_there(web: httpx.AsyncClient, path: str) -> None:
    got = await web.get(path)
    assert got.status_code == 404
    assert "loader" not in got.text


@pytest.mark.parametrize("path", ["/../firebase.json", "/%2e%2e/firebase.json", "/..%2f..%2f..%2ffirebase.json"])
async def test_nothing_outside_its_folder_is_served(web: httpx.AsyncClient, path: str) -> None:
    reader, writer = await asyncio.open_connection(web.base_url.host, web.base_url.port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("name", ["chat-start", "chat-frame"])
async def test_a_function_sees_the_whole_path_and_who_asks(web: httpx.AsyncClient, name: str) -> None:
    asked = {"origin": "https://swim.example", "x-forwarded-for": "203.0.113.7", "cookie": "a=1; __session=2; b=3"}
    got = await web.get(f"/{name}/tst_web_key?page=%2Fa", headers=asked)
    heard: dict[str, Any] = got.json()
    assert heard["path"].partition("?")[0] == f"/{name}/{name}/tst_web_key"
    assert (heard["method"], heard["query"]) == ("GET", "page=%2Fa")
    assert heard["headers"]["origin"] == "https://swim.example"
    assert heard["headers"]["x-forwarded-host"] == f"{web.base_url.host}:{web.base_url.port}"
    assert heard["headers"]["x-forwarded-for"] == "203.0.113.7, 127.0.0.1"
    assert heard["headers"]["cookie"] == "__session=2"


async def test_what_a_function_answers_comes_back_but_for_what_concerns_the_connection(web: httpx.AsyncClient) -> None:
    got = await web.post("/chat-start/key", content="{}", headers={"te": "trailers", "proxy-authorization": "x"})
    assert (got.status_code, got.headers["x-own"], got.headers["cache-control"]) == (418, "1", "no-store")
    assert "x-hop" not in got.headers
    heard = got.json()
    assert (heard["method"], heard["body"]) == ("POST", "{}")
    assert {"te", "proxy-authorization"} & set(heard["headers"]) == set()


async def test_a_path_with_dots_reaches_no_other_function(web: httpx.AsyncClient) -> None:
    for dots in ("../../sweep", "%2e%2e/%2e%2e/sweep", "%2E%2E%2F%2E%2E%2Fsweep"):
        reader, writer = await asyncio.open_connection(web.base_url.host, web.base_url.port)
        writer.write(f"GET /chat-start/{dots} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 404 ") or json.loads(body)["path"] == f"/chat-start/chat-start/{dots}"


async def test_a_function_that_takes_too_long_is_given_up_with_a_sentence(web: httpx.AsyncClient) -> None:
    got = await web.get("/chat-start/slow")
    assert (got.status_code, got.json()["error"]) == (504, "unavailable")
    assert "has not answered" in got.json()["detail"]


async def test_an_answer_that_breaks_off_is_no_answer(web: httpx.AsyncClient) -> None:
    got = await web.get("/chat-start/broken")
    assert (got.status_code, got.json()["error"]) == (502, "unavailable")


async def test_functions_that_are_down_are_told_with_what_to_do_and_files_come_all_the_same(root: Path) -> None:
    async for web in client_of(hosting.Site("widget", nobody_listens(), root)):
        got = await web.get("/chat-start/key")
        assert (got.status_code, got.json()["error"]) == (502, "unavailable")
        assert "terminal of the local cloud" in got.json()["detail"]
        assert (await web.get("/widget.js")).status_code == 200


def test_two_functions_are_reached_through_hosting_and_none_that_streams() -> None:
    [widget] = json.loads((ROOT / "firebase.json").read_text())["hosting"]
    assert {one["source"]: one["function"]["functionId"] for one in widget["rewrites"]} == {
        "/chat-frame/**": "chat-frame",
        "/chat-start/**": "chat-start",
    }
    assert {one["function"]["region"] for one in widget["rewrites"]} == {"us-central1"}
    assert "redirects" not in widget

"""The phone page's server in front of a real local Telnyx: what it shows, sends, refuses and forbids."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from local.phone import Sources, Tenant, phone_app
from tests.unit.loopback import nobody_listens
from tests.unit.phone_house import AGENCY, ANA, BEN, SWIM, House, house, tenants

STATIC = Path(__file__).parents[2] / "local" / "phone" / "static"
JSON_TYPE = {"content-type": "application/json"}


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as built:
        yield built


@pytest.fixture
async def lone() -> AsyncIterator[httpx.AsyncClient]:
    """The page without a carrier: whatever went further than the page would be answered 503."""
    async with page_of(nobody_listens()) as client:
        yield client


async def shown(home: House, phone: str = ANA) -> list[dict[str, object]]:
    response = await home.http.get(f"{home.page}/api/messages", params={"phone": phone})
    assert response.status_code == 200
    listed: list[dict[str, object]] = response.json()["messages"]
    return listed


@asynccontextmanager
async def page_of(telnyx: str, lines: list[Tenant] | None = None) -> AsyncIterator[httpx.AsyncClient]:
    app = phone_app(Sources(tenants() if lines is None else lines, telnyx, "http://sites"))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://page") as http:
        yield http


async def test_the_page_learns_the_two_phones_and_the_tenants(home: House) -> None:
    told = (await home.http.get(f"{home.page}/api/phones")).json()
    assert [(one["name"], one["number"]) for one in told["phones"]] == [("Ana", ANA), ("Ben", BEN)]
    assert told["phones"][0]["display"] == "+1 281 555 0101"
    assert [one["name"] for one in told["tenants"]] == ["CP Marketing", "Testing Agency", "BSS Cypress-Spring"]
    assert told["tenants"][0]["numbers"] == []
    assert told["tenants"][1]["numbers"] == [{"number": AGENCY, "display": "+1 281 767 9141"}]
    assert told["tenants"][1]["site"] == f"{home.site}/testing-agency/"


async def test_a_text_reaches_the_webhook_and_is_delivered(home: House) -> None:
    response = await home.text("Hello?\nIs anybody there?")
    assert (response.status_code, home.webhook.came) == (201, 1)
    assert response.json()["state"] == {"tone": "done", "label": "Delivered", "detail": ""}
    [text] = await shown(home)
    assert text["id"] == response.json()["id"]
    assert (text["text"], text["mine"], text["business"]) == ("Hello?\nIs anybody there?", True, AGENCY)


async def test_a_text_that_the_webhook_refuses_says_so_then_and_later(home: House) -> None:
    home.webhook.status = 403
    sent = (await home.text()).json()["state"]
    assert (sent["tone"], sent["label"]) == ("failed", "Refused 403")
    assert sent["detail"].endswith("Telnyx gave up after 3 attempts.")
    assert [text["state"] for text in await shown(home)] == [sent]


async def test_each_phone_shows_its_own_texts_only(home: House) -> None:
    await home.text("from Ana")
    await home.text("from Ben", BEN, SWIM)
    await home.reply("to somebody else", to="+12815550199")
    assert [text["text"] for text in await shown(home, ANA)] == ["from Ana"]
    assert [text["text"] for text in await shown(home, BEN)] == ["from Ben"]


async def test_a_tenant_that_connects_a_number_later_can_be_texted_at_once(home: House) -> None:
    live = tenants()
    live[1]["sms"].clear()
    async with page_of(home.telnyx, live) as client:
        body = {"phone": ANA, "to": AGENCY, "text": "Hi"}
        assert (await client.post("/api/messages", json=body)).status_code == 400
        live[1]["sms"].append(AGENCY)
        assert (await client.post("/api/messages", json=body)).status_code == 201


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (b"", "not_a_text", "phone"),
        (b"hello", "not_a_text", "phone"),
        (b"[]", "not_a_text", "phone"),
        (b'{"phone": "+12815550101", "to": "+12817679141"}', "not_a_text", "text"),
        (b'{"phone": "+12815550101", "to": "+12817679141", "text": 5}', "not_a_text", "strings"),
        (b'{"phone": "+12815550101", "to": "+12817679141", "text": "x", "from": "y"}', "not_a_text", "text"),
        (b'{"phone": "+12815550101", "to": "+12817679141", "text": "\xff"}', "not_a_text", "text"),
        (b'{"phone": "+12815550199", "to": "+12817679141", "text": "Hi"}', "unknown_phone", "+12815550101 (Ana)"),
        (b'{"phone": "+12815550101", "to": "+12815550102", "text": "Hi"}', "unknown_business", AGENCY),
        (b'{"phone": "+12815550101", "to": "+12817679141", "text": " \\n "}', "empty_text", "type something"),
        (b'{"phone": "+12815550101", "to": "+12817679141", "text": "' + b"x" * 1601 + b'"}', "text_too_long", "1600"),
    ],
)
async def test_what_cannot_be_sent_is_refused_with_what_to_do(
    lone: httpx.AsyncClient, body: bytes, error: str, says: str
) -> None:
    response = await lone.post("/api/messages", content=body, headers=JSON_TYPE)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert says in response.json()["detail"]


async def test_another_sites_form_cannot_send_a_text(lone: httpx.AsyncClient) -> None:
    body = json.dumps({"phone": ANA, "to": AGENCY, "text": "Hi"})
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        response = await lone.post("/api/messages", content=body, headers={"content-type": kind})
        assert (response.status_code, response.json()["error"]) == (400, "not_json")


async def test_a_body_without_end_is_not_read_to_its_end(lone: httpx.AsyncClient) -> None:
    response = await lone.post("/api/messages", content=b" " * 20_000, headers=JSON_TYPE)
    assert (response.status_code, response.json()["error"]) == (413, "payload_too_large")


async def test_a_number_that_no_account_has_is_told_as_not_connected(home: House) -> None:
    lines = tenants()
    lines[0]["sms"].append("+12815550177")
    async with page_of(home.telnyx, lines) as client:
        response = await client.post("/api/messages", json={"phone": ANA, "to": "+12815550177", "text": "Hi"})
    assert (response.status_code, response.json()["error"]) == (409, "number_not_connected")
    assert "Settings → SMS" in response.json()["detail"]


@pytest.mark.parametrize("query", ["", "?phone=", "?phone=+12815550101", "?phone=%2B12815550199"])
async def test_the_messages_of_no_phone_are_refused_with_what_to_do(lone: httpx.AsyncClient, query: str) -> None:
    response = await lone.get(f"/api/messages{query}")
    assert (response.status_code, response.json()["error"]) == (400, "unknown_phone")
    assert "%2B" in response.json()["detail"]


async def test_an_unreachable_carrier_is_told_with_what_to_do(lone: httpx.AsyncClient) -> None:
    for response in (
        await lone.get("/api/messages", params={"phone": ANA}),
        await lone.post("/api/messages", json={"phone": ANA, "to": AGENCY, "text": "Hi"}),
    ):
        assert (response.status_code, response.json()["error"]) == (503, "telnyx_unreachable")
        assert "python3 noxfile.py -s demo" in response.json()["detail"]
    assert (await lone.get("/api/phones")).status_code == 200


async def test_something_else_on_the_carriers_port_counts_as_the_carrier_being_away(home: House) -> None:
    async with page_of(home.page) as client:  # it answers 404 to /__messages
        response = await client.get("/api/messages", params={"phone": ANA})
    assert (response.status_code, response.json()["error"]) == (503, "telnyx_unreachable")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/static/%2e%2e/app.py", 404), ("PUT", "/", 405)]
)
async def test_what_is_not_there_is_answered_in_json(
    lone: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await lone.request(method, f"{path}")
    assert response.status_code == status
    assert set(response.json()) == {"error", "detail"}


@pytest.mark.parametrize("path", ["/", "/static/phone.js", "/api/phones", "/api/messages", "/nothing"])
async def test_every_answer_forbids_what_the_page_does_not_need(lone: httpx.AsyncClient, path: str) -> None:
    headers = (await lone.get(f"{path}")).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert re.findall(r"frame-src [^;]*", policy) == ["frame-src http://sites"]
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_the_page_has_nothing_inline_and_loads_nothing_from_elsewhere() -> None:
    html = (STATIC / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", html) == []
    sources = html + "".join(file.read_text() for file in STATIC.glob("*.css"))
    assert re.findall(r'(?:src|href)="(?:https?:)?//|url\(|@import', sources) == []


def test_the_scripts_never_write_markup() -> None:
    for script in STATIC.glob("*.js"):
        writes = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|eval\(|new Function|DOMParser"
        assert re.findall(writes, script.read_text()) == [], script.name


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, object]]]:
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def test_the_stream_follows_a_reply_to_its_end_and_rests_when_its_browser_has_gone(home: House) -> None:
    labels: list[str] = []
    async with asyncio.timeout(10), home.http.stream("GET", f"{home.page}/api/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        stream = events(response)
        assert await anext(stream) == ("all", {"messages": []})
        await home.reply("See you on Saturday!")
        while "Delivered" not in labels:
            name, data = await anext(stream)
            assert name == "changed"
            labels += [one["state"]["label"] for one in data["messages"]]  # type: ignore[attr-defined]  # JSON
    assert labels == sorted(set(labels), key=["Queued", "Sent", "Delivered"].index)
    await home.rest()


async def test_a_server_that_stops_does_not_wait_for_open_pages(home: House) -> None:
    async with asyncio.timeout(3), home.http.stream("GET", f"{home.page}/api/events") as response:
        stream = events(response)
        await anext(stream)
        await home.stop_page()
        assert [event async for event in stream] == []

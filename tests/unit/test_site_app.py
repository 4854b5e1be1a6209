"""The businesses' sites: what they show, how they embed the chat, what they allow it, and who they say is there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.seed_data import BSS, CP_MARKETING, TENANTS, TESTING_AGENCY
from local.site import Neighbours, site_app
from local.site.hours import holidays_in_words, week_in_words
from tests.unit.loopback import MovableClock

STATIC = Path(__file__).parents[2] / "local" / "site" / "static"
NEAR = Neighbours("http://127.0.0.1:5002", "http://127.0.0.1:8080", "http://127.0.0.1:5001")
PAGES = [f"/{tenant.id}/{page}" for tenant in TENANTS for page in ("", "classes", "contact")]


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(site_app(TENANTS, NEAR)), base_url="http://site"
    ) as http:
        yield http


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_embeds_the_chat_of_its_business_with_one_line_and_nothing_inline(
    web: httpx.AsyncClient, path: str
) -> None:
    html = (await web.get(path)).text
    tenant = next(one for one in TENANTS if path.startswith(f"/{one.id}/"))
    assert tenant.widget
    line = f'<script async src="http://127.0.0.1:5002/widget.js" data-key="{tenant.widget.key}"></script>'
    assert html.count(line) == html.count("widget.js") == 1
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", html) == []


@pytest.mark.parametrize("path", PAGES)
async def test_the_same_page_is_there_without_the_chat(web: httpx.AsyncClient, path: str) -> None:
    embedded, bare = (await web.get(path)).text, (await web.get(f"{path}?embed=0")).text
    assert "widget.js" not in bare
    assert re.sub(r'<script async src="[^"]*/widget\.js"[^>]*></script>', "", embedded) == bare


@pytest.mark.parametrize("path", ["/", "/static/site.js", "/nothing", "/testing-agency/theme.css", *PAGES])
async def test_the_sites_policy_allows_what_the_chat_needs_and_nothing_more(web: httpx.AsyncClient, path: str) -> None:
    headers = (await web.get(path)).headers
    assert headers["content-security-policy"].split("; ") == [
        "default-src 'none'",
        "script-src 'self' http://127.0.0.1:5002",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self' http://127.0.0.1:5002 http://127.0.0.1:8080",
        "frame-src http://127.0.0.1:5002",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self' http://127.0.0.1:5001",
    ]
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_site_tells_what_the_business_says_of_itself(web: httpx.AsyncClient) -> None:
    front, home = (await web.get("/")).text, (await web.get("/testing-agency/")).text
    assert [tenant.name in front for tenant in TENANTS] == [True, True, True]
    assert TESTING_AGENCY.description in home
    assert "<dt>Mon–Fri</dt><dd>9 am–8 pm</dd>" in home
    assert [fact["text"] in home for fact in TESTING_AGENCY.facts if fact["id"] != "hours"] == [True] * 6
    assert TESTING_AGENCY.contact in (await web.get("/testing-agency/contact")).text
    assert (await web.get("/testing-agency/theme.css")).text == ":root { --brand: #0b6e4f; }"


async def test_what_a_business_says_is_never_markup() -> None:
    evil = "<img src=x onerror=alert(1)>"
    tenant = replace(
        TESTING_AGENCY,
        name=evil,
        description=evil,
        contact=evil,
        facts=({"id": "address", "title": evil, "text": evil},),
        holidays=({"date": "2026-12-25", "name": evil, "hours": []},),
    )
    transport = httpx.ASGITransport(site_app([tenant], NEAR))
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as web:
        for path in ("/", "/testing-agency/", "/testing-agency/classes", "/testing-agency/contact"):
            html = (await web.get(path)).text
            assert "<img" not in html
            assert "&lt;img" in html


@pytest.mark.parametrize("path", ["/nobody/", "/nobody/classes", "/nobody/identity", "/testing-agency/prices"])
async def test_a_page_that_is_not_there_is_not_found(web: httpx.AsyncClient, path: str) -> None:
    assert (await web.get(path)).status_code == 404


def test_hours_are_told_in_words() -> None:
    assert week_in_words(TESTING_AGENCY.hours) == [
        ("Mon–Fri", "9 am–8 pm"),
        ("Sat", "8 am–2 pm"),
        ("Sun", "closed"),
    ]
    assert week_in_words(BSS.hours) == [("Mon–Sun", "8 am–7 pm")]
    assert week_in_words(CP_MARKETING.hours)[0] == ("Mon–Fri", "9 am–12:30 pm, 1:30 pm–5 pm")
    assert week_in_words({"mon": ["00:00-24:00"]})[0] == ("Mon", "12 am–12 am")
    assert holidays_in_words(TESTING_AGENCY.holidays) == [
        ("Christmas Eve, Dec 24", "9 am–1 pm"),
        ("Christmas, Dec 25", "closed"),
    ]


async def test_nobody_is_told_to_be_ana_before_signing_in_or_after_signing_out(web: httpx.AsyncClient) -> None:
    assert (await web.get("/testing-agency/identity")).status_code == 204
    signed_in = await web.post("/testing-agency/session")
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert 'aria-checked="true"' in (await web.get("/testing-agency/")).text
    assert (await web.get("/testing-agency/identity")).status_code == 200
    assert (await web.get("/cp-marketing/identity")).status_code == 204
    await web.delete("/testing-agency/session")
    assert (await web.get("/testing-agency/identity")).status_code == 204
    assert 'aria-checked="false"' in (await web.get("/testing-agency/")).text


def opened(token: str, key: str) -> dict[str, Any]:
    """The claims of a token under `key`, read as the other side reads it."""
    head, body, signature = token.split(".")
    expected = hmac.digest(key.encode(), f"{head}.{body}".encode(), hashlib.sha256)
    assert decoded(signature) == expected
    assert json.loads(decoded(head)) == {"alg": "HS256", "typ": "JWT"}
    claims: dict[str, Any] = json.loads(decoded(body))
    return claims


def decoded(part: str) -> bytes:
    assert "=" not in part
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_who_is_signed_in_is_told_in_a_token_for_this_widget_that_holds_once_and_not_for_long() -> None:
    clock, widget = MovableClock(), TESTING_AGENCY.widget
    assert widget
    transport = httpx.ASGITransport(site_app(TENANTS, NEAR, clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as web:
        await web.post("/testing-agency/session")
        tokens = [(await web.get("/testing-agency/identity")).json()["token"] for _ in range(2)]
    first, second = (opened(token, widget.identity_key) for token in tokens)
    now = int(clock.now().timestamp())
    assert (first["aud"], first["iat"], first["exp"]) == (widget.key, now, now + 600)
    assert (first["name"], first["email"]) == ("Ana Reyes", "ana@parents.example")
    assert first["sub"] == second["sub"]
    assert first["jti"] != second["jti"]


def test_each_business_signs_with_a_key_of_its_own_and_has_a_widget_of_its_own() -> None:
    widgets = [tenant.widget for tenant in TENANTS if tenant.widget]
    assert len({one.key for one in widgets}) == len({one.identity_key for one in widgets}) == len(TENANTS)
    assert all(re.fullmatch(r"[A-Za-z0-9_]{32}", one.key) for one in widgets)


def test_the_script_never_writes_markup() -> None:
    script = (STATIC / "site.js").read_text()
    writes = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|eval\(|new Function|DOMParser"
    assert re.findall(writes, script) == []
    assert re.findall(r"url\(|@import", (STATIC / "site.css").read_text()) == []

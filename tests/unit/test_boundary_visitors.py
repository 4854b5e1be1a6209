"""A frame shows a session that we signed; a page shows a key that anybody can guess. No mint runs here."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from functions.chat.chat_upload import chat_upload
from shared.boundary import Call, visitors
from shared.boundary.limits import Crowded, Lookups
from shared.config import config
from shared.errors import Unavailable
from shared.vault import address_hashes
from shared.vault.visits import Pass, Visit, visit_tokens
from tests.unit.loopback import MovableClock

FRAME, SITE = "https://widget.example", "https://site.example"
VISIT = Visit.begun("a-tenant", "a-key", SITE, "en")
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings = {
        "GOOGLE_CLOUD_PROJECT": "demo",
        "WIDGET_ORIGIN": FRAME,
        "CHAT_SESSION_KEY": f"k1:{KEY}",
        "ADDRESS_HASH_KEY": KEY,
        "GCE_METADATA_HOST": "127.0.0.1:1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    held = (config, visit_tokens, address_hashes)
    for one in held:
        one.cache_clear()
    yield
    for one in held:
        one.cache_clear()


@pytest.fixture
async def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """This instance's bucket is empty and stays so."""

    async def nobody(_key: str) -> None:
        return None

    drained = Lookups(MovableClock())
    for guess in range(50):
        await drained.find(str(guess), nobody)
    monkeypatch.setattr(visitors, "lookups", lambda: drained)


async def uploaded(session: str) -> tuple[str, bool]:
    """The error's code, and whether the file was read for it."""
    read = False

    async def file() -> AsyncIterator[bytes]:
        nonlocal read
        read = True
        yield b"a file"

    app = Starlette()
    app.add_route("/", chat_upload, ["POST"])
    headers = {"authorization": f"Bearer {session}", "origin": FRAME}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://functions") as client:
        answer = await client.post("/", headers=headers, content=file())
    return answer.json()["error"], read


async def test_no_file_is_read_for_a_session_that_opens_nothing() -> None:
    now = datetime.now(UTC)
    over = visit_tokens().sign(Pass.SESSION, VISIT, now - Pass.SESSION.life - timedelta(seconds=1))
    assert await uploaded("forged") == ("session_invalid", False)
    assert await uploaded(visit_tokens().sign(Pass.RESUME, VISIT, now)) == ("session_invalid", False)
    assert await uploaded(over) == ("session_expired", False)
    assert await uploaded(visit_tokens().sign(Pass.SESSION, VISIT, now)) == ("unavailable", True)


@pytest.mark.usefixtures("crowded")
async def test_while_keys_are_guessed_a_page_is_told_to_try_again_and_not_that_its_key_is_nobodys() -> None:
    call = Call("chat-start", b"", {"origin": SITE}, "a-key", datetime.now(UTC), method="GET")
    with pytest.raises(Crowded) as later:
        await visitors.site_of(call)
    assert (later.value.status, later.value.code) == (503, "unavailable")


@pytest.mark.usefixtures("crowded")
async def test_while_keys_are_guessed_the_key_in_a_session_of_ours_is_looked_up_all_the_same() -> None:
    call = Call("chat-rate", b"", {}, None, datetime.now(UTC), visit=VISIT)
    with pytest.raises(Unavailable, match="its own identity"):  # which it would show to mint
        await visitors.visitor_of(call)

"""media hands out a picture to whoever holds its link, and says the same nothing to everybody else."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from local.standins.telnyx_media import png
from shared.hidden import Hidden
from shared.vault import Masters
from shared.vault.links import Linked, MediaLinks
from tests.stack import RunningStack, secrets_of

AGENCY, OTHER = "testing-agency", "cp-marketing"
ID = "5eed" * 8


@pytest.fixture
async def links(stack: RunningStack) -> MediaLinks:
    """Signed as our own functions sign, with a picture behind them."""
    url = stack.standin("storage", f"/upload/storage/v1/b/{stack.info['project']}-media/o")
    body = (
        b'--x\r\ncontent-type: application/json\r\n\r\n{"name": "tenants/%s/%s"}\r\n'
        b"--x\r\ncontent-type: image/png\r\n\r\n%s\r\n--x--" % (AGENCY.encode(), ID.encode(), png())
    )
    headers = {"content-type": "multipart/related; boundary=x"}
    (await stack.client.post(f"{url}?uploadType=multipart", content=body, headers=headers)).raise_for_status()
    secrets = await secrets_of(stack.info, "MEDIA_LINK_KEY")
    return MediaLinks(Masters.parse(Hidden(secrets["MEDIA_LINK_KEY"])))


def token(links: MediaLinks, tenant: str = AGENCY, id: str = ID, hours: float = 1) -> str:
    return links.sign(Linked(tenant, id), datetime.now(UTC) + timedelta(hours=hours))


def forged(good: str) -> str:
    return good[:-2] + ("BB" if good.endswith("AA") else "AA")


async def get(stack: RunningStack, path: str) -> httpx.Response:
    return await stack.client.get(f"{stack.function('media')}/{path}")


async def test_a_link_hands_out_its_picture_and_nothing_that_a_browser_would_run(
    stack: RunningStack, links: MediaLinks
) -> None:
    answer = await get(stack, token(links))
    assert (answer.status_code, answer.content) == (200, png())
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == "inline"
    assert answer.headers["cache-control"].startswith("private")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_provider_may_ask_what_there_is_before_it_fetches_it(stack: RunningStack, links: MediaLinks) -> None:
    url = f"{stack.function('media')}/{token(links)}"
    asked, got = await stack.client.head(url), await stack.client.get(url)
    assert (asked.status_code, asked.content) == (200, b"")
    assert dict(asked.headers) | {"date": ""} == dict(got.headers) | {"date": ""}
    assert (await stack.client.head(f"{url[:-2]}AA")).status_code == 404


async def test_forged_expired_empty_and_foreign_links_get_the_same_bytes(
    stack: RunningStack, links: MediaLinks
) -> None:
    good = token(links)
    bad = [
        forged(good),
        token(links, hours=-1),
        token(links, tenant=OTHER),
        token(links, id="0" * 32),
        "x",
        "x" * 600,
    ]
    answers = [await get(stack, one) for one in (*bad, "", f"{good}/more")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["content-type"] for answer in answers} == {"application/json; charset=utf-8"}


async def test_a_forged_link_asks_nobody(stack: RunningStack, links: MediaLinks) -> None:
    id = uuid.uuid4().hex  # nobody else's
    await get(stack, forged(token(links, id=id)))
    assert [call for call in await stack.calls("storage") if id in call["path"]] == []
    await get(stack, token(links, id=id))
    assert [call for call in await stack.calls("storage") if id in call["path"]]


async def test_a_picture_is_only_ever_read(stack: RunningStack, links: MediaLinks) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = await stack.client.request(method, f"{stack.function('media')}/{token(links)}")
        assert answer.status_code == 405

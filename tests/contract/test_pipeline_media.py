"""Files of a text: fetched once, kept or visibly refused, shown to the model, and never in the way of an answer."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from local.standins.storage import StorageStandin
from local.standins.telnyx import TelnyxStandin
from local.standins.telnyx_media import PICTURES, png
from local.wire import loopback_client, serve_http
from shared.assistant import Picture
from shared.channels.types import InboundText, Media, Refused
from shared.config import config
from shared.conversations.answering import Answering
from shared.conversations.collecting import MOST_TRIES, Collecting
from shared.conversations.drafts import Draft, outbound
from shared.conversations.gallery import MOST_BYTES, MOST_SHOWN, Gallery
from shared.conversations.outgoing import GONE, TOO_LARGE, Outgoing
from shared.conversations.pictures import picture_type
from shared.conversations.work import Work
from shared.errors import BadRequest, PayloadTooLarge, Unavailable
from shared.safe_fetch import SafeFetch
from shared.store.blobs import Blobs
from shared.store.changes import Changes
from shared.store.documents import Message
from shared.store.media import MediaFile, media_id
from shared.store.reading import media
from tests.contract.pipeline_support import CUSTOMER, OURS, SMS, House


@dataclass
class Post:
    """A house with a post office: the stand-ins that host files and keep them."""

    house: House
    provider: str
    storage: str
    http: httpx.AsyncClient

    @property
    def blobs(self) -> Blobs:
        return Blobs(self.house.tenant)

    @property
    def gallery(self) -> Gallery:
        work = Work(self.house.queue, self.house.tenant)
        return Gallery(self.house.reader, self.blobs, work, self.house.clock)

    def url(self, name: str) -> str:
        return name if name.startswith(("http", "ftp")) else f"{self.provider}/__media/{name}"

    async def text(self, *names: str, words: str = "") -> str:
        attached = tuple(Media(self.url(name), "image/png") for name in names)
        id, now = os.urandom(8).hex(), self.house.clock.now()
        return await self.house.receiving.receive(InboundText("telnyx", id, CUSTOMER, OURS, words, now, attached))

    async def collect(self, text: str, tries: int = 0) -> None:
        fetch = SafeFetch(frozenset([self.provider.removeprefix("http://")]))
        await Collecting(self.house.db, self.blobs, fetch).collect(text, tries=tries)

    async def file(self, text: str, place: int = 0) -> MediaFile | None:
        id = media_id(text, place)
        return (await self.house.reader.read([media(id)])).media(id)

    async def files(self, text: str, count: int) -> list[MediaFile | None]:
        return [await self.file(text, place) for place in range(count)]

    async def objects(self) -> list[dict[str, Any]]:
        stored = (await self.http.get(f"{self.storage}/__objects")).json()
        return [one for one in stored if one["name"].startswith(f"tenants/{self.house.tenant}/")]

    async def fault(self, **fault: object) -> None:
        (await self.http.post(f"{self.storage}/__faults", json=fault)).raise_for_status()

    async def answer(self) -> None:
        """An answer task, by an assistant that can see the gallery."""
        self.house.tick(seconds=4)
        house = self.house
        answering = Answering(
            house.db, house.tenant, house.assistant, house.queue, house.hashes, house.clock, self.gallery
        )
        await answering.answer(house.conversation_id)

    @property
    def shown(self) -> list[Picture]:
        """What the model was shown last."""
        return list(self.house.model.asked[-1].contents[-1].pictures)  # type: ignore[union-attr]


@pytest.fixture
async def post(emulated: str, house: House) -> AsyncIterator[Post]:
    standin = TelnyxStandin([])
    provider, storage = await serve_http(standin.app), await serve_http(StorageStandin().app)
    before = dict(os.environ)
    os.environ |= {
        "STORAGE_EMULATOR_HOST": storage.url,
        "FIRESTORE_EMULATOR_HOST": str(config().endpoints.firestore),
        "GOOGLE_CLOUD_PROJECT": emulated,
    }
    config.cache_clear()
    config()
    os.environ.clear()
    os.environ |= before
    async with loopback_client(10) as http:
        yield Post(house, provider.url, storage.url, http)
    await storage.stop()
    await provider.stop()


# -- the task


async def test_a_text_with_media_has_a_task_of_its_own_and_is_answered_a_little_later(post: Post) -> None:
    before = post.house.clock.now()
    id = await post.text("picture.png")
    (fetching,) = post.house.queue.of("fetch-media")
    assert fetching.name.endswith(f"-m-{id}")
    assert dict(fetching.body) == {"tenant": post.house.tenant, "message": id}
    await post.house.text("no picture")
    with_picture, without = post.house.queue.of("answer")
    assert with_picture.at is not None
    assert without.at is not None
    assert with_picture.at >= before + timedelta(seconds=6)
    assert without.at <= post.house.clock.now() + timedelta(seconds=3)


async def test_a_text_without_media_has_no_such_task(post: Post) -> None:
    await post.house.text("hello")
    assert post.house.queue.of("fetch-media") == []


# -- what is kept


@pytest.mark.parametrize(
    ("name", "kind"),
    [("picture.png", "image/png"), ("picture.jpeg", "image/jpeg"), ("picture.gif", "image/gif"),
     ("picture.webp", "image/webp"), ("picture.heic", "image/heic")],
)  # fmt: skip
async def test_a_picture_is_kept_by_what_it_is_and_not_by_what_its_header_says(
    post: Post, name: str, kind: str
) -> None:
    id = await post.text(name)
    await post.collect(id)
    file = await post.file(id)
    assert file is not None
    assert (file.state, file.content_type, file.direction, file.reason) == ("stored", kind, "in", None)
    assert (file.size, file.sha256) == (len(PICTURES[name]), hashlib.sha256(PICTURES[name]).hexdigest())
    (stored,) = await post.objects()
    assert stored["name"] == f"tenants/{post.house.tenant}/{media_id(id, 0)}"
    assert stored["content_type"] == kind


async def test_a_task_delivered_again_fetches_and_writes_nothing_twice(post: Post) -> None:
    id = await post.text("picture.png", "picture.gif")
    for _ in range(3):
        await post.collect(id)
    assert len(await post.objects()) == 2
    calls = (await post.http.get(f"{post.storage}/__calls")).json()
    assert len([call for call in calls if call["method"] == "POST"]) == 2


async def test_after_a_crash_between_bytes_and_document_the_document_is_about_the_bytes(post: Post) -> None:
    id = await post.text("picture.png")
    await post.blobs.put(media_id(id, 0), png(7), "image/png")  # an earlier try fetched these
    await post.collect(id)
    file = await post.file(id)
    assert file is not None
    assert file.sha256 == hashlib.sha256(png(7)).hexdigest()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.png", "404"),
        ("large.png", "too large"),
        ("page.png", "not a picture"),
        ("http://169.254.169.254/latest/meta-data", "https"),
        ("https://169.254.169.254/latest/meta-data", "not a public one"),
        ("https://10.0.0.1/a.png", "not a public one"),
        ("https://[::1]/a.png", "not a public one"),
        ("redirect?to=https://127.0.0.1/a.png", "not a public one"),
        ("ftp://media.example/a.png", "https"),
    ],
)
async def test_what_may_not_be_kept_is_refused_visibly_and_at_once(post: Post, name: str, why: str) -> None:
    id = await post.text(name)
    await post.collect(id)
    file = await post.file(id)
    assert file is not None
    assert (file.state, file.size, file.sha256) == ("refused", 0, None)
    assert file.reason is not None
    assert why in file.reason
    assert await post.objects() == []


async def test_of_eleven_files_the_last_is_refused(post: Post) -> None:
    id = await post.text(*["picture.png"] * 11)
    await post.collect(id)
    files = await post.files(id, 11)
    assert [file.state if file else None for file in files] == ["stored"] * 10 + ["refused"]


async def test_a_bad_file_does_not_keep_the_good_ones_out(post: Post) -> None:
    id = await post.text("page.png", "picture.png", "missing.png", "picture.gif")
    await post.collect(id)
    files = await post.files(id, 4)
    assert [file.state if file else None for file in files] == ["refused", "stored", "refused", "stored"]


async def test_what_cannot_be_had_now_comes_again_and_the_rest_is_kept_already(post: Post) -> None:
    id = await post.text("later.png?n=2", "picture.png")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await post.collect(id)
        assert await post.file(id, 0) is None
        assert await post.file(id, 1) is not None
    await post.collect(id)
    file = await post.file(id, 0)
    assert file is not None
    assert file.stored


async def test_after_the_last_try_it_is_refused_with_the_reason(post: Post) -> None:
    id = await post.text("later.png?n=99")
    with pytest.raises(Unavailable):
        await post.collect(id, tries=MOST_TRIES - 2)
    assert await post.file(id) is None
    await post.collect(id, tries=MOST_TRIES - 1)
    file = await post.file(id)
    assert file is not None
    assert (file.state, file.reason) == ("refused", "the server answered 503")


async def test_a_storage_that_is_away_refuses_nothing(post: Post) -> None:
    """It is our own: however often the task was tried, the picture may still be kept."""
    id = await post.text("picture.png")
    await post.fault(path="/upload", times=1, status=503)
    with pytest.raises(Unavailable):
        await post.collect(id, tries=MOST_TRIES + 5)
    assert await post.file(id) is None
    await post.collect(id)
    assert await post.file(id) is not None


async def test_a_task_about_nothing_is_done(post: Post) -> None:
    await post.collect("0" * 32)
    await post.collect(await post.house.text("no picture"))


# -- the answer


async def test_the_model_is_shown_the_picture(post: Post) -> None:
    id = await post.text("picture.png", words="Is this the right form?")
    await post.collect(id)
    post.house.say("Thanks for the photo!")
    await post.answer()
    assert post.shown == [Picture("image/png", png())]


async def test_a_picture_alone_is_answered(post: Post) -> None:
    await post.collect(await post.text("picture.png"))
    post.house.say("Thanks for the photo! How can I help?")
    await post.answer()
    assert "Thanks for the photo! How can I help?" in (await post.house.outbound())[-1].text


async def test_an_answer_waits_for_no_picture_and_asks_for_it_again_under_another_name(post: Post) -> None:
    id = await post.text("picture.png", words="Where can I park?")
    post.house.say("Free parking behind the building.")
    await post.answer()
    assert post.shown == []
    first, again = post.house.queue.of("fetch-media")
    assert first.name != again.name
    assert again.body == first.body
    assert f"-m-{id}-" in again.name


async def test_a_refused_picture_is_not_asked_for_again(post: Post) -> None:
    await post.collect(await post.text("page.png", words="Where can I park?"))
    post.house.say("Free parking behind the building.")
    await post.answer()
    assert post.shown == []
    assert len(post.house.queue.of("fetch-media")) == 1


async def test_a_storage_that_is_away_delays_no_answer(post: Post) -> None:
    await post.collect(await post.text("picture.png", words="Where can I park?"))
    await post.fault(path="/download", times=1, status=503)
    post.house.say("Free parking behind the building.")
    await post.answer()
    assert post.shown == []
    assert (await post.house.outbound())[-1].state == "queued"


async def test_the_newest_pictures_are_shown_and_none_of_a_kind_that_gemini_does_not_know(post: Post) -> None:
    await post.collect(await post.text("picture.webp", "picture.jpeg", "picture.gif"))
    await post.collect(await post.text("picture.png", "picture.heic", "picture.png"))
    post.house.say("Thanks for the photos!")
    await post.answer()
    kinds = [picture.content_type for picture in post.shown]
    assert kinds == ["image/jpeg", "image/png", "image/heic", "image/png"]
    assert len(kinds) == MOST_SHOWN


async def test_what_is_shown_has_a_limit_together(post: Post) -> None:
    large = png() + bytes(MOST_BYTES // 2)
    id = await post.text("picture.png", "picture.png", "picture.png")
    for place in range(3):
        await post.blobs.put(media_id(id, place), large, "image/png")
    await post.collect(id)
    post.house.say("Thanks for the photos!")
    await post.answer()
    assert len(post.shown) == 1


# -- what people send


async def pictured(post: Post, *ids: str) -> Message:
    """A queued message of a person with these pictures."""
    await post.house.text("hello")
    current = await post.house.conversation()
    draft = Draft(id=os.urandom(16).hex(), text="Here it is", covers=(), epoch=current.epoch, author="person")
    changes = Changes(post.house.db)
    changes.create_message(draft.id, outbound(draft, current, SMS) | {"media": list(ids)})
    changes.put_pending("send", draft.id, post.house.clock.now())
    changes.update_conversation(current, {"last_out": draft.id})
    await changes.commit()
    return await post.house.message(draft.id)


def outgoing(post: Post) -> Outgoing:
    return Outgoing(post.house.db, post.blobs)


async def added(post: Post, conversation_id: str, content: bytes) -> str:
    return await outgoing(post).add(conversation_id, content, os.urandom(16).hex())


async def test_a_persons_picture_goes_out_as_an_address_to_fetch_it_from(post: Post) -> None:
    id = await added(post, post.house.conversation_id, png())
    sent = await pictured(post, id)
    await post.house.sending.send(sent.id)
    (text,) = post.house.carrier.called
    assert text.media_urls == (f"https://functions.example/media/{id}",)
    assert (await post.house.message(sent.id)).state == "sent"


async def test_a_picture_whose_address_cannot_be_made_now_goes_out_with_the_next_try(post: Post) -> None:
    sent = await pictured(post, await added(post, post.house.conversation_id, png()))
    post.house.senders.linkless = True
    with pytest.raises(Unavailable):
        await post.house.sending.send(sent.id)
    assert (await post.house.message(sent.id)).state == "queued"  # a claim would have to be waited for

    post.house.senders.linkless = False
    await post.house.sending.send(sent.id)
    assert len(post.house.carrier.called) == 1


async def test_a_picture_that_is_sent_again_goes_with_its_words(post: Post) -> None:
    sent = await pictured(post, await added(post, post.house.conversation_id, png()))
    post.house.carrier.outcomes = [Refused("40310", "The number cannot get texts.")]
    await post.house.sending.send(sent.id)
    await post.house.sending.send(await post.house.hands.resend(sent.id, "uid-ann"))
    assert [len(called.media_urls) for called in post.house.carrier.called] == [1, 1]


async def test_a_message_without_pictures_names_none(post: Post) -> None:
    sent = await pictured(post)
    await post.house.sending.send(sent.id)
    assert post.house.carrier.called[0].media_urls == ()


async def test_a_picture_that_is_not_there_fails_the_message_visibly(post: Post) -> None:
    sent = await pictured(post, "0" * 32)
    await post.house.sending.send(sent.id)
    now = await post.house.message(sent.id)
    assert (now.state, now.error_code, now.error) == ("failed", "media", GONE)
    assert post.house.carrier.called == []
    assert f"s-{sent.id}" not in await post.house.pending()


async def test_a_customers_picture_and_one_of_another_conversation_are_not_sent(post: Post) -> None:
    text = await post.text("picture.png")
    await post.collect(text)
    foreign = await added(post, "f" * 32, png())
    for id in (media_id(text, 0), foreign):
        sent = await pictured(post, id)
        await post.house.sending.send(sent.id)
        assert (await post.house.message(sent.id)).error == GONE
    assert post.house.carrier.called == []


async def test_pictures_that_are_too_large_together_fail_the_message_with_what_to_do(post: Post) -> None:
    half = png() + bytes(600_000)
    ids = [await added(post, post.house.conversation_id, half) for _ in range(2)]
    sent = await pictured(post, *ids)
    await post.house.sending.send(sent.id)
    assert (await post.house.message(sent.id)).error == TOO_LARGE


async def test_only_what_a_phone_shows_is_taken(post: Post) -> None:
    for content in (b"", PICTURES["page.png"], PICTURES["picture.webp"], PICTURES["picture.heic"]):
        with pytest.raises(BadRequest):
            await added(post, post.house.conversation_id, content)
    with pytest.raises(PayloadTooLarge):
        await added(post, post.house.conversation_id, png() + bytes(1_000_000))
    assert await post.objects() == []


# -- what a picture is


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8", b"\x89PNG", b"GIF88a", b"RIFF\x00\x00\x00\x00WAVE", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
     b"\x00\x00\x00\x18ftypavif", b"\x00\x00\x00\x18ftypmp42", b"%PDF-1.7", b"MZ\x90", b"<html>\x89PNG\r\n\x1a\n"],
)  # fmt: skip
def test_nothing_else_is_a_picture(content: bytes) -> None:
    assert picture_type(content) is None

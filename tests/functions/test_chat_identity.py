"""chat-start with an identity: what a site's server signs opens a visit as that person, once, and nothing else does."""

from __future__ import annotations

import secrets
import time
from typing import Any

import httpx
import jwt
import pytest

from local.seed_data import TENANTS
from tests.stack import RunningStack
from tests.visitors import Browser

TENANT, OTHER = "testing-agency", "bss-cypress-spring"


def key_of(tenant: str) -> str:
    widget = next(one.widget for one in TENANTS if one.id == tenant)
    assert widget is not None
    return widget.identity_key


class Person:
    """Somebody who is signed in on the tenant's site, whose server signs with its own key."""

    def __init__(self, browser: Browser) -> None:
        self._widget = browser.key
        self.sub = f"member-{secrets.token_hex(4)}"
        self.email = f"{self.sub}@home.example"

    def proof(self, key: str = key_of(TENANT), **claims: object) -> str:
        now = int(time.time())
        times = {"iat": now, "exp": now + 300, "jti": secrets.token_hex(8)}
        said = {"aud": self._widget, "sub": self.sub, "name": "Ana Pérez", "email": self.email.upper()}
        return jwt.encode({**said, **times, **claims}, key, algorithm="HS256")


@pytest.fixture
def browser(stack: RunningStack) -> Browser:
    return Browser(stack, TENANT)


@pytest.fixture
def ana(browser: Browser) -> Person:
    return Person(browser)


async def conversation(browser: Browser) -> dict[str, Any] | None:
    found = await browser.stack.documents(f"tenants/{TENANT}/conversations")
    return next((one for one in found if one["id"] == browser.conversation_id), None)


def refused(answer: httpx.Response) -> str:
    assert answer.status_code == 403
    code: str = answer.json()["error"]
    return code


async def test_the_page_is_told_that_the_site_may_say_who_is_signed_in(browser: Browser) -> None:
    assert (await browser.config()).json()["identity"] is True


async def test_a_visit_that_begins_with_an_identity_is_that_persons(browser: Browser, ana: Person) -> None:
    started = (await browser.start(identity=ana.proof())).started
    assert (started["identified"], started["fresh"]) == (True, True)
    found = await conversation(browser)
    assert found is not None
    assert found["verified"] == {"sub": ana.sub, "name": "Ana Pérez", "email": ana.email}
    contacts = await browser.stack.documents(f"tenants/{TENANT}/contacts")
    assert [one["name"] for one in contacts if one["id"] == found["contact_id"]] == ["Ana Pérez"]


async def test_an_identity_in_the_middle_keeps_the_chat_and_its_answers(browser: Browser, ana: Person) -> None:
    first = dict((await browser.start()).started)
    assert first["identified"] is False
    await browser.answer("Where can I park?")
    again = (await browser.start(resume=first["resume"], identity=ana.proof())).started
    assert (again["visit"], again["fresh"], again["identified"]) == (first["visit"], False, True)
    answered = await browser.answer("Where can I park?")
    assert answered["author"] == "assistant"
    (state,) = [one async for one in _first_event(browser)]
    assert state["conversation"]["identified"] is True
    assert [one["author"] for one in state["messages"]] == ["visitor", "assistant"] * 2


async def _first_event(browser: Browser) -> Any:
    async for happened in browser.stream("chat-events", {"seen": None}):
        yield happened.data
        return


async def test_a_visit_that_goes_on_without_an_identity_is_still_the_persons(browser: Browser, ana: Person) -> None:
    first = dict((await browser.start(identity=ana.proof())).started)
    again = (await browser.start(resume=first["resume"])).started
    assert (again["visit"], again["fresh"], again["identified"]) == (first["visit"], False, True)


async def test_what_was_kept_before_somebody_proved_who_they_are_opens_nothing_of_theirs(
    browser: Browser, ana: Person
) -> None:
    before = dict((await browser.start()).started)
    await browser.answer("Where can I park?")
    stream = browser.stream("chat-events", {"seen": None})
    assert (await anext(stream)).name == "state"
    person = Browser(browser.stack, TENANT)
    theirs = dict((await person.start(resume=before["resume"], identity=ana.proof())).started)
    assert (theirs["visit"], theirs["identified"]) == (before["visit"], True)
    assert (await anext(stream)).name == "end"
    again = await browser.call("chat-events", {"seen": None})
    assert (again.status_code, again.json()["error"]) == (401, "session_expired")
    resumed = (await browser.start(resume=before["resume"])).started
    assert (resumed["visit"] != before["visit"], resumed["fresh"], resumed["identified"]) == (True, True, False)
    (state,) = [one async for one in _first_event(person)]
    assert state["conversation"]["identified"] is True


async def test_somebody_else_in_the_same_browser_gets_a_visit_of_their_own(browser: Browser, ana: Person) -> None:
    first = dict((await browser.start(identity=ana.proof())).started)
    ben = Person(browser)
    other = (await browser.start(resume=first["resume"], identity=ben.proof())).started
    assert (other["visit"] != first["visit"], other["fresh"], other["identified"]) == (True, True, True)
    found = await conversation(browser)
    assert found is not None
    assert found["verified"]["sub"] == ben.sub


async def test_a_proof_that_was_used_opens_no_other_visit_and_its_own_again(browser: Browser, ana: Person) -> None:
    proof = ana.proof()
    first = dict((await browser.start(identity=proof)).started)
    thief = Browser(browser.stack, TENANT)
    assert refused(await thief.ask_to_start(identity=proof)) == "identity_replayed"
    assert (await thief.start()).started["identified"] is False
    again = (await browser.start(resume=first["resume"], identity=proof)).started
    assert (again["visit"], again["identified"]) == (first["visit"], True)


async def test_an_identity_that_does_not_hold_is_refused_and_says_why(browser: Browser, ana: Person) -> None:
    now = int(time.time())
    for proof, why in (
        (ana.proof(key=key_of(OTHER)), "signed"),
        (jwt.encode({"sub": ana.sub}, None, algorithm="none"), "HS256"),
        (ana.proof(aud=Browser(browser.stack, OTHER).key), "aud"),
        (ana.proof(iat=now - 400, exp=now - 100), "exp"),
        (ana.proof(exp=now + 3700), "hour"),
        (ana.proof(jti=None), "jti"),
        (ana.proof(more="x" * 5000), "4,096"),
        ("garbage", "JWT"),
        ("", "JWT"),
    ):
        answer = await browser.ask_to_start(identity=proof)
        assert refused(answer) == "identity_refused", proof[:40]
        assert why in answer.json()["detail"]
        assert ana.sub not in answer.text


async def test_a_refused_identity_changes_nothing_in_the_visit(browser: Browser, ana: Person) -> None:
    first = dict((await browser.start()).started)
    await browser.answer("Where can I park?")
    before = await conversation(browser)
    for proof in (ana.proof(key=key_of(OTHER)), "garbage"):
        assert refused(await browser.ask_to_start(resume=first["resume"], identity=proof)) == "identity_refused"
    assert await conversation(browser) == before


async def test_the_key_of_one_business_proves_nothing_to_another(browser: Browser) -> None:
    theirs = Browser(browser.stack, OTHER)
    person = Person(theirs)
    assert refused(await theirs.ask_to_start(identity=person.proof(key=key_of(TENANT)))) == "identity_refused"
    assert (await theirs.start(identity=person.proof(key=key_of(OTHER)))).started["identified"] is True

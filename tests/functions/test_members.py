"""Who may call the functions for people, and from which pages."""

from __future__ import annotations

import time
from typing import Any

import pytest

from local.environment import ADMIN_ORIGIN
from tests.functions.test_mint import ask, identity_of
from tests.members import (
    AGENCY,
    BSS,
    DESK,
    FUNCTIONS,
    a_body,
    administer,
    call,
    expired,
    forged,
    hired,
    refusal,
    set_member,
    sign_in,
)
from tests.stack import RunningStack

TOMORROW = int(time.time()) + 86_400  # when the tests were collected, which may be an hour ago

every_function = pytest.mark.parametrize("function", FUNCTIONS)


@every_function
async def test_someone_who_works_there_is_told_that_there_is_no_such_thing(stack: RunningStack, function: str) -> None:
    """They came through the door: what they ask about does not exist."""
    desk = await sign_in(stack, DESK)
    about = "unknown_message" if function == "resend" else "unknown_conversation"
    assert refusal(await desk.call(function, a_body(function))) == (404, about)


@every_function
async def test_nobody_gets_in_without_a_token(stack: RunningStack, function: str) -> None:
    assert refusal(await call(stack, function, None, a_body(function))) == (401, "unauthenticated")


@every_function
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_is_answered(stack: RunningStack, function: str, method: str) -> None:
    answer = await stack.client.request(method, stack.function(function))
    assert (*refusal(answer), answer.headers["allow"]) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize("token", ["x", "a.b.c", "x" * 9000, "e30.e30.", "ä.ö.ü".encode().hex()])
async def test_what_is_no_token_is_refused(stack: RunningStack, token: str) -> None:
    assert refusal(await call(stack, "resolve", token, a_body("resolve"))) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-project"},
        {"iss": "https://securetoken.google.com/another-project"},
        {"iss": "https://accounts.google.com"},
        {"exp": None},
        {"iat": None},
        {"auth_time": None},
        {"auth_time": "yesterday"},
        {"iat": TOMORROW},
        {"auth_time": TOMORROW},
        {"sub": None},
        {"sub": ""},
        {"sub": "a/b"},
        {"sub": "nobody-who-exists"},
        {"sub": 5},
        {"firebase": None},
        {"firebase": {"sign_in_provider": "custom"}},
        {"firebase": {}},
    ],
)
async def test_a_token_that_says_something_else_is_refused(stack: RunningStack, changes: dict[str, Any]) -> None:
    desk = await sign_in(stack, DESK)
    answer = await call(stack, "resolve", forged(desk.token, **changes), a_body("resolve"))
    assert refusal(answer) == (401, "unauthenticated")


async def test_an_expired_token_is_refused(stack: RunningStack) -> None:
    desk = await sign_in(stack, DESK)
    assert refusal(await call(stack, "resolve", expired(desk.token), a_body("resolve"))) == (401, "unauthenticated")


async def test_a_machine_is_no_person(stack: RunningStack) -> None:
    token = (await ask(stack, "worker", {"tenant": AGENCY})).json()["token"]
    assert refusal(await call(stack, "resolve", token, a_body("resolve"))) == (401, "unauthenticated")


async def test_a_service_accounts_token_is_no_persons(stack: RunningStack) -> None:
    token = await identity_of(stack, "admin", stack.function("resolve"))
    assert refusal(await call(stack, "resolve", token, a_body("resolve"))) == (401, "unauthenticated")


async def test_the_agencys_own_people_belong_to_no_tenant(stack: RunningStack) -> None:
    admin = await sign_in(stack, "admin@chattercheetah.example")
    assert refusal(await admin.call("resolve", a_body("resolve"))) == (403, "not_a_member")


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant_id": BSS},
        {"tenant_id": "never-made"},
        {"tenant_id": "../x"},
        {"tenant_id": [AGENCY]},
        {"tenant_id": None},
        {"role": "tenant_admin"},
        {"role": "service"},
        {"role": "admin"},
        {"role": ["user"]},
        {"role": None},
    ],
)
async def test_claims_admit_nobody_whom_the_tenant_does_not_confirm(
    stack: RunningStack, changes: dict[str, Any]
) -> None:
    desk = await sign_in(stack, DESK)
    answer = await call(stack, "resolve", forged(desk.token, **changes), a_body("resolve"))
    assert refusal(answer) == (403, "not_a_member")


async def test_who_is_disabled_in_the_tenant_is_out_at_once(stack: RunningStack) -> None:
    person = await hired(stack)
    assert (await person.call("resolve", a_body("resolve"))).status_code == 404
    await set_member(stack, AGENCY, person.uid, role="user", active=False)
    assert refusal(await person.call("resolve", a_body("resolve"))) == (403, "not_a_member")
    await set_member(stack, AGENCY, person.uid, role="tenant_admin", active=True)
    assert refusal(await person.call("resolve", a_body("resolve"))) == (403, "not_a_member")


async def test_a_disabled_account_is_out_at_once(stack: RunningStack) -> None:
    person = await hired(stack)
    assert (await person.call("resolve", a_body("resolve"))).status_code == 404
    await administer(stack, "accounts:update", {"localId": person.uid, "disableUser": True})
    assert refusal(await person.call("resolve", a_body("resolve"))) == (401, "unauthenticated")


async def test_a_revoked_token_is_out_at_once(stack: RunningStack) -> None:
    person = await hired(stack)
    assert (await person.call("resolve", a_body("resolve"))).status_code == 404
    later = str(int(time.time()) + 2)
    await administer(stack, "accounts:update", {"localId": person.uid, "validSince": later})
    assert refusal(await person.call("resolve", a_body("resolve"))) == (401, "unauthenticated")


async def test_an_account_that_is_gone_is_out_at_once(stack: RunningStack) -> None:
    person = await hired(stack)
    await administer(stack, "accounts:delete", {"localId": person.uid})
    assert refusal(await person.call("resolve", a_body("resolve"))) == (401, "unauthenticated")


@every_function
@pytest.mark.parametrize(
    "change",
    [
        {"tenant": BSS},
        {"tenant_id": BSS},
        {"by": "somebody"},
        {"conversation": "short"},
        {"message": "A" * 32},
        {"conversation": 5},
        {"conversation": "../" + "0" * 29},
    ],
)
async def test_a_body_with_anything_else_in_it_is_a_400(
    stack: RunningStack, function: str, change: dict[str, Any]
) -> None:
    desk = await sign_in(stack, DESK)
    assert refusal(await desk.call(function, {**a_body(function), **change})) == (400, "bad_request")


async def test_there_is_nothing_below_the_address(stack: RunningStack) -> None:
    desk = await sign_in(stack, DESK)
    answer = await stack.client.post(
        stack.function("resolve", "below"), json={}, headers={"authorization": f"Bearer {desk.token}"}
    )
    assert answer.status_code == 404


# -- pages


@every_function
async def test_a_page_of_the_interface_may_ask(stack: RunningStack, function: str) -> None:
    asked = {"origin": ADMIN_ORIGIN, "access-control-request-method": "POST"}
    answer = await stack.client.options(stack.function(function), headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ADMIN_ORIGIN
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert answer.headers["vary"] == "origin"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{ADMIN_ORIGIN}.evil.example", "null", ADMIN_ORIGIN.upper(), f"{ADMIN_ORIGIN}/"]
)
async def test_a_page_from_elsewhere_may_not(stack: RunningStack, origin: str) -> None:
    answer = await stack.client.options(stack.function("reply"), headers={"origin": origin})
    assert refusal(answer) == (403, "origin_refused")
    assert "access-control-allow-origin" not in answer.headers
    answer = await call(stack, "reply", None, {}, origin=origin)
    assert "access-control-allow-origin" not in answer.headers


async def test_the_interface_may_read_a_refusal_too(stack: RunningStack) -> None:
    answer = await call(stack, "reply", None, {}, origin=ADMIN_ORIGIN)
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == ADMIN_ORIGIN


async def test_other_functions_answer_no_page(stack: RunningStack) -> None:
    answer = await stack.client.options(stack.function("health"), headers={"origin": ADMIN_ORIGIN})
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers

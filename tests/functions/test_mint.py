"""mint hands out what the manifest names for the caller's service account, and nothing else."""

from __future__ import annotations

from typing import Any

import httpx
import jwt
import pytest

from tests.members import DESK, expired, forged, sign_in
from tests.stack import RunningStack

NOT_A_CALLER = {"error": "unauthenticated", "detail": "caller not authenticated"}


async def identity_of(stack: RunningStack, account: str, audience: str | None = None) -> str:
    """An OIDC token of one of our service accounts, from the metadata server."""
    email = f"{account}@{stack.info['project']}.iam.gserviceaccount.com"
    url = stack.standin("signing", f"/computeMetadata/v1/instance/service-accounts/{email}/identity")
    params = {"audience": audience or stack.function("mint"), "format": "full"}
    answer = await stack.client.get(url, params=params, headers={"metadata-flavor": "Google"})
    return answer.raise_for_status().text


async def ask(stack: RunningStack, account: str, body: Any, audience: str | None = None) -> httpx.Response:
    bearer = await identity_of(stack, account, audience)
    return await stack.client.post(stack.function("mint"), json=body, headers={"authorization": f"Bearer {bearer}"})


async def route_of(stack: RunningStack, tenant: str) -> str:
    routes = await stack.documents("routes")
    return next(route["id"] for route in routes if route["tenant_id"] == tenant)


@pytest.mark.parametrize("account", ["edge", "edge-twilio", "edge-identity"])
async def test_the_edge_gets_a_tenant_by_its_route(stack: RunningStack, account: str) -> None:
    answer = await ask(stack, account, {"route": await route_of(stack, "testing-agency")})
    assert answer.status_code == 200
    assert answer.json()["channel"]["address"] == "+12817679141"
    claims = jwt.decode(answer.json()["token"], options={"verify_signature": False})
    assert (claims["role"], claims["tenant_id"], claims["sub"]) == ("service", "testing-agency", "svc:testing-agency")
    assert claims["firebase"]["sign_in_provider"] == "custom"


async def test_a_worker_gets_a_tenant_by_its_id(stack: RunningStack) -> None:
    answer = await ask(stack, "worker", {"tenant": "testing-agency"})
    assert (answer.status_code, answer.json()["tenant_id"]) == (200, "testing-agency")


async def test_the_sweeper_gets_the_sweeper(stack: RunningStack) -> None:
    assert (await ask(stack, "sweeper", {"principal": "sweeper"})).status_code == 200


@pytest.mark.parametrize(
    ("account", "body"),
    [
        ("edge", {"tenant": "testing-agency"}),
        ("edge-twilio", {"tenant": "testing-agency"}),
        ("edge", {"principal": "sweeper"}),
        ("edge", {"principal": "platform"}),
        ("worker", {"route": "0" * 32}),
        ("worker", {"principal": "sweeper"}),
        ("worker", {"principal": "service"}),
        ("sweeper", {"tenant": "testing-agency"}),
        ("sweeper", {"route": "0" * 32}),
        ("sweeper", {"principal": "resolver"}),
    ],
)
async def test_what_the_manifest_does_not_name_is_refused(
    stack: RunningStack, account: str, body: dict[str, str]
) -> None:
    answer = await ask(stack, account, body)
    assert (answer.status_code, answer.json()["error"]) == (403, "principal_refused")


@pytest.mark.parametrize("account", ["mint", "token-signer", "tasks-invoker", "nobody"])
async def test_an_account_that_runs_no_function_is_not_a_caller(stack: RunningStack, account: str) -> None:
    answer = await ask(stack, account, {"tenant": "testing-agency"})
    assert (answer.status_code, answer.json()) == (401, NOT_A_CALLER)


async def test_a_token_for_another_audience_is_refused(stack: RunningStack) -> None:
    answer = await ask(stack, "worker", {"tenant": "testing-agency"}, audience=stack.function("answer"))
    assert (answer.status_code, answer.json()) == (401, NOT_A_CALLER)


async def test_no_token_is_refused(stack: RunningStack) -> None:
    answer = await stack.client.post(stack.function("mint"), json={"tenant": "x"})
    assert (answer.status_code, answer.json()) == (401, NOT_A_CALLER)


async def test_a_route_that_does_not_exist_is_a_404(stack: RunningStack) -> None:
    answer = await ask(stack, "edge", {"route": "0" * 32})
    assert (answer.status_code, answer.json()["error"]) == (404, "no_route")


async def test_a_tenant_that_was_never_made_gets_no_token_and_no_account(stack: RunningStack) -> None:
    """The second ask would find the account that the first one's exchange made, if it were still there."""
    for _ in range(2):
        answer = await ask(stack, "worker", {"tenant": "no-such-tenant"})
        assert (answer.status_code, answer.json()["error"]) == (404, "no_tenant")
        assert "token" not in answer.json()


async def test_an_asker_whose_token_was_refused_gets_one_that_is_at_least_as_new(stack: RunningStack) -> None:
    first = (await ask(stack, "worker", {"tenant": "testing-agency"})).json()
    again = await ask(stack, "worker", {"tenant": "testing-agency", "newer_than": first["issued_at"]})
    assert again.status_code == 200
    assert again.json()["issued_at"] >= first["issued_at"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"tenant": "a", "route": "b"},
        {"tenant": 3},
        {"tenant": "x", "extra": 1},
        {"tenant": None},
        {"person": None},
        {"person": "x", "tenant": "testing-agency"},
        {"person": 5},
        {"newer_than": 1},
        {"tenant": "x", "newer_than": "soon"},
    ],
)
async def test_a_request_that_names_not_exactly_one_thing_is_a_400(stack: RunningStack, body: Any) -> None:
    assert (await ask(stack, "worker", body)).status_code == 400


@pytest.mark.parametrize("tenant", ["../bss-cypress-spring", "A", "x" * 41, "a/b", "", "tenant_1"])
async def test_what_cannot_be_a_tenants_id_is_no_tenant(stack: RunningStack, tenant: str) -> None:
    answer = await ask(stack, "worker", {"tenant": tenant})
    assert (answer.status_code, answer.json()["error"]) == (404, "no_tenant")


async def test_only_mint_may_sign(stack: RunningStack) -> None:
    """Whoever may sign as token-signer may be anybody."""
    signer = f"token-signer@{stack.info['project']}.iam.gserviceaccount.com"
    for account in ("edge", "edge-twilio", "worker", "sweeper", "admin"):
        email = f"{account}@{stack.info['project']}.iam.gserviceaccount.com"
        url = stack.standin("signing", f"/computeMetadata/v1/instance/service-accounts/{email}/token")
        token = (await stack.client.get(url, headers={"metadata-flavor": "Google"})).json()["access_token"]
        answer = await stack.client.post(
            stack.standin("signing", f"/v1/projects/-/serviceAccounts/{signer}:signBlob"),
            json={"payload": "eA=="},
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 403


async def test_a_function_for_people_gets_the_tenant_of_the_person_whom_it_shows(stack: RunningStack) -> None:
    desk = await sign_in(stack, DESK)
    answer = await ask(stack, "admin", {"person": desk.token})
    assert (answer.status_code, answer.json()["tenant_id"]) == (200, "testing-agency")
    claims = jwt.decode(answer.json()["token"], options={"verify_signature": False})
    assert (claims["role"], claims["sub"]) == ("service", "svc:testing-agency")


@pytest.mark.parametrize(
    "body",
    [
        {"tenant": "testing-agency"},
        {"route": "0" * 32},
        {"principal": "sweeper"},
        {"principal": "service"},
        {"principal": "platform"},
    ],
)
async def test_a_function_for_people_gets_nothing_else(stack: RunningStack, body: dict[str, str]) -> None:
    answer = await ask(stack, "admin", body)
    assert (answer.status_code, answer.json()["error"]) == (403, "principal_refused")


@pytest.mark.parametrize("account", ["edge", "edge-twilio", "worker", "sweeper"])
async def test_no_other_function_shows_a_person(stack: RunningStack, account: str) -> None:
    desk = await sign_in(stack, DESK)
    answer = await ask(stack, account, {"person": desk.token})
    assert (answer.status_code, answer.json()["error"]) == (403, "principal_refused")


async def test_a_token_that_proves_no_person_gets_nothing(stack: RunningStack) -> None:
    desk = await sign_in(stack, DESK)
    machine = (await ask(stack, "worker", {"tenant": "testing-agency"})).json()["token"]
    oidc = await identity_of(stack, "admin")
    wrong = [
        "",
        "x",
        expired(desk.token),
        forged(desk.token, aud="another"),
        forged(desk.token, sub="x"),
        machine,
        oidc,
    ]
    for token in wrong:
        answer = await ask(stack, "admin", {"person": token})
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthenticated")


async def test_a_person_without_a_tenant_gets_nothing(stack: RunningStack) -> None:
    admin = await sign_in(stack, "admin@chattercheetah.example")
    answer = await ask(stack, "admin", {"person": admin.token})
    assert (answer.status_code, answer.json()["error"]) == (403, "not_a_member")

"""People of a running local cloud: they sign in as the interface does, and call the functions for people."""

from __future__ import annotations

import base64
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from tests.stack import RunningStack

AGENCY, BSS = "testing-agency", "bss-cypress-spring"
DESK, OWNER = "desk@testing-agency.example", "owner@testing-agency.example"
ELSEWHERE = "owner@bss-cypress-spring.example"
FUNCTIONS = ("take-over", "hand-back", "resolve", "block", "reply", "resend")
NOBODYS = "0" * 32


@dataclass(frozen=True)
class Person:
    """Somebody signed in. `token` is their id token."""

    stack: RunningStack
    uid: str
    token: str

    async def call(self, function: str, body: Any, **headers: str) -> httpx.Response:
        return await call(self.stack, function, self.token, body, **headers)

    async def done(self, function: str, **body: Any) -> dict[str, Any]:
        answer = await self.call(function, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def reply(self, conversation: str, text: str, request_id: str | None = None) -> httpx.Response:
        body = {"conversation": conversation, "text": text, "request_id": request_id or uuid.uuid4().hex}
        return await self.call("reply", body)


async def call(stack: RunningStack, function: str, token: str | None, body: Any, **headers: str) -> httpx.Response:
    proof = {} if token is None else {"authorization": f"Bearer {token}"}
    return await stack.client.post(stack.function(function), json=body, headers={**proof, **headers})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def a_body(function: str) -> dict[str, Any]:
    """One that is well formed, about what nobody has."""
    about = {"message": NOBODYS} if function == "resend" else {"conversation": NOBODYS}
    return {**about, "text": "Hello", "request_id": "r-1234567"} if function == "reply" else about


async def sign_in(stack: RunningStack, email: str, password: str | None = None) -> Person:
    """One of the seed's people, or one with this password."""
    users = [user for tenant in stack.info["tenants"] for user in tenant["users"]]
    known = {user["email"]: user["password"] for user in users} | {"admin@chattercheetah.example": "agency-of-all-2026"}
    body = {"email": email, "password": password or known[email], "returnSecureToken": True}
    answer = await stack.client.post(_toolkit(stack, "v1/accounts:signInWithPassword?key=local"), json=body)
    found = answer.raise_for_status().json()
    return Person(stack, found["localId"], found["idToken"])


async def hired(stack: RunningStack, tenant: str = AGENCY, role: str = "user", name: str = "") -> Person:
    """Somebody new in a tenant, whom a test may dismiss. `name`: what visitors of a site read that they are called."""
    email, password = f"{uuid.uuid4().hex}@people.example", "a-long-password"
    made = await administer(stack, "accounts", {"email": email, "password": password})
    claims = json.dumps({"role": role, "tenant_id": tenant})
    await administer(stack, "accounts:update", {"localId": made["localId"], "customAttributes": claims})
    await set_member(stack, tenant, made["localId"], role=role, active=True, name=name)
    return await sign_in(stack, email, password)


async def administer(stack: RunningStack, method: str, body: dict[str, Any]) -> dict[str, Any]:
    url = _toolkit(stack, f"v1/projects/{stack.info['project']}/{method}")
    answer = await stack.client.post(url, json=body, headers={"authorization": "Bearer owner"})
    return answer.raise_for_status().json()


async def set_member(stack: RunningStack, tenant: str, uid: str, *, role: str, active: bool, name: str = "") -> None:
    """As the emulator's owner: a test may write where no function may yet."""
    project = stack.info["project"]
    url = f"http://{stack.info['firestore']}/v1/projects/{project}/databases/(default)/documents"
    said = {name_of: {"stringValue": value} for name_of, value in (("role", role), ("email", "x"), ("name", name))}
    fields = {**said, "active": {"booleanValue": active}}
    answer = await stack.client.patch(
        f"{url}/tenants/{tenant}/members/{uid}", json={"fields": fields}, headers={"authorization": "Bearer owner"}
    )
    answer.raise_for_status()


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def forged(token: str, **changes: Any) -> str:
    """The token with other claims; the emulator's carry no signature, so this one is as good as any to it."""
    claims = {**claims_of(token), **changes}
    parts = ({"alg": "none", "typ": "JWT"}, {name: value for name, value in claims.items() if value is not None})
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts), ""])


def expired(token: str) -> str:
    now = int(time.time())
    return forged(token, iat=now - 3700, auth_time=now - 3700, exp=now - 1)


def _toolkit(stack: RunningStack, path: str) -> str:
    return f"http://{stack.info['auth']}/identitytoolkit.googleapis.com/{path}"


async def acquaintance(stack: RunningStack, words: str = "Where can I park?") -> tuple[str, str]:
    """A customer of the agency who was answered: their number, and the conversation's id."""
    customer = stack.new_customer()
    await stack.text(customer, AGENCY, words)
    await stack.reply_that_is("delivered", AGENCY, customer)
    await stack.idle()
    return customer, await conversation_id(stack, customer)


async def conversation_id(stack: RunningStack, customer: str) -> str:
    found = await stack.conversation_of(AGENCY, customer)
    assert found is not None
    return str(found["id"])

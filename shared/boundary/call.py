"""What an endpoint gets and gives: no framework's type passes this line."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from shared.errors import BadRequest

if TYPE_CHECKING:
    from pydantic import BaseModel

    from shared.tenancy import Member
    from shared.vault.visits import Visit

    M = TypeVar("M", bound=BaseModel)

Body = Mapping[str, object] | bytes  # an object is sent as JSON, bytes as they are


@dataclass(frozen=True, slots=True)
class Call:
    """One request, its body whole and unparsed. `channel` is the one segment of the path, None without; `query` the
    query string as it was written.

    `caller` is the e-mail of the service account that OIDC proved, `member` the person who proved to work for a tenant,
    `visit` what a session of ours opens; each None where the caller proves itself otherwise.
    """

    function: str
    raw: bytes
    headers: Mapping[str, str]  # names in lower case
    channel: str | None
    now: datetime
    caller: str | None = None
    query: str = ""
    method: str = "POST"
    member: Member | None = None
    visit: Visit | None = None

    def person(self) -> Member:
        """The person who calls. The boundary admits nobody else to a function for people."""
        assert self.member is not None  # proven by the boundary
        return self.member

    @property
    def tries(self) -> int:
        """How often a task was tried before: Cloud Tasks' word, so only where it is the proven caller."""
        count = self.headers.get("x-cloudtasks-taskretrycount", "")
        return int(count) if count.isascii() and count.isdigit() and len(count) < 10 else 0

    def parse(self, model: type[M]) -> M:
        """The JSON body as `model`. Raises BadRequest that says where and why, without quoting the body."""
        from pydantic import ValidationError

        try:
            return model.model_validate_json(self.raw)
        except ValidationError as error:
            raise BadRequest(sentences(error)) from None


def sentences(error: object) -> str:
    from pydantic import ValidationError

    assert isinstance(error, ValidationError)  # narrows a type that is imported lazily
    problems = error.errors(include_input=False, include_url=False, include_context=False)[:5]
    return "; ".join(f"{'.'.join(str(part) for part in p['loc']) or 'body'}: {p['msg']}" for p in problems)


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON answer, or a text or bytes of the type that `headers` names."""

    body: Body | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def accepted(cls) -> Reply:
        """It is stored, or it was nothing for us: do not send it again."""
        return cls({"ok": True})

    @classmethod
    def xml(cls, document: str) -> Reply:
        return cls(document, headers={"content-type": "text/xml; charset=utf-8"})

    @classmethod
    def created(cls, body: Body) -> Reply:
        return cls(body, 201)

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False, default=str).encode()


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event (HTML standard, 9.2); `id` is what a browser shows to go on behind it."""

    name: str
    data: Mapping[str, object] = field(default_factory=dict)
    id: str | None = None

    def encoded(self) -> bytes:
        """JSON escapes line breaks, so the data is one line."""
        id = f"id: {self.id}\n" if self.id is not None else ""
        return f"event: {self.name}\n{id}data: {json.dumps(self.data, ensure_ascii=False, default=str)}\n\n".encode()


STILL = b": still here\n\n"


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer in events, as they come; None keeps the connection open. Closed when the caller goes away."""

    events: AsyncGenerator[Event | None]
    headers: Mapping[str, str] = field(default_factory=dict)

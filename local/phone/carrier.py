"""The local Telnyx's remote control, as the phones use it: hand in a customer's text, list what there is."""

from __future__ import annotations

from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.errors import Conflict, Unavailable

LOOK_SECONDS = 3.0
DELIVER_SECONDS = 20.0  # three attempts of 2 s each, and what lies between them

SILENT = (
    "The Telnyx stand-in does not answer. No text can be sent or shown until it does: look at the terminal "
    "of the local cloud; if it has stopped, start it again: python3 noxfile.py -s demo"
)


class CarrierText(BaseModel):
    """One text at the carrier. `status` is Telnyx's word, `at` ISO 8601; `error_code` says why one of ours failed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    sender: str = Field(alias="from")
    recipient: str = Field(alias="to")
    text: str
    status: str
    at: str
    direction: Literal["inbound", "outbound"]
    media: tuple[str, ...] = ()
    error_code: str | None = None


class Answer(BaseModel):
    """How the webhook answered a customer's text: `status` is None when nobody did, in any of the attempts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message_id: str
    status: int | None
    attempts: int


_TEXTS = TypeAdapter(list[CarrierText])


class Carrier:
    """`base` is the stand-in's URL. It remembers how webhooks answered: the stand-in tells that only once."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")
        self._http: httpx.AsyncClient | None = None
        self._answers: dict[str, Answer] = {}

    async def texts(self) -> list[CarrierText]:
        """All texts, oldest first. Raises Unavailable."""
        response = await self._call("GET", "/__messages", LOOK_SECONDS)
        return _TEXTS.validate_python(_told(response))

    async def deliver(self, sender: str, recipient: str, text: str) -> Answer:
        """Hand in a customer's text and wait until its webhook has answered. Raises Conflict, Unavailable."""
        body = {"from": sender, "to": recipient, "text": text}
        response = await self._call("POST", "/__inbound", DELIVER_SECONDS, body)
        if response.status_code == 404:
            raise Conflict(_not_connected(recipient), code="number_not_connected")
        try:
            answer = Answer.model_validate(_told(response))
        except ValidationError as error:
            raise Unavailable(SILENT, code="telnyx_unreachable") from error
        self._answers[answer.message_id] = answer
        return answer

    def answer_to(self, text_id: str) -> Answer | None:
        return self._answers.get(text_id)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _call(self, method: str, path: str, seconds: float, body: object = None) -> httpx.Response:
        if self._http is None:
            self._http = httpx.AsyncClient(trust_env=False)
        try:
            return await self._http.request(method, f"{self._base}{path}", json=body, timeout=seconds)
        except httpx.HTTPError as error:
            raise Unavailable(SILENT, code="telnyx_unreachable") from error


def _told(response: httpx.Response) -> object:
    """The body of a success. Whatever else listens on the stand-in's port counts as the stand-in being away."""
    try:
        told: object = response.raise_for_status().json()
    except (httpx.HTTPStatusError, ValueError) as error:
        raise Unavailable(SILENT, code="telnyx_unreachable") from error
    return told


def _not_connected(number: str) -> str:
    return f"{number} is not a number of any Telnyx account here. Connect it to the business: Settings → SMS."

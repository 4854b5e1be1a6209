"""The pipeline's own parts on the Firestore emulator, under the real rules, with a queue that only remembers.

Time is a clock that tests move; the model is scripted through the assistant's own port; tasks are run by hand, in any
order, any number of times: that is what the protocol must survive.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from google.api_core.exceptions import PermissionDenied, ServiceUnavailable

from shared.assistant import Assistant, Tools
from shared.assistant.model import ModelPart, ModelReply, ModelRequest
from shared.channels.types import Accepted, DeliveryState, InboundText, OutboundText, Outcome, StateReport
from shared.conversations.answering import Answering
from shared.conversations.chatting import Chatting
from shared.conversations.hands import Hands
from shared.conversations.on_site import OnSite, Said
from shared.conversations.receiving import Receiving
from shared.conversations.reporting import Reporting
from shared.conversations.senders import Way, line_used
from shared.conversations.sending import Sending
from shared.conversations.turns import Turn
from shared.errors import Unavailable
from shared.hidden import Hidden
from shared.store import settings_cache
from shared.store.changes import Changes
from shared.store.documents import Conversation, Message
from shared.store.provisioning import Provisioning
from shared.store.reading import Found, Reader, Settings, conversation, message
from shared.store.settings import SmsSettings
from shared.tasks import Task
from shared.tenancy import Channel, Database
from shared.tenancy.principals import PLATFORM, Principal, service
from shared.vault import AddressHashes
from shared.vault.visits import Visit
from tests.unit.assistant_support import ClassList, ScriptedModel, says

CUSTOMER, OURS = "+12815550101", "+12817679141"
SMS = SmsSettings.parse({"provider": "telnyx", "number": OURS, "channel": "ch-1"})


class Unsigned:
    """A session with a token that the emulator accepts unsigned; the rules see its claims all the same."""

    def __init__(self, principal: Principal, project: str, life: float = 3600) -> None:
        now = int(time.time())
        self._until = time.time() + life
        claims = {
            "iss": f"https://securetoken.google.com/{project}",
            "aud": project,
            "sub": principal.uid,
            "user_id": principal.uid,
            "iat": now,
            "auth_time": now,
            "exp": self._until,
            "firebase": {"sign_in_provider": "custom", "identities": {}},
            **principal.claims,
        }
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "none"}, claims)]
        self._token = Hidden(b".".join([*parts, b""]).decode())

    async def token(self) -> Hidden:
        return self._token

    def refused(self, _token: Hidden) -> None:
        raise AssertionError("the emulator refused the token")

    def until(self) -> float:
        return self._until


@dataclass
class ShiftedClock:
    """The real clock, ahead by what a test says: the emulator stamps the server's times with the real one."""

    ahead: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


@dataclass
class Remembered:
    """A task queue that does nothing until it is told; names are taken once."""

    tasks: list[Task] = field(default_factory=list)

    async def enqueue(self, task: Task) -> bool:
        if task.name in [known.name for known in self.tasks]:
            return False
        self.tasks.append(task)
        return True

    def of(self, function: str) -> list[Task]:
        return [task for task in self.tasks if task.function == function]


@dataclass
class Carrier:
    """A provider that says what it was told to, and remembers what it accepted."""

    outcomes: list[Outcome | Callable[[], Awaitable[Outcome]]] = field(default_factory=list)
    called: list[OutboundText] = field(default_factory=list)

    async def send(self, text: OutboundText) -> Outcome:
        self.called.append(text)
        outcome = self.outcomes.pop(0) if self.outcomes else Accepted(f"p-{len(self.called)}")
        return await outcome() if callable(outcome) else outcome


class LossyDatabase(Database):
    """A database session whose next `lose` commits are written, and nobody hears of it.

    Those of `deny` are refused by the rules, as production may refuse what it has not compared with its conditions yet.
    """

    lose = 0
    deny = 0

    @property
    def _firestore_api(self) -> LossyDatabase:
        return self

    async def commit(self, **request: object) -> object:
        if self.deny:
            self.deny -= 1
            raise PermissionDenied("the rules said no")
        answer = await super()._firestore_api.commit(**request)
        if self.lose:
            self.lose -= 1
            raise ServiceUnavailable("the answer was lost on the way")
        return answer

    def __getattr__(self, name: str) -> object:
        return getattr(super()._firestore_api, name)


class OneSender:
    """Senders for a tenant whose every provider is `carrier`."""

    def __init__(
        self, reader: Reader, tenant: str, carrier: Carrier, events: list[Callable[[], Awaitable[object]]]
    ) -> None:
        self._reader = reader
        self._tenant = tenant
        self._carrier = carrier
        self._events = events
        self.linkless = False

    async def settings_and(self, also: list[tuple[str, str]]) -> tuple[Settings, Found]:
        return await settings_cache.settings_of(self._tenant, self._reader, *also)

    async def way(self, settings: Settings, sent: Message) -> Way:
        """Asked for between the reading (S1) and the claim (S2): what happens there, happens here."""
        if self._events:
            await self._events.pop(0)()
        line = line_used(settings.sms, sent)
        assert line is not None
        return Way(self._carrier, line.number, f"https://functions.example/{line.provider}/{line.channel}")

    def media_url(self, id: str, _now: datetime) -> str:
        if self.linkless:
            raise Unavailable("Secret Manager is away")
        return f"https://functions.example/media/{id}"


@dataclass
class Interrupted:
    """A model during whose calls something happens."""

    model: ScriptedModel
    events: list[Callable[[], Awaitable[object]]]

    async def generate(self, request: ModelRequest) -> ModelReply:
        if self.events:
            await self.events.pop(0)()
        return await self.model.generate(request)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart | ModelReply, None]:
        """As it is written: what happens, happens behind the first piece."""
        async for part in self.model.stream(request):
            yield part
            if self.events and isinstance(part, ModelPart):
                await self.events.pop(0)()


class House:
    """One tenant's pipeline. `say` scripts the model; `tick` moves time."""

    def __init__(self, project: str) -> None:
        self.tenant = f"t-{secrets.token_hex(6)}"
        self._project = project
        self.clock = ShiftedClock()
        self.queue = Remembered()
        self.carrier = Carrier()
        self.model = ScriptedModel([])
        self.events: list[Callable[[], Awaitable[object]]] = []
        self.before_claim: list[Callable[[], Awaitable[object]]] = []
        self.db = LossyDatabase(Unsigned(service(self.tenant), project), self.tenant)
        self.reader = Reader(self.db)
        self.hashes = AddressHashes(Hidden(base64.urlsafe_b64encode(bytes(range(32))).decode()))
        self.channel = Channel("ch-1", self.tenant, "sms", "telnyx", OURS, "")
        self.conversation_id = self.hashes.conversation(self.tenant, CUSTOMER)
        self.assistant = Assistant(Interrupted(self.model, self.events), Tools(ClassList()), self.clock)
        self.senders = OneSender(self.reader, self.tenant, self.carrier, self.before_claim)
        self.sending = Sending(self.db, self.tenant, self.senders, self.queue, self.hashes, self.clock)  # type: ignore[arg-type]
        self.receiving = Receiving(self.db, self.channel, self.queue, self.hashes, self.clock)
        self.reporting = Reporting(self.db, self.tenant, self.hashes)
        self.hands = Hands(self.db, self.tenant, self.queue, self.clock)

    async def open(self, time_zone: str = "UTC") -> House:
        platform = Provisioning(Database(Unsigned(PLATFORM, self._project), None))
        await platform.create_tenant(self.tenant, name="Blue Swim", time_zone=time_zone, locale="en-US")
        owner = Provisioning(self.db)
        await self.set_window(3)
        await owner.set_config("business_profile", {"name": "Blue Swim", "facts": FACTS})
        await owner.set_config("sms", {"provider": "telnyx", "number": OURS, "channel": "ch-1"})
        return self

    @property
    def answering(self) -> Answering:
        """A worker of its own for every task."""
        return Answering(self.db, self.tenant, self.assistant, self.queue, self.hashes, self.clock)

    def visitor(self) -> Visitor:
        """Somebody on the business's site, who has said nothing yet."""
        return Visitor(self, Visit.begun(self.tenant, "key-1", "https://site.example", "en"))

    async def set_window(self, seconds: int) -> None:
        assistant = {"connected": True, "language": "en", "window_seconds": seconds}
        await Provisioning(self.db).set_config("customer_service", {"assistant": assistant})
        settings_cache.forget()

    # -- what happens

    async def text(self, words: str, id: str | None = None, opt_out: str | None = None) -> str:
        """A text arrives; its id."""
        return await self.receiving.receive(self.inbound(words, id, opt_out))

    def inbound(self, words: str, id: str | None = None, opt_out: str | None = None) -> InboundText:
        """As the channel's adapter hands it on."""
        id = id or secrets.token_hex(8)
        return InboundText("telnyx", id, CUSTOMER, OURS, words, self.clock.now(), opt_out=opt_out)

    def say(self, *replies: str | Callable[[ModelRequest], ModelReply]) -> None:
        self.model.script += [reply if callable(reply) else says(reply) for reply in replies]

    def meanwhile(self, *events: Callable[[], Awaitable[object]]) -> None:
        """What happens while the model writes, one event a call."""
        self.events += events

    async def answer(self, cause: str | None = None) -> None:
        """An answer task, once the customer has been quiet."""
        self.tick(seconds=4)
        await self.answering.answer(self.conversation_id, cause)

    async def report(self, sent: Message, state: str, provider_id: str = "p-1") -> None:
        of = StateReport("telnyx", provider_id, sent.reference, OURS, CUSTOMER, DeliveryState(state))
        await self.reporting.record(of)

    async def change(self, **fields: object) -> None:
        """A person, or a rule, changes the conversation: owner, consent and epoch as the pipeline writes them."""
        changes = Changes(self.db)
        changes.update_conversation(await self.conversation(), fields)
        await changes.commit()

    def tick(self, *, seconds: float) -> None:
        self.clock.ahead += seconds

    # -- what is stored

    async def conversation(self) -> Conversation:
        found = (await self.reader.read([conversation(self.conversation_id)])).conversation(self.conversation_id)
        assert found is not None
        return found

    async def message(self, id: str) -> Message:
        found = (await self.reader.read([message(id)])).message(id)
        assert found is not None
        return found

    async def outbound(self) -> list[Message]:
        stored = await self.reader.history(self.conversation_id, 50)
        return [item for item in stored if item.direction == "out"]

    async def pending(self) -> set[str]:
        snapshots = await self.db.collection("tenants").document(self.tenant).collection("pending").get()
        return {snapshot.id for snapshot in snapshots}


class Visitor:
    """A visitor of this house's site. Each `say` is a request of its own, on an instance that all share."""

    def __init__(self, house: House, visit: Visit) -> None:
        self.house = house
        self.visit = visit
        self.on_site = OnSite(house.db, visit, house.queue, house.clock)
        self.chatting = Chatting(house.db, self.on_site, self._answering)

    def _answering(self, turn: Turn) -> Answering:
        house = self.house
        return Answering(house.db, house.tenant, house.assistant, house.queue, house.hashes, house.clock, audience=turn)

    async def say(self, words: str, id: str | None = None, files: tuple[str, ...] = ()) -> list[object]:
        """Everything that happened to it, from `Stored` to the end."""
        said = Said(id or secrets.token_hex(8), words, files, "https://site.example/classes")
        return [happening async for happening in await self.chatting.say(said)]

    async def conversation(self) -> Conversation:
        id = self.visit.conversation
        found = (await self.house.reader.read([conversation(id)])).conversation(id)
        assert found is not None
        return found

    async def messages(self) -> tuple[Message, ...]:
        return await self.house.reader.history(self.visit.conversation, 50)


FACTS = [{"id": "parking", "title": "Parking", "text": "Free parking behind the building."}]
PARKING = "Parking is free, behind the building."
FIRST = f"Blue Swim: {PARKING}\nReply STOP to opt out."  # the same, as the first text of a thread

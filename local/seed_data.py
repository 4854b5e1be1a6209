"""The three tenants of the running example, as the documents that their owners would have made.

No class name stands here: classes come from Jackrabbit, whose stand-in is filled by `local.seed_openings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict


class LinkData(TypedDict):
    id: str
    title: str
    url: str


class FactData(TypedDict):
    id: str
    title: str
    text: str


class HolidayData(TypedDict):
    date: str
    name: str
    hours: list[str]


class GreetingData(TypedDict):
    path: str
    text: str
    after_seconds: int


class FormData(TypedDict):
    fields: list[str]
    required: bool


Week = Mapping[str, list[str]]  # day → "09:00-20:00", one text for each time that it is open


@dataclass(frozen=True)
class Person:
    email: str
    password: str
    role: str  # tenant_admin or user


@dataclass(frozen=True)
class SeedLine:
    """A number at Twilio."""

    number: str
    channel: str


@dataclass(frozen=True)
class SeedWidget:
    """`identity_key`: what the business's own server signs with, so that the chat knows who is signed in there."""

    key: str
    identity_key: str
    color: str
    greeting: str
    greetings: tuple[GreetingData, ...] = ()
    suggestions: tuple[str, ...] = ()
    form: FormData | None = None
    work_bits: int = 0  # of proof of work, for the first message of a visit


@dataclass(frozen=True)
class SeedTenant:
    """`own_account`: texts through its own accounts and the URL of its channels, else the platform's for both.

    `number` and `channel` are at Telnyx. Of two lines the other one takes over where the first is refused for good:
    the first is Telnyx's, or with `twilio_first` Twilio's.
    """

    id: str
    name: str
    number: str
    channel: str
    own_account: bool
    connected: bool
    time_zone: str = "America/Chicago"
    description: str = ""
    contact: str = ""
    jackrabbit_org: str = ""
    facts: tuple[FactData, ...] = ()
    links: tuple[LinkData, ...] = ()
    people: tuple[Person, ...] = field(default=())
    notify: tuple[str, ...] = ()  # phones of the staff that are told when a person is asked for
    escalate_to: tuple[str, ...] = ()
    twilio: SeedLine | None = None
    twilio_first: bool = False
    hours: Week = field(default_factory=dict)
    holidays: tuple[HolidayData, ...] = ()
    widget: SeedWidget | None = None

    @property
    def numbers(self) -> list[str]:
        return [self.number] + ([self.twilio.number] if self.twilio else [])

    @property
    def channels(self) -> dict[str, str]:
        """The channel of each function that takes texts."""
        return {"telnyx-sms": self.channel} | ({"twilio-sms": self.twilio.channel} if self.twilio else {})

    @property
    def tools(self) -> list[str]:
        always = ["send-link", "capture-lead", "request-handoff"]
        return always + (["get-classes"] if self.jackrabbit_org else [])


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
CHRISTMAS: HolidayData = {"date": "2026-12-25", "name": "Christmas", "hours": []}

TESTING_AGENCY = SeedTenant(
    id="testing-agency",
    name="Testing Agency",
    number="+12817679141",
    channel="testing-agency_Qv7mZr2dXc9LwKt4Hp8s",
    own_account=True,
    connected=True,
    description="Swim lessons for babies, children and adults, in small groups.",
    contact="front desk, (281) 555-0190, Mon-Fri 9-17",
    jackrabbit_org="545911",
    facts=(
        {"id": "hours", "title": "Opening hours", "text": "Open Monday to Friday 9:00-20:00, Saturday 8:00-14:00."},
        {"id": "address", "title": "Address", "text": "4100 Harbor Lane, Houston, TX 77018."},
        {"id": "parking", "title": "Parking", "text": "Free parking behind the building."},
        {"id": "makeup", "title": "Make-up lessons", "text": "A missed lesson can be made up within 30 days."},
        {"id": "refunds", "title": "Refunds", "text": "The first lesson is refunded in full on the same day."},
        {"id": "bring", "title": "What to bring", "text": "Swimsuit, towel, goggles. Swim diapers under age 3."},
        {"id": "trial", "title": "Trial lesson", "text": "One trial lesson for $15, credited when you enroll."},
    ),
    links=(
        {
            "id": "register",
            "title": "Register online",
            "url": "https://app.jackrabbitclass.com/reg.asp?id=545911",
        },
        {"id": "map", "title": "Directions", "url": "https://testing-agency.example/directions"},
    ),
    people=(
        Person("owner@testing-agency.example", "swim-lessons-2026", "tenant_admin"),
        Person("desk@testing-agency.example", "front-desk-2026", "user"),
    ),
    notify=("+12815550171",),
    escalate_to=("+12815550172",),
    hours={day: ["09:00-20:00"] for day in WEEKDAYS} | {"sat": ["08:00-14:00"]},
    holidays=(CHRISTMAS, {"date": "2026-12-24", "name": "Christmas Eve", "hours": ["09:00-13:00"]}),
    widget=SeedWidget(
        key="tst_web_IiQfE0hU0zJXImfYy1VYZ24v",
        identity_key="local-identity-0HQCUM7ti9NaaEk6e58IPeTx4Hf8",
        color="#0b6e4f",
        greeting="Hi! Questions about our swim lessons? Ask away.",
        greetings=(
            {
                "path": "/testing-agency/classes*",
                "text": "Looking for a class? Tell me the age and a day that suits.",
                "after_seconds": 4,
            },
            {"path": "/testing-agency/contact*", "text": "No need to call: ask me here.", "after_seconds": 6},
        ),
        suggestions=(
            "Which classes have room on Saturday?",
            "How does a trial lesson work?",
            "Where can we park?",
        ),
        form={"fields": ["name", "email"], "required": False},
    ),
)

BSS = SeedTenant(
    id="bss-cypress-spring",
    name="BSS Cypress-Spring",
    number="+12815550180",
    channel="bss_Jn5fTb3yRg8WxUe6Mk1aPz0c",
    own_account=False,
    connected=True,
    description="Swim school in Cypress and Spring.",
    contact="(281) 555-0181",
    jackrabbit_org="546238",
    facts=(
        {"id": "hours", "title": "Opening hours", "text": "Open every day from 8:00 to 19:00, closed on Thanksgiving."},
        {"id": "address", "title": "Address", "text": "Two pools: Cypress, Barker Road; Spring, Louetta Road."},
        {"id": "temperature", "title": "Water temperature", "text": "The water is kept at 90 degrees."},
    ),
    links=(
        {
            "id": "register",
            "title": "Register online",
            "url": "https://app.jackrabbitclass.com/reg.asp?id=546238",
        },
    ),
    people=(Person("owner@bss-cypress-spring.example", "two-pools-2026", "tenant_admin"),),
    twilio=SeedLine("+12815550182", "bss-twilio_Gk2wNc7sVb4EjQx9Rt6h"),
    hours={day: ["08:00-19:00"] for day in (*WEEKDAYS, "sat", "sun")},
    holidays=({"date": "2026-11-26", "name": "Thanksgiving", "hours": []}, CHRISTMAS),
    widget=SeedWidget(
        key="bss_web_JU3MKvcIEWew9DFcgqNiYOrN",
        identity_key="local-identity-oH92fGBmR0V2Lu55GRcVTA1Ab43W",
        color="#0a5a9c",
        greeting="Welcome to BSS! How can we help?",
        greetings=(
            {
                "path": "/bss-cypress-spring/classes*",
                "text": "Cypress or Spring? We'll find the class.",
                "after_seconds": 4,
            },
        ),
        suggestions=("What is open for a 3 year old?", "How warm is the water?"),
        work_bits=12,
    ),
)

CP_MARKETING = SeedTenant(
    id="cp-marketing",
    name="CP Marketing",
    number="+12815550160",
    channel="cp-marketing_Dh4vSq9oLi2YtCm7Nw5b",
    own_account=True,
    connected=False,
    description="A marketing agency.",
    contact="hello@cp-marketing.example",
    people=(Person("owner@cp-marketing.example", "agency-2026", "tenant_admin"),),
    twilio=SeedLine("+12815550162", "cp-twilio_Zr5yHm8uPd3KfLa6Wq1n"),
    twilio_first=True,
    hours={day: ["09:00-12:30", "13:30-17:00"] for day in WEEKDAYS},
    holidays=(CHRISTMAS,),
    widget=SeedWidget(
        key="cpm_web_qHA4PL6NDDeS7x8Jyy2NdKZG",
        identity_key="local-identity-qxN4qQKFifrqy77tojBib0xB6g14",
        color="#6d3aa8",
        greeting="Hello! Leave a message, one of us answers.",
        suggestions=("What do you do for small businesses?",),
        form={"fields": ["name", "email", "phone"], "required": True},
    ),
)

TENANTS = (CP_MARKETING, TESTING_AGENCY, BSS)
ADMIN = Person("admin@chattercheetah.example", "agency-of-all-2026", "admin")
CUSTOMERS = ("+12815550101", "+12815550102")

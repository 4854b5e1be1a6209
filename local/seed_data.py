"""The three tenants of the running example, as the documents that their owners would have made.

No class name stands here: classes come from Jackrabbit, whose stand-in is filled by `local.seed_openings`.
"""

from __future__ import annotations

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
)

TENANTS = (CP_MARKETING, TESTING_AGENCY, BSS)
ADMIN = Person("admin@chattercheetah.example", "agency-of-all-2026", "admin")
CUSTOMERS = ("+12815550101", "+12815550102")

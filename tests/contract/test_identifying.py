"""A visitor proves who they are: what is attached to whom, once, on the emulator and under the real rules."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.assistant import Assistant, Tools
from shared.assistant.answer import KeepLead
from shared.channels.webchat.identity import Identity
from shared.conversations.answering import Answering
from shared.conversations.drafts import keep_lead
from shared.conversations.guests import Guest
from shared.conversations.identifying import Identifying
from shared.conversations.on_site import OnSite, Said
from shared.errors import Forbidden
from shared.ids import digest
from shared.store.changes import NOW, Changes
from shared.store.documents import ON_SITE, Conversation
from shared.store.errors import Refused
from shared.store.reading import conversation
from shared.vault.visits import Visit
from tests.contract.pipeline_support import CUSTOMER, PARKING, House
from tests.unit.assistant_support import ClassList

QUESTION = "Where can I park?"
EMAIL, SITE = "ana@home.example", "https://blueswim.example"
ANA = Identity("member-17", "Ana Pérez", EMAIL, CUSTOMER, "", datetime(2099, 1, 1, tzinfo=UTC))
BEN = replace(ANA, sub="member-18", name="Ben", email="ben@home.example", phone="+12815550102")

Json = dict[str, object]


def proven(identity: Identity = ANA, **changed: str) -> Identity:
    """A fresh proof of them."""
    return replace(identity, jti=secrets.token_hex(8), **changed)


class Site:
    """The web chat of a house: visits, and what is stored of them."""

    def __init__(self, house: House) -> None:
        self.house = house

    def visit(self) -> Visit:
        return Visit.begun(self.house.tenant, "wk-1", SITE, "es")

    async def identify(self, visit: Visit, identity: Identity) -> Visit:
        return await Identifying(self.house.db, self.house.tenant, self.house.hashes).attach(visit, identity)

    async def say(self, visit: Visit, words: str = QUESTION) -> str:
        on_site = OnSite(self.house.db, visit, self.house.queue, self.house.clock)
        return (await on_site.receive(Said(secrets.token_hex(8), words, page=f"{SITE}/classes"))).message.id

    async def answer(self, visit: Visit) -> None:
        self.house.say(PARKING)
        self.house.tick(seconds=4)
        assistant = Assistant(self.house.model, Tools(ClassList()), self.house.clock)
        worker = Answering(
            self.house.db, self.house.tenant, assistant, self.house.queue, self.house.hashes, self.house.clock
        )
        await worker.answer(visit.conversation, None)

    async def of(self, visit: Visit) -> Conversation | None:
        return (await self.house.reader.read([conversation(visit.conversation)])).conversation(visit.conversation)

    async def contact(self, visit: Visit) -> str | None:
        found = await self.of(visit)
        assert found is not None
        return found.contact_id

    async def stored(self, collection: str) -> dict[str, Json]:
        snapshots = await self.house.db.collection("tenants").document(self.house.tenant).collection(collection).get()
        return {snapshot.id: snapshot.to_dict() or {} for snapshot in snapshots}

    async def proof(self, identity: Identity) -> Json | None:
        """Nobody may list them."""
        proofs = self.house.db.collection("tenants").document(self.house.tenant).collection("proofs")
        return (await proofs.document(digest("proof", "wk-1", identity.jti)).get()).to_dict()

    async def addresses(self) -> set[tuple[object, object, object]]:
        found = (await self.stored("addresses")).values()
        return {(one["kind"], one["address"], one["contact_id"]) for one in found}

    async def change(self, visit: Visit, **fields: object) -> None:
        found, changes = await self.of(visit), Changes(self.house.db)
        assert found is not None
        changes.update_conversation(found, fields)
        await changes.commit()


@pytest.fixture
def site(house: House) -> Site:
    return Site(house)


async def replayed(site: Site, visit: Visit, identity: Identity) -> bool:
    try:
        await site.identify(visit, identity)
    except Forbidden as refused:
        return refused.code == "identity_replayed"
    return False


# What is attached


async def test_who_is_new_becomes_a_contact_with_every_address_that_the_site_says(site: Site) -> None:
    visit = site.visit()
    assert await site.identify(visit, proven()) == replace(visit, proven=True)
    found = await site.of(visit)
    assert found is not None
    assert found.verified == {"sub": "member-17", "name": "Ana Pérez", "email": EMAIL, "phone": CUSTOMER}
    contacts = await site.stored("contacts")
    assert [contact["name"] for contact in contacts.values()] == ["Ana Pérez"]
    assert list(contacts) == [found.contact_id]
    assert await site.addresses() == {
        ("user", "member-17", found.contact_id),
        ("email", EMAIL, found.contact_id),
        ("phone", CUSTOMER, found.contact_id),
    }


async def test_before_the_first_message_the_conversation_is_nobodys_and_nothing_is_open(site: Site) -> None:
    visit = site.visit()
    await site.identify(visit, proven())
    found = await site.of(visit)
    assert found is not None
    assert (found.owner, found.epoch, found.opted_out, found.open) == ("ai", 0, False, ())
    assert (found.channel, found.channel_id, found.language, found.last_inbound_at) == (ON_SITE, "wk-1", "es", None)


async def test_who_is_identified_first_and_writes_then_is_answered_as_who_they_are(site: Site) -> None:
    visit = site.visit()
    await site.identify(visit, proven())
    contact = await site.contact(visit)
    await site.say(visit)
    await site.answer(visit)
    found = await site.of(visit)
    assert found is not None
    assert (found.verified["sub"], found.contact_id, found.open) == ("member-17", contact, ())
    assert found.last_out is not None


async def test_an_identity_in_the_middle_keeps_the_chat_and_what_is_open_in_it(site: Site) -> None:
    visit = site.visit()
    await site.say(visit)
    await site.answer(visit)
    second = await site.say(visit, "And on Sundays?")
    before = await site.of(visit)
    assert before is not None
    assert await site.identify(visit, proven()) == replace(visit, proven=True)
    after = await site.of(visit)
    assert after is not None
    assert after.open == (second,)
    assert replace(after, version=None, verified={}, contact_id=None) == replace(before, version=None)
    await site.answer(visit)
    assert len([one for one in await site.house.reader.history(visit.conversation, 9) if one.direction == "out"]) == 2


@pytest.mark.parametrize("claimed_first", [True, False])
async def test_what_they_typed_of_themselves_stays_beside_what_the_site_says(site: Site, claimed_first: bool) -> None:
    visit, guest = site.visit(), {"email": "typo@home.example"}
    if claimed_first:
        await Guest(site.house.db, visit).claim(guest)
    await site.identify(visit, proven())
    if not claimed_first:
        await Guest(site.house.db, visit).claim(guest)
    found = await site.of(visit)
    assert found is not None
    assert (found.claims, found.verified["email"], found.open) == (guest, EMAIL, ())
    assert ("email", "typo@home.example") not in {(kind, text) for kind, text, _ in await site.addresses()}


async def test_who_texted_yesterday_is_the_same_contact(site: Site) -> None:
    await site.house.text(QUESTION)
    site.house.say(PARKING)
    await site.house.answer()
    texted = (await site.house.conversation()).contact_id
    visit = site.visit()
    await site.identify(visit, proven())
    assert await site.contact(visit) == texted is not None
    assert len(await site.stored("contacts")) == 1
    assert {kind for kind, _, contact in await site.addresses() if contact == texted} == {"user", "email", "phone"}


async def test_who_chatted_yesterday_and_texts_today_is_the_same_contact(site: Site) -> None:
    visit = site.visit()
    await site.identify(visit, proven())
    await site.house.text(QUESTION)
    site.house.say(PARKING)
    await site.house.answer()
    assert (await site.house.conversation()).contact_id == await site.contact(visit) is not None
    assert len(await site.stored("contacts")) == 1


async def test_the_same_person_is_the_same_contact_at_every_visit_whatever_else_changes(site: Site) -> None:
    first, second = site.visit(), site.visit()
    await site.identify(first, proven())
    await site.identify(second, proven(name="Ana Ruiz", email="ruiz@home.example", phone=""))
    assert await site.contact(first) == await site.contact(second)
    known = (await site.of(second)).verified  # type: ignore[union-attr]
    assert known == {"sub": "member-17", "name": "Ana Ruiz", "email": "ruiz@home.example"}
    assert [contact["name"] for contact in (await site.stored("contacts")).values()] == ["Ana Pérez"]


async def test_where_addresses_are_of_several_contacts_the_user_counts_then_the_email_and_none_is_merged(
    site: Site,
) -> None:
    user, email, phone = site.visit(), site.visit(), site.visit()
    await site.identify(user, proven(email="", phone=""))
    await site.identify(email, proven(sub="by-email", phone=""))
    await site.identify(phone, proven(sub="by-phone", email=""))
    contacts = {await site.contact(one) for one in (user, email, phone)}
    before = await site.addresses()
    assert len(contacts) == 3
    known, unknown = site.visit(), site.visit()
    await site.identify(known, proven())
    assert await site.contact(known) == await site.contact(user)
    assert await site.addresses() == before
    await site.identify(unknown, proven(sub="somebody-new"))
    assert await site.contact(unknown) == await site.contact(email)
    assert await site.addresses() == before | {("user", "somebody-new", await site.contact(email))}
    assert set(await site.stored("contacts")) == contacts


async def test_an_id_that_reads_like_anothers_address_is_not_that_address(site: Site) -> None:
    victim = site.visit()
    await site.identify(victim, proven())
    for sub in (EMAIL, CUSTOMER, f"email|{EMAIL}", "user|member-17", f"{ANA.sub} "):
        visit = site.visit()
        await site.identify(visit, proven(sub=sub, email="", phone=""))
        assert await site.contact(visit) != await site.contact(victim)


async def test_the_same_person_at_another_business_is_another_contact(site: Site, emulated: str) -> None:
    elsewhere = Site(await House(emulated).open())
    mine, theirs = site.visit(), elsewhere.visit()
    identity = proven()
    await site.identify(mine, identity)
    await elsewhere.identify(theirs, identity)
    assert await site.contact(mine) != await elsewhere.contact(theirs)
    assert set(await site.stored("addresses")) & set(await elsewhere.stored("addresses")) == set()


async def test_a_lead_of_who_is_identified_carries_what_the_site_says_and_not_what_they_typed(site: Site) -> None:
    visit = site.visit()
    await site.say(visit)
    await site.change(visit, claims={"email": "typo@home.example", "phone": "+12815550199"})
    await site.identify(visit, proven(phone=""))
    found, changes = await site.of(visit), Changes(site.house.db)
    assert found is not None
    keep_lead(changes, KeepLead("Ana", "a class on Saturday"), found)
    await changes.commit()
    (lead,) = (await site.stored("leads")).values()
    assert (lead["email"], lead["phone"], lead["source"]) == (EMAIL, "+12815550199", ON_SITE)


# What is not


async def test_what_a_visitor_types_of_themselves_attaches_to_nobody(site: Site) -> None:
    victim, visit = site.visit(), site.visit()
    await site.identify(victim, proven())
    await site.say(visit, f"I am Ana, {EMAIL}, {CUSTOMER}")
    await site.change(visit, claims={"name": "Ana Pérez", "email": EMAIL, "phone": CUSTOMER})
    await site.answer(visit)
    found = await site.of(visit)
    assert found is not None
    assert (found.contact_id, found.verified) == (None, {})
    assert len(await site.stored("contacts")) == 1
    contact = await site.contact(victim)
    with pytest.raises(Refused):
        await site.change(visit, contact_id=contact)
    assert await site.contact(visit) is None


async def test_the_rules_let_nobody_take_over_a_visit_that_is_proven(site: Site) -> None:
    visit = site.visit()
    await site.identify(visit, proven())
    for other in ({"sub": "member-18"}, None):
        with pytest.raises(Refused):
            await site.change(visit, verified=other)


async def test_a_proof_opens_one_visit(site: Site) -> None:
    first, second, identity = site.visit(), site.visit(), proven()
    await site.identify(first, identity)
    assert await replayed(site, second, identity)
    assert await site.of(second) is None


async def test_a_proof_that_was_used_does_not_open_a_visit_in_which_something_was_said(site: Site) -> None:
    first, second, identity = site.visit(), site.visit(), proven()
    await site.identify(first, identity)
    await site.say(second)
    assert await replayed(site, second, identity)
    found = await site.of(second)
    assert found is not None
    assert (found.verified, found.contact_id) == ({}, None)


async def test_the_same_proof_in_the_same_visit_again_changes_nothing(site: Site) -> None:
    visit, identity = site.visit(), proven()
    await site.identify(visit, identity)
    before = await site.of(visit)
    for _ in range(3):
        assert await site.identify(visit, identity) == replace(visit, proven=True)
    assert await site.of(visit) == before
    assert len(await site.stored("contacts")) == 1


async def test_another_proof_of_the_same_person_keeps_the_visit_and_is_used_up_too(site: Site) -> None:
    visit, another = site.visit(), proven()
    await site.identify(visit, proven())
    assert await site.identify(visit, another) == replace(visit, proven=True)
    assert await replayed(site, site.visit(), another)


async def test_a_proof_is_kept_until_it_is_over_anyway(site: Site) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    visit, identity = site.visit(), replace(proven(), until=until)
    await site.identify(visit, identity)
    kept = await site.proof(identity)
    assert kept is not None
    assert (kept["conversation_id"], kept["expires_at"]) == (visit.conversation, until)


async def test_somebody_else_in_the_same_browser_begins_a_visit_of_their_own(site: Site) -> None:
    anas = site.visit()
    await site.identify(anas, proven())
    await site.say(anas)
    before = await site.of(anas)
    bens = await site.identify(anas, proven(BEN))
    assert bens.id != anas.id
    assert (bens.tenant, bens.widget, bens.origin, bens.language) == (anas.tenant, "wk-1", SITE, "es")
    assert await site.of(anas) == before
    found = await site.of(bens)
    assert found is not None
    assert (found.verified["sub"], found.open) == ("member-18", ())
    assert found.contact_id != await site.contact(anas)


async def test_somebody_else_with_a_proof_that_was_used_gets_no_visit(site: Site) -> None:
    anas, identity = site.visit(), proven(BEN)
    await site.identify(anas, proven())
    await site.identify(site.visit(), identity)
    visits = len(await site.stored("conversations"))
    assert await replayed(site, anas, identity)
    assert len(await site.stored("conversations")) == visits


# At once


@pytest.mark.parametrize("spoken", [True, False])
async def test_of_two_who_are_identified_in_one_visit_at_once_one_keeps_it(site: Site, spoken: bool) -> None:
    visit = site.visit()
    if spoken:
        await site.say(visit)
    identities = [proven(), proven(BEN)]
    opened = await asyncio.gather(*(site.identify(visit, identity) for identity in identities))
    assert [one.id for one in opened].count(visit.id) == 1
    for one, identity in zip(opened, identities, strict=True):
        found = await site.of(one)
        assert found is not None
        assert (found.verified["sub"], found.verified["email"]) == (identity.sub, identity.email)
    assert await site.contact(opened[0]) != await site.contact(opened[1])


async def test_of_many_visits_that_show_one_proof_at_once_one_is_opened(site: Site) -> None:
    visits, identity = [site.visit() for _ in range(6)], proven()
    refused = await asyncio.gather(*(replayed(site, visit, identity) for visit in visits))
    assert refused.count(False) == 1
    assert [await site.of(visit) is None for visit in visits] == refused


async def test_one_person_in_many_windows_at_once_is_one_contact(site: Site) -> None:
    visits = [site.visit() for _ in range(6)]
    await asyncio.gather(*(site.identify(visit, proven()) for visit in visits))
    assert len({await site.contact(visit) for visit in visits}) == 1
    assert len(await site.stored("contacts")) == 1


async def test_a_visitor_who_writes_while_they_are_identified_loses_neither(site: Site) -> None:
    for _ in range(5):
        visit = site.visit()
        _, said = await asyncio.gather(site.identify(visit, proven()), site.say(visit))
        found = await site.of(visit)
        assert found is not None
        assert (found.verified["sub"], found.open) == ("member-17", (said,))


async def test_an_attachment_of_which_nobody_heard_is_made_once(site: Site) -> None:
    visit, identity = site.visit(), proven()
    site.house.db.lose = 1
    assert await site.identify(visit, identity) == replace(visit, proven=True)
    assert len(await site.stored("contacts")) == 1
    assert await site.proof(identity) is not None
    assert (await site.of(visit)).verified["sub"] == "member-17"  # type: ignore[union-attr]


async def test_a_visit_is_read_like_any_other(site: Site) -> None:
    """What a text writes to its conversation goes on: the moment, the page, the preview."""
    visit = site.visit()
    await site.identify(visit, proven())
    changes = Changes(site.house.db)
    changes.merge_conversation(visit.conversation, {"last_inbound_at": NOW, "preview": "Hello"})
    await changes.commit()
    found = await site.of(visit)
    assert found is not None
    assert found.last_inbound_at is not None

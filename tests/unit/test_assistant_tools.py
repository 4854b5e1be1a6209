"""The tools, as the model and as the HTTP functions call them."""

from __future__ import annotations

import pytest

from shared.assistant.answer import AttachLink
from shared.assistant.tooling import declaration
from shared.assistant.tools.base import ToolContext
from shared.assistant.tools.get_classes import MOST, GetClassesArgs, find_classes
from shared.assistant.tools.registry import Tools
from shared.assistant.tools.send_link import SendLinkArgs, allowed_link
from shared.errors import BadRequest, Unprocessable
from shared.integrations.jackrabbit import JackrabbitUnavailable, Opening
from shared.store.settings import BusinessProfile, CustomerService
from tests.unit.assistant_support import GUPPY, POLICIES, PROFILE, REGISTER, SERVICE, SHARK, ClassList

CONTEXT = ToolContext("blue-swim", PROFILE, SERVICE, "+12815550142", seconds=8)


async def found(lists: ClassList, **args: object) -> dict[str, object]:
    classes = await find_classes(lists, "blue-swim", "545911", GetClassesArgs(**args))
    return dict(classes.output())


async def test_classes_are_trimmed_filtered_and_counted() -> None:
    output = await found(ClassList(GUPPY, SHARK), day="Tuesday", age_years=4)
    assert output == {
        "classes": [GUPPY.trimmed()],
        "matched": 1,
        "stale": False,
        "as_of": "2026-11-23T08:00:00+00:00",
    }


async def test_a_filter_that_matches_nothing_says_so_and_what_there_is_instead() -> None:
    output = await found(ClassList(GUPPY, SHARK), day="sun")
    assert (output["classes"], output["matched"]) == ([], 0)
    assert output["offered"] == {
        "days": ["tue", "sat"],
        "levels": ["Advanced", "Beginner"],
        "locations": ["Main Pool", "North"],
    }


async def test_no_more_classes_than_anyone_reads_and_the_true_number_beside_them() -> None:
    output = await found(ClassList(*[Opening(n, f"C{n}", "", (), "", "", 1, None) for n in range(30)]))
    assert len(output["classes"]) == MOST
    assert output["matched"] == 30


async def test_what_was_found_can_be_read_aloud() -> None:
    lists = ClassList(GUPPY, SHARK)
    some = await find_classes(lists, "blue-swim", "545911", GetClassesArgs(day="tue"))
    none = await find_classes(lists, "blue-swim", "545911", GetClassesArgs(day="sun"))
    assert some.say == "Guppy & Co at Main Pool, Tue 4:30pm-5:00pm, 2 spots, $85.00."
    assert none.say == "No class with open spots fits."


async def test_an_old_copy_is_marked() -> None:
    assert (await found(ClassList(GUPPY, stale=True)))["stale"] is True


async def test_a_day_nobody_knows_and_a_list_nobody_has_are_problems_for_http() -> None:
    with pytest.raises(BadRequest):
        await found(ClassList(GUPPY), day="someday")
    with pytest.raises(JackrabbitUnavailable):
        await found(ClassList(broken=True))


@pytest.mark.parametrize(("lists", "args"), [(ClassList(broken=True), {}), (ClassList(GUPPY), {"day": "someday"})])
async def test_the_same_problems_are_failures_told_to_the_model(lists: ClassList, args: dict[str, object]) -> None:
    [tool, _] = Tools(lists).of(PROFILE, SERVICE)
    result = await tool.run(GetClassesArgs(**args), CONTEXT)
    assert result.failed
    assert set(result.output) == {"error"}
    assert result.sources == ()


@pytest.mark.parametrize("wanted", ["register", " REGISTER ", "Registration Form"])
def test_a_link_is_found_by_id_or_title(wanted: str) -> None:
    assert allowed_link(PROFILE, wanted) == REGISTER


@pytest.mark.parametrize("wanted", ["", " ", "https://evil.example", REGISTER.url + "x", "reg", "register policies"])
def test_any_other_link_is_refused_with_where_to_allow_it(wanted: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        allowed_link(PROFILE, wanted)
    assert (refused.value.status, refused.value.code) == (422, "link_not_allowed")
    assert "is not among the links of this business (Settings → Business profile → Links)." in refused.value.detail


def test_a_link_without_a_title_is_not_found_by_saying_nothing() -> None:
    with pytest.raises(Unprocessable):
        allowed_link(BusinessProfile(links=(POLICIES.__class__("a", "", "https://a.example"),)), "")


async def test_sending_a_link_is_an_effect_and_the_model_never_sees_the_address() -> None:
    [_, tool] = Tools(ClassList()).of(PROFILE, SERVICE)
    result = await tool.run(SendLinkArgs(link="policies"), CONTEXT)
    assert result.effects == (AttachLink("Our policies", POLICIES.url),)
    assert "https" not in str(result.output)


async def test_a_link_off_the_list_is_no_effect_and_names_those_that_are() -> None:
    [_, tool] = Tools(ClassList()).of(PROFILE, SERVICE)
    result = await tool.run(SendLinkArgs(link="https://evil.example"), CONTEXT)
    assert (result.failed, result.effects) == (True, ())
    assert result.output["allowed"] == [
        {"id": "register", "title": "Registration form"},
        {"id": "policies", "title": "Our policies"},
    ]
    assert "evil" not in str(result.output)


def test_arguments_are_declared_from_what_parses_them_and_admit_nothing_else() -> None:
    tools = Tools(ClassList()).of(PROFILE, SERVICE)
    classes, link = (declaration(tool) for tool in tools)
    assert set(classes.parameters["properties"]) == {"age_years", "day", "location", "level"}
    assert classes.parameters["additionalProperties"] is False
    assert link.parameters["required"] == ["link"]
    assert "title" not in classes.parameters


def test_what_declares_arguments_is_made_once_and_not_for_every_call() -> None:
    tools = Tools(ClassList(GUPPY)).of(PROFILE, SERVICE)
    assert tools
    for tool in tools:
        assert declaration(tool).parameters is declaration(tool).parameters


def test_a_tenant_that_has_configured_nothing_has_no_tools() -> None:
    everything = CustomerService(tools=("get_classes", "send_link"))
    assert Tools(ClassList()).of(BusinessProfile(), everything) == ()

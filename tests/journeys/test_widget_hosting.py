"""The widget's address of the running local cloud: the businesses' sites may ask there, and nobody else's may."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from local.seed_data import CP_MARKETING, TENANTS, TESTING_AGENCY, SeedTenant
from tests.stack import RunningStack


async def asked(stack: RunningStack, tenant: SeedTenant, origin: str) -> httpx.Response:
    key = stack.tenant(tenant.id)["widget_key"]
    return await stack.client.get(f"{stack.info['widget']}/chat-start/{key}", headers={"origin": origin})


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.id)
async def test_a_business_of_the_demo_has_a_chat_on_its_site(stack: RunningStack, tenant: SeedTenant) -> None:
    assert tenant.widget
    answer = await asked(stack, tenant, stack.info["site"])
    assert answer.status_code == 200, answer.text
    config: dict[str, Any] = answer.json()
    assert (config["name"], config["color"]) == (tenant.name, tenant.widget.color)
    assert config["greeting"] == tenant.widget.greeting
    assert config["suggestions"] == list(tenant.widget.suggestions)
    assert config["form"] == tenant.widget.form
    assert config["functions"] == stack.info["functions"]
    assert config["frame"] == f"{stack.info['widget']}/chat-frame/{tenant.widget.key}"
    assert config["hours"]["time_zone"] == tenant.time_zone


async def test_a_page_that_is_not_in_the_list_has_no_chat(stack: RunningStack) -> None:
    answer = await asked(stack, TESTING_AGENCY, "https://elsewhere.example")
    assert (answer.status_code, answer.json()["error"]) == (403, "origin_refused")
    assert (await asked(stack, TESTING_AGENCY, stack.info["phone"])).status_code == 200


async def test_the_chat_can_be_framed_by_the_site_and_by_the_phone_page_around_it(stack: RunningStack) -> None:
    key = stack.tenant(CP_MARKETING.id)["widget_key"]
    answer = await stack.client.get(f"{stack.info['widget']}/chat-frame/{key}")
    assert answer.status_code == 200
    [ancestors] = re.findall(r"frame-ancestors ([^;]*)", answer.headers["content-security-policy"])
    assert set(ancestors.split()) == {stack.info["site"], stack.info["phone"]}


async def test_the_site_embeds_the_widget_of_this_local_cloud(stack: RunningStack) -> None:
    page = await stack.client.get(f"{stack.info['site']}/testing-agency/")
    key = stack.tenant("testing-agency")["widget_key"]
    assert f'<script async src="{stack.info["widget"]}/widget.js" data-key="{key}"></script>' in page.text
    policy = page.headers["content-security-policy"]
    assert f"connect-src 'self' {stack.info['widget']} {stack.info['functions']};" in policy

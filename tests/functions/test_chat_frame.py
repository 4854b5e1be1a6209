"""chat-frame: the widget's document is shown inside the tenant's pages alone, and runs no script but its own."""

from __future__ import annotations

from tests.stack import RunningStack
from tests.visitors import Browser


async def frame(stack: RunningStack, key: str) -> tuple[int, str, str]:
    answer = await stack.client.get(f"{stack.info['widget']}/chat-frame/{key}")
    return answer.status_code, answer.headers.get("content-security-policy", ""), answer.text


async def test_only_pages_of_the_list_may_show_it(stack: RunningStack) -> None:
    status, policy, _ = await frame(stack, Browser(stack, "testing-agency").key)
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert status == 200
    assert parts["frame-ancestors"].split() == [stack.info["site"], stack.info["phone"]]
    assert (parts["default-src"], parts["script-src"], parts["style-src"]) == ("'none'", "'self'", "'self'")
    assert parts["connect-src"] == stack.info["functions"]
    assert "unsafe" not in policy


async def test_no_script_and_no_style_stands_in_it(stack: RunningStack) -> None:
    _, _, document = await frame(stack, Browser(stack, "testing-agency").key)
    assert "<style" not in document
    assert document.count("<script") == 1
    assert '<script type="module" src="/app/app.js"></script>' in document


async def test_an_unknown_key_has_no_frame(stack: RunningStack) -> None:
    status, _, text = await frame(stack, "nobody-has-this-key")
    assert status == 404
    assert "unknown_widget" in text


async def test_a_key_cannot_write_into_the_document(stack: RunningStack) -> None:
    status, _, text = await frame(stack, "%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert status == 404
    assert "<script>alert" not in text

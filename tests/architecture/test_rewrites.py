"""Hosting holds an answer back until it is whole (PLATFORM: Hosting): no stream goes through its rewrites."""

from __future__ import annotations

import ast
import json

from tests.architecture.tree import ROOT, manifest


def rewritten() -> list[str]:
    hosting = json.loads((ROOT / "firebase.json").read_text())["hosting"]
    return [rewrite["function"]["functionId"] for site in hosting for rewrite in site["rewrites"]]


def streaming() -> set[str]:
    """The functions that answer a Stream, as their own signature says."""
    return {name for name, entry in manifest().items() if _answers_a_stream(str(entry["entry"]))}


def _answers_a_stream(module: str) -> bool:
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())
    answers = [node.returns for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.returns]
    return any("Stream" in ast.unparse(one) for one in answers)


def test_no_stream_goes_through_hosting() -> None:
    assert streaming() >= {"chat-message", "chat-events"}
    assert streaming().isdisjoint(rewritten())


def test_every_rewrite_leads_to_a_function() -> None:
    assert set(rewritten()) <= set(manifest())

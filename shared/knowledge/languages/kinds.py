"""What one language says, as its module writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`idle`: what asks and claims nothing. `means`: an English word → all that says the same in this language.

    Written as people write, compared folded. "_" joins the words of a phrase; "*" stands for any ending.
    `joined`: words stand within one another without a space (Chinese, German). `toned`: marks tell words apart, so they
    are ignored only where a text has none (Vietnamese, typed in a hurry).
    """

    idle: str
    means: Mapping[str, str]
    joined: bool = False
    toned: bool = False

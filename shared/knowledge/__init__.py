"""What a business knows about itself, and what of it bears on a question."""

from shared.knowledge.facts import FLOOR, Fact, Facts, Scored
from shared.knowledge.reading import content_words

__all__ = ["FLOOR", "Fact", "Facts", "Scored", "content_words"]

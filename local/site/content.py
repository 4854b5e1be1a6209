"""What stands on each business's site beside what its settings say. No class is named: classes come from Jackrabbit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Content:
    """`offers`: what its second page is called, and the teasers on it."""

    headline: str
    offer: str
    offers: tuple[tuple[str, str], ...]


CONTENT = {
    "testing-agency": Content(
        headline="Every child can learn to love the water.",
        offer="Classes",
        offers=(
            ("Babies and toddlers", "In the water with a parent: songs, floating, first splashes. From 6 months."),
            ("Children", "At most four to a teacher. We go at each child's pace, from bubbles to strokes."),
            ("Adults", "It is never too late. Small evening groups for beginners and for those who come back."),
        ),
    ),
    "bss-cypress-spring": Content(
        headline="Two warm pools, one big family.",
        offer="Classes",
        offers=(
            ("Cypress", "Barker Road. Mornings for the youngest, afternoons for school children."),
            ("Spring", "Louetta Road. Every day of the week, and quiet hours for beginners."),
            ("Whole families", "Brothers and sisters at the same time, so you drive only once."),
        ),
    ),
    "cp-marketing": Content(
        headline="Your neighbours should know your name.",
        offer="Services",
        offers=(
            ("Local search", "Be found where people look: on the map, with the right hours, with good reviews."),
            ("Web sites", "A page that loads at once and says what you do in one sentence."),
            ("Campaigns", "Small budgets, honest numbers, one person who picks up the phone."),
        ),
    ),
}

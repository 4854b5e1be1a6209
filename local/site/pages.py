"""The HTML of the sites. Whatever a business says of itself is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from local.seed_data import SeedTenant
from local.site.content import CONTENT
from local.site.hours import holidays_in_words, week_in_words

LOCAL = "Invented, and on this machine only."
ASK = '<button type="button" class="ask" data-ask>Ask in the chat</button>'


@dataclass(frozen=True)
class View:
    """Which page of whose site; `widget`: the origin that the chat is loaded from, "" for a page without it."""

    tenant: SeedTenant
    widget: str
    signed_in: bool


def front(tenants: Iterable[SeedTenant]) -> str:
    cards = "".join(
        f'<li><a href="/{one.id}/"><strong>{escape(one.name)}</strong><span>{escape(one.description)}</span></a></li>'
        for one in tenants
    )
    body = f'<main class="front"><h1>Three businesses</h1><p>{LOCAL} Each with its own chat.</p><ul>{cards}</ul></main>'
    return _document("The sites of the demo", "", body)


def home(view: View) -> str:
    tenant, content = view.tenant, CONTENT[view.tenant.id]
    facts = "".join(_card(fact["title"], fact["text"]) for fact in tenant.facts if fact["id"] != "hours")
    more = f'<section><h2>Good to know</h2><div class="cards">{facts}</div></section>' if facts else ""
    return _page(
        view,
        "",
        f'<section class="hero"><div><h1>{escape(content.headline)}</h1>'
        f'<p class="lead">{escape(tenant.description)}</p>'
        f'<p class="acts">{ASK}<a class="more" href="/{tenant.id}/classes">{content.offer}</a></p></div>'
        f"{_hours(tenant)}</section>{more}",
    )


def classes(view: View) -> str:
    tenant, content = view.tenant, CONTENT[view.tenant.id]
    cards = "".join(_card(title, text) for title, text in content.offers)
    room = " What has room changes by the hour: ask in the chat." if tenant.jackrabbit_org else ""
    return _page(
        view,
        "classes",
        f'<section><h1>{content.offer}</h1><p class="lead">{escape(tenant.description)}{room}</p>'
        f'<div class="cards">{cards}</div><p class="acts">{ASK}</p></section>',
    )


def contact(view: View) -> str:
    tenant = view.tenant
    address = "".join(f"<p>{escape(fact['text'])}</p>" for fact in tenant.facts if fact["id"] == "address")
    return _page(
        view,
        "contact",
        f'<section class="hero"><div><h1>Contact</h1><p class="lead">{escape(tenant.contact)}</p>{address}'
        f'<p class="acts">{ASK}</p></div>{_hours(tenant)}</section>',
    )


def _page(view: View, here: str, main: str) -> str:
    tenant = view.tenant
    links = {"": "Home", "classes": CONTENT[tenant.id].offer, "contact": "Contact"}
    nav = "".join(
        f'<a href="/{tenant.id}/{path}"{" aria-current=page" if path == here else ""}>{name}</a>'
        for path, name in links.items()
    )
    name = escape(tenant.name)
    body = (
        f'<header><a class="brand" href="/{tenant.id}/">{_mark()}{name}</a><nav aria-label="{name}">{nav}</nav>'
        f'<button type="button" role="switch" aria-checked="{str(view.signed_in).lower()}" data-person>'
        f"Signed in as Ana</button></header><main>{main}</main>"
        f"<footer><p>{name} · {escape(tenant.contact)}</p><p>{LOCAL}</p></footer>"
    )
    head = (
        f'<link rel="stylesheet" href="/{tenant.id}/theme.css" /><script type="module" src="/static/site.js"></script>'
    )
    return _document(f"{name} · {links[here]}", head + _embed(view), body, f' data-home="/{tenant.id}"')


def _embed(view: View) -> str:
    """The whole of what a business puts into its pages."""
    if view.tenant.widget is None or not view.widget:
        return ""
    return f'<script async src="{escape(view.widget)}/widget.js" data-key="{escape(view.tenant.widget.key)}"></script>'


def _document(title: str, head: str, body: str, attributes: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8" />'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        '<meta name="color-scheme" content="light dark" />'
        '<link rel="icon" href="/static/icon.svg" type="image/svg+xml" />'
        f'<title>{title}</title><link rel="stylesheet" href="/static/site.css" />{head}</head>'
        f"<body{attributes}>{body}</body></html>"
    )


def _hours(tenant: SeedTenant) -> str:
    lines = ((day, told.replace(", ", "<br />")) for day, told in week_in_words(tenant.hours))
    week = "".join(f"<dt>{day}</dt><dd>{told}</dd>" for day, told in lines)
    holidays = "".join(f"<dt>{escape(day)}</dt><dd>{told}</dd>" for day, told in holidays_in_words(tenant.holidays))
    return f'<aside class="hours"><h2>Opening hours</h2><dl>{week}</dl><dl class="holidays">{holidays}</dl></aside>'


def _card(title: str, text: str) -> str:
    return f"<article><h3>{escape(title)}</h3><p>{escape(text)}</p></article>"


def _mark() -> str:
    """Waves, in the business's colour."""
    wave = "M2 {0}c3 0 3-3 6-3s3 3 6 3 3-3 6-3 3 3 6 3"
    paths = "".join(f'<path d="{wave.format(y)}" />' for y in (11, 17, 23))
    return f'<svg viewBox="0 0 28 28" width="28" height="28" aria-hidden="true">{paths}</svg>'

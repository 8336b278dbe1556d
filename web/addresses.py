"""Addresses of pages, each in a language."""

import re
from typing import Any
from urllib.parse import quote, urlencode

from flask import current_app, request
from werkzeug.routing import BuildError

from http_base.context import locale
from notifications.words import LOCALES

LED_TO = re.compile(rf"((?:^|&)next=(?:/|%2[Ff]))(?:{'|'.join(LOCALES)})(/|%2[Ff])")
"""Of an address, a page of ours to go on to, up to its language and after it."""


def to(page: str, **values: Any) -> str:
    """The address of a page: `to("events.show", event_id=…)`, in the language of this request's.

    What its path does not name is its query; None is left out. A page has one rule, so it is built by that:
    `url_for` takes three times as long to look for the one that fits.
    """
    noun, _, view = page.rpartition(".")
    (rule,) = current_app.url_map.iter_rules(f"{noun}-pages.{view}")
    built = rule.build({"language": locale()} | values)
    if built is None:
        raise BuildError(rule.endpoint, values, None)
    return built[1]


def in_language(language: str) -> str:
    """The address of the present page in another language, with where it leads; of one that stands in none,
    the start."""
    first, _, rest = request.path.lstrip("/").partition("/")
    if first not in LOCALES:
        return f"/{language}/"
    query = request.query_string.decode("latin-1")
    query = LED_TO.sub(rf"\g<1>{language}\g<2>", query)
    return f"/{language}/{quote(rest)}" + (f"?{query}" if query else "")


def here(**changes: str | None) -> str:
    """The address of the present page with other parameters; None takes one away."""
    kept = {name: values for name, values in request.args.lists() if name not in changes}
    added = {name: value for name, value in changes.items() if value is not None}
    query = urlencode(kept | added, doseq=True)
    return request.path + (f"?{query}" if query else "")

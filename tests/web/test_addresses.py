"""Addresses of pages: what Flask would build of the same rules, whatever stands in them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import url_for
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, UUIDConverter

from http_base.application import Tazalyq
from notifications.words import LOCALES
from web.addresses import to

ASKED = {"q": "су & жол?", "from": date(2026, 11, 26), "kind": ["a", "b"], "cursor": None, "state": ""}
"""What stands in no path."""


def value_for(converter: BaseConverter) -> Any:
    match converter:
        case AnyConverter():
            return min(converter.items)
        case UUIDConverter():
            return UUID(int=7)
        case IntegerConverter():
            return 7
    return "а/б ?&=#%"


@pytest.mark.parametrize("language", LOCALES)
def test_each_page_has_the_address_that_flask_builds(app: Tazalyq, language: str) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if "-pages." in rule.endpoint]
    assert rules
    with app.test_request_context(f"/{language}/"):
        for rule in rules:
            values = {name: value_for(made) for name, made in rule._converters.items() if name != "language"}
            for asked in ({}, ASKED):
                page = rule.endpoint.replace("-pages.", ".")
                built = url_for(rule.endpoint, language=language, **values, **asked)
                assert to(page, **values, **asked) == built

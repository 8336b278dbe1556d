"""A walk over every page and every call: what is hidden shows to nobody whom it does not concern."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from http_base.application import Tazalyq
from service.models import Volunteer
from service.platform.settings import SecondFactorMode
from tests.makers import make_coordinator, make_organization, make_volunteer
from tests.web.visitor import Visitor
from tests.web.walked import (
    MARKS,
    PEOPLE_OF_STAFF,
    SHOWN_TO_NOBODY,
    Hidden,
    body_of,
    marks_in,
    paths,
    text_of,
)

Login = Callable[[Volunteer], dict[str, str]]
NOT_WALKED = ("dev.", "docs.", "metrics.", "static")
"""What no caller of production reaches, or what is no data of anybody's."""

NOT_READING = frozenset({"HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


pytestmark = pytest.mark.usefixtures("second_factor_required")


@pytest.fixture
def hidden(session: Session) -> Hidden:
    return Hidden(session)


def rules(app: Tazalyq) -> list[Rule]:
    """Reading before writing, so that nothing is away when it is looked for."""
    found = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(NOT_WALKED)]
    return sorted(found, key=lambda rule: ("GET" not in (rule.methods or ()), rule.rule))


def operation_of(app: Tazalyq, rule: Rule) -> str | None:
    """By which name the document knows it."""
    contract = getattr(app.view_functions[rule.endpoint], "contract", None)
    return None if contract is None else str(contract.name)


def walk(
    app: Tazalyq, visitor: Visitor, hidden: Hidden, headers: dict[str, str], *, acts: bool = True
) -> dict[str, set[str]]:
    """By the method and path of an answer, the marks that stand in it; only where any does.

    `acts`: whether what changes things is called, too.
    """
    found, asked = {}, 0
    for rule in rules(app):
        for method in sorted((rule.methods or set()) - ({"HEAD", "OPTIONS"} if acts else NOT_READING)):
            for path in paths(rule, hidden.arguments):
                asked += 1
                is_page = rule.endpoint.partition(".")[0].endswith("-pages")
                if method == "GET":
                    answer = visitor.get(path, headers=headers)
                elif is_page:
                    answer = visitor.post(path, data={})
                else:
                    body = body_of(operation_of(app, rule))
                    answer = visitor.open(path, method=method, json=body, headers=headers)
                assert answer.status_code < 500, (method, path, answer.text)
                if marks := marks_in(text_of(answer)):
                    found[f"{method} {path}"] = marks
    assert asked > 100
    return found


def test_each_mark_stands_where_those_whom_it_concerns_look(
    app: Tazalyq, visitor: Visitor, session: Session, hidden: Hidden, login: Login
) -> None:
    services = app.extensions["tazalyq"]
    services.settings = replace(services.settings, second_factor=SecondFactorMode.PAGES)
    seen: set[str] = set()
    for caller in (hidden.owner, hidden.coordinator):
        visitor.sign_in(session, caller)
        seen |= set().union(*walk(app, visitor, hidden, login(caller), acts=False).values())
    assert MARKS - seen == SHOWN_TO_NOBODY


def test_nobody_sees_a_datum(app: Tazalyq, visitor: Visitor, hidden: Hidden) -> None:
    assert walk(app, visitor, hidden, {}) == {}


@pytest.mark.parametrize("who", ["volunteer", "organizer elsewhere", "coordinator elsewhere"])
def test_who_is_from_elsewhere_sees_no_datum(
    app: Tazalyq, visitor: Visitor, session: Session, hidden: Hidden, login: Login, who: str
) -> None:
    is_coordinator = who == "coordinator elsewhere"
    caller = make_coordinator(session, "KZ-75") if is_coordinator else make_volunteer(session)
    if who == "organizer elsewhere":
        make_organization(session, caller, region_code="KZ-75")
    visitor.sign_in(session, caller)
    assert walk(app, visitor, hidden, login(caller)) == {}


def test_the_regions_coordinator_sees_no_datum_before_the_second_factor(
    app: Tazalyq, visitor: Visitor, session: Session, hidden: Hidden, login: Login
) -> None:
    visitor.sign_in(session, hidden.coordinator, elevated=False)
    found = walk(app, visitor, hidden, login(hidden.coordinator))
    # How far one's own export is, and all that is held of oneself; its file is refused.
    assert list(found.values()) == [{"mark-file"}] * 2


def test_an_owner_sees_nobody_beyond_the_participants_before_the_second_factor(
    app: Tazalyq, visitor: Visitor, session: Session, hidden: Hidden, login: Login
) -> None:
    visitor.sign_in(session, hidden.owner, elevated=False)
    found = walk(app, visitor, hidden, login(hidden.owner))
    assert {path: marks & PEOPLE_OF_STAFF for path, marks in found.items() if marks & PEOPLE_OF_STAFF} == {}
    assert found


SAID_BY_BOTH = ("Location", "Content-Type", "Cache-Control", "Vary")


def said(answer: TestResponse) -> dict[str, object]:
    """What a head says; of an ETag that there is one: a page with a form in it is never twice the same."""
    heads: dict[str, object] = {name: answer.headers.get(name) for name in SAID_BY_BOTH}
    return heads | {"status": answer.status_code, "ETag": "ETag" in answer.headers}


@pytest.mark.parametrize("who", ["nobody", "owner", "coordinator"])
def test_head_answers_as_get_does_and_says_nothing_more(
    app: Tazalyq, visitor: Visitor, session: Session, hidden: Hidden, login: Login, who: str
) -> None:
    headers = {}
    if who != "nobody":
        caller: Volunteer = getattr(hidden, who)
        visitor.sign_in(session, caller)
        headers = login(caller)
    others, asked = [], 0
    for rule in rules(app):
        for path in paths(rule, hidden.arguments) if "GET" in (rule.methods or ()) else ():
            asked += 1
            get, head = (visitor.open(path, method=method, headers=headers) for method in ("GET", "HEAD"))
            assert head.get_data() == b"", path
            if said(get) != said(head):
                others.append((path, said(get), said(head)))
    assert others == []
    assert asked > 100

"""Happenings are heard, in the written order, or fail aloud."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

import notifications.listeners
import service.listeners
from service import happenings
from service.happenings import Happening, install, tell
from tests.conftest import NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(Happening):
    """Of this test alone."""


HEARD_BY: dict[str, tuple[str, ...]] = {
    "EventChanged": (
        "service.attendance.rederivation.follow_times",
        "service.attendance.minors.follow_event",
    ),
    "PhoneMoved": (
        "service.organizations.invitations.void",
        "service.rulings.typed_people.void",
        "service.people.sessions.end_of_moved",
        "service.events.calendar_feeds.end_of_moved",
    ),
    "PersonRegistered": ("service.rulings.typed_people.recognise",),
    "OrganizationStatusChanged": (
        "service.events.code_secrets.follow_organization",
        "service.events.visibility.follow_organization",
    ),
    "MemberLeft": (
        "service.events.code_secrets.follow_member",
        "service.events.helpers.forget_member",
        "service.organizations.contacts.forget_member",
    ),
    "OnlyHelps": ("service.events.code_secrets.follow_member",),
    "AttendanceChanged": ("service.recognition.renewal.follow",),
    "BirthDateSet": (
        "service.events.signups.withdraw_too_young",
        "service.attendance.minors.follow_person",
    ),
    "GuardianConsented": ("service.attendance.minors.follow_person",),
    "GuardianWithdrawn": ("service.events.signups.withdraw_child",),
    "PersonBanned": (
        "service.events.code_secrets.follow_ban",
        "service.events.signups.withdraw_banned",
        "service.people.sessions.end_of_banned",
        "service.events.calendar_feeds.end_of_banned",
    ),
    "PersonErased": (
        "service.people.guardians.withdraw_erased",
        "service.attendance.sealing.seal",
        "service.events.signups.withdraw_erased",
        "service.figures.exports.forget_erased",
        "service.recognition.renewal.forget_person",
    ),
}
"""Every happening of the house, and who hears of it, in the order in which they run."""


@pytest.fixture
def own_tables() -> Iterator[None]:
    installed = list(happenings._tables)
    yield
    install(*installed)


def test_listeners_run_in_the_written_order(own_tables: None, session: Session) -> None:
    heard: list[Any] = []
    install(
        {Tried: [lambda _s, h: heard.append(1), lambda _s, h: heard.append(2)]},
        {Tried: [lambda _s, h: heard.append(h)]},
    )
    told = Tried(at=NOW)
    tell(session, told)
    assert heard == [1, 2, told]


def test_telling_nobody_at_all_fails_aloud(own_tables: None, session: Session) -> None:
    install()
    with pytest.raises(RuntimeError):
        tell(session, Tried(at=NOW))


def test_who_hears_of_what_is_written_here() -> None:
    found: dict[str, tuple[str, ...]] = {}
    for table in (service.listeners.LISTENERS, notifications.listeners.LISTENERS):
        for kind, listeners in table.items():
            named = (f"{one.__module__}.{one.__name__}" for one in listeners)
            found[kind.__name__] = (*found.get(kind.__name__, ()), *named)
    assert found == HEARD_BY
    ours = {kind.__name__ for kind in Happening.__subclasses__() if kind.__module__ == happenings.__name__}
    assert ours == set(HEARD_BY)

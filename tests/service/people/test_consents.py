"""What is in force: given, not withdrawn, current or with a successor that is not required yet."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from service.models import ConsentName
from service.people import consents
from service.people.consent_texts import DATA as FOLDER
from service.people.consent_texts import GUARDIAN_VERSION, TEXTS, ConsentText
from service.people.consents import Given, in_force, offered, shown_name
from tests.conftest import NOW
from tests.makers import make_volunteer

DATA = ConsentName.PERSONAL_DATA
NOTICE = timedelta(days=30)
FIRST = ConsentText(DATA, "1", NOW - timedelta(days=900), NOW - timedelta(days=900))
SECOND = ConsentText(DATA, "2", NOW, NOW + NOTICE)
OTHER = ConsentText(ConsentName.CROSS_BORDER, "1", NOW - timedelta(days=900), NOW - timedelta(days=900))
THREE = (FIRST, SECOND, OTHER)
MOMENT = timedelta(microseconds=1)


def since(version: str, given_at: datetime, withdrawn_at: datetime | None = None) -> Given:
    return Given(DATA, version, given_at, withdrawn_at)


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (NOW - timedelta(days=100) - MOMENT, False),
        (NOW - timedelta(days=100), True),
        (NOW, True),
        (NOW + NOTICE - MOMENT, True),
        (NOW + NOTICE, False),
    ],
)
def test_an_older_text_holds_until_the_newer_one_is_required(at: datetime, *, holds: bool) -> None:
    assert (DATA in in_force([since("1", NOW - timedelta(days=100))], at, THREE)) is holds


def test_a_newer_text_holds_from_when_it_is_given() -> None:
    both = [since("1", NOW - timedelta(days=100)), since("2", NOW + NOTICE)]
    assert DATA in in_force(both, NOW + NOTICE, THREE)
    assert DATA not in in_force([since("2", NOW - timedelta(days=1))], NOW - timedelta(days=1), THREE)


def test_withdrawn_is_withdrawn_from_that_moment_on() -> None:
    history = [
        since("1", NOW - timedelta(days=9), NOW - timedelta(days=5)),
        since("1", NOW - timedelta(days=2)),
    ]
    held = [days for days in range(10) if DATA in in_force(history, NOW - timedelta(days=days), THREE)]
    assert held == [0, 1, 2, 6, 7, 8, 9]


@given(st.permutations([since("1", NOW - timedelta(days=9), NOW), since("2", NOW), since("0", NOW)]))
def test_the_order_of_a_history_decides_nothing(history: list[Given]) -> None:
    assert in_force(history, NOW + NOTICE, THREE) == {DATA}


def test_texts_give_notice_and_are_never_without_one() -> None:
    for name in ConsentName:
        versions = [text for text in TEXTS if text.name is name]
        assert [text.name for text in offered(NOW)].count(name) >= 1
        for former, text in zip(versions, versions[1:], strict=False):
            assert text.valid_from > former.valid_from
            assert text.required_from >= text.valid_from + NOTICE


@pytest.mark.parametrize(
    ("name", "shown"), [("Айгүл Серікқызы", "А. С."), ("әлия", "Ә."), ("Анна Мария Шмидт", "А. М.")]
)
def test_initials(name: str, shown: str) -> None:
    assert shown_name(name, set()) == shown
    assert shown_name(name, {DATA}) == name


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_version_keeps_its_words(locale: str) -> None:
    for text in TEXTS:
        title, words = text.words(locale)
        assert title
        assert words
        assert "\n" not in title


def test_no_file_of_words_is_without_a_version() -> None:
    named = {f"{text.name}.{text.version}.{locale}.txt" for text in TEXTS for locale in ("kk", "ru", "en")}
    named |= {f"guardian.{GUARDIAN_VERSION}.{locale}.txt" for locale in ("kk", "ru", "en")}
    assert {file.name for file in FOLDER.iterdir()} == named


def test_names_are_shown_alike_whether_they_are_known_or_looked_up(session: Session) -> None:
    """Without consent, withdrawn or never given, by initials; who is gone has none."""
    standing, withdrawn = (make_volunteer(session, display_name=name) for name in ("Айгүл Ә", "Ерлан Ж"))
    never = make_volunteer(session, display_name="Сәуле Қ", consents={})
    consents.withdraw(session, withdrawn.id, "personal_data", NOW)
    people = {one.id: one.display_name for one in (standing, withdrawn, never)}
    shown = consents.names_of(session, [*people, uuid4()], NOW)
    assert shown == {standing.id: "Айгүл Ә", withdrawn.id: "Е. Ж.", never.id: "С. Қ."}
    assert shown == consents.shown_names(session, people, NOW)
    assert consents.names_of(session, [], NOW) == {}

"""Finding people: a coordinator finds who is of their region, and learns nothing of anybody else."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.models import AuditAction, AuditEntry, Volunteer
from service.models.base import new_id
from service.people import search
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)

THERE = "KZ-75"


def coordinator(*regions: str, elevated: bool = True) -> Actor:
    actor = Actor(new_id(), None, "kk", {}, frozenset(regions))
    return actor if elevated else actor.without_powers()


HERE = coordinator("KZ-15")


def found(session: Session, text: str, actor: Actor = HERE, region: str | None = None) -> list[str]:
    rows = search.find(session, actor, text, region, NOW, ["KZ"])
    session.commit()
    return [row.name for row in rows]


def looks(session: Session) -> list[AuditEntry]:
    return list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))


def test_by_the_number_however_it_is_written(session: Session) -> None:
    one = make_volunteer(session, phone="+77012223344")
    for text in ("+77012223344", "8 701 222-33-44", "(701) 2223344"):
        assert found(session, text) == [one.display_name]
    assert found(session, "+77012223345") == []
    assert found(session, "70122233") == []


@pytest.mark.parametrize("text", ["Әсем", "әсем", "ӘСЕМ", "қуан", "Қуан әс", " Әс  "])
def test_by_how_a_word_of_the_name_begins(session: Session, text: str) -> None:
    make_volunteer(session, display_name="Әсем Қуанышқызы")
    make_volunteer(session, display_name="Болат Бәсембаев")
    assert found(session, text) == ["Әсем Қуанышқызы"]


@pytest.mark.parametrize("text", ["__", "Ә%", "%с", "\\\\"])
def test_what_stands_for_everybody_finds_nobody(session: Session, text: str) -> None:
    make_volunteer(session, display_name="Әсем")
    assert found(session, text) == []


@pytest.mark.parametrize("text", ["%", "Ә", " "])
def test_one_letter_is_too_little(session: Session, text: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        found(session, text)
    assert refused.value.field == "q"


def test_who_lives_elsewhere_and_never_came_is_as_nobody(session: Session) -> None:
    far = make_volunteer(session, region_code=THERE, phone="+77012223344", display_name="Әсем")
    assert found(session, "+77012223344") == found(session, "Әсем") == []
    with pytest.raises(errors.NotFound):
        search.read(session, HERE, far.id, None, NOW)
    assert found(session, "Әсем", coordinator(THERE)) == ["Әсем"]
    assert found(session, "Әсем", coordinator("*")) == ["Әсем"]
    assert found(session, "Әсем", coordinator("*"), "KZ-15") == []


@pytest.mark.parametrize("came", [make_signup, make_attendance])
@pytest.mark.parametrize(("days_ago", "is_found"), [(364, True), (367, False)])
def test_who_signed_up_or_came_in_the_last_year_is_found(
    session: Session, came: type, days_ago: int, *, is_found: bool
) -> None:
    far = make_volunteer(session, region_code=THERE, display_name="Әсем")
    starts_at = NOW - timedelta(days=days_ago)
    came(session, make_event(session, starts_at=starts_at), far)
    assert found(session, "Әсем") == (["Әсем"] if is_found else [])


def test_another_region_is_not_asked_for(session: Session) -> None:
    with pytest.raises(errors.Forbidden):
        search.find(session, HERE, "Әсем", THERE, NOW, ["KZ"])
    with pytest.raises(errors.Forbidden):
        search.find(session, coordinator(), "Әсем", None, NOW, ["KZ"])
    with pytest.raises(errors.SecondFactorRequired):
        search.find(session, coordinator("KZ-15", elevated=False), "Әсем", None, NOW, ["KZ"])


def test_who_took_the_consent_back_is_not_found_by_name(session: Session) -> None:
    make_volunteer(session, display_name="Әсем Қуанышқызы", phone="+77012223344", consents={})
    assert found(session, "Әсем") == []
    assert found(session, "+77012223344") == ["Ә. Қ."]


def test_at_most_twenty(session: Session) -> None:
    for _ in range(search.AT_MOST + 2):
        make_volunteer(session, display_name="Әсем")
    assert len(found(session, "Әсем")) == search.AT_MOST


def test_each_search_says_whom_it_found(session: Session) -> None:
    one = make_volunteer(session, display_name="Әсем")
    found(session, "Әсем")
    found(session, "Бәсем")
    assert [(look.action, look.actor_id, look.detail) for look in looks(session)] == [
        (AuditAction.PERSON_READ, HERE.volunteer_id, {"found": [str(one.id)]}),
        (AuditAction.PERSON_READ, HERE.volunteer_id, {"found": []}),
    ]


def test_a_person_is_seen_with_what_they_did_in_the_region(session: Session) -> None:
    one = make_volunteer(session, phone="+77012223344")
    here, elsewhere = make_event(session), make_event(session, region_code=THERE)
    make_attendance(session, here, one, status="review", reasons=["distance"])
    make_attendance(session, elsewhere, one)
    seen = search.read(session, HERE, one.id, None, NOW)
    assert [event.id for _, event in seen.attended] == [here.id]
    assert seen.statuses == {"review": 1}
    assert (seen.digits, seen.age_group) == ("3344", "adult")
    assert (seen.may_ban, seen.may_set_birth_date) == (True, True)
    session.commit()
    (look,) = looks(session)
    assert (look.action, look.subject_id, look.region_code) == (AuditAction.PERSON_READ, one.id, "KZ-15")
    everywhere = search.read(session, coordinator("*"), one.id, None, NOW)
    assert everywhere.statuses == {"review": 1, "counted": 1}


@pytest.mark.parametrize(
    ("born", "group"),
    [(date(2012, 1, 1), "child"), (date(2009, 12, 1), "youth"), (date(2000, 1, 1), "adult")],
)
def test_of_minors_no_digits_are_shown(session: Session, born: date, group: str) -> None:
    seen = search.read(session, HERE, make_volunteer(session, birth_date=born).id, None, NOW)
    assert seen.age_group == group
    assert (seen.digits is None) == (group != "adult")


def test_what_may_be_done_is_said_as_the_use_cases_would(session: Session) -> None:
    staff = make_volunteer(session)
    make_member(session, make_organization(session), staff)
    assert not search.read(session, HERE, staff.id, None, NOW).may_ban
    assert search.read(session, coordinator("*"), staff.id, None, NOW).may_ban
    founder = make_volunteer(session)
    make_organization(session, founder, status="pending")
    assert search.read(session, HERE, founder.id, None, NOW).may_ban
    guest: Volunteer = make_volunteer(session, region_code=THERE)
    make_signup(session, make_event(session), guest)
    seen = search.read(session, HERE, guest.id, None, NOW)
    assert (seen.may_ban, seen.may_set_birth_date) == (True, False)

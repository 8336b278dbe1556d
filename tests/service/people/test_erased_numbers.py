"""What is known of a number whose record was erased goes by itself, and on leap days counts as ages do."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import ErasedNumber, Volunteer
from service.models.base import COUNTRY_ZONE
from service.models.volunteers import age_on
from service.people import erased_numbers, erasure, numbers
from service.people.erased_numbers import Known
from service.platform.settings import DEVELOPMENT_SECRET as KEY
from tests.conftest import NOW
from tests.makers import make_counted, make_event, make_volunteer
from tests.service.events.test_waitlist import actor_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def kept(session: Session) -> list[ErasedNumber]:
    return list(session.scalars(sa.select(ErasedNumber).execution_options(populate_existing=True)))


def phone_of(person: Volunteer) -> str:
    assert person.phone is not None
    return person.phone


def test_it_goes_14_days_after_the_last_event_that_counted(session: Session) -> None:
    person, event = make_volunteer(session), make_event(session)
    make_counted(session, make_event(session, starts_at=NOW - 30 * DAY), person)
    make_counted(session, event, person)
    erased_numbers.note(session, person, phone_of(person), NOW)
    until = event.ends_at + 14 * DAY
    assert [one.counted_until for one in kept(session)] == [until]
    assert erased_numbers.known(session, phone_of(person), until - MINUTE) == Known(
        None, may_count_twice=True
    )
    assert erased_numbers.known(session, phone_of(person), until) == Known()
    erased_numbers.forget_old(session, until - MINUTE)
    assert len(kept(session)) == 1
    erased_numbers.forget_old(session, until)
    assert kept(session) == []


def test_a_minors_goes_after_30_days_and_nobody_elses_is_touched(session: Session) -> None:
    child, grown = make_volunteer(session, birth_date=date(2012, 1, 1)), make_volunteer(session)
    for one in (child, grown):
        erased_numbers.note(session, one, phone_of(one), NOW)
    assert [one.younger_until for one in kept(session)] == [NOW + 30 * DAY]
    assert erased_numbers.known(session, phone_of(grown), NOW) == Known()
    erased_numbers.forget_old(session, NOW + 30 * DAY - MINUTE)
    assert len(kept(session)) == 1
    erased_numbers.forget_old(session, NOW + 30 * DAY)
    assert kept(session) == []


def test_the_newest_record_of_a_number_says_the_age(session: Session) -> None:
    """A coordinator has corrected a birth date meanwhile: who was no child is none by the first record."""
    person = make_volunteer(session, birth_date=date(2012, 1, 1))
    erased_numbers.note(session, person, phone_of(person), NOW)
    person.birth_date = date(1980, 1, 1)
    make_counted(session, make_event(session), person)
    erased_numbers.note(session, person, phone_of(person), NOW + DAY)
    assert erased_numbers.known(session, phone_of(person), NOW + DAY) == Known(None, may_count_twice=True)


def test_who_is_grown_up_by_a_coordinators_word_leaves_no_child(session: Session) -> None:
    person = make_volunteer(session, birth_date=date(2012, 1, 1))
    erased_numbers.note(session, person, phone_of(person), NOW)
    person.birth_date = date(1980, 1, 1)
    erased_numbers.note(session, person, phone_of(person), NOW + DAY)
    assert erased_numbers.known(session, phone_of(person), NOW + DAY) == Known()
    erased_numbers.forget_old(session, NOW + DAY)
    assert kept(session) == []


def test_whose_record_was_begun_anew_is_as_anybody_after_30_days(session: Session) -> None:
    """Longer than anything of an event that had opened before it is taken without a coordinator."""
    old, new = (
        make_volunteer(session, anew_at=NOW - 30 * DAY),
        make_volunteer(session, anew_at=NOW - 29 * DAY),
    )
    erased_numbers.forget_old(session, NOW)
    for one in (old, new):
        session.refresh(one)
    assert (old.anew_at, new.anew_at) == (None, NOW - 29 * DAY)


@pytest.mark.parametrize("born", [date(2008, 2, 29), date(2010, 2, 28), date(2010, 3, 1), date(2009, 12, 31)])
def test_a_birthday_is_the_one_that_ages_go_by(session: Session, born: date) -> None:
    above = 18 if born.year < 2010 else 16
    day = date(born.year + above, born.month, 28) if born.month == 2 else born.replace(year=born.year + above)
    while age_on(born, day) < above:
        day += DAY
    eve = datetime(day.year, day.month, day.day, 12, tzinfo=COUNTRY_ZONE) - DAY
    person = make_volunteer(session, birth_date=born)
    erased_numbers.note(session, person, phone_of(person), eve)
    (row,) = kept(session)
    assert row.younger_until == datetime(day.year, day.month, day.day, tzinfo=COUNTRY_ZONE)


def test_what_comes_while_they_are_being_erased_is_known_too(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check-in that commits before erasing holds the person counts, and stays."""
    person, event = make_volunteer(session), make_event(session)
    leave = numbers.leave

    def and_a_check_in(within: Session, volunteer: Volunteer, now: datetime) -> None:
        leave(within, volunteer, now)
        make_counted(within, event, volunteer)

    monkeypatch.setattr(numbers, "leave", and_a_check_in)
    phone = phone_of(person)
    erasure.erase(session, actor_of(session, person), NOW, KEY, keep_certificates=False)
    assert erased_numbers.known(session, phone, NOW) == Known(None, may_count_twice=True)


def test_of_a_number_that_is_somebody_elses_nothing_is_noted(session: Session) -> None:
    person = make_volunteer(session, birth_date=date(2012, 1, 1), phone=None)
    erasure.erase(session, actor_of(session, person), NOW, KEY, keep_certificates=False)
    assert kept(session) == []

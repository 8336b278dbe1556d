"""Erasure: what is personal goes, what counts stays, the line moves, nobody is left to be found (R30)."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in
from service.ledger import ledger, verify
from service.models import (
    Appeal,
    Attendance,
    Ban,
    Coordinator,
    CountPending,
    Erasure,
    Membership,
    Outbox,
    Sighting,
    Signup,
    Volunteer,
)
from service.models.base import new_id
from service.people import bans, erasure, identities
from service.platform.database import within
from service.platform.settings import DEVELOPMENT_SECRET as KEY
from service.platform.thresholds import Thresholds
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_counted,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.service.attendance.test_races import report
from tests.service.events.test_waitlist import actor_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def erase(
    session: Session, person: Volunteer, *, keep_certificates: bool = False, at: datetime = NOW
) -> UUID:
    """Whose id it was."""
    person_id = person.id
    erasure.erase(session, actor_of(session, person), at, KEY, keep_certificates=keep_certificates)
    session.expunge(person)
    session.expire_all()
    return person_id


def tombstone(session: Session) -> Volunteer:
    return session.scalars(sa.select(Volunteer).where(Volunteer.is_tombstone)).one()


def test_the_record_goes_and_what_was_counted_names_nobody(session: Session) -> None:
    person, other = make_volunteer(session), make_volunteer(session)
    event = make_event(session, starts_at=NOW - timedelta(days=3))
    make_signup(session, event, person)
    ledger.add(session, event, events=1, signups=1)
    make_counted(session, event, person)
    make_counted(session, event, other)
    other_id = other.id
    ledger.fold(session, NOW)
    assert verify.differences(session) == []
    gone = erase(session, person)
    nobody = tombstone(session)
    assert session.get(Volunteer, gone) is None
    assert (nobody.subject, nobody.phone, nobody.home_cell, nobody.guardian_phone) == (None,) * 4
    assert set(session.scalars(sa.select(Attendance.volunteer_id))) == {nobody.id, other_id}
    assert session.scalars(sa.select(Signup.volunteer_id)).all() == [nobody.id]
    ledger.fold(session, NOW)
    assert verify.differences(session) == []
    seen = set(session.scalars(sa.select(Sighting.volunteer_id).where(~Sighting.scope.like("held:%"))))
    assert seen == {nobody.id, other_id}
    assert session.scalar(sa.select(sa.func.count()).select_from(CountPending)) == 0


def test_coming_places_are_the_lines(session: Session) -> None:
    person, next_one = make_volunteer(session), make_volunteer(session)
    event = make_event(session, starts_at=NOW + timedelta(days=2), capacity=1, going=1, waitlisted=1)
    make_signup(session, event, person)
    make_signup(session, event, next_one, status="waitlisted")
    ledger.add(session, event, events=1, signups=1)
    erase(session, person)
    assert [(one.volunteer_id, one.status) for one in session.scalars(sa.select(Signup))] == [
        (next_one.id, "going")
    ]
    assert (event.going, event.waitlisted) == (1, 0)
    told = session.scalars(sa.select(Outbox)).all()
    assert [(one.kind, one.volunteer_id) for one in told] == [("waitlist_moved_up", next_one.id)]
    assert verify.differences(session) == []


def test_where_somebody_is_at_this_moment_they_were(session: Session) -> None:
    person = make_volunteer(session)
    event = make_event(session, going=1)
    make_signup(session, event, person)
    connections, left_at = within(session.connection()), NOW + timedelta(minutes=40)
    check_in.record(connections, str(person.subject), report(event.id), NOW, Thresholds())
    attended = session.scalars(sa.select(Attendance)).one()
    ledger.add(session, event, events=1, signups=1)
    erase(session, person, at=left_at)
    assert (attended.minutes, attended.assumed_minutes, attended.checked_out_at) == (40, 40, left_at)
    assert (event.going, attended.volunteer_id) == (1, tombstone(session).id)
    assert verify.differences(session) == []


def test_what_waits_for_a_ruling_is_rejected_and_no_appeal_is_left(session: Session) -> None:
    person, event = make_volunteer(session), make_event(session, starts_at=NOW - 5 * HOUR)
    attended = make_attendance(session, event, person, status="review", reasons=["far"])
    ledger.add(session, event, events=1, in_review=1)
    session.add(Appeal(attendance_id=attended.id, id=new_id(), text="Мен болдым", created_at=NOW))
    session.flush()
    erase(session, person)
    assert attended.status == "rejected"
    assert session.scalars(sa.select(Appeal)).all() == []
    assert verify.differences(session) == []


def test_a_sole_owner_and_the_last_national_stay(session: Session) -> None:
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    with pytest.raises(errors.SoleOwner), session.begin_nested():
        erase(session, owner)
    make_member(session, organization, make_volunteer(session), role="owner")
    erase(session, owner)
    assert session.scalar(sa.select(sa.func.count()).select_from(Membership)) == 1
    assert organization.created_by == tombstone(session).id
    national = make_coordinator(session, "*")
    with pytest.raises(errors.LastNational), session.begin_nested():
        erase(session, national)


def test_nobody_is_erased_twice_and_nothing_leads_from_the_list_to_the_tombstone(session: Session) -> None:
    person = make_volunteer(session)
    actor, subject = actor_of(session, person), str(person.subject)
    erase(session, person, keep_certificates=True)
    with pytest.raises(errors.NotRegistered):
        erasure.erase(session, actor, NOW, KEY, keep_certificates=False)
    (kept,) = session.scalars(sa.select(Erasure))
    assert (kept.volunteer_id, kept.at, kept.keep_certificates) == (actor.volunteer_id, NOW, True)
    nobody = tombstone(session)
    assert nobody.id.version == 4
    assert NOW not in (nobody.created_at, nobody.last_seen_at, nobody.phone_seen_at)
    assert identities.find(session, subject) is None


def banned(session: Session, person: Volunteer, *, until: datetime | None = None, at: datetime = NOW) -> Ban:
    national = identities.find_actor(session, make_coordinator(session, "*").subject)
    assert national is not None
    return bans.put(session, national, person.id, "төбелес", until, at, KEY)


def refuses(session: Session, subject: str | None, phone: str | None, at: datetime = NOW) -> bool:
    """Whether this account, or number, is refused as banned when it comes anew."""
    try:
        bans.refuse_banned(session, bans.marks(subject, phone, KEY), at)
    except errors.Banned:
        return True
    return False


def test_a_ban_holds_after_erasure_for_the_numbers_of_its_first_day_and_of_the_last(session: Session) -> None:
    person, first, last = make_volunteer(session), "+77019990001", "+77019990002"
    person.phone = first
    until = NOW + 30 * DAY
    banned(session, person, until=until)
    person.phone, subject = last, person.subject
    session.flush()
    erase(session, person)
    for name, number in ((subject, None), (None, first), (None, last)):
        assert refuses(session, name, number)
        assert not refuses(session, name, number, until)
    assert not refuses(session, "local:other", "+77019990003")
    assert bans.forget_old(session, until - DAY) == 0
    assert bans.forget_old(session, until) == 1


def test_a_ban_for_good_is_known_for_two_years_after_erasure(session: Session) -> None:
    person = make_volunteer(session)
    banned(session, person, at=NOW - 900 * DAY)
    erase(session, person)
    assert bans.forget_old(session, NOW + 730 * DAY) == 0
    assert bans.forget_old(session, NOW + 731 * DAY) == 1


@pytest.mark.parametrize("how", ["expired", "lifted"])
def test_a_ban_that_has_ended_goes_with_the_person(session: Session, how: str) -> None:
    person = make_volunteer(session)
    ban = banned(session, person, until=NOW - DAY if how == "expired" else None, at=NOW - 30 * DAY)
    ban.lifted_at = None if how == "expired" else NOW - DAY
    session.flush()
    erase(session, person)
    assert session.scalars(sa.select(Ban.id)).all() == []


def test_a_role_keeps_nobody_who_is_banned_and_could_hand_it_to_nobody(session: Session) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner)
    banned(session, owner)
    erase(session, owner)
    last = make_coordinator(session, "*")
    banned(session, last)
    session.execute(sa.delete(Coordinator).where(Coordinator.volunteer_id != last.id))
    erase(session, last)
    left = sa.select(Membership.volunteer_id).union_all(sa.select(Coordinator.volunteer_id))
    assert session.execute(left).all() == []


def test_no_child_names_the_number_of_a_guardian_who_was_erased(session: Session) -> None:
    mother, other = make_volunteer(session), make_volunteer(session)
    minor = {"birth_date": date(NOW.year - 15, 1, 10), "guardian_name": "Сәуле"}
    theirs = make_volunteer(session, guardian_phone=mother.phone, **minor)
    not_theirs = make_volunteer(session, guardian_phone=other.phone, **minor)
    erase(session, mother)
    assert (theirs.guardian_name, theirs.guardian_phone) == (None, None)
    assert (not_theirs.guardian_name, not_theirs.guardian_phone) == ("Сәуле", other.phone)

"""Birth dates: which are possible, who may move them, and who is told."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors, happenings
from service.access import Actor, Permission, Target, require
from service.audit import audit
from service.happenings import BirthDateSet
from service.models import AuditAction, Volunteer
from service.models.base import COUNTRY_ZONE
from service.models.volunteers import ADULT_AGE, age_on
from service.people import coordinators
from service.platform import outbox

GUARDED_AGES = (16, ADULT_AGE)
"""Who moves over one of these is another person to the law: that is a coordinator's word, not one's own."""

EARLIEST = date(1900, 1, 1)


def check(birth_date: date, now: datetime, min_age: int) -> int:
    """The age in whole years of who was born on a day.

    Raises:
        Invalid: nobody was born then. TooYoungToRegister.
    """
    today = now.astimezone(COUNTRY_ZONE).date()
    if not EARLIEST <= birth_date <= today:
        raise errors.Invalid("birth_date", "birth-date")
    age = age_on(birth_date, today)
    if age < min_age:
        raise errors.TooYoungToRegister(min_age=min_age)
    return age


def check_own_change(before: date, after: date, now: datetime) -> None:
    """Raise Invalid when somebody moves their own birth date over an age that is guarded, either way.

    A minor who grew older by it would come over one sooner, and on its eve at once: that is the same.
    """
    today = now.astimezone(COUNTRY_ZONE).date()
    ages = age_on(before, today), age_on(after, today)
    grows_older = ages[0] < ADULT_AGE and after < before
    if grows_older or any((ages[0] >= guarded) != (ages[1] >= guarded) for guarded in GUARDED_AGES):
        raise errors.Invalid("birth_date", "birth-date-by-coordinator")


def set_birth_date(
    session: Session, actor: Actor, volunteer_id: UUID, birth_date: date, now: datetime, min_age: int
) -> Volunteer:
    """Correct the birth date of somebody of the actor's region; the person and the guardian are told.

    Raises:
        Forbidden: not a coordinator there, or one's own. NotFound. Invalid, TooYoungToRegister: as `check`.
    """
    volunteer = coordinators.hold_somebody(session, actor, volunteer_id)
    require(actor, Permission.SET_BIRTH_DATE, Target(region_code=volunteer.region_code))
    check(birth_date, now, min_age)
    if volunteer.birth_date != birth_date:
        volunteer.birth_date = birth_date
        audit.record(
            session,
            actor.volunteer_id,
            AuditAction.BIRTH_DATE_SET,
            region_code=volunteer.region_code,
            subject_id=volunteer_id,
            now=now,
        )
        session.flush()
        happenings.tell(session, BirthDateSet(at=now, volunteer_id=volunteer_id))
        _tell(session, volunteer, now)
    return volunteer


def _tell(session: Session, volunteer: Volunteer, now: datetime) -> None:
    """The person, and the guardian whose number is that of a record."""
    guardians = session.scalars(
        sa.select(Volunteer.id).where(
            Volunteer.phone == volunteer.guardian_phone, Volunteer.id != volunteer.id
        )
    )
    for person in (volunteer.id, *guardians.all()):
        outbox.enqueue(session, "birth_date_set", now, {}, volunteer_id=person)

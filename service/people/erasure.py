"""Erasure (R30): everything personal of somebody goes in one transaction, and what counts stays with nobody.

What stays names a tombstone: a record without anything personal, of an id of its own that leads to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors, happenings
from service.access import Actor
from service.happenings import PersonErased
from service.models import Erasure, Volunteer
from service.models.base import LocalizedText
from service.organizations import members
from service.people import bans, coordinators, erased_numbers, guardian_data, numbers
from service.platform import personal_rows, queue

NAME = personal_rows.SAID_NO_MORE
BORN, BEGUN = date(1900, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)
"""A tombstone's: the same for all of them, grown up and long ago."""


def erase(session: Session, actor: Actor, now: datetime, secret_key: str, *, keep_certificates: bool) -> None:
    """Erase the actor: their roles end, their coming places are the line's, their history is a tombstone's.

    Who is banned stays so, and is kept by no role: they could hand none over.

    Raises:
        SoleOwner: an organization would have no owner. LastNational. NotRegistered: erased meanwhile. Busy:
            they have signed up, or checked in, at this very moment; to be tried again.
    """
    volunteer = _hold(session, actor.volunteer_id)
    is_banned = bans.outlive(session, volunteer, now, secret_key)
    _end_roles(session, volunteer, now, whatever_becomes=is_banned)
    bury(session, volunteer, now, keep_certificates=keep_certificates, is_noted=True)


def erase_again(
    session: Session,
    volunteer_id: UUID,
    at: datetime,
    now: datetime,
    secret_key: str,
    *,
    keep_certificates: bool,
) -> bool:
    """Erase who was erased before (`at`), after a database was put back; False: they are not there.

    No role keeps them. Raises Busy: to be tried again.
    """
    listed = {"volunteer_id": volunteer_id, "at": at, "keep_certificates": keep_certificates}
    session.execute(insert(Erasure).values(listed).on_conflict_do_nothing())
    if session.get(Volunteer, volunteer_id) is None:
        return False
    volunteer = _hold(session, volunteer_id)
    bans.outlive(session, volunteer, now, secret_key)
    _end_roles(session, volunteer, now, whatever_becomes=True)
    bury(session, volunteer, now, keep_certificates=keep_certificates)
    return True


def _end_roles(session: Session, volunteer: Volunteer, now: datetime, *, whatever_becomes: bool) -> None:
    """Raises SoleOwner, LastNational, unless it matters nothing what becomes of what they leave."""
    members.leave_all(session, volunteer.id, now, may_be_sole=whatever_becomes)
    coordinators.resign(session, volunteer.id, now, may_be_last=whatever_becomes)


@dataclass(frozen=True, slots=True)
class Hindrances:
    """What keeps somebody from being erased: names of the organizations that would have no administrator, and
    whether the country would have no national coordinator."""

    organizations: Sequence[LocalizedText]
    is_last_national: bool

    @property
    def is_held(self) -> bool:
        return bool(self.organizations) or self.is_last_national


def hindrances(session: Session, actor: Actor) -> Hindrances:
    """What somebody who is not banned has to hand over before; the acts decide, under their locks."""
    return Hindrances(
        members.owned_alone(session, actor.volunteer_id),
        coordinators.is_last_national(session, actor.volunteer_id),
    )


def _hold(session: Session, volunteer_id: UUID) -> Volunteer:
    """The person, held against whoever registers, moves a number or signs in anew. Raises NotRegistered."""
    known = session.execute(
        sa.select(Volunteer.subject, Volunteer.phone).where(Volunteer.id == volunteer_id)
    ).first()
    if known is None or known.subject is None:
        raise errors.NotRegistered()
    own = numbers.lock(session, known.subject, known.phone or "").own
    if own is None or own.id != volunteer_id:
        raise errors.NotRegistered()
    return own


def bury(
    session: Session,
    volunteer: Volunteer,
    now: datetime,
    *,
    keep_certificates: bool,
    is_noted: bool = False,
) -> None:
    """Let rooms do what is theirs to do, then move or delete every row of a person who is held.

    `is_noted`: their number is known for a while, where it has to be.
    """
    volunteer_id, whose = volunteer.id, personal_rows.whose(session, volunteer)
    if volunteer.phone is not None:
        numbers.leave(session, volunteer, now)
    tombstone = _tombstone()
    session.add(tombstone)
    session.flush()
    happenings.tell(
        session,
        PersonErased(
            at=now,
            volunteer_id=volunteer_id,
            tombstone_id=tombstone.id,
            keep_certificates=keep_certificates,
        ),
    )
    session.flush()
    if is_noted and whose.phone is not None:
        # By now nothing more of theirs can come to count.
        erased_numbers.note(session, volunteer, whose.phone, now)
    personal_rows.erase(session, whose, tombstone.id)
    guardian_data.forget_number(session, whose.phone)
    queue.forget(session, [value for value in (str(volunteer_id), whose.phone, whose.subject) if value])
    session.execute(sa.delete(Volunteer).where(Volunteer.id == volunteer_id))
    # In a database that was put back, the list may stand already.
    values = {"volunteer_id": volunteer_id, "at": now, "keep_certificates": keep_certificates}
    session.execute(insert(Erasure).values(values).on_conflict_do_nothing())


def _tombstone() -> Volunteer:
    """Nobody. Its id tells no time: those of version 7 would say whose erasure it is of."""
    return Volunteer(
        id=uuid4(),
        subject=None,
        phone=None,
        phone_seen_at=BEGUN,
        last_seen_at=BEGUN,
        display_name=NAME,
        birth_date=BORN,
        locale="kk",
        region_code="",
        created_at=BEGUN,
        is_tombstone=True,
    )

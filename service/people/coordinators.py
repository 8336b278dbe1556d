"""Who coordinates which region, and who the whole country."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, require_coordinator
from service.audit import audit
from service.geography import regions
from service.models import AuditAction, Coordinator, Volunteer
from service.models.volunteers import NATIONAL
from service.platform import outbox


def hold_somebody(session: Session, actor: Actor, volunteer_id: UUID) -> Volunteer:
    """Somebody whom a coordinator decides about, locked; never themself.

    Raises:
        Forbidden: coordinates nothing, or it is oneself. NotFound.
    """
    require_coordinator(actor)
    if volunteer_id == actor.volunteer_id:
        raise errors.Forbidden()
    volunteer = session.get(
        Volunteer, volunteer_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if volunteer is None:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    return volunteer


def appoint(
    session: Session, phone: str, region_code: str | None, now: datetime, *, by: UUID | None = None
) -> Volunteer:
    """Give a registered person a region, or with None the whole country; a role that rests is in force again.

    `by`: None for the command line.

    Raises:
        NotFound: nobody has registered with this phone. Invalid: no such region.
    """
    if region_code is not None and regions.get(region_code) is None:
        raise errors.Invalid("region", "region")
    volunteer = get_by_phone(session, phone)
    _give(session, volunteer.id, region_code, now, by)
    return volunteer


def confirm(
    session: Session, volunteer_id: UUID, region_code: str | None, now: datetime, *, by: UUID
) -> None:
    """Put a role that rests in force again; one that does not rest stays as it is. None: the whole country.

    Raises:
        NotFound: the person has no such role.
    """
    role = session.get(
        Coordinator, (volunteer_id, region_code or NATIONAL), with_for_update=True, populate_existing=True
    )
    if role is None:
        raise errors.NotFound(errors.Thing.COORDINATOR)
    if role.resting:
        _give(session, volunteer_id, region_code, now, by)


def _give(
    session: Session, volunteer_id: UUID, region_code: str | None, now: datetime, by: UUID | None
) -> None:
    appointed = session.scalar(
        insert(Coordinator)
        .values(volunteer_id=volunteer_id, region_code=region_code or NATIONAL, created_at=now)
        .on_conflict_do_nothing()
        .returning(Coordinator.volunteer_id)
    )
    if appointed is not None:
        _tell_appointed(session, volunteer_id, region_code, now)
    session.execute(
        sa.update(Coordinator)
        .where(Coordinator.volunteer_id == volunteer_id, Coordinator.region_code == (region_code or NATIONAL))
        .values(resting=False)
    )
    audit.record(
        session,
        by,
        AuditAction.COORDINATOR_APPOINTED,
        region_code=region_code,
        subject_id=volunteer_id,
        detail={"region": region_code or NATIONAL},
        now=now,
    )


def get_by_phone(session: Session, phone: str) -> Volunteer:
    """Who has this number. Raises NotFound: nobody."""
    volunteer = session.scalars(sa.select(Volunteer).where(Volunteer.phone == phone)).first()
    if volunteer is None:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    return volunteer


def _tell_appointed(session: Session, volunteer_id: UUID, region_code: str | None, now: datetime) -> None:
    region = regions.get(region_code) if region_code else None
    facts = {"role": "coordinator", "region": region.names} if region else {"role": "national_coordinator"}
    outbox.enqueue(session, "role_given", now, facts, volunteer_id=volunteer_id)


def dismiss(session: Session, volunteer_id: UUID, now: datetime, *, by: UUID) -> None:
    """Take all regions from a person.

    Raises:
        NotFound: they had none. LastNational: nobody else would coordinate the country.
    """
    if not _release(session, volunteer_id, now, by):
        raise errors.NotFound(errors.Thing.COORDINATOR)


def resign(session: Session, volunteer_id: UUID, now: datetime, *, may_be_last: bool = False) -> None:
    """Give back all regions that one has, if any. Raises LastNational, unless it does not matter."""
    _release(session, volunteer_id, now, volunteer_id, may_be_last=may_be_last)


def is_last_national(session: Session, volunteer_id: UUID) -> bool:
    """Whether nobody else coordinates the country."""
    national = session.scalars(
        sa.select(Coordinator.volunteer_id).where(Coordinator.region_code == NATIONAL, ~Coordinator.resting)
    )
    return set(national) == {volunteer_id}


def _release(
    session: Session, volunteer_id: UUID, now: datetime, by: UUID, *, may_be_last: bool = False
) -> bool:
    """Take all regions from a person; False: they had none. Raises LastNational."""
    # Locked in one order, so that two who dismiss each other do not leave the country without any.
    national = session.scalars(
        sa.select(Coordinator)
        .where(Coordinator.region_code == NATIONAL, ~Coordinator.resting)
        .order_by(Coordinator.volunteer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if {one.volunteer_id for one in national} == {volunteer_id} and not may_be_last:
        raise errors.LastNational()
    gone = session.scalars(
        sa.delete(Coordinator)
        .where(Coordinator.volunteer_id == volunteer_id)
        .returning(Coordinator.region_code)
    ).all()
    if gone:
        audit.record(
            session,
            by,
            AuditAction.COORDINATOR_REMOVED,
            subject_id=volunteer_id,
            detail={"regions": sorted(gone)},
            now=now,
        )
    return bool(gone)


def all_coordinators(session: Session) -> Sequence[sa.Row[UUID, str, str | None, str, bool]]:
    """(volunteer_id, display_name, phone, region_code, resting) of all coordinators."""
    return session.execute(
        sa.select(
            Volunteer.id,
            Volunteer.display_name,
            Volunteer.phone,
            Coordinator.region_code,
            Coordinator.resting,
        )
        .join(Coordinator, Coordinator.volunteer_id == Volunteer.id)
        .order_by(Coordinator.region_code, Coordinator.created_at, Volunteer.id)
    ).all()


def regions_of(session: Session, volunteer_id: UUID) -> Mapping[str, bool]:
    """The regions that a person coordinates, each with whether the role rests."""
    rows = session.execute(
        sa.select(Coordinator.region_code, Coordinator.resting)
        .where(Coordinator.volunteer_id == volunteer_id)
        .order_by(Coordinator.region_code)
    )
    return {row.region_code: row.resting for row in rows}

"""Devices: where a person's pushes go."""

import zlib
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.models import Device

MAX_DEVICES = 20
"""Of one person: no more phones are in use at once; the one that was seen longest ago goes."""

DEVICE_LOCKS = 1
"""The first key of the advisory locks that serialize the registration of one phone."""


def put(session: Session, device: Device) -> None:
    """Remember one installation, and that it is in use again if it was off.

    Whoever had this value before has it no more: a phone is told one person's things. The installation's id
    moves nothing, since anybody can name any.
    """
    values = {
        "platform": device.platform,
        "kind": device.kind,
        "value": device.value,
        "app_version": device.app_version,
        "seen_at": device.seen_at,
        "off_since": None,
        "doubts": 0,
    }
    _wait_for_others(session, f"{device.kind}:{device.value}", str(device.volunteer_id))
    key = {"volunteer_id": device.volunteer_id, "installation_id": device.installation_id}
    session.execute(
        sa.delete(Device).where(
            Device.kind == device.kind,
            Device.value == device.value,
            sa.tuple_(Device.volunteer_id, Device.installation_id)
            != sa.tuple_(*map(sa.literal, key.values())),
        )
    )
    session.execute(
        insert(Device)
        .values(**key, **values, registered_at=device.seen_at)
        .on_conflict_do_update(index_elements=list(key), set_=values)
    )
    _let_oldest_go(session, device.volunteer_id)


def _let_oldest_go(session: Session, volunteer_id: UUID) -> None:
    oldest = (
        sa.select(Device.installation_id)
        .where(Device.volunteer_id == volunteer_id)
        .order_by(Device.seen_at.desc(), Device.registered_at.desc(), Device.installation_id)
        .offset(MAX_DEVICES)
    )
    session.execute(
        sa.delete(Device).where(Device.volunteer_id == volunteer_id, Device.installation_id.in_(oldest))
    )


def _wait_for_others(session: Session, *names: str) -> None:
    """Who registers the same phone, or another of theirs, at the same time does so one after the other."""
    for key in sorted(zlib.crc32(name.encode()) for name in names):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(DEVICE_LOCKS, key - 2**31)))


def of_person(session: Session, volunteer_id: UUID) -> Sequence[Device]:
    """A person's phones and browsers that are told of things, the one that was seen last first."""
    return session.scalars(
        sa.select(Device)
        .where(Device.volunteer_id == volunteer_id)
        .order_by(Device.seen_at.desc(), Device.installation_id)
    ).all()


def remove(session: Session, volunteer_id: UUID, installation_id: str) -> None:
    """Forget one installation; one that is not there is forgotten already."""
    session.execute(
        sa.delete(Device).where(
            Device.volunteer_id == volunteer_id, Device.installation_id == installation_id
        )
    )

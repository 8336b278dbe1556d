"""Devices: where a person's pushes go."""

import zlib
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.models import Device

DEVICE_LOCKS = 1
"""The first key of the advisory locks that serialize the registration of one phone."""


def put(session: Session, device: Device) -> None:
    """Remember one installation, and that it is in use again if it was off.

    Whoever had this value, or this installation, before has it no more: a phone is told one person's things.
    """
    values = {
        "platform": device.platform,
        "kind": device.kind,
        "value": device.value,
        "app_version": device.app_version,
        "seen_at": device.seen_at,
        "off_since": None,
    }
    _wait_for_others(session, f"{device.kind}:{device.value}", device.installation_id)
    session.execute(
        sa.delete(Device).where(
            sa.or_(
                sa.and_(Device.kind == device.kind, Device.value == device.value),
                Device.installation_id == device.installation_id,
            ),
            sa.tuple_(Device.volunteer_id, Device.installation_id)
            != sa.tuple_(sa.literal(device.volunteer_id), sa.literal(device.installation_id)),
        )
    )
    session.execute(
        insert(Device)
        .values(volunteer_id=device.volunteer_id, installation_id=device.installation_id, **values)
        .on_conflict_do_update(index_elements=["volunteer_id", "installation_id"], set_=values)
    )


def _wait_for_others(session: Session, *names: str) -> None:
    """Who registers the same phone at the same time does so one after the other; always in the same order."""
    for key in sorted(zlib.crc32(name.encode()) for name in names):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(DEVICE_LOCKS, key - 2**31)))


def remove(session: Session, volunteer_id: UUID, installation_id: str) -> None:
    """Forget one installation; one that is not there is forgotten already."""
    session.execute(
        sa.delete(Device).where(
            Device.volunteer_id == volunteer_id, Device.installation_id == installation_id
        )
    )

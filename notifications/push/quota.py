"""How many pushes all workers together may send in a second: slices leased from one row."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notifications.models import PushQuota

# A slice is a tenth of a second's worth: ten small transactions a second, and no burst that matters.
SLICES_PER_SECOND = 10
SINGLE_ROW = 1


def take(session: Session, per_second: int, wanted: int) -> int:
    """Lease a slice of at most `wanted` pushes; 0 when others have used up this tenth of a second.

    The row says until when every moment is given away (the generic cell rate algorithm); it never lies more
    than two slices ahead, so over any time all workers together keep to the rate.
    """
    granted = min(wanted, max(1, per_second // SLICES_PER_SECOND))
    clock = sa.func.clock_timestamp()
    cost = timedelta(seconds=granted / per_second)
    # A grant that a crash forgets only lets a few more through: not worth waiting for the disk.
    session.execute(sa.text("SET LOCAL synchronous_commit = off"))
    taken = session.execute(
        insert(PushQuota)
        .values(id=SINGLE_ROW, used_until=clock + cost)
        .on_conflict_do_update(
            index_elements=["id"],
            set_={"used_until": sa.func.greatest(PushQuota.used_until, clock) + cost},
            where=PushQuota.used_until <= clock + cost,
        )
        .returning(PushQuota.id)
    )
    return granted if taken.first() is not None else 0

"""Districts that were read are put into the table: all that can be taken, or nothing at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.geography import district_names, districts
from service.geography.district_file import Drawn, Line
from service.models import District, DistrictImport

IMPORT_LOCK = 7_203
"""Key of the advisory lock that lets one import run at a time."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or, with `taken` false, what it would have done: codes, and lines refused.

    `mended` says which names were corrected, `undrawn` which districts have no outline; `version`: that of
    the districts now.
    """

    taken: bool
    added: Sequence[str]
    changed: Sequence[str]
    unchanged: Sequence[str]
    refused: Sequence[Line]
    mended: Sequence[str]
    undrawn: Sequence[str]
    version: int


def store(session: Session, lines: Sequence[Line], now: datetime, *, partial: bool) -> Report:
    """Add and change what the lines say; districts that they do not name stay. The same again: no change.

    With a refused line nothing is stored unless `partial`. One import waits for another.
    """
    # As long as it takes: an import is seldom, and done by hand.
    session.execute(sa.select(sa.func.set_config("lock_timeout", "0", True)))  # noqa: FBT003 - its own
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORT_LOCK)))
    drawn = [line.drawn for line in lines if line.drawn is not None]
    refused = [line for line in lines if line.refused is not None]
    held = {row.code: row for row in session.scalars(sa.select(District).with_for_update())}
    added = [one for one in drawn if one.code not in held]
    changed = [one for one in drawn if one.code in held and _differs(held[one.code], one)]
    taken = not refused or partial
    version = districts.current(session).version
    if taken and (added or changed):
        version = _write(session, held, added, changed, len(refused), now)
    new, other = [one.code for one in added], [one.code for one in changed]
    return Report(
        taken=taken,
        added=new,
        changed=other,
        unchanged=[one.code for one in drawn if one.code not in {*new, *other}],
        refused=refused,
        mended=[what for one in drawn for what in one.mended],
        undrawn=_undrawn(drawn),
        version=version,
    )


def _differs(row: District, one: Drawn) -> bool:
    said = (one.region_code, one.kind, dict(one.names), one.as_geojson())
    return (row.region_code, row.kind, row.names, row.outline) != said


def _write(
    session: Session,
    held: dict[str, District],
    added: Sequence[Drawn],
    changed: Sequence[Drawn],
    refused: int,
    now: datetime,
) -> int:
    done = DistrictImport(imported_at=now, added=len(added), changed=len(changed), refused=refused)
    session.add(done)
    session.flush()
    for one in (*added, *changed):
        row = held.get(one.code) or District(code=one.code)
        row.region_code, row.kind, row.names = one.region_code, one.kind, dict(one.names)
        row.outline, row.version = one.as_geojson(), done.version
        session.add(row)
    session.flush()
    return done.version


def _undrawn(drawn: Sequence[Drawn]) -> list[str]:
    """Districts without an outline in regions that the lines are about."""
    told = {one.region_code for one in drawn}
    names = {name for one in drawn for name in one.names.values()}
    return [
        f"{name} ({region_code}): its events count where the outlines say, mostly in {meanwhile}"
        for region_code, (name, meanwhile) in district_names.UNDRAWN.items()
        if region_code in told and not any(name in other for other in names)
    ]

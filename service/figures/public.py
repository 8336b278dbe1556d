"""Figures for everybody: months frozen as they were published, and what is made of them alone.

Whatever is answered here is made of the stored cells, so nothing that they leave out can be told by asking in
another way.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.figures import counts, public_columns
from service.figures.counts import CountRequest
from service.figures.public_columns import DECIDED_BY
from service.figures.withholding import LEAST, withhold
from service.geography import regions
from service.models import Event, PublicCell, PublicMonth, PublicTable
from service.models.base import COUNTRY_ZONE
from service.platform import queue

TASK = "figures.publish"
PUBLISHED_ON = 15
"""The day of the month after: by then late records are in."""

FIRST_MONTH = date(2024, 1, 1)
PUBLISH_LOCK = 7_204
TOTAL_KEY = ""
PEOPLE_ADDED = "volunteers"
"""Different people of several months are no sum."""

ROUNDED_TO = 10


@dataclass(frozen=True, slots=True)
class Months:
    """Both included, each by its first day."""

    first: date
    last: date


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def last_finished(now: datetime) -> date:
    """The newest month that may be published, by its first day."""
    today = now.astimezone(COUNTRY_ZONE).date()
    before = today.replace(day=1) - timedelta(days=1)
    if today.day < PUBLISHED_ON:
        before = before.replace(day=1) - timedelta(days=1)
    return before.replace(day=1)


@queue.app.periodic(cron="20 19 * * *")  # UTC: just past midnight in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def publish_every_night(context: procrastinate.JobContext, timestamp: int) -> None:
    """Publish the months that are due."""
    runtime = queue.runtime(context)
    is_more = True
    while is_more:
        with runtime.sessions.begin() as session:
            is_more = publish_next(session, runtime.clock.now())


def publish_next(session: Session, now: datetime) -> bool:
    """Publish the oldest month that is due, in a transaction that was just begun; False when none was."""
    # All its tables are of one moment.
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(PUBLISH_LOCK))):
        return False
    month = _due(session)
    if month is None or month > last_finished(now):
        return False
    publish(session, month, now)
    return True


def _due(session: Session) -> date | None:
    """After the newest one that is published; at first that of the oldest event."""
    newest = session.scalar(sa.select(sa.func.max(PublicMonth.month)))
    if newest is not None:
        return _next(newest)
    oldest = session.scalar(sa.select(sa.func.min(Event.day)).where(Event.day >= FIRST_MONTH))
    return oldest.replace(day=1) if oldest is not None else None


def publish(session: Session, month: date, now: datetime) -> None:
    """Store what everybody may know of a month: withholding is decided for all its tables together."""
    last_day = _next(month) - timedelta(days=1)
    told = {
        table: counts.count(session, CountRequest(month, last_day, str(table)), now)
        for table in (PublicTable.REGION, PublicTable.KIND)
    }
    tables = {
        table: {row["key"]: _figures(row) for row in report["rows"] if row["key"]}
        for table, report in told.items()
    }
    tables[PublicTable.TOTAL] = {TOTAL_KEY: _figures(told[PublicTable.REGION]["totals"])}
    withheld = _withheld(tables)
    session.add(PublicMonth(month=month, published_at=now))
    session.flush()
    for table, cells in tables.items():
        for key, figures in cells.items():
            groups = sorted(withheld.get((table, key), ()))
            shown = {name: value for name, value in figures.items() if _group(name) not in groups}
            session.add(PublicCell(month=month, published_by=table, key=key, figures=shown, withheld=groups))
    session.flush()


def _group(name: str) -> str | None:
    return public_columns.figures()[name].people


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """The public ones of a row of counts; a number that JSON does not know as a float."""
    said = dict(row) | {"headcount": row["declared"]}
    found = {name: said[name] for name in public_columns.figures()}
    return {name: float(one) if isinstance(one, Decimal) else one for name, one in found.items()}


Tables = Mapping[PublicTable, Mapping[str, Mapping[str, Any]]]


def _withheld(tables: Tables) -> dict[tuple[PublicTable, str], set[str]]:
    """The groups of figures that each cell leaves out."""
    found: dict[tuple[PublicTable, str], set[str]] = {}
    apart = (PublicTable.REGION, PublicTable.KIND)
    for group in DECIDED_BY:
        people = [{key: _people(figures, group) for key, figures in tables[one].items()} for one in apart]
        total = _people(tables[PublicTable.TOTAL][TOTAL_KEY], group)
        telling = [
            {key for key, figures in tables[one].items() if _tells(group, figures, found.get((one, key), ()))}
            for one in apart
        ]
        left = withhold(people, total, telling)
        for table, keys in zip(apart, left.keys, strict=True):
            for key in keys:
                found.setdefault((table, key), set()).add(group)
        if left.total:
            found.setdefault((PublicTable.TOTAL, TOTAL_KEY), set()).add(group)
    return found


def _tells(group: str, figures: Mapping[str, Any], left: Collection[str]) -> bool:
    """Whether a group of figures of a cell says what was left out of it: without groups of people, all who
    were declared came along."""
    return group == "declared" and "companions" in left and figures["companions"] == figures["declared"]


def _people(figures: Mapping[str, Any], group: str) -> int:
    """About how few people a group of figures may be."""
    return min(filter(None, (figures[name] for name in DECIDED_BY[group])), default=0)


def published(session: Session) -> Months | None:
    """The months that everybody may know; None before the first one."""
    first, last = session.execute(
        sa.select(sa.func.min(PublicMonth.month), sa.func.max(PublicMonth.month))
    ).one()
    return None if first is None else Months(first, last)


def count(session: Session, months: Months, group_by: str) -> dict[str, Any]:
    """{rows, totals} of whole months, by region, kind or month; of months not published: nothing.

    A figure is the sum of the cells that are shown; a row's `withheld` says of each group of figures how many
    months were left out, and where all were, the figure is None. People of several months are no sum.
    """
    cells = _cells(session, months)
    by_table: dict[str, list[PublicCell]] = {}
    for cell in cells:
        by_table.setdefault(cell.published_by, []).append(cell)
    totals = by_table.get(PublicTable.TOTAL, [])
    rows: dict[str, list[PublicCell]] = {}
    for cell in totals if group_by == "month" else by_table.get(group_by, []):
        key = f"{cell.month:%Y-%m}" if group_by == "month" else cell.key
        rows.setdefault(key, []).append(cell)
    return {
        "rows": [{"key": key, "name": _name(group_by, key)} | _sum(rows[key]) for key in sorted(rows)],
        "totals": _sum(totals),
    }


def _name(group_by: str, key: str) -> dict[str, str] | None:
    region = regions.get(key) if group_by == "region" else None
    return region.names if region else None


def _cells(session: Session, months: Months) -> Sequence[PublicCell]:
    return session.scalars(
        sa.select(PublicCell)
        .where(PublicCell.month.between(months.first, months.last))
        .order_by(PublicCell.month, PublicCell.published_by, PublicCell.key)
    ).all()


def _sum(cells: Sequence[PublicCell]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in public_columns.figures():
        values = [cell.figures[name] for cell in cells if cell.figures.get(name) is not None]
        is_sum = name != PEOPLE_ADDED or len(cells) == 1
        found[name] = sum(values) if values and is_sum else None
    withheld = {group: sum(group in cell.withheld for cell in cells) for group in DECIDED_BY}
    return found | {"withheld": {group: months for group, months in withheld.items() if months}}


def dataset(session: Session) -> list[dict[str, Any]]:
    """A row a month and region, with all of `public_columns`; None: withheld, or nobody said."""
    cells = session.scalars(
        sa.select(PublicCell)
        .where(PublicCell.published_by == PublicTable.REGION)
        .order_by(PublicCell.month, PublicCell.key)
    )
    return [_row(cell) for cell in cells]


def _row(cell: PublicCell) -> dict[str, Any]:
    return (
        {"month": f"{cell.month:%Y-%m}", "region": cell.key}
        | {name: cell.figures.get(name) for name in public_columns.figures()}
        | {"withheld": " ".join(cell.withheld)}
    )


def of_region(session: Session, code: str, months: int) -> list[tuple[date, dict[str, Any]]]:
    """The newest months of a region, newest first: each one's first day, and what `dataset` has of it."""
    cells = session.scalars(
        sa.select(PublicCell)
        .where(PublicCell.published_by == PublicTable.REGION, PublicCell.key == code)
        .order_by(PublicCell.month.desc())
        .limit(months)
    )
    return [(cell.month, _row(cell)) for cell in cells]


def home(session: Session, now: datetime) -> dict[str, Any]:
    """Figures of the year for the first page: whole days up to yesterday, each number rounded to 10.

    Returns:
        {from, to, figures: {name: number}}; a number under 5 is None, and shown as «5-тен аз».
    """
    last_day = now.astimezone(COUNTRY_ZONE).date() - timedelta(days=1)
    first_day = last_day.replace(month=1, day=1)
    totals = counts.count(session, CountRequest(first_day, last_day, "region"), now)["totals"]
    figures = {
        name: rounded(value)
        for name, value in _figures(totals).items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    return {"from": first_day, "to": last_day, "figures": figures}


def rounded(number: int) -> int | None:
    """To the nearest 10, halves up; 0 stays, and None stands for 1 to 4."""
    if 0 < number < LEAST:
        return None
    return (number + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO

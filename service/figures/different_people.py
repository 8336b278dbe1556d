"""How many different people there were: from the sightings where they say it, else from the attendances.

Sightings know the country, a region, a region's district and an organization, by whole months and years. What
was changed since the last fold is added: whoever was seen nowhere there before, or is no more.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from service.figures.count_requests import CountRequest
from service.ledger import sightings
from service.ledger.ledger import about_people
from service.ledger.sightings import COUNTRY, SCOPE_AND_PERIOD, PeriodKind, ScopeKind
from service.models import Attendance, CountPending, Event, SightingTotal

Column = sa.ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A scope, and what kind it is one of."""

    kind: ScopeKind
    scope: Column


@dataclass(frozen=True, slots=True)
class Span:
    """A period, what kind it is one of, and which ones it may be."""

    kind: PeriodKind
    period: Column
    numbers: Collection[int]


@dataclass(frozen=True)
class DifferentPeople:
    """Of one question, whose figures stand in `figures`, by their `key`; `by_sightings`: they can be read."""

    question: CountRequest
    figures: sa.CTE
    by_sightings: bool

    def joined(self) -> sa.FromClause:
        """The figures, with what `of_rows` is read from."""
        if self._rows_are_events:
            return self.figures
        if self._row is not None:
            place, span = self._row
            return self.figures.outerjoin(self._seen, self._is_seen(place, span))
        return self.figures.outerjoin(
            self._attended_by_key, self._attended_by_key.c.key == self.figures.c.key
        )

    def of_rows(self) -> Column:
        """How many in each row."""
        if self._rows_are_events:
            # Nobody has two attendances at one event.
            return self.figures.c.participations
        people = self._attended_by_key.c.people if self._row is None else self._seen.c.people
        return sa.func.coalesce(people, 0)

    def of_all(self) -> Column:
        """How many in all."""
        if self._all is not None:
            place, span = self._all
            people = sa.select(self._seen.c.people).where(self._is_seen(place, span)).scalar_subquery()
            return sa.func.coalesce(people, 0)
        once = sa.select(self._attended.c.volunteer_id).distinct().subquery()
        return sa.select(sa.func.count()).select_from(once).scalar_subquery()

    @property
    def _rows_are_events(self) -> bool:
        return self.question.group_by == "event"

    @cached_property
    def _all(self) -> tuple[Place, Span] | None:
        """Where the sightings say how many there were in all; None: nowhere."""
        place, span = _place(self.question), _span(self.question)
        return (place, span) if self.by_sightings and place and span else None

    @cached_property
    def _row(self) -> tuple[Place, Span] | None:
        """Where the sightings say how many there were in a row; None: nowhere."""
        key = self.figures.c.key
        place, span = _place(self.question), _span(self.question)
        if self.question.group_by == "month":
            span = _months(self.question, key)
        else:
            place = _place_of_row(self.question, key)
        return (place, span) if self.by_sightings and place and span else None

    @cached_property
    def _seen(self) -> sa.CTE:
        """(scope, period, people), folded and pending, of whatever `_all` and `_row` look for."""
        wanted = [one for one in (self._all, self._row) if one is not None]
        total, pending = SightingTotal.__table__, CountPending.__table__
        numbers = sorted({number for _, span in wanted for number in span.numbers})
        folded = sa.select(*total.c[SCOPE_AND_PERIOD], total.c.people).where(total.c.period.in_(numbers))
        changes = sightings.changes(
            about_people(pending, *self.question.in_cell(pending)),
            list(dict.fromkeys(place.kind for place, _ in wanted)),
            list(dict.fromkeys(span.kind for _, span in wanted)),
        )
        late = sightings.known(changes.cte("changed")).cte("changed_sightings")
        newcomers = sa.select(*late.c[SCOPE_AND_PERIOD], sightings.newcomers(late)).group_by(
            *late.c[SCOPE_AND_PERIOD]
        )
        both = sa.union_all(folded, newcomers).subquery()
        key = both.c[SCOPE_AND_PERIOD]
        return sa.select(*key, sa.func.sum(both.c.people).label("people")).group_by(*key).cte("seen")

    def _is_seen(self, place: Place, span: Span) -> sa.ColumnElement[bool]:
        return sa.and_(self._seen.c.scope == place.scope, self._seen.c.period == span.period)

    @cached_property
    def _attended(self) -> sa.CTE:
        """Who counted as there, in each group once: (key, volunteer_id)."""
        event = Event.__table__
        return (
            sa.select(self.question.key(event).label("key"), Attendance.volunteer_id)
            .join_from(Attendance, event, event.c.id == Attendance.event_id)
            .where(Attendance.status == "counted", *self.question.in_cell(event), *self.question.of_event())
            .distinct()
            .cte("attended")
        )

    @cached_property
    def _attended_by_key(self) -> sa.CTE:
        attended = self._attended
        counted = sa.select(attended.c.key, sa.func.count().label("people")).group_by(attended.c.key)
        return counted.cte("attended_by_key")


def _place(question: CountRequest) -> Place | None:
    """The one scope that all of a question lies in; None: it crosses two, or lies in a part of one."""
    regions, districts, organizations = (
        None if one is None else list(one)
        for one in (question.region_codes, question.district_codes, question.organization_ids)
    )
    match (regions, districts, organizations):
        case (None, None, None):
            return Place(ScopeKind.COUNTRY, sa.literal(COUNTRY))
        case ([region], None, None):
            return Place(ScopeKind.REGION, sa.literal(region))
        case ([region], [district], None):
            scope = sightings.district_scope(sa.literal(region), sa.literal(district))
            return Place(ScopeKind.DISTRICT, scope)
        case (None, None, [organization]):
            return Place(ScopeKind.ORGANIZATION, sa.literal(str(organization)))
    return None


def _place_of_row(question: CountRequest, key: Column) -> Place | None:
    """The scope of a row with this key; None: it is in a part of one, or in none."""
    regions, districts, organizations = (
        question.region_codes,
        question.district_codes,
        question.organization_ids,
    )
    if question.group_by == "region" and districts is None and organizations is None:
        return Place(ScopeKind.REGION, key)
    if question.group_by == "district" and organizations is None and regions is not None:
        region, *others = regions
        if not others:
            return Place(ScopeKind.DISTRICT, sightings.district_scope(sa.literal(region), key))
    if question.group_by == "organization" and regions is None and districts is None:
        return Place(ScopeKind.ORGANIZATION, sa.cast(key, sa.Text))
    return None


def _span(question: CountRequest) -> Span | None:
    """The month or the year that a question is about; None: it is about neither."""
    first, last = question.first_day, question.last_day
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return Span(PeriodKind.YEAR, sa.literal(first.year), [first.year])
    if _has_whole_months(question) and (first.year, first.month) == (last.year, last.month):
        month = _number(first)
        return Span(PeriodKind.MONTH, sa.literal(month), [month])
    return None


def _months(question: CountRequest, key: Column) -> Span | None:
    """Each row's month, where none is in part; `key`: "2026-05"."""
    if not _has_whole_months(question):
        return None
    first, last = question.first_day, question.last_day
    numbers = [
        year * 100 + month
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if _number(first) <= year * 100 + month <= _number(last)
    ]
    return Span(PeriodKind.MONTH, sa.cast(sa.func.replace(key, "-", ""), sa.Integer), numbers)


def _has_whole_months(question: CountRequest) -> bool:
    return question.first_day.day == 1 and (question.last_day + timedelta(days=1)).day == 1


def _number(day: date) -> int:
    """The period of a day's month."""
    return day.year * 100 + day.month

"""Which scopes and periods a question is about, where what is counted ahead answers it, in all and by row."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from service.figures.count_requests import CountRequest
from service.ledger.scopes import COUNTRY, PeriodKind, ScopeKind

Column = sa.ColumnElement[Any]
MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class Scopes:
    """Some scopes of one kind, in some periods of one kind; `holds`: whether a scope is one of them."""

    kind: ScopeKind
    holds: Callable[[Column], sa.ColumnElement[bool]]
    span: PeriodKind
    periods: Collection[int]
    key: Callable[[Column, Column], Column]
    """The key of the row of a scope and a period."""

    def here(self, rows: sa.FromClause) -> sa.ColumnElement[bool]:
        """Whether a row with a `scope` and a `period` is of these."""
        return sa.and_(self.holds(rows.c.scope), rows.c.period.in_(self.periods))


def in_all(question: CountRequest) -> Scopes | None:
    """The one scope and period that all of a question lies in; None: it crosses two, or is a part of one."""
    place, span = _place(question), _span(question)
    if place is None or span is None:
        return None
    kind, scope = place
    return Scopes(kind, lambda here: here == scope, *span, key=lambda here, _: here)


def by_row(question: CountRequest) -> Scopes | None:
    """The scopes of which each is one row in one period, or the months of one scope; None: there are none."""
    regions, organizations = question.region_codes, question.organization_ids
    if question.group_by == "month":
        place, months = _place(question), _months(question)
        if place is None or months is None:
            return None
        kind, scope = place
        return Scopes(kind, lambda here: here == scope, PeriodKind.MONTH, months, key=_month_key)
    span = _span(question)
    if span is None:
        return None
    if question.group_by == "region" and question.district_codes is None and organizations is None:
        if regions is None:
            return Scopes(ScopeKind.REGION, lambda here: here.like("KZ-__"), *span, key=_scope)
        return Scopes(ScopeKind.REGION, lambda here: here.in_(regions), *span, key=_scope)
    if question.group_by == "district" and organizations is None and regions is not None:
        return _districts(question, list(regions), span)
    if question.group_by == "organization" and regions is None and question.district_codes is None:
        if organizations is None:
            return Scopes(ScopeKind.ORGANIZATION, lambda here: here.like("_" * 36), *span, key=_uuid)
        ids = [str(one) for one in organizations]
        return Scopes(ScopeKind.ORGANIZATION, lambda here: here.in_(ids), *span, key=_uuid)
    return None


def _districts(
    question: CountRequest, regions: list[str], span: tuple[PeriodKind, list[int]]
) -> Scopes | None:
    """Those of a region: of several at once the ones without a district are one row, and no scope."""
    if len(regions) != 1:
        return None
    region = f"{regions[0]}/"

    def key(here: Column, _period: Column) -> Column:
        return sa.func.substr(here, len(region) + 1)

    if question.district_codes is None:
        return Scopes(ScopeKind.DISTRICT, lambda here: here.like(f"{region}%"), *span, key=key)
    named = [region + code for code in question.district_codes]
    return Scopes(ScopeKind.DISTRICT, lambda here: here.in_(named), *span, key=key)


def _scope(scope: Column, _period: Column) -> Column:
    return scope


def _uuid(scope: Column, _period: Column) -> Column:
    return sa.cast(scope, sa.Uuid)


def _month_key(_scope: Column, period: Column) -> Column:
    text = sa.cast(period, sa.Text)
    return sa.func.substr(text, 1, 4) + "-" + sa.func.substr(text, 5)


def _place(question: CountRequest) -> tuple[ScopeKind, str] | None:
    """The one scope that all of a question lies in."""
    regions, districts, organizations = (
        None if one is None else list(one)
        for one in (question.region_codes, question.district_codes, question.organization_ids)
    )
    match (regions, districts, organizations):
        case (None, None, None):
            return ScopeKind.COUNTRY, COUNTRY
        case ([region], None, None):
            return ScopeKind.REGION, str(region)
        case ([region], [district], None):
            return ScopeKind.DISTRICT, f"{region}/{district}"
        case (None, None, [organization]):
            return ScopeKind.ORGANIZATION, str(organization)
    return None


def _span(question: CountRequest) -> tuple[PeriodKind, list[int]] | None:
    """The month or the year that a question is about."""
    first, last = question.first_day, question.last_day
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return PeriodKind.YEAR, [first.year]
    months = _months(question)
    return (PeriodKind.MONTH, months) if months and len(months) == 1 else None


def _months(question: CountRequest) -> list[int] | None:
    """Those of a question, where it takes none in part."""
    first, last = question.first_day, question.last_day
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return None
    every = (year * 100 + month for year in range(first.year, last.year + 1) for month in MONTHS)
    return [one for one in every if _number(first) <= one <= _number(last)]


def _number(day: date) -> int:
    return day.year * 100 + day.month

"""Which scopes and periods a question is about, where what is counted ahead answers it, in all and by row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.figures.count_requests import CountRequest, Values
from service.ledger.scopes import COUNTRY, PeriodKind, ScopeKind

Column = sa.ColumnElement[Any]
MONTHS = range(1, 13)
_SCOPE = sa.bindparam("scope", type_=sa.Text)
_SCOPES = sa.bindparam("scopes", type_=ARRAY(sa.Text))
_SCOPES_LIKE = sa.bindparam("scopes_like", type_=sa.Text)
_PERIOD = sa.bindparam("period", type_=sa.Integer)
_PERIODS = sa.bindparam("periods", type_=ARRAY(sa.Integer))


@dataclass(frozen=True, slots=True)
class Scopes:
    """Some scopes of one kind, in some periods of one kind; `holds`: whether a scope is one of them."""

    kind: ScopeKind
    holds: Callable[[Column], sa.ColumnElement[bool]]
    span: PeriodKind
    in_periods: Callable[[Column], sa.ColumnElement[bool]]
    key: Callable[[Column, Column], Column]
    """The key of the row of a scope and a period."""

    def here(self, scope: Column, period: Column) -> sa.ColumnElement[bool]:
        """Whether a scope and a period are of these."""
        return sa.and_(self.holds(scope), self.in_periods(period))


Asked = tuple[Scopes, Values]
"""The scopes and periods of a question, and what the statement with them is asked with."""


def in_all(question: CountRequest) -> Asked | None:
    """The one scope and period that all of a question lies in; None: it crosses two, or is a part of one."""
    place, span = _place(question), _span(question)
    if place is None or span is None:
        return None
    kind, scope = place
    return Scopes(kind, _is_the_one, span[0], _in_the_one, _scope), {"scope": scope, "period": span[1]}


def by_row(question: CountRequest) -> Asked | None:
    """The scopes of which each is one row in one period, or the months of one scope; None: there are none."""
    if question.group_by == "month":
        place, months = _place(question), _months(question)
        if place is None or months is None:
            return None
        kind, scope = place
        scopes = Scopes(kind, _is_the_one, PeriodKind.MONTH, _in_these, _month_key)
        return scopes, {"scope": scope, "periods": months}
    span, rows = _span(question), _rows(question)
    if span is None or rows is None:
        return None
    kind, key, values = rows
    holds = _is_like if "scopes_like" in values else _is_among
    return Scopes(kind, holds, span[0], _in_these, key), values | {"periods": [span[1]]}


def _rows(
    question: CountRequest,
) -> tuple[ScopeKind, Callable[[Column, Column], Column], dict[str, Any]] | None:
    """Of which kind the rows of a question are, where each is a scope; their key; which they are."""
    regions, organizations = question.region_codes, question.organization_ids
    districts = question.district_codes
    if question.group_by == "region" and districts is None and organizations is None:
        which = {"scopes_like": "KZ-__"} if regions is None else {"scopes": list(regions)}
        return ScopeKind.REGION, _scope, which
    # Of several regions at once the events without a district are one row, and no scope.
    if (
        question.group_by == "district"
        and organizations is None
        and regions is not None
        and len(regions) == 1
    ):
        (region,) = regions
        if districts is None:
            return ScopeKind.DISTRICT, _district_key, {"scopes_like": f"{region}/%"}
        return ScopeKind.DISTRICT, _district_key, {"scopes": [f"{region}/{code}" for code in districts]}
    if question.group_by == "organization" and regions is None and districts is None:
        if organizations is None:
            return ScopeKind.ORGANIZATION, _uuid, {"scopes_like": "_" * 36}
        return ScopeKind.ORGANIZATION, _uuid, {"scopes": [str(one) for one in organizations]}
    return None


def _is_the_one(scope: Column) -> sa.ColumnElement[bool]:
    return scope == _SCOPE


def _is_among(scope: Column) -> sa.ColumnElement[bool]:
    return scope == sa.any_(_SCOPES)


def _is_like(scope: Column) -> sa.ColumnElement[bool]:
    return scope.like(_SCOPES_LIKE)


def _in_the_one(period: Column) -> sa.ColumnElement[bool]:
    return period == _PERIOD


def _in_these(period: Column) -> sa.ColumnElement[bool]:
    return period == sa.any_(_PERIODS)


def _scope(scope: Column, _period: Column) -> Column:
    return scope


def _uuid(scope: Column, _period: Column) -> Column:
    return sa.cast(scope, sa.Uuid)


def _district_key(scope: Column, _period: Column) -> Column:
    return sa.func.split_part(scope, "/", 2)


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


def _span(question: CountRequest) -> tuple[PeriodKind, int] | None:
    """The month or the year that a question is about."""
    first, last = question.first_day, question.last_day
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return PeriodKind.YEAR, first.year
    months = _months(question)
    return (PeriodKind.MONTH, months[0]) if months and len(months) == 1 else None


def _months(question: CountRequest) -> list[int] | None:
    """Those of a question, where it takes none in part."""
    first, last = question.first_day, question.last_day
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return None
    every = (year * 100 + month for year in range(first.year, last.year + 1) for month in MONTHS)
    return [one for one in every if _number(first) <= one <= _number(last)]


def _number(day: date) -> int:
    return day.year * 100 + day.month

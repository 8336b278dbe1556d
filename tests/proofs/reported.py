"""What a region's report is made of, held against the counts of the same moment."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.figures import counts, region_figures
from service.figures.counts import CountRequest

GROUPINGS = {
    "district": ("district_code", "in_district"),
    "day": ("day", "on_day"),
    "event": ("id", "participations"),
}
"""By what events of a report are grouped, and which of their numbers is that of different people."""


def reported_otherwise(session: Session, question: CountRequest, now: datetime) -> list[object]:
    """Whatever it says otherwise, of one region: (grouping, key, told, right)."""
    found = region_figures.of_events(session, question, now, in_full=True)
    table = region_figures.of_events(session, question, now, in_full=False)
    wrong: list[object] = [
        ("table", one.id, one)
        for one, whole in zip(table, found, strict=True)
        if one._asdict() != {name: getattr(whole, name) for name in one._fields}
    ]
    for grouping, (by, people) in GROUPINGS.items():
        counted = counts.count(session, replace(question, group_by=grouping), now, with_names=False)
        told = {key: _summed(of_key, people) for key, of_key in _grouped(found, by).items()}
        told["*"] = _summed(found, "in_all")
        right = {
            key: {name: row[name] for name in told["*"]}
            for key, row in [*((row["key"], row) for row in counted["rows"]), ("*", counted["totals"])]
        }
        wrong += [
            (grouping, key, told.get(key), right.get(key))
            for key in told.keys() | right.keys()
            if told.get(key) != right.get(key)
        ]
    return wrong


def _summed(events: list[Any], people: str) -> Mapping[str, Any]:
    return region_figures.summed(events, getattr(events[0], people) if events else 0)


def _grouped(found: list[Any], by: str) -> dict[str | None, list[Any]]:
    groups: dict[str | None, list[Any]] = {}
    for one in found:
        key = getattr(one, by)
        groups.setdefault(None if key is None else str(key), []).append(one)
    return groups

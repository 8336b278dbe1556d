"""What has become of each tick of an organizer's list, for phones and pages alike."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from http_base import problems
from http_base.context import actor, now, services, session
from http_base.one_by_one import Unreadable
from http_base.schemas.ticks import tick_of
from service.rulings import staff_list
from service.rulings.staff_list import Tick, Ticked, TickOutcome

Shown = Callable[[Ticked], dict[str, Any]]


def take(body: dict[str, Any], event_id: UUID, shown: Shown | None = None) -> list[dict[str, Any]]:
    """Tick what a list's body says, each by itself; returns an outcome for each, in its order.

    `shown`: what is told of one that was taken, beside its outcome.

    Raises:
        As `staff_list.tick`.
    """
    read = [one if isinstance(one, Unreadable) else tick_of(one) for one in body["records"]]
    settings = services().settings
    outcomes = iter(
        staff_list.tick(
            session(),
            actor(),
            event_id,
            [one for one in read if isinstance(one, Tick)],
            body["reason"] or "",
            body["sent_at"],
            now(),
            settings.thresholds,
            settings.phone_regions,
        )
    )
    return [
        one.result() if isinstance(one, Unreadable) else _result(one, next(outcomes), event_id, shown)
        for one in read
    ]


def _result(one: Tick, outcome: TickOutcome, event_id: UUID, shown: Shown | None) -> dict[str, Any]:
    if not isinstance(outcome, Ticked):
        return {"id": one.id, "outcome": "refused", "problem": problems.document_of(outcome, event_id)}
    result = {"id": one.id, "outcome": "repeated" if outcome.repeated else "stored"}
    if outcome.meeting is not None:
        result["meeting"] = str(outcome.meeting)
    return result | (shown(outcome) if shown is not None else {})

"""What a minor's doubts follow from changes while they are looked at: they follow from what is there last."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from service.attendance import check_in, minors, presence_store
from service.models import Attendance, Event
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions, committing
from tests.makers import make_event, make_volunteer
from tests.service.attendance.test_races import report


def set_hazard(sessions: Sessions, event_id: UUID, *, is_on: bool) -> None:
    with sessions.begin() as session:
        event = session.get_one(Event, event_id, with_for_update=True)
        event.hazard = is_on
        event.is_changed(NOW)


def look(sessions: Sessions, volunteer_id: UUID) -> None:
    with sessions.begin() as session:
        minors.settle(session, volunteer_id, NOW, Thresholds())


def test_a_danger_that_is_none_any_more_is_no_doubt(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        event, child = make_event(session), make_volunteer(session, birth_date=date(NOW.year - 17, 1, 10))
    check_in.record(committing(sessions), str(child.subject), report(event.id), NOW, Thresholds())
    set_hazard(sessions, event.id, is_on=True)
    lock = presence_store.lock

    def meanwhile(*args: Any) -> None:
        monkeypatch.undo()
        set_hazard(sessions, event.id, is_on=False)
        look(sessions, child.id)
        lock(*args)

    monkeypatch.setattr(presence_store, "lock", meanwhile)
    look(sessions, child.id)
    with sessions() as session:
        found = session.scalars(sa.select(Attendance).where(Attendance.event_id == event.id)).one()
        assert (found.status, found.reasons) == ("counted", [])

"""What a machine of phones plays in: people, events, what happens, and one connection that is rolled back."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in, closing, rederivation
from service.attendance.check_in import RecordOutcome
from service.attendance.evidence import Status
from service.attendance.sent_records import SentRecord
from service.models import Attendance, CountPending, Event, Volunteer
from service.platform.database import within
from service.platform.thresholds import Thresholds
from service.rulings import decisions
from service.rulings.decisions import Ruling
from service.rulings.standing import RuledBy
from tests.conftest import NOW
from tests.makers import AKTOBE, make_event, make_organization, make_volunteer

LIMITS = Thresholds(shared_code_people=3)
PEOPLE, PHONES = 6, 3
SOMEBODY = [0, 0, 0, 0, 0, *range(1, PEOPLE)]
"""Often the same one: rules between somebody's own records need many of them."""

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AFTERWARDS = NOW + timedelta(hours=20)
CHOBDA = (50.15, 55.45)
"""Some 120 km from Aktobe: nobody is there ten minutes later."""


@dataclass(frozen=True)
class Cancelled:
    """An organizer calls an event off."""

    event: int
    at: datetime


@dataclass(frozen=True)
class Ruled:
    """A coordinator decides on somebody's attendance."""

    person: int
    event: int
    status: Status


@dataclass(frozen=True)
class Recorded:
    """A phone records presence; `sent` is what it sends, sooner or later."""

    person: int
    sent: SentRecord


Happening = Cancelled | Ruled | Recorded


class World:
    """People, events, and one connection on which all of it is rolled back."""

    def __init__(self, engine: sa.Engine) -> None:
        self.connection = engine.connect()
        self.transaction = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint")
        numbers = random.Random(1)  # noqa: S311 - the same ids in both worlds
        id_ = lambda: UUID(int=numbers.getrandbits(128), version=4)  # noqa: E731 - two lines of use
        owner = make_volunteer(self.session, phone="+77010000000", id=id_())
        organization = make_organization(self.session, owner, id=id_())
        places = ((AKTOBE, 0), (CHOBDA, 1), (AKTOBE, 4), (AKTOBE, 0))
        self.events = [
            make_event(
                self.session,
                organization,
                id=id_(),
                latitude=place[0],
                longitude=place[1],
                starts_at=NOW + timedelta(hours=hours),
                code_secret=SECRET,
            ).id
            for place, hours in places
        ]
        people = [make_volunteer(self.session, phone=f"+7701000001{n}", id=id_()) for n in range(PEOPLE)]
        self.people, self.ids = [one.subject for one in people], [one.id for one in people]
        self.coordinator = make_volunteer(self.session, phone="+77010000099", id=id_()).id
        self.session.commit()

    def report(self, person: int, sent: Sequence[SentRecord], now: datetime) -> list[RecordOutcome]:
        """What a phone sends in one call: it stands, whatever the session rolls back later."""
        self.session.commit()
        connections = within(self.connection)
        return check_in.record_all(connections, self.people[person], sent, now, LIMITS)

    def cancel(self, happening: Cancelled) -> None:
        event = self.session.get_one(Event, self.events[happening.event])
        event.status, event.cancelled_at, event.cancel_reason = "cancelled", happening.at, "дауыл"
        self.session.commit()

    def rule(self, happening: Ruled, now: datetime) -> bool:
        """Whether there was something to rule on."""
        event_id, person = self.events[happening.event], self.ids[happening.person]
        file = decisions.lock_and_read(self.session, event_id, person)
        if file.held is None:
            return False
        ruling = Ruling(
            RuledBy.COORDINATOR, self.coordinator, happening.status, None, "көрдім", is_correction=False
        )
        decisions.put(self.session, file, ruling, now, LIMITS)
        self.session.commit()
        return True

    def close_forgotten(self, now: datetime) -> None:
        closing.close_forgotten(self.session, now, LIMITS)
        self.session.commit()

    def verdicts(self) -> dict[tuple[str | None, UUID], tuple[str, list[str]]]:
        """What all attendances are worth, and why."""
        return {key: (state[0], state[-1]) for key, state in self.state().items()}

    def derive_all(self, now: datetime) -> None:
        """Everything from the rows, as if times had changed."""
        pairs = self.session.execute(sa.select(Attendance.event_id, Attendance.volunteer_id)).all()
        texts = [(str(event), str(person)) for event, person in pairs]
        rederivation.derive_together(self.session, texts, now, LIMITS)
        self.session.commit()

    def state(self) -> dict[tuple[str | None, UUID], tuple[Any, ...]]:
        """All attendances, but for ids: which check-in came first depends on the order, and may."""
        rows = self.session.execute(
            sa.select(Attendance, Volunteer.subject)
            .join(Volunteer, Volunteer.id == Attendance.volunteer_id)
            .execution_options(populate_existing=True)
        )
        return {
            (subject, row.event_id): (
                row.status,
                row.evidence,
                row.checked_in_at,
                row.checked_out_at,
                row.minutes,
                row.assumed_minutes,
                row.distance_m,
                row.companions,
                sorted(row.reasons),
            )
            for row, subject in rows
        }

    def counted(self) -> dict[str, int]:
        """The counts, from the deltas that were recorded."""
        names = ("participations", "in_review", "minutes", "minutes_assumed", "companions")
        sums = [sa.func.coalesce(sa.func.sum(getattr(CountPending, name)), 0) for name in names]
        return dict(zip(names, map(int, self.session.execute(sa.select(*sums)).one()), strict=True))

    def recounted(self) -> dict[str, int]:
        """The counts, from the rows themselves."""
        rows = self.session.scalars(sa.select(Attendance)).all()
        counted = [row for row in rows if row.status == "counted"]
        return {
            "participations": len(counted),
            "in_review": sum(row.status == "review" for row in rows),
            "minutes": sum((row.minutes or 0) - row.assumed_minutes for row in counted),
            "minutes_assumed": sum(row.assumed_minutes for row in counted),
            "companions": sum(row.companions for row in counted),
        }

    def end(self) -> None:
        self.session.close()
        self.transaction.rollback()
        self.connection.close()


def answer(outcome: RecordOutcome) -> str:
    """What a phone learns of one record, whether it was sent for the first time or again."""
    return outcome.code if isinstance(outcome, errors.ServiceError) else "stored"

"""A small country in which everybody acts at once, and its counts made anew from the rows alone."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Timer
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.attendance import check_in, groups
from service.attendance.evidence import Status
from service.attendance.groups import Group
from service.attendance.presence_store import RaceLostError
from service.events import calling_off, district_moves, events, restoring
from service.figures.counts import GROUPINGS, CountRequest
from service.ledger import ledger
from service.ledger.ledger import Cell
from service.models import Attendance, District, DistrictImport, Event, Volunteer
from service.people import identities
from service.platform.thresholds import Thresholds
from service.rulings import appeals, corrections, reviews
from service.rulings.corrections import Correction
from tests.conftest import NOW, Sessions, committing
from tests.makers import AKTOBE, make_coordinator, make_event, make_organization, make_volunteer
from tests.service.attendance.test_races import report

EVENTS, PEOPLE = 9, 14
FOLD_S = 0.01
"""About what a fold takes here."""

DISTRICTS = ("151000000", "153200000")
REGIONS = ("KZ-15", "KZ-75")
DAYS = (date(2026, 5, 16), date(2026, 5, 17), date(2026, 4, 30), date(2025, 12, 31))
RANGES = (
    (date(2026, 1, 1), date(2026, 12, 31)),
    (date(2026, 5, 1), date(2026, 5, 31)),
    (date(2026, 4, 1), date(2026, 5, 31)),
    (date(2026, 4, 30), date(2026, 5, 16)),
    (date(2025, 12, 31), date(2025, 12, 31)),
)


class World:
    """Two organizations, two regions, two districts; each act is one transaction of its own, or several."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        with sessions.begin() as session:
            self.owner, self.national = make_volunteer(session), make_coordinator(session, "*")
            self.people = [make_volunteer(session) for _ in range(PEOPLE)]
            self.organizations = [make_organization(session, self.owner) for _ in range(2)]
            self.events = [self._event(session, number) for number in range(EVENTS)]
        self.imports_district(random.Random(0))  # noqa: S311 - nothing is secret here

    def _event(self, session: Session, number: int) -> UUID:
        """One of some that run now; they end within the minutes that the reads look at."""
        event = make_event(
            session,
            self.organizations[number % 2],
            ends_at=NOW + timedelta(minutes=number % 3),
            longitude=AKTOBE[1] + (number - 4) * 1e-5,
            kind=("cleanup", "recycling")[number % 2],
        )
        ledger.add(session, event, events=1)
        return event.id

    @property
    def acts(self) -> list[Callable[[random.Random], None]]:
        return [
            self.checks_in, self.checks_in, self.checks_in, self.is_corrected, self.is_reviewed,
            self.is_appealed, self.moves, self.imports_district, self.is_called_off_or_restored,
            self.a_group_comes, self.something_came_of_it, self.folds, self.a_fold_is_killed,
        ]  # fmt: skip

    @contextmanager
    def acting(self, who: Volunteer) -> Iterator[tuple[Session, Actor]]:
        """A transaction of somebody's; what is refused, or comes too late, changes nothing."""
        with self.sessions() as session:
            actor = identities.find_actor(session, who.subject)
            assert actor is not None
            try:
                yield session, actor
                session.commit()
            except (errors.ServiceError, RaceLostError):
                session.rollback()

    def checks_in(self, chance: random.Random) -> None:
        sent = report(chance.choice(self.events))
        sent = replace(sent, companions=chance.choice((0, 0, 2)))
        if sent.position is not None and chance.random() < 0.2:
            sent = replace(sent, position=replace(sent.position, mocked=True))
        try:
            check_in.record(
                committing(self.sessions), chance.choice(self.people).subject, sent, NOW, Thresholds()
            )
        except errors.ServiceError:
            return

    def is_corrected(self, chance: random.Random) -> None:
        word = Correction(chance.random() < 0.6, None, "мен көрдім")
        with self.acting(self.owner) as (session, actor):
            who = chance.choice(self.people).id
            corrections.correct(session, actor, chance.choice(self.events), who, word, NOW, Thresholds())

    def _attended(self, session: Session, chance: random.Random) -> Attendance | None:
        query = sa.select(Attendance).where(Attendance.event_id == chance.choice(self.events))
        found = session.scalars(query).all()
        return chance.choice(found) if found else None

    def is_reviewed(self, chance: random.Random) -> None:
        with self.acting(self.national) as (session, actor):
            attended = self._attended(session, chance)
            if attended is not None:
                status = chance.choice((Status.COUNTED, Status.REJECTED))
                reviews.decide(session, actor, attended.id, status, "дәлел", NOW, Thresholds())

    def is_appealed(self, chance: random.Random) -> None:
        with self.sessions() as session:
            attended = self._attended(session, chance)
            if attended is None:
                return
            who = session.get_one(Volunteer, attended.volunteer_id)
        with self.acting(who) as (session, actor):
            appeals.appeal(session, actor, attended.id, "мен болдым", NOW, None)

    def moves(self, chance: random.Random) -> None:
        """To another day, end, region and district at once, as nobody may, so that all are tried."""
        with self.sessions.begin() as session:
            event = session.get_one(Event, chance.choice(self.events), with_for_update=True)
            before = Cell.of(event)
            event.day, event.region_code = chance.choice(DAYS), chance.choice(REGIONS)
            event.district_code = chance.choice((None, *DISTRICTS))
            event.ends_at = NOW + timedelta(minutes=chance.randrange(3))
            event.version += 1
            session.flush()
            ledger.move_event(session, event.id, before, Cell.of(event))

    def imports_district(self, chance: random.Random) -> None:
        """The west and the east half of the place change names; all events are looked up again."""
        codes = chance.sample(DISTRICTS, 2)
        with self.sessions.begin() as session:
            session.execute(sa.text("LOCK TABLE district_import IN EXCLUSIVE MODE"))
            made = DistrictImport(imported_at=NOW, added=2, changed=0, refused=0)
            session.add(made)
            session.flush()
            for code, (west, east) in zip(codes, ((-1.0, 0.0), (0.0, 1.0)), strict=True):
                ring = [(west, -1.0), (east, -1.0), (east, 1.0), (west, 1.0), (west, -1.0)]
                outline = [[AKTOBE[1] + x, AKTOBE[0] + y] for x, y in ring]
                session.merge(
                    District(
                        code=code, region_code="KZ-15", kind="district", names={"kk": code},
                        outline={"type": "Polygon", "coordinates": [outline]}, version=made.version,
                    )
                )  # fmt: skip
        district_moves.find_all(self.sessions, NOW)

    def is_called_off_or_restored(self, chance: random.Random) -> None:
        with self.acting(self.owner) as (session, actor):
            event_id = chance.choice(self.events)
            if chance.random() < 0.4:
                calling_off.cancel(session, actor, event_id, "дауыл", NOW)
            else:
                restoring.restore(session, actor, event_id, NOW)

    def a_group_comes(self, chance: random.Random) -> None:
        group_id = UUID(int=chance.randrange(3))
        with self.acting(self.owner) as (session, actor):
            if chance.random() < 0.5:
                group = Group("7А", people=chance.randrange(1, 30), minutes=10)
                groups.give(session, actor, chance.choice(self.events), group_id, group, NOW)
            else:
                groups.retract(session, actor, chance.choice(self.events), group_id, NOW)

    def something_came_of_it(self, chance: random.Random) -> None:
        values = {"id": chance.choice(self.events), "n": chance.randrange(100), "who": self.owner.id}
        with self.sessions.begin() as session:
            # As `results.put` does: its place and day are the event's, which stands still meanwhile.
            events.lock_places(session, values["id"])
            session.execute(RESULT, values | {"now": NOW})

    def folds(self, _chance: random.Random) -> None:
        with self.sessions.begin() as session:
            ledger.fold(session, NOW)

    def a_fold_is_killed(self, chance: random.Random) -> None:
        """Its server process ends: before, while and after it works, but before it can say so."""
        with self.sessions() as session:
            pid = session.scalar(sa.select(sa.func.pg_backend_pid()))
            killing = Timer(chance.random() * FOLD_S, self._kill, [pid])
            killing.start()
            try:
                ledger.fold(session, NOW)
            finally:
                killing.join()
                session.invalidate()

    def _kill(self, pid: int) -> None:
        with self.sessions.begin() as session:
            session.execute(sa.select(sa.func.pg_terminate_backend(pid)))

    def question(self, number: int, chance: random.Random) -> CountRequest:
        """Every grouping with every filter in turn, of any days."""
        region, organization = chance.choice(REGIONS), chance.choice(self.organizations).id
        district = {"region_codes": ["KZ-15"], "district_codes": [chance.choice(DISTRICTS)]}
        filters: list[dict[str, Any]] = [
            {},
            {"region_codes": [region]},
            {"region_codes": list(REGIONS)},
            district,
            {"region_codes": ["KZ-15"], "district_codes": list(DISTRICTS)},
            {"organization_ids": [organization]} | district,
            {"organization_ids": [organization]},
            {"organization_ids": [one.id for one in self.organizations]},
            {"organization_ids": [organization], "region_codes": [region]},
        ]
        first, last = chance.choice(RANGES)
        grouping, where = divmod(number, len(filters))
        return CountRequest(first, last, GROUPINGS[grouping % len(GROUPINGS)], **filters[where])

    def moment(self, chance: random.Random) -> datetime:
        """About when the events end: some are over, some end in this very moment."""
        return NOW + chance.choice((-1, 0, 1, 2, 3)) * timedelta(minutes=1)


RESULT = sa.text(
    """
    INSERT INTO event_result (event_id, waste_t, waste_amount, waste_unit, trees, version,
        created_by, created_at, updated_by, updated_at)
    VALUES (:id, :n / 8.0, :n, 'bag', NULLIF(:n, 7), 1, :who, :now, :who, :now)
    ON CONFLICT (event_id) DO UPDATE SET waste_t = excluded.waste_t, waste_amount = excluded.waste_amount,
        trees = excluded.trees
    """
)
ROWS = {
    "events": """
        SELECT id, day, region_code, district_code, organization_id, kind, status, ends_at FROM event
    """,
    "attendances": """
        SELECT attendance.id, event_id, volunteer_id, status, coalesce(minutes, 0) AS minutes,
            assumed_minutes, companions,
            appeal.created_at IS NOT NULL AND appeal.decided_at IS NULL AS appealed
        FROM attendance LEFT JOIN appeal ON appeal.attendance_id = attendance.id
    """,
    "groups": "SELECT event_id, people FROM headcount WHERE NOT taken_back AND people IS NOT NULL",
    "results": "SELECT event_id, waste_t, trees FROM event_result",
    "signups": "SELECT event_id FROM signup WHERE status = 'going'",
}


def key_of(question: CountRequest, event: Any) -> str | None:
    """The group that an event is in."""
    year, week, _ = event["day"].isocalendar()
    keys = {
        "region": event["region_code"],
        "district": event["district_code"],
        "organization": str(event["organization_id"]),
        "event": str(event["id"]),
        "kind": event["kind"],
        "day": event["day"].isoformat(),
        "week": f"{year}-W{week:02}",
        "month": event["day"].isoformat()[:7],
    }
    found: str | None = keys[question.group_by]
    return found


def recount(session: Session, question: CountRequest, now: datetime) -> dict[str | None, dict[str, Any]]:
    """Every figure anew, by group and under "*" in all, from events, attendances and groups alone."""
    rows = {name: session.execute(sa.text(query)).mappings().all() for name, query in ROWS.items()}
    wanted = [
        event
        for event in rows["events"]
        if question.first_day <= event["day"] <= question.last_day
        and (question.region_codes is None or event["region_code"] in question.region_codes)
        and (question.district_codes is None or event["district_code"] in question.district_codes)
        and (question.organization_ids is None or event["organization_id"] in question.organization_ids)
    ]
    found: dict[str | None, dict[str, Any]] = {}
    for key in {*(key_of(question, event) for event in wanted), "*"}:
        events_here = [event for event in wanted if key in ("*", key_of(question, event))]
        found[key] = _figures(events_here, rows, now)
    return found


def _figures(events_here: list[Any], rows: dict[str, Any], now: datetime) -> dict[str, Any]:
    here = {event["id"] for event in events_here}
    attended = [one for one in rows["attendances"] if one["event_id"] in here]
    counted = [one for one in attended if one["status"] == "counted"]
    groups_here = [one for one in rows["groups"] if one["event_id"] in here]
    results = [one for one in rows["results"] if one["event_id"] in here]
    visited = {one["event_id"] for one in (*counted, *groups_here)}
    published = [event for event in events_here if event["status"] == "published"]
    told = {name: [one[name] for one in results if one[name] is not None] for name in ("waste_t", "trees")}
    return {
        "events": len(published),
        "events_held": sum(
            event["id"] in visited and (event["status"] == "cancelled" or event["ends_at"] <= now)
            for event in events_here
        ),
        "events_coming": sum(event["ends_at"] > now for event in published),
        "signups": sum(one["event_id"] in here for one in rows["signups"]),
        "participations": len(counted),
        "volunteers": len({one["volunteer_id"] for one in counted}),
        "minutes": sum(one["minutes"] - one["assumed_minutes"] for one in counted),
        "minutes_assumed": sum(one["assumed_minutes"] for one in counted),
        "headcount": sum(one["people"] for one in groups_here),
        "collectives": len(groups_here),
        "companions": sum(one["companions"] for one in counted),
        "in_review": sum(one["status"] == "review" for one in attended),
        "appeals": sum(one["status"] == "rejected" and one["appealed"] for one in attended),
        **{name: sum(values) if values else None for name, values in told.items()},
    }

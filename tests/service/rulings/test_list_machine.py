"""Ticks, undos, phones' own records, rulings, appeals, a moved end, a changed secret: one final state.

A state machine plays a day: two organizers tick without signal and send what they kept in any order, again,
by wrong clocks; phones do the same with their records; meanwhile a coordinator rules, an organizer corrects,
people appeal, somebody who was typed registers, the end moves, the secret changes. At the end all of it is
played a second time, each thing at its own moment. Both worlds must agree. `LIST_EXAMPLES=1000`: longer.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from service import errors
from service.access import Actor
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.sent_records import SentRecord
from service.models import Attendance, Event, TypedPerson
from service.people import volunteers
from service.people.identities import Identity
from service.people.volunteers import Profile
from service.rulings import appeals, corrections, decisions, staff_list, standing
from service.rulings.corrections import Correction
from service.rulings.decisions import Ruling
from service.rulings.staff_list import Tick, Ticked, Typed
from service.rulings.standing import RuledBy, Word
from tests.conftest import NOW, Sessions
from tests.machines import run
from tests.makers import AKTOBE, CONSENTS, make_member, make_volunteer
from tests.service.attendance import machine_world
from tests.service.attendance.arriving import SOON, Arriving
from tests.service.attendance.machine_world import AFTERWARDS, LIMITS

EXAMPLES = int(os.environ.get("LIST_EXAMPLES", "20"))
STEPS = 25
EVENT = 0
LATEST = NOW + timedelta(minutes=100)
MEMBER, NEWCOMER = 2, 3
"""Of those who are ticked: one of the organization's own people, and one who registers meanwhile."""

PHONE, NAME = "+77015550177", "Болат Сейітов"


@dataclass(frozen=True)
class Happened:
    """Something that was done at a moment; `play` does it in a world, at a moment of arrival."""

    at: datetime
    play: "Callable[[World, datetime], None]"


class World(machine_world.World):
    """The machine's world with organizers who tick."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine)
        event = self.session.get_one(Event, self.events[EVENT])
        self.organizers = []
        for number in range(2):
            person = make_volunteer(self.session, phone=f"+7701000005{number}", id=UUID(int=50 + number))
            make_member(self.session, event.organization, person)
            roles = {event.organization_id: "organizer"}
            self.organizers.append(Actor(person.id, person.phone, "kk", roles, frozenset()))
        make_member(self.session, event.organization, self.volunteer(MEMBER))
        self.session.commit()

    def volunteer(self, person: int) -> Any:
        return volunteers.get(self.session, self.ids[person])

    def tick(self, organizer: int, ticks: list[Tick], sent_at: datetime, now: datetime) -> list[str]:
        outcomes = staff_list.tick(
            self.session,
            self.organizers[organizer],
            self.events[EVENT],
            ticks,
            "",
            sent_at,
            now,
            LIMITS,
            ["KZ"],
        )
        return ["stored" if isinstance(one, Ticked) else one.code for one in outcomes]

    def rule(self, person: int, status: Status, now: datetime) -> bool:  # type: ignore[override] # of one event
        file = decisions.lock_and_read(self.session, self.events[EVENT], self.ids[person])
        if file.held is None:
            return False
        ruling = Ruling(RuledBy.COORDINATOR, self.coordinator, status, None, "көрдім", is_correction=False)
        decisions.put(self.session, file, ruling, now, LIMITS)
        self.session.commit()
        return True

    def correct(self, person: int, correction: Correction, now: datetime) -> bool:
        try:
            corrections.correct(
                self.session,
                self.organizers[0],
                self.events[EVENT],
                self.ids[person],
                correction,
                now,
                LIMITS,
            )
        except errors.ServiceError:
            self.session.rollback()
            return False
        self.session.commit()
        return True

    def appeal(self, person: int, now: datetime) -> None:
        found = self.session.scalar(
            sa.select(Attendance.id).where(
                Attendance.event_id == self.events[EVENT], Attendance.volunteer_id == self.ids[person]
            )
        )
        if found is None:
            return
        who = Actor(self.ids[person], None, "kk", {}, frozenset())
        try:
            appeals.appeal(self.session, who, found, "Мен сонда болдым", now, None)
        except errors.ServiceError:
            self.session.rollback()
        self.session.commit()

    def register(self, now: datetime) -> None:
        identity = Identity(f"local:{PHONE}", PHONE, now, now)
        profile = Profile(NAME, date(1990, 1, 1), "kk", "KZ-15", consents=CONSENTS)
        volunteers.register(
            self.session, identity, profile, now, min_age=14, phone_regions=["KZ"], volunteer_id=UUID(int=77)
        )
        self.session.commit()

    def change_event(self, now: datetime, **values: Any) -> None:
        event = self.session.get_one(Event, self.events[EVENT], populate_existing=True)
        for name, value in values.items():
            setattr(event, name, value)
        event.version += 1
        self.session.commit()
        self.derive_all(now)

    def recounted(self) -> dict[str, int]:
        found = super().recounted()
        declared = sa.select(sa.func.coalesce(sa.func.sum(1 + TypedPerson.companions), 0)).where(
            TypedPerson.present, TypedPerson.volunteer_id.is_(None)
        )
        found["companions"] += int(self.session.scalar(declared) or 0)
        return found


class Door(Arriving):
    """Two organizers and some phones at one event."""

    world: World
    world_of = World
    has_registered = False
    has_changed_secret = False

    def deliver(self, whose: int, sent: list[Happened]) -> None:
        for one in sent:
            one.play(self.world, self.now)

    def replay(self, world: World) -> None:
        for one in sorted(self.happened, key=lambda happened: happened.at):
            one.play(world, one.at)

    def act(self, play: Callable[[World, datetime], None]) -> None:
        """Something live: it happens, and is kept for the second world."""
        play(self.world, self.now)
        self.happened.append(Happened(self.now, play))
        self.now += timedelta(seconds=1)

    def keep(self, whose: int, play: Callable[[World, datetime], None]) -> None:
        """Something that a phone keeps, and sends sooner or later."""
        one = Happened(self.now, play)
        self.happened.append(one)
        self.kept.setdefault(whose, []).append(one)
        self.now += timedelta(seconds=1)

    @rule(minutes=st.sampled_from([1, 5, 20]))
    def time_passes(self, minutes: int) -> None:
        self.now = min(self.now + timedelta(minutes=minutes), LATEST)

    @rule(
        person=st.sampled_from([0, 0, 0, 1, MEMBER, NEWCOMER, NEWCOMER]),
        organizer=st.integers(0, 1),
        present=st.booleans(),
        minutes=st.sampled_from([None, None, 30, 60]),
        companions=st.sampled_from([None, None, 0, 2]),
        ahead=st.sampled_from([0, 0, 3_600, -86_400]),
    )
    def tick(
        self,
        person: int,
        organizer: int,
        *,
        present: bool,
        minutes: int | None,
        companions: int | None,
        ahead: int,
    ) -> None:
        who = Typed(PHONE, NAME) if person == NEWCOMER else self.world.ids[person]
        by_phone = self.now + timedelta(seconds=ahead)
        said = minutes if present else None
        tick = Tick(self.id(), who, present, by_phone, said, companions)

        def play(world: World, arrival: datetime) -> None:
            world.tick(organizer, [tick], arrival + timedelta(seconds=ahead), arrival)

        self.keep(organizer, play)

    @rule(
        person=st.sampled_from([0, 0, 1, MEMBER]),
        kind=st.sampled_from(RecordKind),
        vague=st.booleans(),
        companions=st.sampled_from([0, 1]),
    )
    def record(self, person: int, kind: RecordKind, companions: int, *, vague: bool) -> None:
        north = self.numbers.uniform(0, 1e-4)
        position = Position(AKTOBE[0] + north, AKTOBE[1], accuracy_m=900 if vague else 8, fixed_at=self.now)
        sent = SentRecord(
            id=self.id(),
            event_id=self.world.events[EVENT],
            kind=kind,
            installation_id=f"phone-of-{person}",
            captured_at=self.now,
            clock_ahead=timedelta(0),
            position=position,
            companions=companions if kind is RecordKind.CHECK_IN else 0,
            is_offline=True,
        )
        self.keep(10 + person, lambda world, arrival: world.report(person, [sent], arrival) and None)

    @rule(
        person=st.sampled_from([0, 0, 1, MEMBER]), status=st.sampled_from([Status.COUNTED, Status.REJECTED])
    )
    def a_coordinator_rules(self, person: int, status: Status) -> None:
        if self.world.rule(person, status, self.now):
            self.happened.append(
                Happened(self.now, lambda world, at: world.rule(person, status, at) and None)
            )
            self.now += timedelta(seconds=1)

    @rule(
        person=st.sampled_from([0, 1, MEMBER]),
        present=st.booleans(),
        minutes=st.sampled_from([None, 45]),
    )
    def an_organizer_corrects(self, person: int, minutes: int | None, *, present: bool) -> None:
        correction = Correction(present, minutes if present else None, str(self.id()))
        if self.world.correct(person, correction, self.now):
            self.happened.append(
                Happened(self.now, lambda world, at: world.correct(person, correction, at) and None)
            )
            self.now += timedelta(seconds=1)

    @rule(person=st.sampled_from([0, 1, MEMBER]))
    def somebody_appeals(self, person: int) -> None:
        self.act(lambda world, at: world.appeal(person, at))

    @precondition(lambda self: not self.has_registered)
    @rule()
    def who_was_typed_registers(self) -> None:
        self.has_registered = True
        self.act(lambda world, at: world.register(at))

    @rule(hours=st.sampled_from([2.5, 3, 3.5]))
    def the_end_moves(self, hours: float) -> None:
        ends_at = NOW + timedelta(hours=hours)
        self.act(lambda world, at: world.change_event(at, ends_at=ends_at))

    @precondition(lambda self: not self.has_changed_secret)
    @rule()
    def the_secret_changes(self) -> None:
        self.has_changed_secret = True
        self.act(lambda world, at: world.change_event(at, code_secret="K" * 32, code_secret_changed_at=at))


def test_any_order_of_arrival_gives_one_final_state(sessions: Sessions) -> None:
    run(Door, EXAMPLES, STEPS, Phase.generate, Phase.shrink, engine=sessions.kw["bind"])


def test_words_that_hold_by_arrival_are_found(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine itself can fail: planted here is the word that came last, whenever it was said."""
    whole = standing.decision

    def by_arrival(words: Any) -> Any:
        *before, last = words
        return whole([*before, Word(AFTERWARDS, "z", last.role, last.status, last.is_correction)])

    monkeypatch.setattr(standing, "decision", by_arrival)
    with pytest.raises(AssertionError):
        run(Door, 500, STEPS, Phase.generate, sought=SOON, engine=sessions.kw["bind"])


def test_a_refused_appeal_takes_back_nothing_that_a_phone_has_sent(sessions: Sessions) -> None:
    world = World(sessions.kw["bind"])
    try:
        world.appeal(0, NOW)  # of nothing: it only looks
        at_the_place = Position(*AKTOBE, accuracy_m=8, fixed_at=NOW)
        came = SentRecord(
            UUID(int=1), world.events[EVENT], RecordKind.CHECK_IN, "phone", NOW, timedelta(0), at_the_place
        )
        world.report(0, [came], NOW)
        world.appeal(0, NOW)  # of what counts: it is refused
        assert [status for status, _ in world.verdicts().values()] == [Status.COUNTED]
    finally:
        world.end()

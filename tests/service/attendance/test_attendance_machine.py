"""Whatever comes live, in batches, repeated, cut or late: the same records give the same attendance.

A state machine plays phones, with clocks that are right or wrong: what they record is sent at once or kept,
in any order, again, or without an answer. Some events overlap, and staff rules in between. At the end the
same records are played a second time, one by one in the order of presence. Both worlds must agree.
`ATTENDANCE_EXAMPLES=1000` runs it by hand for longer.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    get_state_machine_test,
    initialize,
    precondition,
    rule,
)

from service.attendance import cross_checks
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.sent_records import SentRecord
from service.platform.database import engine_options, sqlalchemy_url
from tests.conftest import NOW, fresh_database
from tests.makers import AKTOBE
from tests.service.attendance.machine_world import (
    AFTERWARDS,
    CHOBDA,
    PHONES,
    SECRET,
    SOMEBODY,
    Cancelled,
    Happening,
    Recorded,
    Ruled,
    World,
    answer,
)

EXAMPLES = int(os.environ.get("ATTENDANCE_EXAMPLES", "20"))
SOON = 3
"""A seed from which the planted fault is found in seconds: another takes minutes, and proves no more."""


class Phones(RuleBasedStateMachine):
    """Phones that send now, later, again, or in parts."""

    engine: sa.Engine

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.world = World(self.engine)
        self.now = NOW
        self.numbers = random.Random(seed)  # noqa: S311 - draws ids
        self.happened: list[Happening] = []
        # By whom, and by which phone: one call is of one phone.
        self.kept: dict[tuple[int, str], list[SentRecord]] = {}
        self.answers: dict[UUID, str] = {}
        self.arrived: dict[UUID, datetime] = {}

    @rule(minutes=st.sampled_from([1, 5, 20, 45, 90]))
    def time_passes(self, minutes: int) -> None:
        self.now = min(self.now + timedelta(minutes=minutes), AFTERWARDS)

    @rule(
        person=st.sampled_from(SOMEBODY),
        event=st.integers(0, 3),
        kind=st.sampled_from(RecordKind),
        phone=st.integers(0, PHONES - 1),
        place=st.sampled_from(
            ["there", "there", "copied", "beside", "far", "vague", "code", "code and beside"]
        ),
        mocked=st.sampled_from([False, False, False, True]),
        ahead=st.sampled_from([0, 0, 0, 3_600, -3_600]),
        by_satellites=st.booleans(),
        is_live=st.booleans(),
    )
    def record(
        self,
        person: int,
        event: int,
        kind: RecordKind,
        phone: int,
        place: str,
        *,
        mocked: bool,
        ahead: int,
        by_satellites: bool,
        is_live: bool,
    ) -> None:
        """Somebody records presence; without signal it is kept."""
        sent = self.made(event, kind, phone, place, mocked=mocked)
        clock_ahead = timedelta(seconds=ahead)
        dated_by = timedelta(0) if by_satellites else clock_ahead
        position = sent.position and replace(sent.position, fixed_at=sent.position.fixed_at + dated_by)
        sent = replace(sent, clock_ahead=clock_ahead, position=position)
        self.happened.append(Recorded(person, sent))
        if is_live:
            self.deliver(person, [sent])
        else:
            self.kept.setdefault((person, sent.installation_id), []).append(sent)

    def made(self, event: int, kind: RecordKind, phone: int, place: str, *, mocked: bool) -> SentRecord:
        latitude, longitude = CHOBDA if event == 1 else AKTOBE
        north = {"beside": 0.004, "code and beside": 0.004, "far": 0.05}.get(place, 0)
        jitter = 0 if place == "copied" else self.numbers.uniform(0, 1e-4)
        position = Position(
            latitude + north + jitter,
            longitude,
            accuracy_m=900 if place == "vague" else 8,
            fixed_at=self.now,
            mocked=mocked,
        )
        has_code = place.startswith("code")
        return SentRecord(
            id=UUID(int=self.numbers.getrandbits(128), version=4),
            event_id=self.world.events[event],
            kind=kind,
            installation_id=f"phone-{phone}",
            captured_at=self.now,
            clock_ahead=timedelta(0),
            position=None if place == "code" else position,
            code=pyotp.TOTP(SECRET, interval=60).at(self.now) if has_code else None,
            companions=self.numbers.choice([0, 0, 1, 4]) if kind is RecordKind.CHECK_IN else 0,
        )

    def deliver(self, person: int, sent: list[SentRecord]) -> None:
        for one, outcome in zip(sent, self.world.report(person, sent, self.now), strict=True):
            found = answer(outcome)
            self.arrived.setdefault(one.id, self.now)
            assert self.answers.setdefault(one.id, found) == found, "another answer to the same record"

    @precondition(lambda self: any(self.kept.values()))
    @rule(data=st.data())
    def signal_is_back(self, data: st.DataObject) -> None:
        """Some of what was kept is sent, in any order; where the answer is lost it stays kept."""
        key = data.draw(st.sampled_from([key for key, kept in self.kept.items() if kept]))
        sent = data.draw(st.permutations(self.kept[key]))
        sent = sent[: data.draw(st.integers(1, len(sent)))]
        self.deliver(key[0], sent)
        if not data.draw(st.booleans()):
            self.kept[key] = [one for one in self.kept[key] if one not in sent]

    @rule(event=st.sampled_from([1, 2]))
    def called_off(self, event: int) -> None:
        if any(isinstance(one, Cancelled) and one.event == event for one in self.happened):
            return
        self.happened.append(Cancelled(event, self.now))
        self.world.cancel(self.happened[-1])

    @rule(
        person=st.sampled_from(SOMEBODY),
        event=st.integers(0, 3),
        status=st.sampled_from([Status.COUNTED, Status.REJECTED]),
    )
    def somebody_rules(self, person: int, event: int, status: Status) -> None:
        ruled = Ruled(person, event, status)
        if self.world.rule(ruled, self.now):
            self.happened.append(ruled)

    @rule()
    def the_job_runs(self) -> None:
        self.world.close_forgotten(self.now)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            # What is stored is what the rows say, at any time: nothing waits for the next change.
            stored = self.world.verdicts()
            self.world.derive_all(self.now)
            assert self.world.verdicts() == stored
            self.now = AFTERWARDS
            for (person, _), kept in self.kept.items():
                self.deliver(person, kept[::-1])
            self.world.close_forgotten(self.now)
            live, counted, recounted = self.world.state(), self.world.counted(), self.world.recounted()
        finally:
            self.world.end()
        assert counted == recounted
        assert live == self.in_order()

    def in_order(self) -> dict[tuple[str | None, UUID], tuple[Any, ...]]:
        """The same, each record sent at its own moment."""
        world = World(self.engine)
        try:
            for happening in self.happened:
                if isinstance(happening, Cancelled):
                    world.cancel(happening)
                    continue
                if isinstance(happening, Ruled):
                    continue
                sent = happening.sent
                # A code alone is worth something else once it was kept, wherever it comes in the order.
                arrived_at = sent.captured_at if sent.position else self.arrived[sent.id]
                (outcome,) = world.report(happening.person, [sent], arrived_at)
                assert answer(outcome) == self.answers[sent.id]
            for happening in self.happened:
                # What staff says stands above all records, also above those that came later.
                if isinstance(happening, Ruled):
                    assert world.rule(happening, AFTERWARDS)
            world.close_forgotten(AFTERWARDS)
            assert world.counted() == world.recounted()
            return world.state()
        finally:
            world.end()


@pytest.fixture(scope="module")
def engine(postgres_url: str) -> Iterator[sa.Engine]:
    for url in fresh_database(postgres_url):
        engine = sa.create_engine(sqlalchemy_url(url), **engine_options(2))
        yield engine
        engine.dispose()


def run(engine: sa.Engine, examples: int, *phases: Phase, sought: int | None = None) -> None:
    """`sought`: from which seed to search, where it is known that something will be found."""
    machine = type("Machine", (Phones,), {"engine": engine})
    search = get_state_machine_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    (search if sought is None else seed(sought)(search))()


def test_any_order_of_arrival_gives_the_same_attendance(engine: sa.Engine) -> None:
    run(engine, EXAMPLES, Phase.generate, Phase.shrink)


def test_a_rule_that_doubts_only_who_comes_last_is_found(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine itself can fail: planted here is what most check-in code does."""
    whole = cross_checks.flags

    def only_of_new(new: Any, *others: Any) -> dict[Any, set[str]]:
        keys = {one.key for one in new}
        return {key: found for key, found in whole(new, *others).items() if key in keys}

    monkeypatch.setattr(cross_checks, "flags", only_of_new)
    with pytest.raises(AssertionError):
        run(engine, 500, Phase.generate, sought=SOON)

"""Whatever comes live, in batches, repeated, cut or late: the same records give the same attendance.

A state machine plays phones, with clocks that are right or wrong: what they record is sent at once or kept,
in any order, again, or without an answer. Some events overlap, and staff rules in between. At the end the
same records are played a second time, one by one in the order of presence. Both worlds must agree.
`ATTENDANCE_EXAMPLES=1000` runs it by hand for longer.
"""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import rule

from service.attendance import cross_checks
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.sent_records import SentRecord
from tests.conftest import Sessions
from tests.machines import run
from tests.makers import AKTOBE
from tests.service.attendance.arriving import SOON, Arriving
from tests.service.attendance.machine_world import (
    AFTERWARDS,
    CHOBDA,
    PHONES,
    SECRET,
    SOMEBODY,
    Cancelled,
    Recorded,
    Ruled,
    World,
    answer,
)

EXAMPLES = int(os.environ.get("ATTENDANCE_EXAMPLES", "20"))
STEPS = 30


class Phones(Arriving):
    """Phones that send now, later, again, or in parts."""

    def __init__(self) -> None:
        super().__init__()
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
            self.deliver((person, sent.installation_id), [sent])
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
            id=self.id(),
            event_id=self.world.events[event],
            kind=kind,
            installation_id=f"phone-{phone}",
            captured_at=self.now,
            clock_ahead=timedelta(0),
            position=None if place == "code" else position,
            code=pyotp.TOTP(SECRET, interval=60).at(self.now) if has_code else None,
            companions=self.numbers.choice([0, 0, 1, 4]) if kind is RecordKind.CHECK_IN else 0,
        )

    def deliver(self, whose: tuple[int, str], sent: list[SentRecord]) -> None:
        person, _ = whose
        for one, outcome in zip(sent, self.world.report(person, sent, self.now), strict=True):
            found = answer(outcome)
            self.arrived.setdefault(one.id, self.now)
            assert self.answers.setdefault(one.id, found) == found, "another answer to the same record"

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

    def replay(self, world: World) -> None:
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


def test_any_order_of_arrival_gives_the_same_attendance(sessions: Sessions) -> None:
    run(Phones, EXAMPLES, STEPS, Phase.generate, Phase.shrink, engine=sessions.kw["bind"])


def test_a_rule_that_doubts_only_who_comes_last_is_found(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine itself can fail: planted here is what most check-in code does."""
    whole = cross_checks.flags

    def only_of_new(new: Any, *others: Any) -> dict[Any, set[str]]:
        keys = {one.key for one in new}
        return {key: found for key, found in whole(new, *others).items() if key in keys}

    monkeypatch.setattr(cross_checks, "flags", only_of_new)
    with pytest.raises(AssertionError):
        run(Phones, 500, STEPS, Phase.generate, sought=SOON, engine=sessions.kw["bind"])

"""What phones keep and send arrives live, late, again or cut, and then all of it once more, in its order."""

import random
from abc import abstractmethod
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.conftest import NOW
from tests.service.attendance.machine_world import AFTERWARDS, World

SOON = 3
"""A seed from which a planted fault is found in seconds: another takes minutes, and proves no more."""


class Arriving(RuleBasedStateMachine):
    """Two worlds: in one things arrive as they may, in the other each at its own moment. They must agree."""

    engine: sa.Engine
    world_of: type[World] = World

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.world = self.world_of(self.engine)
        self.now: datetime = NOW
        self.numbers = random.Random(seed)  # noqa: S311 - draws ids
        self.happened: list[Any] = []
        # By whose phone: one call is of one phone.
        self.kept: dict[Any, list[Any]] = {}

    @abstractmethod
    def deliver(self, whose: Any, sent: list[Any]) -> None:
        """What one phone sends arrives now."""

    @abstractmethod
    def replay(self, world: Any) -> None:
        """All that happened, each thing at its own moment."""

    def id(self) -> UUID:
        return UUID(int=self.numbers.getrandbits(128), version=4)

    @precondition(lambda self: any(self.kept.values()))
    @rule(data=st.data())
    def signal_is_back(self, data: st.DataObject) -> None:
        """Some of what one phone kept arrives, in any order; where the answer is lost it stays kept."""
        whose = data.draw(st.sampled_from([key for key, kept in self.kept.items() if kept]))
        sent = data.draw(st.permutations(self.kept[whose]))
        sent = sent[: data.draw(st.integers(1, len(sent)))]
        self.deliver(whose, sent)
        if not data.draw(st.booleans()):
            self.kept[whose] = [one for one in self.kept[whose] if one not in sent]

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            # What is stored is what the rows say, at any time: nothing waits for the next change.
            stored = self.world.verdicts()
            self.world.derive_all(self.now)
            assert self.world.verdicts() == stored
            self.now = AFTERWARDS
            for whose, kept in self.kept.items():
                self.deliver(whose, kept[::-1])
            self.world.close_forgotten(self.now)
            live, counted, recounted = self.world.state(), self.world.counted(), self.world.recounted()
        finally:
            self.world.end()
        assert counted == recounted
        self.agrees_in_order(live, counted)

    def agrees_in_order(self, live: dict[Any, Any], counted: dict[str, int]) -> None:
        world = self.world_of(self.engine)
        try:
            self.replay(world)
            world.close_forgotten(AFTERWARDS)
            assert (world.state(), world.counted()) == (live, counted)
        finally:
            world.end()

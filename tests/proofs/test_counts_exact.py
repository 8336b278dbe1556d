"""Counts equal a recount from the rows in the same snapshot, whatever goes on meanwhile."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Event as Flag
from typing import Any

import pytest
import sqlalchemy as sa

from service.figures import counts, figures_of_organizations
from service.figures.counts import CountRequest
from service.ledger import ledger, scope_checks, verify
from tests.conftest import NOW, Sessions
from tests.proofs.counting_world import REGIONS, World, recount
from tests.proofs.reported import reported_otherwise

ACTORS = 4
HONOURED = ("events_held", "participations", "declared", "waste_t", "trees")


@pytest.fixture(scope="module")
def world(sessions: Sessions) -> World:
    return World(sessions)


def act(world: World, seed: int, stop: Flag) -> int:
    """One thing after the other; how many were done."""
    chance, done = random.Random(seed), 0  # noqa: S311 - nothing is secret here
    while not stop.is_set():
        # Who is broken off to end a deadlock, or by a fold that was killed beside it, has done nothing.
        with suppress(sa.exc.OperationalError):
            chance.choice(world.acts)(chance)
            done += 1
    return done


def read(world: World, number: int, chance: random.Random) -> list[object]:
    """Ask something; whatever is counted otherwise than the rows say: (question, now, key, told, right)."""
    question, now = world.question(number, chance), world.moment(chance)
    with world.sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        report = counts.count(session, question, now)
        expected = recount(session, question, now)
        session.rollback()
    told = {row["key"]: row for row in report["rows"]} | {"*": report["totals"]}
    names = list(expected["*"])
    shown = {key: {name: row[name] for name in names} for key, row in told.items()}
    right = {key: row for key, row in expected.items() if key == "*" or any(_is_told(row))}
    return [
        (question, now, key, shown.get(key), right.get(key))
        for key in shown.keys() | right.keys()
        if shown.get(key) != right.get(key)
    ]


def read_organizations(world: World, number: int, chance: random.Random) -> tuple[object, object]:
    """What is told of organizations by themselves, and what the rows say: figures by key."""
    question = replace(world.question(number, chance), group_by="organization")
    now = world.moment(chance)
    with world.sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = figures_of_organizations.held(session, question, now)
        expected = recount(session, question, now)
        session.rollback()
    for row in expected.values():
        row["declared"] = row["headcount"] + row["companions"]
    told = {row["key"]: [row[name] for name in HONOURED] for row in found}
    held = {key: row for key, row in expected.items() if key != "*" and row["events_held"]}
    return told, {key: [row[name] for name in HONOURED] for key, row in held.items()}


def read_report(world: World, number: int, chance: random.Random) -> list[object]:
    """Whatever the report of a region says otherwise than the counts of the same moment."""
    asked, now = world.question(number, chance), world.moment(chance)
    question = CountRequest(asked.first_day, asked.last_day, "district", [chance.choice(REGIONS)])
    with world.sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = reported_otherwise(session, question, now)
        session.rollback()
    return found


def _is_told(row: dict[str, Any]) -> Iterator[bool]:
    for name, value in row.items():
        yield value is not None if name in ("waste_t", "trees") else bool(value)


@pytest.mark.parametrize("reads", [60, pytest.param(1_000, marks=pytest.mark.full)])
def test_each_read_equals_a_recount_of_the_same_moment(world: World, reads: int) -> None:
    stop, chance = Flag(), random.Random(reads)  # noqa: S311 - nothing is secret here
    with ThreadPoolExecutor(ACTORS) as pool:
        acting = [pool.submit(act, world, reads + number, stop) for number in range(ACTORS)]
        try:
            for number in range(reads):
                assert read(world, number, chance) == [], number
                told, right = read_organizations(world, number, chance)
                assert told == right, number
                assert read_report(world, number, chance) == [], number
        finally:
            stop.set()
        assert sum(one.result() for one in acting) > reads / 4
    with world.sessions.begin() as session:
        assert [str(one) for one in verify.differences(session)] == []
        assert [str(one) for one in scope_checks.wrong(session)] == []
        while ledger.fold(session, NOW):
            pass
        assert [str(one) for one in scope_checks.wrong(session)] == []

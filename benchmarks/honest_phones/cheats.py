"""Scripted cheats: what each of them has its phones send. All take place at events of a town."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import cos, exp, log, pi, sin
from typing import Any
from uuid import UUID

import pyotp

from benchmarks import phones
from benchmarks.honest_phones.areas import at
from benchmarks.honest_phones.season import Phone, Sent, Town
from service.attendance import place_codes
from service.attendance.evidence import RecordKind
from service.attendance.presence_facts import EventFacts
from service.attendance.sent_records import SentRecord
from service.geography import geodesy

FROM_HOME = 10
MAX_REACH_M = 2_000.0
"""No area of the simulation reaches farther from its meeting point."""

BISECTIONS = 30
HOME_KM = (1.0, 50.0)
COPIES, ON_ONE_PHONE = (5, 30), (4, 20)
TELEPORT_KM, TELEPORT_KMH = (8.0, 400.0), (200.0, 2_000.0)
REPLAYED_AFTER_MIN = (15.0, 150.0)


def all_in(town: Town, honest: Sequence[Sent]) -> Iterator[Sent]:
    """Every script twice in a town, and more of those who stay at home."""
    check_ins = [one for one in honest if one.report.kind is RecordKind.CHECK_IN]
    for _ in range(FROM_HOME):
        yield from from_home(town)
    for _ in range(2):
        yield from copied_fix(town, town.random.choice(check_ins))
        yield from one_phone(town)
        yield from jittered_fix(town, town.random.choice(check_ins))
        yield from teleport(town)
        yield from overlap(town)
        yield from in_the_future(town)
        yield from code_passed_on(town)
        yield from code_passed_on(town, is_kept=True)
        yield from code_passed_on(town, is_kept=True, are_going=True)
        yield from mock_flag(town)
        yield from replayed(town, town.random.choice(check_ins))


def _log_uniform(town: Town, limits: tuple[float, float]) -> float:
    """As many from 1 to 2 as from 25 to 50: the near ones are the hard ones."""
    return exp(town.random.uniform(log(limits[0]), log(limits[1])))


def _check_in(town: Town, script: str, phone: Phone, event: EventFacts, fix: phones.Fix, **how: Any) -> Sent:
    """Somebody nobody has seen, within the first 50 minutes."""
    moment = event.starts_at + timedelta(minutes=town.random.uniform(0, 50))
    return Sent(str(town.id()), *town.record(phone, event, RecordKind.CHECK_IN, moment, fix, **how), script)


def _stolen(town: Town, sent: Sent) -> tuple[EventFacts, phones.Fix]:
    """The event and the fix of somebody's record."""
    position = sent.report.position
    if position is None or position.accuracy_m is None:
        raise ValueError("honest people of the simulation send positions")
    fix = phones.Fix(position.latitude, position.longitude, position.accuracy_m)
    return town.by_id[str(sent.report.event_id)], fix


def from_home(town: Town) -> Iterator[Sent]:
    """Checks in from the sofa, 1 to 50 km from the edge of the area; the fix errs as fixes do."""
    event = town.random.choice(town.events)
    home = _off_area(town, event, 1_000 * _log_uniform(town, HOME_KM))
    yield _check_in(town, "from home", town.phone(), event, town.fix_near(home))


def _off_area(town: Town, event: EventFacts, metres: float) -> tuple[float, float]:
    """A point so many metres off the edge of an event's area, in any direction from its middle."""
    area = geodesy.area_of(event.area, event.latitude, event.longitude)
    angle = town.random.uniform(0, 2 * pi)
    near, far = 0.0, metres + MAX_REACH_M
    for _ in range(BISECTIONS):
        reach = (near + far) / 2
        point = at((event.latitude, event.longitude), (reach * sin(angle), reach * cos(angle)))
        near, far = (reach, far) if area.distance_m(*point) < metres else (near, reach)
    return at((event.latitude, event.longitude), (far * sin(angle), far * cos(angle)))


def copied_fix(town: Town, source: Sent) -> Iterator[Sent]:
    """The fix of somebody who is there goes round in a chat: 5 to 30 people send it within the hour."""
    event, fix = _stolen(town, source)
    for _ in range(town.random.randint(*COPIES)):
        moment = source.report.captured_at + timedelta(minutes=town.random.uniform(1, 55))
        sent = town.record(town.phone(), event, RecordKind.CHECK_IN, moment, fix)
        yield Sent(str(town.id()), *sent, "copied fix")


def one_phone(town: Town) -> Iterator[Sent]:
    """One phone checks in 4 to 20 accounts, each with a fix of its own."""
    event, phone = town.random.choice(town.events), town.phone()
    for _ in range(town.random.randint(*ON_ONE_PHONE)):
        yield _check_in(town, "one phone", phone, event, town.fix_at(event))


def teleport(town: Town) -> Iterator[Sent]:
    """One account at two events 8 to 400 km apart, faster than one can travel; not even a mock flag."""
    random, sender, phone = town.random, str(town.id()), town.phone()
    first = random.choice(town.events)
    centre = phones.moved(first.latitude, first.longitude, 1_000 * _log_uniform(town, TELEPORT_KM), random)
    second = town.event_at(centre, first.starts_at)
    fix, fix_2 = town.fix_at(first), town.fix_at(second)
    apart = phones.apart_m((fix.latitude, fix.longitude), (fix_2.latitude, fix_2.longitude))
    moment = first.starts_at + timedelta(minutes=random.uniform(0, 50))
    moment_2 = moment + timedelta(hours=apart / 1_000 / random.uniform(*TELEPORT_KMH))
    yield Sent(sender, *town.record(phone, first, RecordKind.CHECK_IN, moment, fix), "teleport")
    yield Sent(sender, *town.record(phone, second, RecordKind.CHECK_IN, moment_2, fix_2), "teleport")


def jittered_fix(town: Town, source: Sent) -> Iterator[Sent]:
    """One phone sends 4 to 20 accounts with a copied fix, a metre off each time."""
    (event, fix), phone = _stolen(town, source), town.phone()
    for _ in range(town.random.randint(*ON_ONE_PHONE)):
        beside = phones.moved(fix.latitude, fix.longitude, 1.0, town.random)
        yield _check_in(town, "jittered fix", phone, event, phones.Fix(*beside, fix.accuracy_m))


def overlap(town: Town) -> Iterator[Sent]:
    """One account at two events of the same hours, so near that nobody need travel; it leaves both late."""
    random, sender, phone = town.random, str(town.id()), town.phone()
    first = random.choice(town.events)
    beside = phones.moved(first.latitude, first.longitude, random.uniform(0, 1_500), random)
    second = town.event_at(beside, first.starts_at)
    for event in (first, second):
        come = event.starts_at + timedelta(minutes=random.uniform(0, 50))
        leave = event.ends_at - timedelta(minutes=random.uniform(0, 50))
        for kind, moment in ((RecordKind.CHECK_IN, come), (RecordKind.CHECK_OUT, leave)):
            yield Sent(sender, *town.record(phone, event, kind, moment, town.fix_at(event)), "overlap")


def in_the_future(town: Town) -> Iterator[Sent]:
    """A batch that claims presence at an event that is still to come, minutes or weeks later."""
    event = town.random.choice(town.events)
    sent = _check_in(town, "in the future", town.phone(), event, town.fix_at(event))
    early = timedelta(minutes=_log_uniform(town, (2, 60 * 24 * 30)))
    yield replace(sent, arrived_at=sent.report.captured_at - early)


def code_passed_on(town: Town, *, is_kept: bool = False, are_going: bool = False) -> Iterator[Sent]:
    """Somebody who is there reads the code out to 5 to 30 people at home, who send no position.

    At once, or as if it had been kept without signal; some have signed up before.
    """
    random, event = town.random, town.random.choice(town.events)
    moment = event.starts_at + timedelta(minutes=random.uniform(0, 50))
    code = pyotp.TOTP(event.code_secret, interval=place_codes.STEP_S).at(moment)
    script = "code passed on" + (", kept" if is_kept else "") + (", signed up" if are_going else "")
    for _ in range(random.randint(*COPIES)):
        typed_at = moment + timedelta(seconds=random.uniform(0, 59))
        later = timedelta(hours=random.uniform(0.1, 20)) if is_kept else timedelta(0)
        report = SentRecord(
            id=town.id(), event_id=UUID(event.id), kind=RecordKind.CHECK_IN, installation_id=str(town.id()),
            captured_at=typed_at, clock_ahead=timedelta(0), position=None, code=code, is_offline=is_kept,
        )  # fmt: skip
        yield Sent(str(town.id()), report, typed_at + later, script, are_going)


def mock_flag(town: Town) -> Iterator[Sent]:
    """An app sets the position, and the phone says so."""
    event = town.random.choice(town.events)
    yield _check_in(town, "mock flag", town.phone(), event, town.fix_at(event), mocked=True)


def replayed(town: Town, source: Sent) -> Iterator[Sent]:
    """An honest check-in sent again: under another account with its id, and later with its old fix."""
    yield Sent(str(town.id()), source.report, source.arrived_at + timedelta(minutes=1), "replayed id")
    event, fix = _stolen(town, source)
    age = timedelta(minutes=town.random.uniform(*REPLAYED_AFTER_MIN))
    moment = source.report.captured_at + age
    sent = town.record(town.phone(), event, RecordKind.CHECK_IN, moment, fix, age_s=age.total_seconds())
    yield Sent(str(town.id()), *sent, "replayed fix")
    # With the clock set back to the moment of the fix it looks as fresh as ever.
    sent = town.record(town.phone(), event, RecordKind.CHECK_IN, moment, fix)
    yield Sent(str(town.id()), *_dated(sent, source), "replayed, clock set back")


def _dated(sent: tuple[SentRecord, datetime], source: Sent) -> tuple[SentRecord, datetime]:
    """A record with the date of a stolen fix."""
    report, arrived_at = sent
    if report.position is None or source.report.position is None:
        raise ValueError("honest people of the simulation send positions")
    position = replace(report.position, fixed_at=source.report.position.fixed_at)
    ahead = source.report.position.fixed_at - report.captured_at
    return replace(report, position=position, clock_ahead=ahead), arrived_at

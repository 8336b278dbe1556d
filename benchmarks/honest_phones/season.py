"""What people's phones send in one town's season: honest people, and cheats among them.

Honest people go to several events near home, to two on some days, and travel as one can; some share a phone,
some forget to check out, some are without signal and send later. Their clocks go as wrong as the model of
phones says; half of their fixes are dated by satellites, and phones of one mast share one fix.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from benchmarks import phones
from benchmarks.honest_phones.areas import AreaKind, at
from service.attendance.evidence import Position, RecordKind
from service.attendance.presence_facts import EventFacts
from service.attendance.sent_records import SentRecord

FIRST_DAY = datetime(2026, 4, 4, tzinfo=UTC)
SLOTS_H = (5, 7, 10)
"""Hours (UTC) at which events begin: 10, 12 and 15 in Almaty, three hours each. Whoever goes to two that
overlap leaves the first one early."""

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of codes that nobody reads

HOURS = 3
DAYS, PEOPLE, EVENTS_EACH = 8, 120, 5
ATTENDANCES = PEOPLE * EVENTS_EACH
NEAR_HOME_M = 25_000.0
ROAD_KMH = 60.0
OFFLINE_SHARE, FORGETS_SHARE, SHARES_PHONE = 0.30, 0.15, 0.10
FIX_AGE_S, LATENCY_S = 30.0, 3.0
SEND_LATER_H = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """One record of somebody, when it reached the service; `script`: which cheat it belongs to, if any;
    `is_going`: signed up for the event."""

    sender: str
    report: SentRecord
    arrived_at: datetime
    script: str | None = None
    is_going: bool = False


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone: its installation, and how far its clock is ahead."""

    installation: str
    ahead: timedelta


def _start(day: int, hour: int) -> datetime:
    """Both days of the weekends, one after the other."""
    return FIRST_DAY + timedelta(days=7 * (day // 2) + day % 2, hours=hour)


class Town:
    """A town with its events of a season, all with one kind of area."""

    def __init__(self, kind: AreaKind, random: Random, clocks_set_right: float = 0.0) -> None:
        """`clocks_set_right`: share of kept records whose phone's clock is set right before it sends them."""
        self.kind = kind
        self.random = random
        self.clocks_set_right = clocks_set_right
        self.home = (random.uniform(43, 54), random.uniform(52, 82))
        self.by_id: dict[str, EventFacts] = {}
        self.masts: dict[tuple[float, float], phones.Fix] = {}
        starts = [_start(day, hour) for day in range(DAYS) for hour in SLOTS_H]
        self.events = [
            self.event_at(self._place_near_home(), start)
            for start in starts
            for _ in range(random.choice((1, 2)))
        ]

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def phone(self) -> Phone:
        return Phone(str(self.id()), phones.clock_offset(self.random))

    def _place_near_home(self) -> tuple[float, float]:
        return phones.moved(*self.home, NEAR_HOME_M * self.random.random() ** 0.5, self.random)

    def event_at(self, centre: tuple[float, float], starts_at: datetime) -> EventFacts:
        """A new event round a meeting point."""
        event = EventFacts(
            id=str(self.id()), version=1, status="published", cancelled_at=None, cancel_reason=None,
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=HOURS),
            presence_ends_at=starts_at + timedelta(hours=HOURS), day=starts_at.date(),
            zone="Asia/Almaty", latitude=centre[0], longitude=centre[1],
            area=json.dumps(self.kind.area(centre)), region_code="KZ-15", min_age=None, walk_ins=True,
            code_secret=SECRET, organization_id="", signup=None, going=None,
            is_member=False, attendance=None,
        )  # fmt: skip
        self.by_id[event.id] = event
        return event

    def record(
        self,
        phone: Phone,
        event: EventFacts,
        kind: RecordKind,
        moment: datetime,
        fix: phones.Fix,
        *,
        age_s: float | None = None,
        mocked: bool = False,
    ) -> tuple[SentRecord, datetime]:
        """A record of a moment, live or kept for later, as the service understands it; and its arrival."""
        random = self.random
        is_offline = random.random() < OFFLINE_SHARE
        later = timedelta(hours=random.uniform(0, SEND_LATER_H)) if is_offline else timedelta(0)
        latency = timedelta(seconds=random.uniform(0.05, LATENCY_S))
        arrived_at = moment + later + latency
        is_set_right = is_offline and random.random() < self.clocks_set_right
        sent_at = moment + later + (timedelta(0) if is_set_right else phone.ahead)
        clock_ahead = sent_at - arrived_at
        age = timedelta(seconds=random.uniform(0, FIX_AGE_S) if age_s is None else age_s)
        dated_by = timedelta(0) if random.random() < phones.SATELLITE_DATED else phone.ahead
        position = Position(fix.latitude, fix.longitude, fix.accuracy_m, moment + dated_by - age, mocked)
        captured_at = moment + phone.ahead - clock_ahead if is_offline else arrived_at
        report = SentRecord(
            id=self.id(), event_id=UUID(event.id), kind=kind, installation_id=phone.installation,
            captured_at=captured_at, clock_ahead=clock_ahead, position=position, is_offline=is_offline,
        )  # fmt: skip
        return report, arrived_at

    def fix_near(self, place: tuple[float, float]) -> phones.Fix:
        """What a phone at this place reports that has its own fix."""
        return self._fix(place, phones.accuracy_m(self.random))

    def _fix(self, place: tuple[float, float], accuracy: float) -> phones.Fix:
        off = phones.moved(*place, phones.error_m(self.random, accuracy), self.random)
        return phones.Fix(*off, accuracy)

    def fix_at(self, event: EventFacts) -> phones.Fix:
        """What the phone of somebody at an event reports; without satellites it is the mast's fix."""
        centre = (event.latitude, event.longitude)
        kind = phones.kind_of_fix(self.random)
        if kind == phones.NETWORK_ONLY:
            if centre not in self.masts:
                self.masts[centre] = self._fix(centre, phones.accuracy_m(self.random, kind))
            return self.masts[centre]
        return self._fix(at(centre, self.kind.spot(self.random)), phones.accuracy_m(self.random, kind))

    def honest(self) -> Iterator[Sent]:
        """All that the town's honest people send."""
        shared: list[Phone] = []
        for _ in range(PEOPLE):
            if self.random.random() < SHARES_PHONE:
                phone = shared.pop() if shared else self._share(shared)
            else:
                phone = self.phone()
            yield from self._season_of(str(self.id()), phone)

    def _share(self, shared: list[Phone]) -> Phone:
        """A phone that one or two more people will use."""
        phone = self.phone()
        shared.extend([phone] * self.random.choice((1, 2)))
        return phone

    def _season_of(self, sender: str, phone: Phone) -> Iterator[Sent]:
        by_slot = {event.starts_at: event for event in self.random.sample(self.events, len(self.events))}
        going = sorted(self.random.sample(sorted(by_slot), EVENTS_EACH))
        free_at, place = FIRST_DAY, self.home
        for event, slot_after in zip((by_slot[slot] for slot in going), [*going[1:], None], strict=True):
            centre = (event.latitude, event.longitude)
            there = free_at + timedelta(hours=phones.apart_m(place, centre) / 1_000 / ROAD_KMH)
            come = max(there, event.starts_at + timedelta(minutes=self.random.uniform(-30, 60)))
            leave = event.ends_at + timedelta(minutes=self.random.uniform(-30, 45))
            if slot_after is not None and slot_after < leave:
                leave = max(come, slot_after) + timedelta(minutes=self.random.uniform(-20, 20))
                leave = max(leave, come + timedelta(minutes=10))
            yield Sent(sender, *self.record(phone, event, RecordKind.CHECK_IN, come, self.fix_at(event)))
            if self.random.random() >= FORGETS_SHARE:
                yield Sent(
                    sender, *self.record(phone, event, RecordKind.CHECK_OUT, leave, self.fix_at(event))
                )
            free_at, place = leave, centre

"""The plan of a season: who lives where, which events there are, who does what. Pure: one seed, one plan."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

from benchmarks import phones
from benchmarks.phones import Fix
from service.geography import places, regions
from service.geography.places import Place

ZONE = timezone(timedelta(hours=5))
FIRST_DAY = date(2027, 4, 5)
WEEKS = 26
SLOTS = (9, 14)
HOURS = 3
RADIUS_M = 150
LONGEST_NOTICE_DAYS = 14
ATTEND_PER_EVENT = 30
LARGEST_TOWNS = 5
PEOPLE_BLOCK, OWNERS_BLOCK = 77_010_000_000, 77_020_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """A volunteer or an owner with a phone."""

    phone: str
    name: str
    birth_date: str
    locale: str
    town: Place
    clock_offset: timedelta


@dataclass(frozen=True, slots=True)
class Group:
    """A collective: `expected` people are announced, `people` come; None: none do, and it stays announced."""

    name: str
    category: str
    expected: int
    people: int | None


@dataclass(frozen=True, slots=True)
class Visit:
    """What one person does about one event."""

    person: int
    fix: Fix
    leave_fix: Fix
    signs_up: bool = True
    cancels: bool = False
    comes: bool = True
    wrong_place: bool = False
    late: bool = False
    repeats: bool = False
    forgets_to_leave: bool = False
    leaves_early: bool = False
    companions: int = 0


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One event and all who have to do with it."""

    number: int
    owner: int
    town: Place
    published_on: date
    day: date
    slot: int
    capacity: int | None
    cancelled: bool
    changed: bool
    announced: bool
    visits: tuple[Visit, ...]
    groups: tuple[Group, ...]
    result: Mapping[str, Any] | None

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.day, time(self.slot), ZONE)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(hours=HOURS)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole season; `events` in the order of their start."""

    people: tuple[Person, ...]
    owners: tuple[Person, ...]
    events: tuple[PlannedEvent, ...]

    def days(self) -> Iterator[tuple[date, list[PlannedEvent], list[PlannedEvent]]]:
        """Each day on which something happens: the events held, and those published in the evening."""
        held: dict[date, list[PlannedEvent]] = defaultdict(list)
        published: dict[date, list[PlannedEvent]] = defaultdict(list)
        for event in self.events:
            held[event.day].append(event)
            published[event.published_on].append(event)
        for day in sorted(held.keys() | published.keys()):
            yield day, held[day], published[day]


def make(events: int, volunteers: int, seed: int) -> Plan:
    """Draw a season."""
    random = Random(seed)
    towns = {region.code: places.towns(region.code)[:LARGEST_TOWNS] for region in regions.all_regions()}
    codes = sorted(towns)
    weights = [sum(town.population for town in towns[code]) for code in codes]
    homes = random.choices(codes, weights, k=volunteers)
    people = tuple(_person(random, PEOPLE_BLOCK + n, towns[code]) for n, code in enumerate(homes))
    neighbours: dict[str, list[int]] = defaultdict(list)
    for n, code in enumerate(homes):
        neighbours[code].append(n)
    owner_codes = [codes[n % len(codes)] for n in range(max(len(codes), events // 50))]
    owners = tuple(
        _person(random, OWNERS_BLOCK + n, towns[code], adult=True) for n, code in enumerate(owner_codes)
    )
    busy: dict[date, set[int]] = defaultdict(set)
    made = [
        _event(random, n, n % len(owners), owners[n % len(owners)].town, neighbours, volunteers, busy)
        for n in range(events)
    ]
    return Plan(people, owners, tuple(sorted(made, key=lambda event: (event.starts_at, event.number))))


def _person(random: Random, number: int, towns: list[Place], *, adult: bool = False) -> Person:
    age = random.randint(18, 65) if adult or random.random() > 0.05 else random.randint(16, 17)
    return Person(
        phone=f"+{number}",
        name=random.choice(("Айгүл", "Бекзат", "Гүлнар", "Дәурен", "Мадина", "Нұрлан", "Иван", "Ольга")),
        birth_date=f"{FIRST_DAY.year - age}-01-{random.randint(1, 28):02d}",
        locale=random.choices(("kk", "ru", "en"), (0.6, 0.37, 0.03))[0],
        town=random.choice(towns),
        clock_offset=phones.clock_offset(random),
    )


def _event(
    random: Random,
    number: int,
    owner: int,
    town: Place,
    neighbours: dict[str, list[int]],
    volunteers: int,
    busy: dict[date, set[int]],
) -> PlannedEvent:
    day = FIRST_DAY + timedelta(
        weeks=random.randrange(WEEKS), days=random.choices(range(7), (1, 1, 1, 1, 1, 4, 2))[0]
    )
    people = _guests(random, neighbours[town.region_code], volunteers, busy[day])
    return PlannedEvent(
        number=number,
        owner=owner,
        town=town,
        published_on=day - timedelta(days=random.randint(1, LONGEST_NOTICE_DAYS)),
        day=day,
        slot=random.choice(SLOTS),
        capacity=random.choice((None, None, max(5, len(people) - 5))),
        cancelled=random.random() < 0.02,
        changed=random.random() < 0.05,
        announced=random.random() < 0.3,
        visits=tuple(_visit(random, town, person) for person in people),
        groups=tuple(_group(random) for _ in range(random.choice((0, 0, 1, 2)))),
        result=_result(random) if random.random() < 0.8 else None,
    )


def _group(random: Random) -> Group:
    category = random.choice(("state", "business", "school", "university", "ngo", "residents", "other"))
    expected = random.randint(8, 60)
    people = random.randint(5, 70) if random.random() < 0.9 else None
    return Group(f"Ұжым {random.randint(1, 999)}", category, expected, people)


def _result(random: Random) -> dict[str, Any]:
    """What an organizer says the same evening; waste in whatever it was measured."""
    unit, most = random.choice((("t", 5), ("bag", 120), ("m3", 20)))
    waste = {"amount": round(random.uniform(0.1, most), 2), "unit": unit}
    return {
        "waste": waste,
        "machines": random.randint(0, 4),
        "area_ha": round(random.uniform(0.05, 3), 2),
        "trees": random.choice((0, 0, 20, 80)),
        "containers": random.randint(0, 3),
    }


def _guests(random: Random, near: list[int], volunteers: int, busy: set[int]) -> list[int]:
    """Mostly neighbours, a few from elsewhere; nobody is at two events on a day."""
    wanted = random.randint(ATTEND_PER_EVENT // 2, ATTEND_PER_EVENT * 3 // 2)
    drawn = {
        random.choice(near) if near and random.random() < 0.95 else random.randrange(volunteers)
        for _ in range(wanted)
    }
    free = sorted(drawn - busy)
    busy.update(free)
    return free


def _visit(random: Random, town: Place, person: int) -> Visit:
    fixes = [phones.honest_fix(town.latitude, town.longitude, RADIUS_M, random) for _ in range(2)]
    wrong_place = random.random() < 0.02
    if wrong_place:
        away = phones.moved(town.latitude, town.longitude, random.uniform(5_000, 50_000), random)
        fixes[0] = Fix(*away, 10.0)
    signs_up = random.random() < 0.9
    return Visit(
        person=person,
        fix=fixes[0],
        leave_fix=fixes[1],
        signs_up=signs_up,
        cancels=signs_up and random.random() < 0.05,
        comes=random.random() < 0.9,
        wrong_place=wrong_place,
        late=random.random() < 0.4,
        repeats=random.random() < 0.05,
        forgets_to_leave=random.random() < 0.1,
        leaves_early=random.random() < 0.5,
        companions=random.choices((0, 1, 2, 5), (0.85, 0.08, 0.05, 0.02))[0],
    )

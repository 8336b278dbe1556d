"""The demo's events: a week that was, with who came, groups, doubts and answers, and what lies ahead."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from cli import demo_districts, demo_ids, demo_people, demo_results
from cli.demo_people import BANK, PARK, ROUND_THE_CLOCK, SORTING, TREES, Spot, Work
from service import presence_errors
from service.access import Actor
from service.attendance import check_in, groups
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.groups import Group
from service.attendance.sent_records import SentRecord
from service.events import calling_off, events, reports, signups
from service.events.plans import Plan
from service.models import Event, HeadcountCategory, Organization, Volunteer
from service.models.base import COUNTRY_ZONE
from service.platform.database import within
from service.platform.thresholds import Thresholds
from service.rulings import appeals, corrections, reviews
from service.rulings.corrections import Correction

PLANNED_BEFORE = timedelta(days=9)
AREA_M = 200
SMALL = 6
MORNING, EVENING = time(7), time(18)


@dataclass(frozen=True, slots=True)
class Scene:
    """An organization with its owner, its coordinator and the people around it. `number`: of its id."""

    session: Session
    number: int
    spots: Sequence[Spot]
    organization: Organization
    owner: Actor
    coordinator: Actor
    people: Sequence[tuple[Volunteer, Actor]]
    thresholds: Thresholds


def local(day: date, at: time) -> datetime:
    """A local moment of the country."""
    return datetime.combine(day, at, COUNTRY_ZONE)


def coming(scene: Scene, now: datetime) -> None:
    """One event that is open for check-in now, five in the two weeks ahead, one of them full; and a draft."""
    today = now.astimezone(COUNTRY_ZONE)
    hour = today.replace(minute=0, second=0, microsecond=0)
    by_day = MORNING <= today.time() <= EVENING
    open_now = _published(
        scene,
        1,
        PARK if by_day else ROUND_THE_CLOCK,
        scene.spots[0],
        hour,
        timedelta(hours=6 if by_day else 12),
        now,
    )
    _sign_up(scene, open_now, 6, now)
    expected = Group("№21 мектеп, 7-А сыныбы", category=HeadcountCategory.SCHOOL, expected=27)
    groups.give(scene.session, scene.owner, open_now.id, uuid5(open_now.id, "group-0"), expected, now)
    ahead = (
        (1, time(10), BANK, 1, None),
        (3, time(9), PARK, 0, SMALL),
        (5, time(15), TREES, 2, 50),
        (8, time(10), SORTING, 0, None),
        (12, time(9, 30), PARK, 1, 30),
    )
    for number, (days, at, work, spot, capacity) in enumerate(ahead, start=2):
        starts_at = local(today.date() + timedelta(days=days), at)
        event = _published(
            scene, number, work, scene.spots[spot], starts_at, timedelta(hours=3), now, capacity=capacity
        )
        # Twelve for six places: the others stand in line.
        _sign_up(scene, event, 12 if capacity == SMALL else 1 + 2 * number, now)
    _planned(
        scene,
        7,
        TREES,
        scene.spots[2],
        local(today.date() + timedelta(days=14), time(10)),
        timedelta(hours=3),
        now,
    )


def past(scene: Scene, now: datetime) -> None:
    """A filled week: two events that people came to, one that a storm prevented, what staff said."""
    today = now.astimezone(COUNTRY_ZONE).date()
    thursday = _held(scene, 10, BANK, 1, local(today - timedelta(days=5), time(10)), 9)
    saturday = _held(scene, 11, TREES, 0, local(today - timedelta(days=3), time(9)), 11)
    storm = local(today - timedelta(days=1), time(10))
    # Of Saturday nobody has said yet what came of it.
    demo_results.give(scene.session, scene.owner, thursday, thursday.ends_at + timedelta(hours=1))
    called_off = _published(
        scene, 12, PARK, scene.spots[0], storm, timedelta(hours=2), storm - PLANNED_BEFORE
    )
    _sign_up(scene, called_off, 4, storm - PLANNED_BEFORE)
    calling_off.cancel(
        scene.session, scene.owner, called_off.id, "Дауылды ескерту жарияланды", storm - timedelta(hours=5)
    )
    _doubts(scene, thursday, saturday)


def in_districts(scene: Scene, now: datetime) -> None:
    """Last week, Monday to Sunday, all over the region: everybody came, nobody is doubted.

    On days that have no other event, so that nobody is in two places.
    """
    today = now.astimezone(COUNTRY_ZONE).date()
    monday = today - timedelta(days=today.weekday() + 7)
    taken = {today - timedelta(days=ago) for ago in (5, 3)}
    free = [day for n in range(7) if (day := monday + timedelta(days=n)) not in taken]
    for number, held in enumerate(demo_districts.HELD, start=20):
        starts_at = local(free[held.day], held.at)
        planned = starts_at - PLANNED_BEFORE
        event = _published(scene, number, held.work, held.spot, starts_at, timedelta(hours=2), planned)
        for place, (person, actor) in enumerate(scene.people[held.first : held.first + held.people]):
            signups.sign_up(scene.session, actor, event.id, 0, planned + timedelta(days=1))
            came, left = timedelta(minutes=2 * place), timedelta(minutes=115 - place)
            _send(
                scene, event, person, RecordKind.CHECK_IN, starts_at + came, 5.0 + place, companions=place % 3
            )
            _send(scene, event, person, RecordKind.CHECK_OUT, starts_at + left, 7.0 + place)
        ended = event.ends_at + timedelta(minutes=10)
        if held.group is not None:
            groups.give(scene.session, scene.owner, event.id, uuid5(event.id, "group-0"), held.group, ended)
        if held.has_result:
            demo_results.give(scene.session, scene.owner, event, ended)


def _held(scene: Scene, number: int, work: Work, spot: int, starts_at: datetime, people: int) -> Event:
    """An event that is over: who signed up came and left, one by a poor fix; groups came as well."""
    planned = starts_at - PLANNED_BEFORE
    event = _published(scene, number, work, scene.spots[spot], starts_at, timedelta(hours=2), planned)
    _sign_up(scene, event, people, planned + timedelta(days=1))
    # The last one who signed up did not come.
    for place, (person, _) in enumerate(scene.people[: people - 1]):
        came = starts_at + timedelta(minutes=3 * place - 6)
        # Two in a town of tall houses: a fix that says little is looked at by a person.
        accuracy_m = 420.0 if place in (2, 5) else 6.0 + place
        companions = 2 if place % 4 == 1 else 0
        _send(scene, event, person, RecordKind.CHECK_IN, came, accuracy_m, companions=companions)
        if place != 4:
            left = starts_at + timedelta(minutes=110 + place)
            _send(scene, event, person, RecordKind.CHECK_OUT, left, 9.0 + place)
    ended = starts_at + timedelta(hours=2, minutes=20)
    for place, group in enumerate(demo_people.GROUPS[: 1 + spot]):
        groups.give(scene.session, scene.owner, event.id, uuid5(event.id, f"group-{place}"), group, ended)
    return event


def _doubts(scene: Scene, first: Event, second: Event) -> None:
    """Of four doubts one was accepted, one rejected and appealed, two wait; one absence was corrected; one
    who was two kilometres away was refused."""
    session, thresholds = scene.session, scene.thresholds
    said_at = first.ends_at + timedelta(days=1)
    doubtful = {event.id: _in_review(scene, event) for event in (first, second)}
    accepted, rejected = doubtful[first.id]
    reviews.decide(
        session, scene.coordinator, accepted, Status.COUNTED, "Ұйымдастырушы растады", said_at, thresholds
    )
    reviews.decide(
        session, scene.coordinator, rejected, Status.REJECTED, "Суретте көрінбейсіз", said_at, thresholds
    )
    _, whose = scene.people[5]
    appeals.appeal(
        session,
        whose,
        rejected,
        "Мен басынан аяғына дейін болдым, телефон ескі.",
        said_at + timedelta(hours=3),
        None,
    )
    missed, _ = scene.people[8]
    corrections.correct(
        session,
        scene.owner,
        first.id,
        missed.id,
        Correction(present=True, minutes=100, reason="Телефоны өшіп қалған"),
        said_at,
        thresholds,
    )
    _, reporter = scene.people[3]
    reports.submit(session, reporter, second.id, "Қоқыс қаптары жетпеді", second.ends_at + timedelta(hours=2))
    too_far, _ = scene.people[11]
    with suppress(presence_errors.OutsideArea):
        _send(scene, second, too_far, RecordKind.CHECK_IN, second.starts_at, 8.0, north=0.02)
    session.expire_all()


def _in_review(scene: Scene, event: Event) -> list[UUID]:
    """The attendances of this event that wait for the coordinator, in the order in which people came."""
    region, at = scene.organization.region_code, event.ends_at
    waiting = reviews.waiting(scene.session, scene.coordinator, region, None, 50, at)
    return [item.attendance.id for item in waiting if item.event.id == event.id]


def _send(
    scene: Scene,
    event: Event,
    person: Volunteer,
    kind: RecordKind,
    at: datetime,
    accuracy_m: float,
    *,
    north: float = 0,
    companions: int = 0,
) -> None:
    """One record of a person's phone, some steps, or degrees to the north, from the meeting point; each fix
    is another."""
    step = next(_steps)
    position = Position(
        event.latitude + north + 0.00001 * (step % 40),
        event.longitude + 0.000013 * (step % 37),
        accuracy_m,
        at,
    )
    sent = SentRecord(
        uuid5(event.id, f"{person.id}-{kind}"),
        event.id,
        kind,
        f"demo-{person.phone}",
        at,
        timedelta(0),
        position,
        companions=companions,
    )
    scene.session.flush()
    connections = within(scene.session.connection())
    check_in.record(connections, person.subject or "", sent, at, scene.thresholds)
    scene.session.expire_all()


_steps = count(1)


def _published(
    scene: Scene,
    number: int,
    work: Work,
    spot: Spot,
    starts_at: datetime,
    length: timedelta,
    now: datetime,
    *,
    capacity: int | None = None,
) -> Event:
    event = _planned(scene, number, work, spot, starts_at, length, now, capacity=capacity)
    return events.publish(scene.session, scene.owner, event.id, now)


def _planned(
    scene: Scene,
    number: int,
    work: Work,
    spot: Spot,
    starts_at: datetime,
    length: timedelta,
    now: datetime,
    *,
    capacity: int | None = None,
) -> Event:
    plan = Plan(
        title=work.title,
        description={},
        kind=work.kind,
        starts_at=starts_at,
        ends_at=starts_at + length,
        zone=COUNTRY_ZONE.key,
        latitude=spot.latitude,
        longitude=spot.longitude,
        address_names=spot.address,
        area={"type": "circle", "radius_m": AREA_M},
        capacity=capacity,
        bring=work.bring,
    )
    event_id = demo_ids.numbered(1000 * scene.number + number)
    return events.create(scene.session, scene.owner, scene.organization.id, plan, now, event_id)


def _sign_up(scene: Scene, event: Event, people: int, now: datetime) -> None:
    for _, actor in scene.people[:people]:
        signups.sign_up(scene.session, actor, event.id, 0, now)

"""A small demo for a newcomer: the accounts of the contract and a dozen events in real towns."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import access
from service.events import events, signups
from service.events.plans import Plan
from service.geography import places
from service.models import Coordinator, Organization, Volunteer
from service.models.base import COUNTRY_ZONE
from service.models.volunteers import NATIONAL
from service.organizations import organizations, verification
from service.organizations.verification import Verdict
from service.people import consents, identities, notification_settings, volunteers
from service.people.identities import Identity

NAMES = ("Айгүл", "Бекзат", "Гүлнар", "Дәурен", "Еркін", "Жанар", "Қанат", "Ләззат", "Мадина", "Нұрлан")
FIRST_VOLUNTEER = 77_000_000_101
VOLUNTEERS = 30
ORGANIZATIONS = (
    ("+77000000003", "KZ-15", {"kk": "Таза Ақтөбе", "ru": "Чистый Актобе", "en": "Clean Aktobe"}),
    ("+77000000004", "KZ-75", {"kk": "Таза Алматы", "ru": "Чистый Алматы", "en": "Clean Almaty"}),
)
TITLES = (
    {"kk": "Жағалауды тазалау", "ru": "Уборка берега", "en": "River bank clean-up"},
    {"kk": "Саябақты тазалау", "ru": "Уборка парка", "en": "Park clean-up"},
    {"kk": "Ағаш отырғызу", "ru": "Посадка деревьев", "en": "Tree planting"},
)
EVENTS_EACH = 6


def load(session: Session, now: datetime) -> bool:
    """Load the demo unless somebody is registered already; True when it was loaded."""
    if session.scalar(sa.select(sa.exists().where(Volunteer.id.is_not(None)))):
        return False
    national = _person(session, "+77000000001", "Ұлттық үйлестіруші", "KZ-71", now)
    regional = _person(session, "+77000000002", "Ақтөбе үйлестірушісі", "KZ-15", now)
    session.add(Coordinator(volunteer_id=national.id, region_code=NATIONAL, created_at=now))
    session.add(Coordinator(volunteer_id=regional.id, region_code="KZ-15", created_at=now))
    session.flush()
    people = [
        _person(session, f"+{FIRST_VOLUNTEER + n}", NAMES[n % len(NAMES)], ("KZ-15", "KZ-75")[n % 2], now)
        for n in range(VOLUNTEERS)
    ]
    for phone, region_code, name in ORGANIZATIONS:
        owner = _person(session, phone, name["kk"], region_code, now)
        organization = organizations.create(session, _actor(session, owner), name, region_code, None, now)
        verification.decide(session, _actor(session, national), organization.id, Verdict("verified"), now)
        neighbours = [person for person in people if person.region_code == region_code]
        _add_events(session, owner, organization, neighbours, now)
    return True


def _person(session: Session, phone: str, name: str, region_code: str, now: datetime) -> Volunteer:
    town = places.towns(region_code)[0]
    profile = volunteers.Profile(
        display_name=name,
        birth_date=date(1990, 1, 1),
        locale="kk",
        region_code=region_code,
        consents=consents.current(now),
        home=(town.latitude, town.longitude),
    )
    person, _ = volunteers.register(
        session, Identity(f"local:{phone}", phone, now, now), profile, now, min_age=0, phone_regions=["KZ"]
    )
    # Whoever tries the demo at night wants to see a push.
    notification_settings.put(session, person.id, {"quiet_from": time(0), "quiet_to": time(0)})
    return person


def _actor(session: Session, person: Volunteer) -> access.Actor:
    actor = identities.find_actor(session, person.subject)
    assert actor is not None  # noqa: S101 - registered a moment ago
    return actor


def _add_events(
    session: Session, owner: Volunteer, organization: Organization, people: list[Volunteer], now: datetime
) -> None:
    """The first is open for check-in now, the others lie in the coming two weeks."""
    towns = places.towns(organization.region_code)
    for n in range(EVENTS_EACH):
        town = towns[n % min(3, len(towns))]
        starts_at = now.replace(minute=0, second=0, microsecond=0) + timedelta(
            days=n * 2, minutes=30 * (n % 2)
        )
        plan = Plan(
            title=TITLES[n % len(TITLES)],
            description={},
            kind=("cleanup", "water_body", "tree_planting")[n % 3],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=6),
            zone=COUNTRY_ZONE.key,
            latitude=town.latitude,
            longitude=town.longitude,
            address=town.name,
            area={"type": "circle", "radius_m": 200},
            capacity=50,
        )
        event_id = _published(session, owner, organization, plan, now)
        for person in people[: 5 + n]:
            signups.sign_up(session, _actor(session, person), event_id, 0, now)


def _published(
    session: Session, owner: Volunteer, organization: Organization, plan: Plan, now: datetime
) -> UUID:
    actor = _actor(session, owner)
    event = events.create(session, actor, organization.id, plan, now)
    return events.publish(session, actor, event.id, now).id

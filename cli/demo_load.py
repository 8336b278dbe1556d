"""Loads the demo through the use cases, each at its moment: the week that was, and the weeks to come."""

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cli import demo_answers, demo_certificates, demo_ids, demo_people, demo_week
from cli.demo_people import AKTOBE, ALMATY, ASKED, WAITING, Organizer
from service.access import Actor
from service.events import district_moves
from service.geography import district_file, places
from service.models import Coordinator, GuardianRelation, Organization, OrganizationStatus, Volunteer
from service.models.volunteers import NATIONAL
from service.organizations import contacts, organizations, verification
from service.organizations.contacts import ContactSaid
from service.organizations.verification import Verdict
from service.people import consents, guardian_links, guardians, identities, notification_settings, volunteers
from service.people.identities import Identity
from service.platform.thresholds import Thresholds

REGISTERED_BEFORE = timedelta(days=40)


def load(session: Session, now: datetime) -> bool:
    """Load the demo unless somebody is registered already; True when it was loaded."""
    if session.scalar(sa.select(sa.exists().where(Volunteer.id.is_not(None)))):
        return False
    then = now - REGISTERED_BEFORE
    district_moves.import_districts(session, district_file.read(district_file.SHIPPED), then, partial=False)
    national = _person(session, *demo_people.NATIONAL, "kk", then)
    regional = _person(session, *demo_people.REGIONAL, "kk", then)
    session.add(Coordinator(volunteer_id=national.id, region_code=NATIONAL, created_at=then))
    session.add(Coordinator(volunteer_id=regional.id, region_code="KZ-15", created_at=then))
    session.flush()
    people = [
        _person(
            session,
            f"+{demo_people.FIRST_VOLUNTEER + n}",
            name,
            born,
            ("KZ-15", "KZ-75")[n % 2],
            locale,
            then,
        )
        for n, (name, born, locale) in enumerate(demo_people.VOLUNTEERS)
    ]
    still_to_ask = _agree(session, people, then)
    for organizer, coordinator in ((AKTOBE, regional), (ALMATY, national)):
        owner = _owner(session, organizer, then)
        organization = _organization(session, organizer, owner, then)
        decided = Verdict(OrganizationStatus.VERIFIED)
        verification.decide(session, actor_of(session, coordinator), organization.id, decided, then)
        neighbours = [
            person
            for person in people
            if person.region_code == organizer.region_code and person is not still_to_ask
        ]
        scene = demo_week.Scene(
            session=session,
            number=organizer.number,
            spots=organizer.spots,
            organization=organization,
            owner=actor_of(session, owner),
            coordinator=actor_of(session, coordinator),
            people=[(person, actor_of(session, person)) for person in neighbours],
            thresholds=Thresholds(),
        )
        demo_week.past(scene, now)
        demo_week.coming(scene, now)
        if organizer is AKTOBE:
            demo_week.in_districts(scene, now)
            demo_answers.wait(scene, now)
    demo_certificates.issue(session, actor_of(session, people[0]), now)
    lately = now - timedelta(days=2)
    owner = _owner(session, WAITING, lately)
    waiting = _organization(session, WAITING, owner, lately)
    of_waiting, whom = contacts.of_organization(waiting.id), ContactSaid(WAITING.owner, WAITING.phone)
    contacts.put(session, actor_of(session, owner), of_waiting, whom, lately)
    asked = _organization(session, ASKED, owner, lately)
    question = Verdict(OrganizationStatus.ASKED, question="Жарғыны жіберіңізші.")
    verification.decide(session, actor_of(session, regional), asked.id, question, lately)
    return True


def _agree(session: Session, people: list[Volunteer], now: datetime) -> Volunteer:
    """Let the guardian of the demo's minors agree for each of them but the last one, who is returned."""
    name, phone = demo_people.GUARDIAN
    guardian = Identity(f"local:{phone}", phone, now, now)
    word = guardians.Word(name, GuardianRelation.MOTHER)
    *children, still_to_ask = [one for one in people if one.guardian_phone is not None]
    for child in children:
        link = guardian_links.make_link(session, child.id, now)
        guardians.accept(session, guardian, link.secret, word, now)
    return still_to_ask


def _owner(session: Session, organizer: Organizer, now: datetime) -> Volunteer:
    return _person(
        session, organizer.phone, organizer.owner, organizer.born, organizer.region_code, "kk", now
    )


def _organization(session: Session, organizer: Organizer, owner: Volunteer, now: datetime) -> Organization:
    return organizations.create(
        session,
        actor_of(session, owner),
        organizer.name,
        organizer.region_code,
        organizer.bin,
        now,
        demo_ids.numbered(organizer.number),
    )


def _person(
    session: Session, phone: str, name: str, born: date, region_code: str, locale: str, now: datetime
) -> Volunteer:
    town = places.towns(region_code)[0]
    is_minor = born > date(now.year - 18, now.month, now.day)
    profile = volunteers.Profile(
        display_name=name,
        birth_date=born,
        locale=locale,
        region_code=region_code,
        consents=consents.current(now),
        home=(town.latitude, town.longitude),
        guardian=demo_people.GUARDIAN if is_minor else None,
    )
    identity = Identity(f"local:{phone}", phone, now, now)
    person, _ = volunteers.register(
        session,
        identity,
        profile,
        now,
        min_age=0,
        phone_regions=["KZ"],
        volunteer_id=demo_ids.of_person(phone),
    )
    # Whoever tries the demo at night wants to see a push.
    notification_settings.put(session, person.id, {"quiet_from": time(0), "quiet_to": time(0)})
    return person


def actor_of(session: Session, person: Volunteer) -> Actor:
    """The person as the access table sees them."""
    actor = identities.find_actor(session, person.subject)
    assert actor is not None  # noqa: S101 - registered a moment ago
    return actor

"""After an import events find their districts, chunk by chunk: killed midway it goes on, by hand wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor
from service.attendance import check_in, rederivation
from service.attendance.evidence import Position, RecordKind
from service.attendance.sent_records import SentRecord
from service.events import district_moves
from service.geography import district_file, districts
from service.geography import places as gazetteer
from service.ledger import checks, ledger, verify
from service.models import CountPending, District, Event, Volunteer
from service.models.audit import AuditEntry
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions, committing
from tests.makers import (
    box,
    make_attendance,
    make_coordinator,
    make_district,
    make_event,
    make_import,
    make_organization,
    make_volunteer,
)

WEST, EAST = "153400000", "153200000"


def import_two(session: Session) -> int:
    make_district(session, WEST, box(56, 50, 57, 51))
    make_district(session, EAST, box(57, 50, 58, 51))
    return make_import(session)


@pytest.fixture
def places(sessions: Sessions) -> Sessions:
    """Events of before any import: 3 in the west, 4 in the east, 2 far from both."""
    with sessions.begin() as session:
        for table in ("event", "district", "district_import", "count_pending", "count_total"):
            session.execute(sa.text(f"TRUNCATE {table} CASCADE"))
        organization = make_organization(session)
        for longitude, events in ((56.5, 3), (57.5, 4), (60.0, 2)):
            for number in range(events):
                made = make_event(
                    session, organization, longitude=longitude, starts_at=NOW + timedelta(days=number)
                )
                ledger.add(session, made, events=1)
    return sessions


def by_district(session: Session) -> dict[str | None, int]:
    rows = session.execute(sa.select(Event.district_code, sa.func.count()).group_by(Event.district_code))
    return dict(list(rows))


def test_all_events_find_their_districts_and_no_one_is_lost(
    places: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(district_moves, "CHUNK", 4)
    with places.begin() as session:
        version = import_two(session)
    district_moves.find_all(places, NOW)
    with places() as session:
        assert by_district(session) == {WEST: 3, EAST: 4, None: 2}
        assert set(session.scalars(sa.select(Event.districts_version))) == {version}
        assert verify.differences(session) == []
        versions: dict[str | None, set[int]] = {code: set() for code in (WEST, EAST, None)}
        for event in session.scalars(sa.select(Event)):
            versions[event.district_code].add(event.version)
        assert versions == {WEST: {2}, EAST: {2}, None: {1}}


def test_a_job_that_dies_midway_is_gone_on_with(places: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    with places.begin() as session:
        import_two(session)
    moved: list[object] = []
    find_one: Callable[..., None] = district_moves.find_one

    def dies(*arguments: object) -> None:
        if len(moved) == 2:
            raise KeyboardInterrupt
        moved.append(arguments[1])
        find_one(*arguments)

    monkeypatch.setattr(district_moves, "find_one", dies)
    with pytest.raises(KeyboardInterrupt):
        district_moves.find_all(places, NOW)
    monkeypatch.setattr(district_moves, "find_one", find_one)
    with places() as session:
        assert sum(count for code, count in by_district(session).items() if code) == 2
    district_moves.find_all(places, NOW)
    with places() as session:
        assert by_district(session) == {WEST: 3, EAST: 4, None: 2}
        assert verify.differences(session) == []


def test_what_was_set_by_hand_wins_and_is_listed(places: Sessions) -> None:
    with places.begin() as session:
        import_two(session)
        coordinator = make_coordinator(session)
        actor = Actor(coordinator.id, coordinator.phone, "kk", {}, frozenset({"KZ-15"}))
        far = session.scalars(sa.select(Event).where(Event.longitude == 60.0).limit(1)).one()
        district_moves.set_by_hand(session, actor, far.id, EAST, NOW)
        assert (
            session.scalar(sa.select(AuditEntry.action).where(AuditEntry.event_id == far.id))
            == "district-set"
        )
    district_moves.find_all(places, NOW)
    with places.begin() as session:
        make_district(session, "154000000", box(59, 50, 61, 51))
        make_import(session)
    district_moves.find_all(places, NOW)
    with places() as session:
        assert by_district(session) == {WEST: 3, EAST: 5, "154000000": 1}
        (said,) = district_moves.by_hand(session)
        assert (said.event_id, said.code, said.found) == (far.id, EAST, "154000000")


def test_where_no_district_of_the_region_is_known_what_was_said_stands(places: Sessions) -> None:
    with places.begin() as session:
        for event in session.scalars(sa.select(Event)):
            event.region_code, event.district_code = "KZ-75", "as-said"
        version = import_two(session)
    district_moves.find_all(places, NOW)
    with places() as session:
        assert by_district(session) == {"as-said": 9}
        assert set(session.scalars(sa.select(Event.districts_version))) == {version}


def test_an_event_that_has_moved_on_meanwhile_is_left_alone(places: Sessions) -> None:
    with places.begin() as session:
        import_two(session)
        old = districts.current(session)
        event = session.scalars(sa.select(Event).where(Event.longitude == 56.5).limit(1)).one()
    with places.begin() as session:
        make_district(session, "151000000", box(56.4, 50.2, 56.6, 50.4))
        make_import(session)
    district_moves.find_all(places, NOW)
    with places.begin() as session:
        district_moves.find_one(session, event.id, old, NOW)
        assert session.get_one(Event, event.id).district_code == "151000000"


def test_a_moved_event_leaves_its_attendances_as_they_are(session: Session) -> None:
    event = make_event(session)
    attendance = make_attendance(session, event, make_volunteer(session))
    import_two(session)
    known = districts.current(session)
    district_moves.find_one(session, event.id, known, NOW)
    assert event.district_code == EAST
    rederivation.derive_chunk(session, event.id, NOW, Thresholds())
    session.refresh(attendance)
    assert (attendance.status, attendance.minutes) == ("counted", 150)


def test_the_shipped_districts_hold_the_towns_of_the_gazetteer(session: Session) -> None:
    """Each larger town of the country lies in some district of its region."""
    from_file = [line.drawn for line in district_file.read(district_file.SHIPPED) if line.drawn]
    for one in from_file:
        make_district(session, one.code, one.as_geojson(), region_code=one.region_code, names=dict(one.names))
    make_import(session)
    known = districts.current(session)
    towns = [town for town in gazetteer.all_places() if town.population >= 5_000]
    lost = [town.name for town in towns if known.at(town.latitude, town.longitude, town.region_code) is None]
    assert len(towns) > 100
    assert lost == []


def test_check_ins_go_on_while_imports_move_their_event(places: Sessions) -> None:
    """Each import moves the event to the other district; nobody who came is lost, or counted elsewhere."""
    outlines = {WEST: box(56, 50, 58, 51), EAST: box(56.9, 50, 58, 51)}
    with places.begin() as session:
        event = session.scalars(sa.select(Event).where(Event.longitude == 57.5).limit(1)).one()
        event.starts_at, event.ends_at, event.day = NOW, NOW + timedelta(hours=3), NOW.date()
        people = [make_volunteer(session) for _ in range(24)]
        make_district(session, WEST, outlines[WEST])

    def come(person: Volunteer) -> str:
        north = 0.00001 * people.index(person)
        position = Position(event.latitude + north, event.longitude, 8.0, NOW)
        sent = SentRecord(uuid4(), event.id, RecordKind.CHECK_IN, str(uuid4()), NOW, timedelta(0), position)
        return str(check_in.record(committing(places), person.subject or "", sent, NOW, Thresholds()))

    def move() -> set[str | None]:
        seen = set()
        for number in range(6):
            with places.begin() as session:
                if number % 2:
                    make_district(session, EAST, outlines[EAST])
                else:
                    session.execute(sa.delete(District).where(District.code == EAST))
                make_import(session)
            district_moves.find_all(places, NOW)
            with places() as session:
                seen.add(session.get_one(Event, event.id).district_code)
        return seen

    with ThreadPoolExecutor(5) as pool:
        moving = pool.submit(move)
        coming = [pool.submit(come, person) for person in people]
        assert moving.result() == {WEST, EAST}
        for one in coming:
            one.result()
    with places() as session:
        assert checks.check(session) == []
        by_code = session.execute(
            sa.select(CountPending.district_code, sa.func.sum(CountPending.participations))
            .where(CountPending.event_id == event.id)
            .group_by(CountPending.district_code)
        )
        counted = {code: int(people_there) for code, people_there in by_code if people_there}
        assert counted == {session.get_one(Event, event.id).district_code: 24}

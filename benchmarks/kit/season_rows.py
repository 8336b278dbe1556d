"""A season in the tables, without its phones: rows made in bulk, then counted by the product's own code."""

from datetime import UTC, date, datetime, time, timedelta

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.kit import demo_rows
from service.geography import regions
from service.ledger import checks, ledger

FIRST_DAY, DAYS = date(2026, 4, 1), 214
DISTRICTS = 11
STEP = 31

# Each is made from one that the demo has: whatever columns there are, they are filled sensibly.
_VOLUNTEERS = """
    INSERT INTO volunteer
    SELECT made.* FROM (SELECT volunteer AS one FROM volunteer LIMIT 1) AS template,
        generate_series(0, %(people)s - 1) AS number,
        jsonb_populate_record(one, jsonb_build_object(
            'id', lpad(to_hex(number), 8, '0') || '-0000-7000-8000-00000000000f',
            'subject', 'season-' || number, 'phone', '+7702' || lpad(number::text, 7, '0'))) AS made
"""
_EVENTS = """
    INSERT INTO event
    SELECT made.* FROM (SELECT event AS one FROM event WHERE status = 'published' LIMIT 1) AS template,
        generate_series(0, %(events)s - 1) AS number,
        jsonb_populate_record(one, jsonb_build_object(
            'id', lpad(to_hex(number), 8, '0') || '-0000-7000-8000-00000000000e',
            'day', %(first)s::date + number %% %(days)s,
            'starts_at', (%(first)s::date + number %% %(days)s + time '05:00') AT TIME ZONE 'UTC',
            'ends_at', (%(first)s::date + number %% %(days)s + time '08:00') AT TIME ZONE 'UTC',
            'region_code', (%(codes)s::text[])[1 + number %% %(regions)s],
            'district_code', (%(katos)s::text[])[1 + number %% %(regions)s]
                || lpad((number / %(regions)s %% %(districts)s + 1)::text, 2, '0') || '00000',
            'going', 0, 'waitlisted', 0)) AS made
"""
_RESULTS = """
    INSERT INTO event_result (event_id, waste_t, waste_amount, waste_unit, places, machines, area_ha, trees,
        version, created_by, created_at, updated_by, updated_at)
    SELECT id, 1.25, 125, 'bag', 1, 2, 0.5, 10, 1, created_by, ends_at, created_by, ends_at FROM event
    WHERE starts_at > '2026-01-01' AND status <> 'draft'
    ON CONFLICT DO NOTHING
"""
_ATTENDANCES = """
    COPY attendance (id, event_id, volunteer_id, status, evidence, checked_in_at, checked_out_at,
        minutes, assumed_minutes, minutes_assumed, distance_m, reasons, version, decision_is_correction)
    FROM STDIN
"""


def load(database_url: str, people: int, events: int, attendances: int) -> int:
    """Fill a migrated, empty database, and count what is in it; returns how many attendances there are."""
    engine = demo_rows.load(database_url)
    sessions = sessionmaker(engine)
    places = regions.all_regions()
    values = {"people": people, "events": events, "first": FIRST_DAY, "days": DAYS, "districts": DISTRICTS}
    values |= {"regions": len(places), "codes": [one.code for one in places]}
    with psycopg.connect(database_url, options="-c timezone=UTC") as connection:
        for statement in (_VOLUNTEERS, _EVENTS, _RESULTS):
            connection.execute(statement, values | {"katos": [one.kato for one in places]})
        _copy(connection, people, events, attendances, len(places))
    with sessions.begin() as session:
        session.execute(sa.text("SET LOCAL work_mem = '1GB'"))
        checks.mend(session)
    while _fold(sessions):
        pass
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        found = connection.execute("SELECT count(*) FROM attendance").fetchone()
    engine.dispose()
    return int(found[0]) if found else 0


def _copy(
    connection: psycopg.Connection, people: int, events: int, attendances: int, regions_there: int
) -> None:
    """All attendances by one COPY, an event after the other as they were held."""
    # What is copied refers to what is there: each row would be looked up twice, ten million times.
    connection.execute("SET session_replication_role = replica")
    made = 0
    in_order = sorted(range(events), key=lambda number: (number % DAYS, number))
    with connection.cursor().copy(_ATTENDANCES) as copy:
        for place, event in enumerate(in_order, start=1):
            until = attendances * place // events
            starts_at = datetime.combine(FIRST_DAY, time(5), UTC) + timedelta(days=event % DAYS)
            when = (starts_at, starts_at + timedelta(hours=3))
            for number in range(made, until):
                # Of the event's region, nobody twice: the steps through its people repeat after all of them.
                person = event % regions_there + regions_there * (number * STEP % (people // regions_there))
                is_doubted, is_assumed = number % 50 == 0, number % 7 == 0
                copy.write_row(
                    (
                        id_of(number, "a"), id_of(event, "e"), id_of(person, "f"),
                        "review" if is_doubted else "counted", "gps", *when,
                        150, 30 if is_assumed else 0, is_assumed, 0, "{}", 1, False,
                    )
                )  # fmt: skip
            made = until


def id_of(number: int, kind: str) -> str:
    """Of the `number`th event ("e"), person ("f") or attendance ("a")."""
    return f"{number:08x}-0000-7000-8000-00000000000{kind}"


def _fold(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return ledger.fold(session, datetime.now(UTC))

"""A season in the tables, without its phones: rows made in bulk, then counted by the product's own code."""

from datetime import UTC, date, datetime

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

import notifications.listeners
import service.listeners
from cli import demo_load
from service import happenings
from service.ledger import ledger, rebuild

FIRST_DAY, DAYS = date(2026, 4, 1), 214
REGIONS = 20

# Each is made from one that the demo has: whatever columns there are, they are filled sensibly.
_VOLUNTEERS = """
    INSERT INTO volunteer
    SELECT made.* FROM (SELECT volunteer AS one FROM volunteer LIMIT 1) AS template,
        generate_series(1, %(people)s) AS number,
        jsonb_populate_record(one, jsonb_build_object('id', md5('person' || number)::uuid,
            'subject', 'season-' || number, 'phone', '+7702' || lpad(number::text, 7, '0'))) AS made
"""
_EVENTS = """
    INSERT INTO event
    SELECT made.* FROM (SELECT event AS one FROM event WHERE status = 'published' LIMIT 1) AS template,
        generate_series(1, %(events)s) AS number,
        jsonb_populate_record(one, jsonb_build_object('id', md5('event' || number)::uuid,
            'day', %(first)s::date + number %% %(days)s,
            'starts_at', (%(first)s::date + number %% %(days)s + time '05:00') AT TIME ZONE 'UTC',
            'ends_at', (%(first)s::date + number %% %(days)s + time '08:00') AT TIME ZONE 'UTC',
            'region_code', 'KZ-' || 10 + number %% %(regions)s, 'going', 0, 'waitlisted', 0)) AS made
"""
# Everybody goes to about as many events; nobody to one twice.
_ATTENDANCES = """
    INSERT INTO attendance (id, event_id, volunteer_id, status, evidence, checked_in_at, checked_out_at,
        minutes, assumed_minutes, minutes_assumed, distance_m, reasons, version, decision_is_correction)
    SELECT md5('attendance' || number)::uuid, event.id, md5('person' || 1 + number %% %(people)s)::uuid,
        CASE WHEN number %% 50 = 0 THEN 'review' ELSE 'counted' END, 'gps', event.starts_at, event.ends_at,
        150, CASE WHEN number %% 7 = 0 THEN 30 ELSE 0 END, number %% 7 = 0, 0, '{}', 1, false
    FROM generate_series(1, %(attendances)s) AS number
    JOIN event ON event.id = md5('event' || 1 + (number * 7919::bigint) %% %(events)s)::uuid
    ON CONFLICT DO NOTHING
"""


def load(database_url: str, people: int, events: int, attendances: int) -> int:
    """Fill a migrated, empty database, and count what is in it; returns how many attendances there are."""
    happenings.install(service.listeners.LISTENERS, notifications.listeners.LISTENERS)
    engine = sa.create_engine(database_url.replace("postgresql:", "postgresql+psycopg:", 1))
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        demo_load.load(session, datetime.now(UTC))
    values = {"people": people, "events": events, "attendances": attendances}
    days = {"first": FIRST_DAY, "days": DAYS, "regions": REGIONS}
    with psycopg.connect(database_url, options="-c timezone=UTC") as connection:
        for statement in (_VOLUNTEERS, _EVENTS, _ATTENDANCES):
            connection.execute(statement, values | days)
    with sessions.begin() as session:
        rebuild.rebuild(session)
    while _fold(sessions):
        pass
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        found = connection.execute("SELECT count(*) FROM attendance").fetchone()
    engine.dispose()
    return int(found[0]) if found else 0


def _fold(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return ledger.fold(session)

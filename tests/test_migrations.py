"""Migrations go down again and up: a release can be taken back. What they leave is what the files say."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import sleep

import sqlalchemy as sa
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy.orm import Session

from app import create_app
from service.models import EventHelper, EventSeries
from service.platform.database import db
from tests.conftest import NOW, fresh_database, test_settings
from tests.makers import make_event, make_volunteer

ROOT = Path(__file__).parent.parent
MIGRATIONS = str(ROOT / "migrations")
OLDEST = "0008"
"""Before it presence was stored in another way; nobody goes back there."""


def test_down_and_up_again(postgres_url: str) -> None:
    for url in fresh_database(postgres_url):
        app = create_app(test_settings(DATABASE_URL=url))
        with app.app_context():
            downgrade(directory=MIGRATIONS, revision=OLDEST)
            upgrade(directory=MIGRATIONS)
            check(directory=MIGRATIONS)
            db.engine.dispose()


def test_helpers_whom_an_older_release_named_for_later_dates_come_along(postgres_url: str) -> None:
    """Who was named at several dates at one moment, and nobody who was named at each by itself."""
    for url in fresh_database(postgres_url):
        with create_app(test_settings(DATABASE_URL=url)).app_context():
            session = db.session()
            series = EventSeries(rrule="FREQ=WEEKLY", created_at=NOW)
            session.add(series)
            session.flush()
            dates = [make_event(session, series_id=series.id) for _ in range(2)]
            alone = [make_event(session) for _ in range(2)]
            meant, one_by_one, of_no_series = (make_volunteer(session) for _ in range(3))
            for number, (date, single) in enumerate(zip(dates, alone, strict=True)):
                at = NOW + timedelta(minutes=number)
                for event, who, when in (
                    (date, meant, NOW),
                    (date, one_by_one, at),
                    (single, of_no_series, NOW),
                ):
                    session.add(
                        EventHelper(event_id=event.id, volunteer_id=who.id, named_by=who.id, named_at=when)
                    )
            session.commit()
            downgrade(directory=MIGRATIONS, revision="0066")
            upgrade(directory=MIGRATIONS)
            found = session.scalars(sa.select(EventHelper.volunteer_id).where(EventHelper.and_later))
            assert found.all() == [meant.id] * 2
            session.close()
            db.engine.dispose()


WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'attendance'::regclass"


def migrated(app: Flask, way: Callable[..., None], revision: str, failed: list[Exception]) -> None:
    with app.app_context():
        try:
            way(directory=MIGRATIONS, revision=revision)
        except sa.exc.DBAPIError as error:
            failed.append(error)


def test_whoever_holds_a_row_of_attendance_writes_it_while_its_indexes_are_changed(postgres_url: str) -> None:
    """A check-in locks the row, then writes: an upgrade that kept its writing back would wait for it, too."""
    failed: list[Exception] = []
    for url in fresh_database(postgres_url):
        app = create_app(test_settings(DATABASE_URL=url))
        with app.app_context():
            for way, revision in ((downgrade, "0062"), (upgrade, "head")):
                with db.engine.connect() as watching, db.engine.begin() as holding:
                    holding.execute(sa.text("SELECT id FROM attendance FOR UPDATE"))
                    running = Thread(target=migrated, args=(app, way, revision, failed))
                    running.start()
                    while not watching.scalar(sa.text(WAITS)):
                        sleep(0.01)
                    holding.execute(sa.text("UPDATE attendance SET companions = companions"))
                running.join()
            db.engine.dispose()
    assert failed == []


OURS = "pronamespace = 'public'::regnamespace AND proname NOT LIKE 'procrastinate%'"
FUNCTIONS = f"SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc WHERE {OURS}"  # noqa: S608
TRIGGERS = f"""
    SELECT tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal AND {OURS}
"""  # noqa: S608


def inside(session: Session) -> dict[str, str]:
    """Every function and trigger of ours in the database, as PostgreSQL writes them down."""
    return {name: text for query in (FUNCTIONS, TRIGGERS) for name, text in session.execute(sa.text(query))}


def test_functions_and_triggers_are_those_of_the_files(session: Session) -> None:
    """Whoever changes one edits its file in `service/` and writes a migration with a copy of the new text."""
    migrated = inside(session)
    for function, _ in session.execute(sa.text(FUNCTIONS)).all():
        session.execute(sa.text(f"DROP FUNCTION {function} CASCADE"))
    assert inside(session) == {}
    for file in sorted((ROOT / "service").rglob("*.sql")):
        session.connection().exec_driver_sql(file.read_text("utf-8"))
    assert inside(session) == migrated
    assert {"event_result event_result_place", "event event_result_follow"} <= migrated.keys()

"""What a newcomer's settings and a production's connections did."""

import sqlalchemy as sa

from app import create_app
from service.events import plans
from service.platform import outbox
from service.platform.database import db, read_session
from tests.conftest import NOW, Sessions, test_settings
from tests.makers import make_event

LIMITS = sa.text(
    "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
    " current_setting('TimeZone')"
)


def test_a_threshold_of_metres_takes_a_fraction() -> None:
    assert test_settings(PRESENCE_NEAR_M="150.5").thresholds.near_m == 150.5


def test_a_savepoint_is_no_commit(sessions: Sessions) -> None:
    """An entry of the outbox is stored within a savepoint: the one retry is still there after it."""
    with sessions() as session:
        event = make_event(session)
        told = plans.facts_of(event) | {"text": "x"}
        outbox.enqueue(session, "announcement", NOW, told, event_id=event.id)
        assert not session.info.get("commit_sent")
        session.rollback()


def test_the_replica_has_the_same_time_outs(database_url: str) -> None:
    app = create_app(test_settings(DATABASE_URL=database_url, DATABASE_READ_URL=database_url))
    with app.app_context():
        main = tuple(db.session.execute(LIMITS).one())
        with read_session() as session:
            replica = tuple(session.execute(LIMITS).one())
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    assert replica == main == ("30s", "5s", "UTC")


def test_the_workers_pool_is_not_the_webs() -> None:
    settings = test_settings(WORKER_CONCURRENCY="32", WORKER_POOL="34", WEB_THREADS="2")
    assert settings.worker_pool > settings.worker_concurrency > settings.web_threads

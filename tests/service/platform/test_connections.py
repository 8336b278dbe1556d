"""Connections: whose they are, how long they wait, what they say of what failed; and readiness by schema."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import request_finished
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from http_base.application import Tazalyq
from service.platform.database import db
from tests.conftest import test_settings

CANARIES = ("Канарейка Айша", "+77019998877")


@pytest.fixture(scope="module")
def read_app(database_url: str) -> Iterator[Tazalyq]:
    """An application with a read replica: the same database under another address."""
    app = create_app(test_settings(DATABASE_URL=database_url, DATABASE_READ_URL=database_url))
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.mark.parametrize("bind", [None, "read"])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("statement_timeout", "30s"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("TimeZone", "UTC"),
        ("jit", "off"),
        ("application_name", "tazalyq-web"),
    ],
)
def test_every_engine_has_its_time_outs_and_its_name(
    read_app: Tazalyq, bind: str | None, setting: str, value: str
) -> None:
    with read_app.app_context(), db.engines[bind].connect() as connection:
        assert connection.scalar(sa.text("SELECT current_setting(:name)"), {"name": setting}) == value


@pytest.mark.parametrize("bind", [None, "read"])
def test_an_error_says_no_parameter(read_app: Tazalyq, bind: str | None) -> None:
    with read_app.app_context(), db.engines[bind].connect() as connection:
        with pytest.raises(sa.exc.DBAPIError) as failed:
            connection.execute(
                sa.text("SELECT 1 / 0 WHERE :name <> :phone"), {"name": CANARIES[0], "phone": CANARIES[1]}
            )
        assert not any(canary in str(failed.value) for canary in CANARIES)


SAID, NAMED = sa.text("SELECT 41 + 1"), sa.text("SELECT count(*) FROM pg_prepared_statements")
"""Something that is asked again and again, and how much of such the connection has prepared."""


def _asked_often(connection: sa.Connection) -> None:
    for _ in range(10):
        connection.execute(SAID)
        connection.rollback()


@pytest.mark.parametrize("bind", [None, "read"])
def test_what_is_read_again_and_again_stays_prepared(read_app: Tazalyq, bind: str | None) -> None:
    """Each reading ends with its transaction given up."""
    with read_app.app_context(), db.engines[bind].connect() as connection:
        _asked_often(connection)
        assert connection.scalar(NAMED) == 1


def test_a_failure_prepares_everything_anew(read_app: Tazalyq) -> None:
    """A migration can have changed what a prepared statement answers: it would fail for ever."""
    with read_app.app_context(), db.engine.connect() as connection:
        _asked_often(connection)
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("SELECT 1 / 0"))
        connection.rollback()
        assert connection.scalar(NAMED) == 0


def test_what_is_given_up_is_undone(read_app: Tazalyq) -> None:
    with read_app.app_context(), db.engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE given_up ()"))
        connection.rollback()
        assert connection.scalar(sa.text("SELECT to_regclass('given_up')")) is None


def test_a_lost_connection_is_told_when_the_transaction_is_given_up(read_app: Tazalyq) -> None:
    with read_app.app_context(), db.engine.connect() as connection, db.engine.connect() as other:
        pid = connection.scalar(sa.text("SELECT pg_backend_pid()"))
        other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        with pytest.raises(sa.exc.OperationalError):
            connection.rollback()
        assert connection.invalidated


def test_a_connection_that_is_lost_once_all_is_answered_takes_nothing_back(read_app: Tazalyq) -> None:
    """The server, or a pooler before it, is restarted just then: what was read had nothing to be undone."""

    def cut(*_: object, **__: object) -> None:
        pid = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
        with db.engines["read"].connect() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    with request_finished.connected_to(cut, read_app):
        assert read_app.test_client().get("/v1/meta").status_code == 200
    assert not db.session.registry.registry
    assert read_app.test_client().get("/readyz").status_code == 200


def test_a_database_ahead_of_the_code_is_ready(client: FlaskClient, session: Session) -> None:
    """The release step of the next version has run; this one still serves."""
    session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    session.commit()
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("behind", ["0001", "0007"])
def test_a_database_behind_the_code_is_not(client: FlaskClient, session: Session, behind: str) -> None:
    session.execute(sa.text("UPDATE alembic_version SET version_num = :at"), {"at": behind})
    session.commit()
    assert client.get("/readyz").status_code == 503


def test_a_released_savepoint_leaves_the_one_retry(session: Session) -> None:
    """A commit was sent when the whole is committed; not when a part of it is."""
    with session.begin_nested():
        session.execute(sa.text("SELECT 1"))
    assert "commit_sent" not in session.info


def test_a_savepoint_given_up_after_a_commit_was_sent_leaves_it_sent(session: Session) -> None:
    session.info["commit_sent"] = True
    session.begin_nested().rollback()
    assert session.info.get("commit_sent")
    session.rollback()
    assert "commit_sent" not in session.info

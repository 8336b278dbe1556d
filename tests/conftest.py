"""Fixtures of all tests: a real PostgreSQL, a migrated database, a savepoint for each test."""

import gc
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import Phase
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from http_base.application import Tazalyq
from http_base.local_tokens import LocalTokens
from service.models import Volunteer
from service.platform import embedded_postgres, installed, settings
from service.platform.database import (
    Connections,
    connections,
    db,
    engine_options,
    libpq_url,
    sqlalchemy_url,
    within,
)
from service.platform.settings import Settings
from tests.clock import FixedClock
from tests.contract import ContractClient

pytest_plugins = [
    "tests.fixtures",
    "tests.google.fixtures",
    "tests.http_base.page_world",
    "tests.journeys.browser",
    "tests.journeys.office",
]

LONG = (
    "tests/journeys/",
    "tests/clients/",
    "tests/cli/",
    "tests/proofs/",
    "tests/faults/",
    "machine",
    "any_order",
)
"""What takes long: it begins first, so that nobody waits for it alone at the end."""

hypothesis.settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)
"""For tests of mutants: a failure is all that is asked, not the smallest one."""

NOW = datetime(2026, 5, 16, 6, 0, tzinfo=UTC)
"""Saturday, 11:00 in Almaty."""

Sessions = sessionmaker[Session]


UNSAFE = ("fsync", "full_page_writes", "synchronous_commit")
"""What only a loss of power would need: off where a server is thrown away after the tests."""

_templates: dict[tuple[str, str], str] = {}
"""The databases that others are copies of, by server and by what is in them."""


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server to test on: TEST_DATABASE_URL, else the embedded one in a folder of its own."""
    given = os.environ.get("TEST_DATABASE_URL")
    url = libpq_url(given) if given else throw_away_server(tmp_path_factory.mktemp("pg"))
    yield url
    with psycopg.connect(url, autocommit=True) as connection:
        for key in [key for key in _templates if key[0] == url]:
            connection.execute(f"DROP DATABASE {_templates.pop(key)} WITH (FORCE)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, the others as they come."""
    items.sort(key=lambda item: not any(part in item.nodeid for part in LONG))


def pytest_collection_finish() -> None:
    """What is there now stays to the end, and tests leave little: looking through it seldom saves a sixth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: who starts a browser or a process waits a good part of the time."""
    return int(os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS", (os.cpu_count() or 1) + 1))


def throw_away_server(folder: Path) -> str:
    """Start the embedded server over a folder; it writes without waiting for the disk."""
    url = embedded_postgres.start(folder)
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in UNSAFE:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[str]:
    """A new, migrated database on that server; dropped at the end."""
    yield from fresh_database(postgres_url)


def fresh_database(postgres_url: str, template: str | None = None) -> Iterator[str]:
    """Yield the URL of a new database, a copy of the template or else a migrated one, and drop it."""
    url, name = new_database(postgres_url, template or migrated(postgres_url))
    yield url
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrated(postgres_url: str) -> str:
    """The name of the server's migrated database, made when it is first asked for.

    TEST_TEMPLATE_DATABASE names one that is there already: whoever starts the tests a thousand times saves
    the seconds.
    """
    given = os.environ.get("TEST_TEMPLATE_DATABASE")
    return given or template_of(postgres_url, "migrated", "template1", migrate)


def template_of(postgres_url: str, name: str, template: str, fill: Callable[[str], None]) -> str:
    """The database of that name on the server: once in a run a copy of the template is filled for it."""
    key = postgres_url, name
    if key not in _templates:
        url, made = new_database(postgres_url, template)
        fill(url)
        _templates[key] = made
    return _templates[key]


def new_database(postgres_url: str, template: str) -> tuple[str, str]:
    """Create a database as a copy: its URL and its name."""
    name = f"tazalyq_test_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return sa.make_url(postgres_url).set(database=name).render_as_string(hide_password=False), name


def migrate(url: str) -> None:
    """Bring a database to the newest schema, as the release step does."""
    migrated = create_app(test_settings(DATABASE_URL=url))
    with migrated.app_context():
        upgrade(directory=str(Path(__file__).parent.parent / "migrations"))
        db.engine.dispose()


def test_settings(**environment: str) -> Settings:
    """Settings of development, with production's limit of codes, changed as said."""
    return settings.read({"TAZALYQ_ENV": "development", "CODES_PER_PHONE_HOUR": "5", **environment})


test_settings.__test__ = False  # type: ignore[attr-defined] # a maker, not a test


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def shared_app(database_url: str) -> Iterator[Tazalyq]:
    """One application for all tests that roll back."""
    made = create_app(test_settings(DATABASE_URL=database_url), clock=FixedClock(NOW))
    made.testing = True
    made.test_client_class = ContractClient
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def connection(shared_app: Tazalyq) -> Iterator[sa.Connection]:
    """The application's only connection for this test: all that happens on it is rolled back."""
    used = shared_app.extensions["tazalyq"].settings
    # An application that a test made of its own has installed its settings for the process.
    installed.install(used.secret_key, used.thresholds, used.public_url)
    with shared_app.app_context():
        engines: dict[str | None, Any] = db.engines  # type: ignore[assignment] # a plain dict inside
    engine = engines[None]
    with engine.connect() as connection:
        transaction = connection.begin()
        engines[None] = connection  # a Connection serves as a bind, too
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield connection
        finally:
            engines[None] = engine
            transaction.rollback()


@pytest.fixture(scope="module")
def sessions(postgres_url: str) -> Iterator[Sessions]:
    """Sessions that really commit, on a database of the module's own."""
    for url in fresh_database(postgres_url):
        engine = sa.create_engine(sqlalchemy_url(url), **engine_options(20))
        yield sessionmaker(engine, expire_on_commit=False)
        engine.dispose()


def committing(sessions: Sessions) -> Connections:
    """Connections that really commit, on the engine of these sessions."""
    return connections(sessions.kw["bind"])


@pytest.fixture
def session(connection: sa.Connection) -> Iterator[Session]:
    """A session on the test's connection, beside the application's own."""
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        yield session


@pytest.fixture
def app(shared_app: Tazalyq, connection: sa.Connection, clock: FixedClock) -> Tazalyq:
    """The application, on this test's connection and clock."""
    shared_app.extensions["tazalyq"].clock = clock
    shared_app.extensions["tazalyq"].verifier = LocalTokens(settings.DEVELOPMENT_SECRET, clock.now)
    shared_app.extensions["tazalyq"].connections = within(connection)
    return shared_app


@pytest.fixture
def client(app: Tazalyq) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def login(app: Tazalyq) -> Callable[[Volunteer], dict[str, str]]:
    """Headers of a signed-in volunteer."""

    def headers(volunteer: Volunteer) -> dict[str, str]:
        token, _ = app.extensions["tazalyq"].verifier.issue(volunteer.subject, volunteer.phone)
        return {"Authorization": f"Bearer {token}"}

    return headers

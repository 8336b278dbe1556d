"""The demo, or an empty database, and a service over it: for journeys, examples and generated clients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cli import demo_load
from service.platform.database import sqlalchemy_url
from tests.conftest import fresh_database, migrated, template_of
from tests.journeys.processes import Service

Preparing = Callable[[Session], None]
"""What a test does with the demo before anybody is served; it is committed afterwards."""


def fresh_demo(postgres_url: str, prepare: Preparing | None = None) -> Iterator[str]:
    """The address of a database of one's own with the demo in it, which was loaded once in this run."""
    demo = template_of(postgres_url, "demo", migrated(postgres_url), _load)
    for url in fresh_database(postgres_url, demo):
        if prepare is not None:
            _change(url, prepare)
        yield url


def _load(url: str) -> None:
    _change(url, lambda session: demo_load.load(session, datetime.now(UTC)))


def _change(url: str, act: Callable[[Session], object]) -> None:
    """Do it in a transaction of its own, and leave the database."""
    engine = sa.create_engine(sqlalchemy_url(url))
    with Session(engine) as session, session.begin():
        act(session)
    engine.dispose()


@contextmanager
def serving(database_url: str, *others: str, **settings: str) -> Iterator[Service]:
    """A web server of one process, and `others` (a worker), over a database, until it is left."""
    running = Service(database_url, WEB_WORKERS="1", **settings)
    for command in ("serve", *others):
        running.start(command)
    try:
        running.wait_until_up()
        yield running
    finally:
        running.stop()


def serving_nobody(postgres_url: str) -> Iterator[tuple[Service, sa.Engine]]:
    """The same over an empty database of one's own, with an engine to put something into it."""
    for url in fresh_database(postgres_url):
        engine = sa.create_engine(sqlalchemy_url(url))
        with serving(url) as running:
            yield running, engine
        engine.dispose()

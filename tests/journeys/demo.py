"""The demo, and a service that runs over it: for journeys, examples and generated clients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cli import demo_load
from service.platform.database import sqlalchemy_url
from tests.conftest import fresh_database
from tests.journeys.processes import Service

Preparing = Callable[[Session], None]
"""What a test does with the demo before anybody is served; it is committed afterwards."""


def fresh_demo(postgres_url: str, prepare: Preparing | None = None) -> Iterator[str]:
    """The address of a database of one's own with the demo in it."""
    for url in fresh_database(postgres_url):
        engine = sa.create_engine(sqlalchemy_url(url))
        with Session(engine) as session:
            demo_load.load(session, datetime.now(UTC))
            if prepare is not None:
                prepare(session)
            session.commit()
        engine.dispose()
        yield url


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

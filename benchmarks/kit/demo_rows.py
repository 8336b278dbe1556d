"""The demo in a migrated, empty database: what rows made in bulk are copies of."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import notifications.listeners
import service.listeners
from cli import demo_load
from service import happenings
from service.platform import installed
from service.platform.database import sqlalchemy_url
from service.platform.thresholds import Thresholds


def compose() -> None:
    """What an application gives to listeners and marks, where our own code is called without one."""
    happenings.install(service.listeners.LISTENERS, notifications.listeners.LISTENERS)
    installed.install("a season's", Thresholds(), "http://127.0.0.1:8000")


def load(database_url: str) -> sa.Engine:
    """Load it by the product's own code, and return the engine for what follows."""
    compose()
    engine = sa.create_engine(sqlalchemy_url(database_url))
    with Session(engine) as session, session.begin():
        demo_load.load(session, datetime.now(UTC))
    return engine

"""The composition root: reads the settings and puts the parts together. Nothing imports it."""

import os
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate

from service import embedded, settings
from service.clock import Clock, SharedClock, SystemClock, read_clock_offset
from service.database import db, engine_options, is_lost_connection, sqlalchemy_url
from service.settings import Settings

migrate = Migrate()


class Tazalyq(Flask):
    """Flask, with one retry of a request whose database connection had gone away unnoticed."""

    def dispatch_request(self) -> Any:
        try:
            return super().dispatch_request()
        except sa.exc.DBAPIError as error:
            session = db.session()
            if not is_lost_connection(error) or session.info.get("commit_sent"):
                raise
            session.rollback()
            return super().dispatch_request()


@dataclass
class Parts:
    """What requests and commands need of the composition: `app.extensions["tazalyq"]`."""

    settings: Settings
    clock: Clock


def create_app(configured: Settings | None = None, *, clock: Clock | None = None) -> Tazalyq:
    """Make the application; `clock` is the test's own where one is given.

    Raises:
        SettingsError: naming each wrong setting and its cure.
    """
    configured = configured or settings.read(os.environ)
    app = Tazalyq("tazalyq")
    _connect_database(app, configured)
    app.extensions["tazalyq"] = Parts(configured, clock or _clock(app, configured))
    return app


def _clock(app: Tazalyq, configured: Settings) -> Clock:
    """The system's clock; in development one that can be set, read through a connection of its own."""
    if not configured.development:
        return SystemClock()
    with app.app_context():
        return SharedClock(partial(read_clock_offset, db.engine))


def _connect_database(app: Tazalyq, configured: Settings) -> None:
    url = configured.database_url or embedded.start(configured.data_dir)
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(configured.web_threads)
    if configured.database_read_url:
        app.config["SQLALCHEMY_BINDS"] = {"read": sqlalchemy_url(configured.database_read_url)}
    db.init_app(app)
    migrate.init_app(app, db, include_object=_is_ours)


def _is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001 - alembic's signature
    """Leave the queue's own tables to the queue."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))

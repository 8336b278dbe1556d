"""Runs the migrations over the application's own engine (Flask-Migrate calls this file)."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

import service.models  # noqa: F401 - registers the tables
from service.platform.database import db

ONE_AT_A_TIME = 7_240_071
"""The key of the lock that an upgrade holds."""


def run() -> None:
    """Run in one transaction: PostgreSQL's DDL is transactional, a failed upgrade leaves nothing behind.

    Two at once run one after the other, and take as long as they need: no request waits for them. A lock of a
    table is waited for as shortly as elsewhere, for requests queue up behind the waiting.
    """
    with db.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()

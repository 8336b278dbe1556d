"""Runs the migrations over the application's own engine (Flask-Migrate calls this file)."""

from alembic import context
from flask import current_app

import service.models  # noqa: F401 - registers the tables
from service.platform.database import db


def run() -> None:
    """Run in one transaction: PostgreSQL's DDL is transactional, a failed upgrade leaves nothing behind."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()

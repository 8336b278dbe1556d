"""Whether the database is there and has the schema of this release."""

import sqlalchemy as sa
from sqlalchemy.orm import Session


def schema_version(session: Session) -> str | None:
    """The migration that the database is at; None before the first."""
    if session.scalar(sa.text("SELECT to_regclass('alembic_version')::text")) is None:
        return None
    return str(session.scalar(sa.text("SELECT version_num FROM alembic_version")))

"""A person's notification settings: read, and changed in parts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.models import NotificationSettings
from service.models.notification_settings import default_settings


def get(session: Session, volunteer_id: UUID) -> NotificationSettings:
    """What holds for a person; the defaults where nothing was set."""
    return session.get(NotificationSettings, volunteer_id) or default_settings(volunteer_id)


def put(session: Session, volunteer_id: UUID, changes: Mapping[str, Any]) -> NotificationSettings:
    """Set what is named; the rest stays: an older app does not undo what it does not know."""
    defaults = default_settings(volunteer_id)
    names = [column.key for column in sa.inspect(NotificationSettings).columns]
    values = {name: getattr(defaults, name) for name in names} | dict(changes)
    statement = insert(NotificationSettings).values(values)
    if changes:
        statement = statement.on_conflict_do_update(index_elements=["volunteer_id"], set_=dict(changes))
    else:
        statement = statement.on_conflict_do_nothing()
    session.execute(statement)
    return session.get_one(NotificationSettings, volunteer_id, populate_existing=True)

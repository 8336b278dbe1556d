"""The ground of all tables: their base, the names of their constraints, their ids."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, registry
from uuid_utils.compat import uuid7

COUNTRY_ZONE = ZoneInfo("Asia/Almaty")
"""The zone of people's days and evenings: all of Kazakhstan shares one since 1 March 2024."""

LocalizedText = dict[str, str]
"""A name in up to three languages: {"kk": …, "ru": …, "en": …}."""

LOCALES = ("kk", "ru", "en")
"""The languages of names and words, in the order in which one stands in for another."""

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every model's base. The type map lives in the registry: Flask-SQLAlchemy refuses it on the class."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING_CONVENTION),
        type_annotation_map={
            str: sa.Text,
            datetime: sa.DateTime(timezone=True),
            date: sa.Date,
            UUID: sa.Uuid,
            LocalizedText: JSONB,
            dict[str, Any]: JSONB,
            list[str]: ARRAY(sa.Text),
        },
    )


def localized(names: Mapping[str, str], locale: str) -> str:
    """A name in the reader's language; a missing one falls back kk → ru → en, and "" is no name at all."""
    return names.get(locale) or next((names[language] for language in LOCALES if names.get(language)), "")


def new_id() -> UUID:
    """A UUID of version 7: ids made by the server sort by the time of making."""
    return uuid7()


def first_id_at(seconds: float) -> UUID:
    """The smallest id of version 7 that can be made then: so many seconds of the epoch, by the real clock."""
    return UUID(int=int(seconds * 1_000) << 80)

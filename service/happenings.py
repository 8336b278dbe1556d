"""What rooms tell each other without importing each other: a happening, and who listens to it.

A use case tells; whoever must act on it in the same transaction is named in `service/listeners.py` or
`notifications/listeners.py`, in the order in which they run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that has just been changed in the session's transaction, `at` a moment."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChanged(Happening):
    """An event is another than before; told in the transaction that holds its row, after it was written.

    `changed` names the columns of `event` that have another value now: of its plan, or `status` when it was
    published or called off. `starts_at`, `ends_at` and `status` decide what attendances are derived from.
    """

    event_id: UUID
    changed: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMoved(Happening):
    """A number in E.164 is this volunteer's no more: it is somebody else's, or nobody's that we know."""

    phone: str
    volunteer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Happening):
    """Somebody has made a record, or said anew what theirs says: this name, with this number in E.164, which
    is None once it is somebody else's. Their row and number are held."""

    volunteer_id: UUID
    phone: str | None
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthDateSet(Happening):
    """A coordinator has corrected this volunteer's birth date; their row is held."""

    volunteer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianConsented(Happening):
    """A guardian has agreed that this minor takes part, or agreed anew."""

    volunteer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianWithdrawn(Happening):
    """No guardian agrees any more that this minor takes part: somebody has taken the consent back, and holds
    its row."""

    volunteer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBanned(Happening):
    """A coordinator has banned this volunteer, or changed what the ban says."""

    volunteer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Happening):
    """Somebody has had themself erased, and is held; told while their rows are still theirs.

    Whoever holds more than rows of theirs acts now: places, reviews, certificates, files. The rows go
    afterwards, as `platform/personal_data.py` has them registered: those that stay name `tombstone_id`.
    """

    volunteer_id: UUID
    tombstone_id: UUID
    keep_certificates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceChanged(Happening):
    """What counts of these volunteers' attendance is another than before: whoever has changed it, and how.

    Told by the fold of the counts, some seconds after the transaction that changed it: each change is taken
    there once, and check-ins pay nothing for it.
    """

    volunteer_ids: frozenset[UUID]


class EventsFate(StrEnum):
    """What becomes of an organization's coming events when it is verified no more."""

    KEEP = "keep"
    HIDE = "hide"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationStatusChanged(Happening):
    """A coordinator has decided about an organization, whose row is held.

    `before` and `status` may be the same where only `events` is new; None: they stay as they are.
    """

    organization_id: UUID
    before: str
    status: str
    events: EventsFate | None
    decided_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Happening):
    """Somebody is no member of an organization any more: taken out, or gone."""

    organization_id: UUID
    volunteer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyHelps(Happening):
    """A member who has run an organization's events may only help at their doors from now on."""

    organization_id: UUID
    volunteer_id: UUID


Listener = Callable[[Session, Any], None]
Table = Mapping[type[Happening], Sequence[Listener]]

_tables: list[Table] = []


def install(*tables: Table) -> None:
    """Let these tables, in their order, hear of everything from now on; those of before are forgotten."""
    _tables[:] = tables


def tell(session: Session, happening: Happening) -> None:
    """Run every listener to this kind of happening, in the written order, in the session's transaction.

    Raises:
        RuntimeError: nothing is installed, so that nobody would hear; what a listener raises.
    """
    if not _tables:
        raise RuntimeError("no listeners are installed")
    for table in _tables:
        for listener in table.get(type(happening), ()):
            listener(session, happening)

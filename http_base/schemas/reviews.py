"""What a coordinator says of doubtful attendance, of one or of many."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from http_base import cursors
from http_base.fields import LENGTH, Strict, Text, one_of
from service import errors
from service.attendance.evidence import Status
from service.rulings.reviews import REASONS, SortKey

STATUSES = {"accept": Status.COUNTED, "reject": Status.REJECTED}
MAX_IDS = 50


def doubt(**options: Any) -> fields.String:
    """For what attendance waits."""
    return one_of(*REASONS, **options)


def seen_last(cursor: str | None) -> SortKey | None:
    """The last one of the queue that was seen: an appeal by its distance, or an attendance by its time.

    Raises:
        Invalid: no cursor of this list.
    """
    try:
        found: SortKey | None = cursors.decode(cursor, cursors.count, UUID)
    except errors.Invalid:
        found = cursors.decode(cursor, cursors.moment, UUID)
    return found


class ReviewBody(Strict):
    decision = one_of(*STATUSES, required=True)
    reason = Text(longest=1_000, required=True)


class ReviewsBody(ReviewBody):
    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MAX_IDS, error=LENGTH))

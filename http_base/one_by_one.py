"""Records of a batch that are read one by one: one that cannot be read is refused by itself."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields

from http_base import problems
from http_base.strict_json import check_value


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A kept record that breaks the contract: its id, where it has one, and what is wrong, by field."""

    id: UUID | None
    errors: dict[str, list[str]]

    def result(self) -> dict[str, Any]:
        """As it stands among the results of its batch."""
        found = problems.document(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", field_errors=self.errors)
        return {"id": self.id, "outcome": "refused", "problem": found}


class Kept(fields.Nested):
    """One record of a batch. One that cannot be read is refused by itself: it must not block a phone's queue.

    A phone without any fix says an accuracy of -1, for example.
    """

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **options: Any) -> Any:
        try:
            check_value(value)
            return super()._deserialize(value, attr, data, **options)
        except ValidationError as error:
            return Unreadable(_id_of(value), problems.flat_errors(error.messages))


def _id_of(value: Any) -> UUID | None:
    try:
        return UUID(value["id"])
    except (TypeError, KeyError, ValueError, AttributeError):
        return None

"""The regions of a question, as queries that are written once are asked for them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

_ONE = sa.bindparam("region", type_=sa.Text)
_SEVERAL = sa.bindparam("regions", type_=ARRAY(sa.Text))


class Among(StrEnum):
    """For how many regions a query is: PostgreSQL plans once for whichever one, anew for each list."""

    ALL = "all"
    ONE = "one"
    SEVERAL = "several"

    @classmethod
    def of(cls, codes: Sequence[str] | None) -> "Among":
        """Which kind of query answers for these regions; None: for all of the country."""
        if codes is None:
            return cls.ALL
        return cls.ONE if len(codes) == 1 else cls.SEVERAL

    def holding(self, region_code: sa.SQLColumnExpression[Any]) -> list[sa.ColumnElement[bool]]:
        """The conditions on rows with a region's code."""
        match self:
            case Among.ALL:
                return []
            case Among.ONE:
                return [region_code == _ONE]
            case Among.SEVERAL:
                return [region_code == sa.any_(_SEVERAL)]


def values(codes: Sequence[str] | None) -> dict[str, Any]:
    """What such a query is asked with, of these regions."""
    return {"region": codes[0] if codes else None, "regions": codes}

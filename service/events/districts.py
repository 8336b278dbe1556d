"""Which district an event counts in as it is made and changed: that of its meeting point."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service import errors
from service.geography import districts
from service.models import Event


def settle(session: Session, event: Event, said: str | None) -> None:
    """Give an event, as its plan has just been put into it, the district of its meeting point.

    `said`: which one its organizer names; None: none. It stands where no district of the region is known.

    Raises:
        Invalid: the meeting point is in another one.
    """
    known = districts.current(session)
    event.districts_version, event.district_by_hand = known.version, False
    if not known.knows(event.region_code):
        return
    event.district_code = known.at(event.latitude, event.longitude, event.region_code)
    _check(session, event, said)


def follow(session: Session, event: Event, before: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Let the district follow a change: found again with another meeting point; else it stays.

    What a coordinator has set by hand stands until then. Raises as `settle`.
    """
    said = changes.get("district_code")
    stays = (event.latitude, event.longitude) == (before["latitude"], before["longitude"])
    if stays and event.district_by_hand:
        event.district_code = before["district_code"]
        _check(session, event, said)
    elif not stays or "district_code" in changes:
        settle(session, event, said)


def _check(session: Session, event: Event, said: str | None) -> None:
    if said is not None and said != event.district_code:
        names = districts.names_of(session, [event.district_code])[event.district_code]
        raise errors.Invalid("district", "district-mismatch", district=names)

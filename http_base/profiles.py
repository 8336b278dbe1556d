"""What people say of themselves when they register, or change it: the API and the pages take it alike."""

from collections.abc import Mapping
from typing import Any

from http_base.context import now, services, session
from service import errors
from service.models import Volunteer
from service.people import volunteers
from service.people.identities import Identity
from service.people.volunteers import Profile
from service.platform import phones


def parts_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body (`ProfileBody`, `ProfileChange`) as those of a Profile. Raises Invalid."""
    values: dict[str, Any] = {
        name: body[name] for name in ("display_name", "birth_date", "locale", "consents") if name in body
    }
    if "region" in body:
        values["region_code"] = body["region"]
    if "home" in body:
        home = body["home"]
        values["home"] = home and (home["latitude"], home["longitude"])
    if "guardian" in body:
        guardian = body["guardian"]
        values["guardian"] = guardian and (
            guardian["name"],
            phones.parse_of_any_country(
                guardian["phone"], services().settings.phone_regions[0], "guardian.phone"
            ),
        )
    return values


def put(identity: Identity, body: Mapping[str, Any]) -> tuple[Volunteer, bool]:
    """Register who has proven to be this, or replace their record; True when it is new. The caller commits.

    Raises what `volunteers.register` raises; a wrong birth date of a dormant record is counted.
    """
    settings = services().settings
    try:
        return volunteers.register(
            session(),
            identity,
            Profile(**parts_of(body)),
            now(),
            min_age=settings.min_age,
            phone_regions=settings.phone_regions,
        )
    except errors.OtherBirthDate:
        session().commit()  # the try counts
        raise

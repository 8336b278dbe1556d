"""Finding places by name or address."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base import places
from http_base.blueprints import Blueprint
from http_base.context import locale, session
from http_base.document import OPEN
from http_base.fields import LocalizedName, Near, Strict, Text, one_of
from service.geography import districts
from service.geography.places import FoundPlace, PlaceKind, PlaceSource, towns_by
from service.models.base import localized

blueprint = Blueprint("places", __name__, url_prefix="/v1/places", description="Places")


class PlaceQuery(Strict):
    q = Text()
    near = Near(
        metadata={"description": "LAT,LON in degrees: close ones first; without `q` the nearest towns."}
    )


class FoundPlaceShown(Schema):
    name = fields.String()
    names = fields.Nested(LocalizedName)
    kind = one_of(*PlaceKind)
    latitude = fields.Float()
    longitude = fields.Float()
    region = fields.String()
    district = fields.String(allow_none=True)
    source = one_of(*PlaceSource)


class FoundPlaces(Schema):
    """`complete`: false where streets and houses could not be looked for just now: ask again."""

    items = fields.List(fields.Nested(FoundPlaceShown))
    complete = fields.Boolean()


@blueprint.route("", methods=["GET"])
@blueprint.operation("findPlaces", "anyone", security=OPEN)
@blueprint.arguments(PlaceQuery, location="query")
@blueprint.response(HTTPStatus.OK, FoundPlaces)
def find_places(query: dict[str, Any]) -> dict[str, Any]:
    """Places of Kazakhstan by name or address, best first; ten at most. Without `q` the largest towns.

    Towns are from GeoNames (CC BY 4.0); streets and houses, with a Nominatim, from OpenStreetMap (ODbL).
    """
    if "q" not in query:
        return {"items": list(map(_shown, towns_by(query.get("near")))), "complete": True}
    found = places.found(query["q"], query.get("near"))
    return {"items": list(map(_shown, found.places)), "complete": found.is_whole}


def _shown(place: FoundPlace) -> dict[str, Any]:
    known = districts.current(session())
    return {
        "name": localized(place.names, locale()),
        "names": place.names,
        "kind": place.kind,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "region": place.region_code,
        "district": known.at(place.latitude, place.longitude, place.region_code),
        "source": place.source,
    }

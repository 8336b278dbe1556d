"""Figures and events for everybody, to be used elsewhere: months as they were published, for ever."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from marshmallow import Schema, ValidationError, fields, post_load

from http_base.blueprints import OpenBlueprint
from http_base.context import now, session
from http_base.document import OPEN
from http_base.fields import FIRST_YEAR, LAST_YEAR, LocalizedName, Strict, one_of, told
from service.events import offers, search
from service.figures import public, public_columns
from service.models import Event, EventKind, PlacesLeft
from service.platform.sheets import Dialect, Kind, Sheet, csv_bytes

blueprint = OpenBlueprint("public", __name__, url_prefix="/public", description="For everybody")

MAX_MONTHS = 120
DEFAULT_MONTHS = 12
MAX_EVENTS = 5_000
SOME_MINUTES = {"Cache-Control": "public, max-age=300"}
AN_HOUR = {"Cache-Control": "public, max-age=3600"}
LICENCE = "CC BY 4.0"


class Month(fields.Field[date]):
    """YYYY-MM, as the first day of the month."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_options: Any) -> date:
        try:
            month = datetime.strptime(str(value), "%Y-%m").date()  # noqa: DTZ007 - a month of the country's
        except ValueError as error:
            raise ValidationError("month") from error
        if len(str(value)) != len("2026-11") or not FIRST_YEAR <= month.year < LAST_YEAR:
            raise ValidationError("month")
        return month


class PublicQuery(Strict):
    first = Month(data_key="from")
    last = Month(data_key="to")
    group_by = one_of("region", "month", "kind", load_default="region")

    @post_load
    def _months(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """What is left out is completed to the last twelve months that may be known."""
        last = data.setdefault("last", max(public.last_finished(now()), data.get("first", date.min)))
        first = data.setdefault("first", _back(last, DEFAULT_MONTHS - 1))
        if not 0 <= _months_between(first, last) < MAX_MONTHS:
            raise ValidationError(told("months", max=MAX_MONTHS), "to")
        return data


def _back(month: date, months: int) -> date:
    number = month.year * 12 + month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


_FIELDS: dict[Kind, type[fields.Field[Any]]] = {Kind.WHOLE: fields.Integer, Kind.DECIMAL: fields.Float}
_FIGURES: dict[str, fields.Field[Any]] = {
    name: _FIELDS[one.kind](allow_none=True, metadata={"description": one.text["en"]})
    for name, one in public_columns.figures().items()
}
PublicFigures = Schema.from_dict(
    _FIGURES
    | {
        "withheld": fields.Dict(
            keys=fields.String(),
            values=fields.Integer(),
            metadata={"description": "Of how many months a group of figures is left out."},
        )
    },
    name="PublicFigures",
)


class PublicRow(PublicFigures):  # type: ignore[misc,valid-type] # made of the columns
    key = fields.String()
    name = fields.Nested(LocalizedName, allow_none=True)


class PublicCounts(Schema):
    """`published_to`: the newest month that is known."""

    first = fields.String(data_key="from")
    last = fields.String(data_key="to")
    published_to = fields.String(allow_none=True)
    totals = fields.Nested(PublicFigures)
    rows = fields.List(fields.Nested(PublicRow))
    definitions = fields.Dict(keys=fields.String(), values=fields.Nested(LocalizedName))


@blueprint.route("/counts", methods=["GET"])
@blueprint.operation("getPublicCounts", "anyone", security=OPEN)
@blueprint.arguments(PublicQuery, location="query")
@blueprint.response(HTTPStatus.OK, PublicCounts)
def get_public_counts(query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Figures of whole months, each published on the 15th of the next one and the same from then on.

    What is about fewer than five people is withheld, and what would tell it by subtraction: null, or, over
    several months, a sum without them; `withheld` says of how many. Different people of several months are
    no sum.
    """
    months = public.Months(query["first"], query["last"])
    known = public.published(session())
    report = public.count(session(), months, query["group_by"]) | {
        "first": f"{months.first:%Y-%m}",
        "last": f"{months.last:%Y-%m}",
        "published_to": None if known is None else f"{known.last:%Y-%m}",
        "definitions": public_columns.DEFINITIONS,
    }
    return report, AN_HOUR


class PointShown(Schema):
    type = one_of("Point")
    coordinates = fields.List(fields.Float())


class PublicEvent(Schema):
    title = fields.Nested(LocalizedName)
    kind = one_of(*EventKind)
    starts_at = fields.DateTime(format="iso")
    ends_at = fields.DateTime(format="iso")
    address = fields.Nested(LocalizedName)
    region = fields.String()
    district = fields.String(allow_none=True)
    places_left = one_of(*PlacesLeft, allow_none=True)


class EventFeature(Schema):
    type = one_of("Feature")
    id = fields.UUID()
    geometry = fields.Nested(PointShown)
    properties = fields.Nested(PublicEvent)


class EventFeatures(Schema):
    type = one_of("FeatureCollection")
    features = fields.List(fields.Nested(EventFeature))


@blueprint.route("/events.geojson", methods=["GET"])
@blueprint.operation("listPublicEvents", "anyone", security=OPEN)
@blueprint.response(HTTPStatus.OK, EventFeatures)
def list_public_events() -> tuple[dict[str, Any], dict[str, str]]:
    """Published events that are not over, soonest first; not how many go, but whether places are left."""
    features = [_feature(event) for event in search.coming(session(), now(), MAX_EVENTS)]
    return {"type": "FeatureCollection", "features": features}, SOME_MINUTES


def _feature(event: Event) -> dict[str, Any]:
    zone = ZoneInfo(event.zone)
    return {
        "type": "Feature",
        "id": event.id,
        "geometry": {"type": "Point", "coordinates": [event.longitude, event.latitude]},
        "properties": {
            "title": event.title,
            "kind": event.kind,
            "starts_at": event.starts_at.astimezone(zone),
            "ends_at": event.ends_at.astimezone(zone),
            "address": event.current_address_names or {"kk": event.address},
            "region": event.region_code,
            "district": event.district_code,
            "places_left": offers.places_left(session(), event, now()),
        },
    }


class ColumnShown(Schema):
    key = fields.String()
    type = one_of(*Kind)
    description = fields.Nested(LocalizedName)


class Dataset(Schema):
    """`rows`: an object a month and region, with a member a column; null: withheld, or nobody said."""

    licence = fields.String()
    published_to = fields.String(allow_none=True)
    definitions = fields.Dict(keys=fields.String(), values=fields.Nested(LocalizedName))
    columns = fields.List(fields.Nested(ColumnShown))
    rows = fields.List(fields.Dict(keys=fields.String()))


@blueprint.route("/dataset.json", methods=["GET"])
@blueprint.operation("getDataset", "anyone", security=OPEN)
@blueprint.response(HTTPStatus.OK, Dataset)
def get_dataset() -> tuple[dict[str, Any], dict[str, str]]:
    """All months that were published, a row a month and region, with what each column means."""
    known = public.published(session())
    columns = [
        {"key": one.key, "type": one.kind, "description": one.text} for one in public_columns.all_columns()
    ]
    found = {
        "licence": LICENCE,
        "published_to": None if known is None else f"{known.last:%Y-%m}",
        "definitions": public_columns.DEFINITIONS,
        "columns": columns,
        "rows": public.dataset(session()),
    }
    return found, AN_HOUR


@blueprint.route("/dataset.csv", methods=["GET"])
@blueprint.operation("downloadDataset", "anyone", security=OPEN)
@blueprint.response(HTTPStatus.OK, {"type": "string"}, content_type="text/csv")
def download_dataset() -> Response:
    """The rows of dataset.json as CSV (RFC 4180, UTF-8); an empty cell is withheld, or nobody said."""
    columns = public_columns.all_columns()
    rows = ([row[one.key] for one in columns] for row in public.dataset(session()))
    sheet = Sheet("dataset", [one.column for one in columns], rows)
    body = b"".join(csv_bytes(sheet, Dialect.PLAIN, "en"))
    response = Response(body, content_type="text/csv; charset=utf-8", headers=AN_HOUR)
    response.add_etag()
    response.make_conditional(request)
    return response

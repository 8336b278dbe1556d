"""Fields and schemas that every noun shares: strict, as the contract says."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema
from werkzeug.datastructures import FileStorage

from http_base.bodies import beginning_of
from service.geography import regions
from service.platform.images import MAX_BYTES
from service.platform.text import clean

MAX_NAME = 200
MAX_TEXT = 5_000
MAX_PAGE = 100
FIRST_YEAR, LAST_YEAR = 1900, 2999
KATO_DIGITS = 9


def told(key: str, **facts: Any) -> str:
    """A key of the catalogue with what its words need, as the message of a validator."""
    return "\t".join([key, *(f"{name}={value}" for name, value in facts.items())])


# marshmallow fills in its validators' own limits.
LENGTH = told("length", min="{min}", max="{max}")
LENGTH_TO = told("length-to", max="{max}")
ITEMS_TO = told("items-to", max="{max}")
NUMBER = told("number", min="{min}", max="{max}")
DAYS_FROM_TO = told("day-from-to", min="{min}", max="{max}")
NUMBER_ABOVE = told("number-above", min="{min}", max="{max}")
NUMBER_FROM = told("number-from", min="{min}")
CHOICE = told("choice", choices="{choices}")
OPTIONAL: Mapping[str, Any] = {"optional": True}
"""The metadata of a field that an answer may be without."""


class Strict(Schema):
    """A request: unknown fields are an error."""

    class Meta:
        unknown = RAISE


class Text(fields.String):
    """Text as `clean` lets it in, not empty unless said so: the one field that takes people's words.

    Its length holds as it was sent, which a client can know, and as it is kept.
    """

    def __init__(self, *, longest: int = MAX_NAME, shortest: int = 1, **options: Any) -> None:
        self.length = validate.Length(min=shortest, max=longest, error=LENGTH)
        super().__init__(validate=self.length, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        self.length(value)
        return str(super()._deserialize(clean(value), attr, data, **options))


def path_text(text: str, name: str) -> str:
    """A key of a path, by the same rules as in a body.

    Raises:
        ValidationError: it has NUL, nothing visible, or is longer than a name may be.
    """
    if "\0" in text:
        raise ValidationError({name: ["text"]})
    try:
        return Text().deserialize(text)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


class RegionCode(Text):
    """The ISO code of one of Kazakhstan's regions."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        code = super()._deserialize(value, attr, data, **options)
        if regions.get(code) is None:
            known = ", ".join(region.code for region in regions.all_regions())
            raise ValidationError(told("region-unknown", regions=known))
        return code


class DistrictCode(Text):
    """The KATO code of a district, imported or not: nine digits, the first two of them its region's."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        code = super()._deserialize(value, attr, data, **options)
        if len(code) != KATO_DIGITS or not code.isdecimal() or regions.of_kato(code) is None:
            raise ValidationError("district")
        return code


class DateTime(fields.AwareDateTime):
    """RFC 3339 with an offset; naive times are refused. Answered in the zone of the context's event."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        if not isinstance(value, str) or len(value) < len("2026-01-01T00:00Z") or value[10] not in "Tt ":
            raise ValidationError("moment")
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValidationError("naive-time")
        except ValueError as error:
            raise ValidationError("moment") from error
        # Farther dates overflow when they are moved, by a zone or by how wrong the phone's clock goes.
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError("moment")
        # RFC 3339 has offsets up to 23:59, the database takes fewer: from here on all moments are UTC.
        return moment.astimezone(UTC)


class TimeOfDay(fields.Time):
    """A local time of day, "22:00"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, str) or len(value) != len("22:00"):
            raise ValidationError("time-of-day")
        try:
            return super()._deserialize(value, attr, data, **options)
        except ValidationError as error:
            raise ValidationError("time-of-day") from error


class Coordinate(fields.Float):
    """Degrees within ± limit; a number, never text."""

    def __init__(self, limit: int, **options: Any) -> None:
        super().__init__(validate=validate.Range(-limit, limit, error=NUMBER), allow_nan=False, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        return float(super()._deserialize(value, attr, data, **options) or 0.0)


class Near(fields.Field[tuple[float, float]]):
    """LAT,LON in degrees, in or about Kazakhstan."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_options: Any) -> tuple[float, float]:
        try:
            latitude, longitude = map(float, str(value).split(","))
        except ValueError as error:
            raise ValidationError("near") from error
        if not (abs(latitude) <= 180 and abs(longitude) <= 180):  # NaN fails, too
            raise ValidationError("near")
        if regions.is_about_kazakhstan(latitude, longitude):
            return latitude, longitude
        if regions.is_about_kazakhstan(longitude, latitude):
            raise ValidationError(told("near-swapped", near=f"{longitude},{latitude}"))
        raise ValidationError("near-outside")


class Number(fields.Float):
    """A number of at least `lowest`, at most `highest`, never text."""

    def __init__(self, lowest: float, highest: float | None = None, **options: Any) -> None:
        error = NUMBER_FROM if highest is None else NUMBER
        super().__init__(validate=validate.Range(lowest, highest, error=error), allow_nan=False, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        return float(super()._deserialize(value, attr, data, **options) or 0.0)


class YesNo(fields.Boolean):
    """true or false alone: 0 equals False in Python, and is something else in JSON."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class UploadedFile(fields.Field[bytes]):
    """A file of a form, as bytes; of one that is larger than a photograph may be, a byte too many."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bytes:
        if not isinstance(value, FileStorage):
            raise ValidationError("file")
        return beginning_of(value, MAX_BYTES + 1)

    def openapi(self, _converter: Any) -> dict[str, Any]:
        """As generators of clients know it."""
        return {"type": "string", "format": "binary"}


def whole(lowest: int, highest: int, **options: Any) -> fields.Integer:
    """A whole number within limits, never text."""
    return fields.Integer(strict=True, validate=validate.Range(lowest, highest, error=NUMBER), **options)


def one_of(*choices: str, **options: Any) -> fields.String:
    """One of the names."""
    return fields.String(validate=validate.OneOf(choices, error=CHOICE), **options)


class Point(Strict):
    """WGS 84 degrees."""

    latitude = Coordinate(90, required=True)
    longitude = Coordinate(180, required=True)


class Names(Strict):
    """A name in up to three languages; at least one."""

    kk = Text()
    ru = Text()
    en = Text()

    @validates_schema
    def _some_language(self, data: Mapping[str, str], **_options: Any) -> None:
        if not data:
            raise ValidationError("names")


class Texts(Strict):
    """A longer text in up to three languages, or none."""

    kk = Text(longest=MAX_TEXT)
    ru = Text(longest=MAX_TEXT)
    en = Text(longest=MAX_TEXT)


class Paged(Strict):
    """The query of a list."""

    cursor = fields.String(validate=validate.Length(max=500, error=LENGTH_TO))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_PAGE, error=NUMBER))


class Accepted(Schema):
    """It will be done; the answer tells nothing else."""

    status = one_of("accepted")


class LocalizedName(Schema):
    """A name in up to three languages."""

    kk = fields.String(metadata=OPTIONAL)
    ru = fields.String(metadata=OPTIONAL)
    en = fields.String(metadata=OPTIONAL)

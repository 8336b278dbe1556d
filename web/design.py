"""Every component of the pages on one page, to look at while building; in development only."""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Response, request
from marshmallow import fields, validate
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from http_base import problems
from http_base.context import now
from http_base.fields import CHOICE, Strict, Text
from service.geography import regions
from web import charts, formats
from web.addresses import to
from web.forms import read_form
from web.pages import How, Pages, done, render
from web.templating import text

pages = Pages("design")
OUTLINES = Path(regions.__file__).parent / "data" / "districts.geojson"
"""Real districts, to look at maps before any are imported."""

KINDS = ("clean-up", "tree-planting", "waterside", "sorting", "lesson", "other")
REASONS = ("weather", "closed", "too-few")
STATUSES = (401, 403, 404, 409, 422, 429, 500, 503)


class Try(Strict):
    """A form to try: each kind of field once."""

    id = fields.UUID()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error=CHOICE))
    title = Text(required=True, longest=60)
    starts_at = fields.Time(format="%H:%M", required=True)
    expected = fields.Integer(strict=True)
    region = fields.String(validate=validate.OneOf(REASONS, error=CHOICE))
    note = Text(longest=500)
    agreed = fields.Boolean()


def rows_of_districts() -> list[charts.Row]:
    """Each kind of row: many, few, nobody, silent for weeks and since ever."""
    figures = [(412, 690), (96, 210), (88, 175), (74, 120), (46, 70), (41, 60), (38, 55), (33, 48), (22, 35)]
    figures += [(15, 40), (18, 0), (0, 0)]
    names = sorted((names["kk"], code) for code, (names, _) in outlines_of("KZ-15").items())
    rows = [
        charts.Row(code, name, verified, declared)
        for (name, code), (verified, declared) in zip(names, figures, strict=False)
    ]
    silent = [
        charts.Row(code, name, 0, 0, 3, ask=(text("page.contact"), "#map"))
        for name, code in names[len(figures) :]
    ]
    return [*rows, *silent]


@cache
def outlines_of(region: str) -> Mapping[str, tuple[Mapping[str, str], BaseGeometry]]:
    """Names and outlines of a region's districts, by code."""
    features = json.loads(OUTLINES.read_text("utf-8"))["features"]
    return {
        one["properties"]["kato"]: (one["properties"], shape(one["geometry"]))
        for one in features
        if one["properties"]["iso"] == region
    }


def rows_of_days() -> list[charts.Row]:
    """A week with a day of action in it."""
    first = now().date()
    figures = [(21, 0), (42, 17), (18, 0), (502, 640), (96, 0), (160, 240), (44, 63)]
    return [
        charts.Row(str(at), formats.day(first + timedelta(at)).rpartition(" ")[0], verified, declared)
        for at, (verified, declared) in enumerate(figures)
    ]


@pages.page("/dev/design", methods=("GET", "POST"))
def show() -> Response:
    """All components; the form can be sent."""
    form = read_form(Try, kind="clean-up", starts_at="10:00")
    if form.is_good:
        return done(to("design.show"), "page.design.sent")
    return render(
        "dev/design.html",
        How(part="dev/views.html"),
        state=request.args.get("state", "all"),
        form=form,
        kinds=[(kind, text(f"page.design.kind.{kind}")) for kind in KINDS],
        reasons=[(reason, text(f"page.design.reason.{reason}")) for reason in REASONS],
        starts_at=now(),
        ends_at=now() + timedelta(hours=2),
    )


@pages.page("/dev/design/charts")
def show_charts() -> Response:
    """The charts, each with its table."""
    return render(
        "dev/charts.html",
        districts=rows_of_districts(),
        plan=charts.plan("design", lambda: {code: one for code, (_, one) in outlines_of("KZ-15").items()}),
        days=rows_of_days(),
    )


@pages.page("/dev/design/errors/<int:status>")
def refused(status: int) -> Response:
    """What a refusal of this status looks like."""
    known = status if status in STATUSES else HTTPStatus.NOT_FOUND
    code = {401: "unauthenticated", 403: "forbidden", 409: "id-reused", 500: "internal"}.get(known)
    facts = {"retry_after_s": 95, "what": "event"}
    return problems.problem(known, code or problems.CODES[HTTPStatus(known)], facts)

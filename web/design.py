"""Every component of the pages on one page, to look at while building; in development only."""

from datetime import timedelta
from http import HTTPStatus

from flask import Response
from marshmallow import Schema, fields, validate

from http_base import problems
from http_base.context import now
from http_base.fields import CHOICE, Strict, Text
from web.addresses import to
from web.forms import read_form
from web.pages import Pages, done, render
from web.templating import text

pages = Pages("design")

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


class Sure(Schema):
    """The answer of who was asked again."""

    sure = fields.Boolean()


@pages.page("/dev/design", methods=("GET", "POST"))
def show() -> Response:
    """All components; the form can be sent."""
    form = read_form(Try, kind="clean-up", starts_at="10:00")
    if form.is_good:
        return done(to("design.show"), "page.design.sent")
    return render(
        "dev/design.html",
        form=form,
        kinds=[(kind, text(f"page.design.kind.{kind}")) for kind in KINDS],
        reasons=[(reason, text(f"page.design.reason.{reason}")) for reason in REASONS],
        starts_at=now(),
        ends_at=now() + timedelta(hours=2),
    )


@pages.page("/dev/design/errors/<int:status>")
def refused(status: int) -> Response:
    """What a refusal of this status looks like."""
    known = status if status in STATUSES else HTTPStatus.NOT_FOUND
    code = {401: "unauthenticated", 403: "forbidden", 409: "id-reused", 500: "internal"}.get(known)
    facts = {"retry_after_s": 95, "what": "event"}
    return problems.problem(known, code or problems.CODES[HTTPStatus(known)], facts)

"""What a phone has to know before it can do anything."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.contacts import ContactShown, shown_by
from http_base.context import now, services, session
from http_base.document import OPEN, OPEN_OR_SIGNED_IN
from http_base.fields import MAX_PAGE, LocalizedName, one_of
from notifications.words import LOCALES
from service.geography import regions
from service.models import EventKind
from service.models.signups import MAX_COMPANIONS
from service.organizations import contacts
from service.people import consents

blueprint = Blueprint("meta", __name__, url_prefix="/v1", description="Basics")


class Limits(Schema):
    min_age = fields.Integer()
    companions = fields.Integer()
    page = fields.Integer()


class Meta(Schema):
    consents = fields.Dict(keys=fields.String(), values=fields.String())
    lowest_app_version = fields.String()
    kinds = fields.List(one_of(*EventKind))
    locales = fields.List(one_of(*LOCALES))
    limits = fields.Nested(Limits)


class RegionShown(Schema):
    code = fields.String()
    kato = fields.String()
    name = fields.Nested(LocalizedName, attribute="names")
    contact = fields.Nested(ContactShown, allow_none=True)


class Regions(Schema):
    items = fields.List(fields.Nested(RegionShown))
    next = fields.String(allow_none=True)


@blueprint.route("/meta", methods=["GET"])
@blueprint.operation("getMeta", "anyone", security=OPEN)
@blueprint.response(HTTPStatus.OK, Meta)
def get_meta() -> dict[str, Any]:
    """Consent versions, kinds of events, limits."""
    settings = services().settings
    return {
        "consents": consents.current(now()),
        "lowest_app_version": settings.lowest_app_version,
        "kinds": list(EventKind),
        "locales": LOCALES,
        "limits": {"min_age": settings.min_age, "companions": MAX_COMPANIONS, "page": MAX_PAGE},
    }


@blueprint.route("/regions", methods=["GET"])
@blueprint.operation("listRegions", "anyone", security=OPEN_OR_SIGNED_IN)
@blueprint.response(HTTPStatus.OK, Regions)
def list_regions() -> dict[str, Any]:
    """The 20 regions, and whom to ask in each."""
    listed = regions.all_regions()
    known = shown_by(contacts.by_region(session(), [region.code for region in listed]))
    items = [
        {"code": one.code, "kato": one.kato, "names": one.names, "contact": known.get(one.code)}
        for one in listed
    ]
    return {"items": items, "next": None}

"""What people consent to."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, locale, now, session
from http_base.fields import one_of
from service.models import ConsentName
from service.people import consents

blueprint = Blueprint("consents", __name__, url_prefix="/v1", description="Consents")


class ConsentTextShown(Schema):
    """A text to agree to: its name and version are what registration sends."""

    name = one_of(*ConsentName)
    version = fields.String()
    title = fields.String()
    text = fields.String()


class ConsentTexts(Schema):
    items = fields.List(fields.Nested(ConsentTextShown))


@blueprint.route("/consents", methods=["GET"])
@blueprint.operation("listConsents", "anyone", security=[])
@blueprint.response(HTTPStatus.OK, ConsentTexts)
def list_consents() -> Any:
    """The newest texts that people agree to, whole, in the language asked for."""
    newest = {text.name: text for text in consents.offered(now())}
    items = []
    for text in newest.values():
        title, words = text.words(locale())
        items.append({"name": text.name, "version": text.version, "title": title, "text": words})
    return {"items": items}, HTTPStatus.OK, {"Content-Language": locale(), "Vary": "Accept-Language"}


@blueprint.route("/me/consents/<name>", methods=["DELETE"])
@blueprint.operation("withdrawConsent", "a volunteer")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_consent(name: str) -> None:
    """Take a consent back: nothing more can be joined until it is given again."""
    consents.withdraw(session(), actor().volunteer_id, name, now())
    session().commit()

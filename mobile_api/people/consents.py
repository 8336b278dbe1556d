"""What people consent to."""

from http import HTTPStatus

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from service.people import consents

blueprint = Blueprint("consents", __name__, url_prefix="/v1", description="Consents")


@blueprint.route("/me/consents/<name>", methods=["DELETE"])
@blueprint.operation("withdrawConsent", "a volunteer")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_consent(name: str) -> None:
    """Take a consent back: nothing more can be joined until it is given again."""
    consents.withdraw(session(), actor().volunteer_id, name, now())
    session().commit()

"""What people consent to."""

from http import HTTPStatus

from http_base.blueprints import Blueprint
from http_base.context import actor, session
from service.people import consents, volunteers

blueprint = Blueprint("consents", __name__, url_prefix="/v1", description="Consents")


@blueprint.route("/me/consents/<name>", methods=["DELETE"])
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_consent(name: str) -> None:
    """Take a consent back: nothing more can be joined until it is given again."""
    volunteer = volunteers.get(session(), actor().volunteer_id)
    consents.withdraw(session(), volunteer, name)
    session().commit()

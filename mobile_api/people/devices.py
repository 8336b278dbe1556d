"""Where a person's pushes go."""

from http import HTTPStatus
from typing import Any

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import Strict, Text, one_of, path_text
from service import errors
from service.models import Device
from service.people import devices

blueprint = Blueprint("devices", __name__, url_prefix="/v1/me/devices", description="Devices")

INSTALLATION = "installation_id"


class DeviceBody(Strict):
    platform = one_of("android", "ios", "web", required=True)
    kind = one_of("fid", "token", required=True)
    value = Text(longest=4_096, required=True)
    app_version = Text(longest=50, required=True)


@blueprint.route("/<installation_id>", methods=["PUT"])
@blueprint.operation("putDevice", "a volunteer")
@blueprint.arguments(DeviceBody)
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_device(body: dict[str, Any], installation_id: str) -> None:
    """Register one installation for pushes. A value that moves to another person leaves the old one."""
    key = {"volunteer_id": actor().volunteer_id, "installation_id": path_text(installation_id, INSTALLATION)}
    device = Device(**key, seen_at=now(), **body)
    devices.put(session(), device)
    session().commit()


@blueprint.route("/<installation_id>", methods=["DELETE"])
@blueprint.operation("deleteDevice", "a volunteer", errors.Invalid)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_device(installation_id: str) -> None:
    """Forget one installation."""
    devices.remove(session(), actor().volunteer_id, path_text(installation_id, INSTALLATION))
    session().commit()

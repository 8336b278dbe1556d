"""What a person wants to be told by push, and when not."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, session
from http_base.fields import TimeOfDay
from http_base.schemas.notification_settings import SettingsChange
from service.models import NotificationSettings
from service.people import notification_settings

blueprint = Blueprint(
    "notification_settings",
    __name__,
    url_prefix="/v1/me/notification-settings",
    description="Notification settings",
)


class SettingsShown(Schema):
    changes = fields.Boolean()
    reminders = fields.Boolean()
    announcements = fields.Boolean()
    nearby = fields.Boolean()
    recognition = fields.Boolean()
    quiet_from = TimeOfDay()
    quiet_to = TimeOfDay()
    daily_cap = fields.Integer()


@blueprint.route("", methods=["GET"])
@blueprint.operation("getNotificationSettings", "a volunteer")
@blueprint.response(HTTPStatus.OK, SettingsShown)
def get_settings() -> NotificationSettings:
    """What holds for the caller; quiet hours are local times of day."""
    return notification_settings.get(session(), actor().volunteer_id)


@blueprint.route("", methods=["PUT"])
@blueprint.operation("putNotificationSettings", "a volunteer")
@blueprint.arguments(SettingsChange)
@blueprint.response(HTTPStatus.OK, SettingsShown)
def put_settings(body: dict[str, Any]) -> NotificationSettings:
    """Set what is named, the rest stays. `quiet_from` = `quiet_to`: no quiet hours."""
    changed = notification_settings.put(session(), actor().volunteer_id, body)
    session().commit()
    return changed

"""A push as Firebase's messages: one place for the options of Android, iOS and the web."""

import json
import time
import warnings
from typing import Any

from firebase_admin import messaging
from firebase_admin._messaging_encoder import MessageEncoder

from notifications.gateway import Push


def to_message(push: Push) -> messaging.Message:
    """The SDK's message. Collapse key, tag and notification id are the same at each try of one push."""
    with warnings.catch_warnings():
        # Registration tokens are on their way out, yet phones that have not been updated still bring them.
        warnings.simplefilter("ignore", DeprecationWarning)
        return messaging.Message(
            **{push.target_kind: push.target},
            notification=messaging.Notification(title=push.title, body=push.body),
            data={**push.data, "kind": push.kind, "notification_id": push.notification_id},
            android=_android(push),
            apns=_apns(push),
            webpush=_webpush(push),
        )


def to_json(push: Push) -> dict[str, Any]:
    """The request's body as the SDK would send it."""
    encoded: dict[str, Any] = json.loads(json.dumps(to_message(push), cls=MessageEncoder))
    return {"message": encoded}


def _android(push: Push) -> messaging.AndroidConfig:
    return messaging.AndroidConfig(
        collapse_key=push.collapse_key,
        priority="high" if push.urgent else "normal",
        ttl=push.ttl_s,
        notification=messaging.AndroidNotification(tag=push.notification_id, channel_id=push.channel),
    )


def _apns(push: Push) -> messaging.APNSConfig:
    return messaging.APNSConfig(
        headers={
            "apns-collapse-id": push.notification_id,
            "apns-expiration": str(int(time.time()) + push.ttl_s),
            "apns-push-type": "alert",
            "apns-priority": "10" if push.urgent else "5",
        },
        payload=messaging.APNSPayload(
            aps=messaging.Aps(
                sound="default",
                thread_id=push.channel,
                custom_data={"interruption-level": "time-sensitive" if push.urgent else "active"},
            )
        ),
    )


def _webpush(push: Push) -> messaging.WebpushConfig:
    link = messaging.WebpushFCMOptions(link=push.link) if push.link else None
    return messaging.WebpushConfig(
        headers={"TTL": str(push.ttl_s), "Urgency": "high" if push.urgent else "normal"},
        notification=messaging.WebpushNotification(tag=push.notification_id),
        fcm_options=link,
    )

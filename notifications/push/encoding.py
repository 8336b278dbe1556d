"""A push as Firebase's messages: one place for the options of Android, iOS and the web."""

import json
import time
import warnings
from collections.abc import Mapping
from typing import Any

from firebase_admin import messaging
from firebase_admin._messaging_encoder import MessageEncoder

from notifications.messages import KINDS
from notifications.push.fcm_schema import MAX_PAYLOAD_BYTES, MAX_TTL_S
from notifications.push.gateway import Push

LONGEST_TITLE_BYTES, LONGEST_BODY_BYTES = 400, 1_600
"""More than a lock screen shows; the inbox has the whole text."""


def to_message(push: Push, web_app_url: str | None = None) -> messaging.Message:
    """The SDK's message. Collapse key, tag and notification id are the same at each try of one push.

    `web_app_url`: where the links of web pushes lead, `https://…` without a slash at the end.

    Raises:
        ValueError: more bytes than Firebase takes.
    """
    title, body = shortened(push.title, LONGEST_TITLE_BYTES), shortened(push.body, LONGEST_BODY_BYTES)
    data = {**push.data, "kind": push.kind, "notification_id": push.notification_id}
    if push.button is not None:
        # Phones draw it themselves: Android from the data, iOS by the category of this kind.
        data |= {"button": KINDS[push.kind].button or "", "button_title": push.button}
    _check_size(title, body, data)
    with warnings.catch_warnings():
        # Registration tokens are on their way out, yet phones that have not been updated still bring them.
        warnings.simplefilter("ignore", DeprecationWarning)
        return messaging.Message(
            **{push.target_kind: push.target},
            notification=messaging.Notification(title=title, body=body),
            data=data,
            android=_android(push),
            apns=_apns(push),
            webpush=_webpush(push, link(push, web_app_url)),
        )


def to_json(push: Push, web_app_url: str | None = None) -> dict[str, Any]:
    """The request's body as the SDK would send it."""
    encoded: dict[str, Any] = json.loads(json.dumps(to_message(push, web_app_url), cls=MessageEncoder))
    return {"message": encoded}


def shortened(text: str, longest_bytes: int) -> str:
    """The text, or its beginning up to a word's end with an ellipsis, in at most so many bytes of UTF-8."""
    encoded = text.encode()
    if len(encoded) <= longest_bytes:
        return text
    kept = encoded[: longest_bytes - len("…".encode())].decode(errors="ignore")
    words = kept.rsplit(maxsplit=1)[0]
    return (words if len(words) > len(kept) // 2 else kept).rstrip(" ,.;:") + "…"


def _check_size(title: str, body: str, data: Mapping[str, str]) -> None:
    """Firebase counts the notification and the data; the SDK does not check."""
    payload = {"notification": {"title": title, "body": body}, "data": data}
    size = len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_PAYLOAD_BYTES:
        raise ValueError(f"a payload of {size} bytes, {MAX_PAYLOAD_BYTES} are allowed")


def link(push: Push, web_app_url: str | None) -> str | None:
    """The page of the web app that a click opens; None where there is no web app."""
    if web_app_url is None:
        return None
    return web_app_url + KINDS[push.kind].path.format_map(push.data)


def _android(push: Push) -> messaging.AndroidConfig:
    return messaging.AndroidConfig(
        collapse_key=push.collapse_key,
        priority="high" if push.urgent else "normal",
        ttl=_ttl_s(push),
        notification=messaging.AndroidNotification(tag=push.notification_id, channel_id=push.channel),
    )


def _apns(push: Push) -> messaging.APNSConfig:
    return messaging.APNSConfig(
        headers={
            "apns-collapse-id": push.notification_id,
            "apns-expiration": str(int(time.time()) + _ttl_s(push)),
            "apns-push-type": "alert",
            "apns-priority": "10" if push.urgent else "5",
        },
        payload=messaging.APNSPayload(
            aps=messaging.Aps(
                sound="default",
                thread_id=push.channel,
                category=None if push.button is None else push.kind,
                custom_data={"interruption-level": KINDS[push.kind].level},
            )
        ),
    )


def _ttl_s(push: Push) -> int:
    """An event may be months away: Firebase keeps nothing longer than 28 days."""
    return min(push.ttl_s, MAX_TTL_S)


def _webpush(push: Push, target: str | None) -> messaging.WebpushConfig:
    return messaging.WebpushConfig(
        headers={"TTL": str(_ttl_s(push)), "Urgency": "high" if push.urgent else "normal"},
        notification=messaging.WebpushNotification(tag=push.notification_id, actions=_buttons(push)),
        fcm_options=messaging.WebpushFCMOptions(link=target) if target else None,
    )


def _buttons(push: Push) -> list[messaging.WebpushNotificationAction] | None:
    if push.button is None:
        return None
    return [messaging.WebpushNotificationAction(KINDS[push.kind].button, push.button)]

"""Every shape in which FCM says no, read by what its fields say: it switches no good device off."""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from firebase_admin import _utils, messaging
from sqlalchemy.orm import Session

from notifications.models import Delivery
from notifications.push import deliveries
from notifications.push.firebase import classify
from notifications.push.gateway import PushOutcome, PushResult
from service.models import Device
from service.people import devices
from tests.conftest import NOW
from tests.google.standin import BAD_REQUEST, FCM_ERROR
from tests.notifications.push.test_sender import make_crowd

NOT_VALID = "The registration token is not a valid FCM registration token"


def answered(status: int, body: Any) -> Exception:
    """What the SDK raises for an answer of Google's."""
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    error = requests.HTTPError(response=response)
    try:
        made: Exception = _utils.handle_platform_error_from_requests(
            error, messaging._MessagingService._build_fcm_error_requests
        )
    except (ValueError, AttributeError, TypeError) as broken:
        return broken
    return made


def said(status: int, name: str, message: str = "", *details: dict[str, Any]) -> Exception:
    error = {"code": status, "status": name, "message": message, "details": details}
    return answered(status, {"error": error})


def refused(message: str, *details: dict[str, Any]) -> Exception:
    return said(400, "INVALID_ARGUMENT", message, *details)


def fcm(code: str) -> dict[str, Any]:
    return {"@type": FCM_ERROR, "errorCode": code}


def violated(*fields: str) -> dict[str, Any]:
    return {"@type": BAD_REQUEST, "fieldViolations": [{"field": name, "description": "…"} for name in fields]}


INVALID = fcm("INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        # The field that is violated names the target, with and without FCM's own detail, in any order.
        (refused("…", violated("message.token")), PushOutcome.QUARANTINED),
        (refused("…", violated("message.fid"), INVALID), PushOutcome.QUARANTINED),
        (refused(NOT_VALID, INVALID), PushOutcome.QUARANTINED),
        # It names something else: ours to mend.
        (refused("…", violated("message.data[0].key")), PushOutcome.REJECTED),
        (refused("…", INVALID, violated("message.android.ttl")), PushOutcome.REJECTED),
        (refused("…", violated("message.token", "message.data")), PushOutcome.REJECTED),
        (refused("…", violated()), PushOutcome.REJECTED),
        # It names nothing: nobody's device is to blame.
        (refused("Request contains an invalid argument."), PushOutcome.REJECTED),
        (answered(400, {"error": {"code": 400, "status": "INVALID_ARGUMENT"}}), PushOutcome.REJECTED),
        (answered(400, b"<html>Bad Request</html>"), PushOutcome.REJECTED),
        (answered(400, {"error": {"status": "INVALID_ARGUMENT", "details": None}}), PushOutcome.RETRY),
        (answered(400, {"error": {"status": "INVALID_ARGUMENT", "details": ["?"]}}), PushOutcome.RETRY),
        # Not found, without a word of a registration: the project of the address does not exist.
        (said(404, "NOT_FOUND", "Requested entity was not found."), PushOutcome.PAUSED),
        (answered(404, b"<html>Not Found</html>"), PushOutcome.PAUSED),
        (said(404, "NOT_FOUND", "…", fcm("UNREGISTERED")), PushOutcome.GONE),
        # Not understood, or somebody in between: another time.
        (answered(502, b"<html>\xff\xfe</html>"), PushOutcome.RETRY),
        (answered(503, {"error": "unavailable"}), PushOutcome.RETRY),
        (said(409, "ABORTED", "…"), PushOutcome.RETRY),
        (said(499, "CANCELLED", "…"), PushOutcome.RETRY),
        (answered(418, b""), PushOutcome.RETRY),
        (said(403, "PERMISSION_DENIED", "…"), PushOutcome.PAUSED),
        (said(403, "PERMISSION_DENIED", "…", fcm("SENDER_ID_MISMATCH")), PushOutcome.GONE),
        (said(401, "UNAUTHENTICATED", "…"), PushOutcome.PAUSED),
        (said(429, "RESOURCE_EXHAUSTED", "…"), PushOutcome.RETRY),
    ],
)
def test_what_an_answer_means(error: Exception, outcome: PushOutcome) -> None:
    assert classify(error, "android").outcome == outcome


def doubt(session: Session) -> None:
    """One more push whose target Google doubts."""
    session.execute(sa.update(Delivery).values(status="due", next_attempt_at=NOW, finished_at=None))
    claims = deliveries.claim(session, NOW, lease_s=60)
    deliveries.settle(session, claims, [PushResult(PushOutcome.QUARANTINED, "…")] * len(claims), NOW)


def test_a_device_in_doubt_stays_on_at_first(session: Session) -> None:
    make_crowd(session, 1)
    doubt(session)
    assert session.scalar(sa.select(Device.off_since)) is None
    assert session.scalar(sa.select(Delivery.status)) == "rejected"


def test_a_device_that_stays_in_doubt_is_off_until_it_registers_again(session: Session) -> None:
    make_crowd(session, 1)
    for _ in range(3):
        doubt(session)
    assert session.scalar(sa.select(Device.off_since)) == NOW
    session.expire_all()
    device = session.scalars(sa.select(Device)).one()
    session.expunge(device)
    device.seen_at = NOW + timedelta(hours=1)
    devices.put(session, device)
    doubt(session)
    assert session.scalar(sa.select(Device.off_since)) is None

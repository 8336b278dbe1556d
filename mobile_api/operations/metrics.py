"""What Prometheus reads."""

from datetime import timedelta
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address

from flask import Response, request

from http_base import metrics
from http_base.blueprints import Blueprint
from http_base.context import now, services, session
from http_base.document import OPEN_OR_SIGNED_IN
from http_base.identity import Unauthenticated
from notifications import operations
from notifications.push import circuit
from service.platform import health

blueprint = Blueprint("metrics", __name__, description="Health")

COUNTED = 10_000
"""Of a backlog so many are counted, as by /readyz."""

LATELY = timedelta(hours=1)
FORWARDED = ("X-Forwarded-For", "Forwarded")


@blueprint.route("/metrics", methods=["GET"])
@blueprint.operation(
    "getMetrics",
    "whoever asks on the machine itself, or with METRICS_TOKEN as bearer token",
    (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    security=OPEN_OR_SIGNED_IN,
    registered=False,
)
@blueprint.response(HTTPStatus.OK, {"type": "string"}, content_type="text/plain")
def show_metrics() -> Response:
    """How requests, pushes and notifications stand, for Prometheus."""
    if not (_is_here() or _has_token()):
        raise Unauthenticated
    return Response(metrics.text(_figures()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_here() -> bool:
    """Whether the machine itself asks; what came through a proxy on it, trusted or not, did not."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    token = services().settings.metrics_token
    given = request.headers.get("Authorization", "")
    return token is not None and compare_digest(given.encode(), f"Bearer {token}".encode())


def _figures() -> metrics.Figures:
    found = metrics.Figures()
    entries = operations.due_entries(session(), now(), COUNTED)
    pushes = operations.due_pushes(session(), now(), COUNTED)
    seen = health.worker_seen_s_ago(session())
    found.add("outbox_waiting", f"Notifications to work out, up to {COUNTED}.", entries.count)
    found.add("outbox_oldest_seconds", "For how long the oldest of them has waited.", entries.oldest_s)
    found.add("outbox_set_aside", "Notifications that nobody tries now.", operations.set_aside(session()))
    found.add("pushes_due", f"Pushes that could go now, up to {COUNTED}.", pushes.count)
    found.add("pushes_due_oldest_seconds", "For how long the oldest could have gone.", pushes.oldest_s)
    found.add("pushes_sending", "Pushes that senders hold.", operations.sending(session()))
    if seen is not None:
        found.add("worker_seen_seconds", "Seconds since a worker was seen; absent: never.", seen)
    found.add_labelled(
        "pushes_lately",
        "Pushes of what was owed within the last hour, by kind and state.",
        ("kind", "state"),
        [((kind, state), count) for kind, state, count in operations.counts(session(), now() - LATELY)],
    )
    found.add_labelled(
        "push_paused",
        "1 for each platform that is paused (*: all), for its configuration is refused.",
        ("platform",),
        [((scope,), 1) for scope in circuit.describe(session())],
    )
    return found

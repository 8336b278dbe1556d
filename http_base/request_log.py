"""Each request has an id and a line in the log: its route, never its path, how it ended, how long it took."""

import re
from http import HTTPStatus
from time import perf_counter
from uuid import uuid4

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from http_base import metrics
from http_base.headers import PROBES
from service.platform import logs

logger = logs.get(__name__)

HEADER = "X-Request-Id"
WELL_FORMED = re.compile(r"[0-9A-Za-z_-]{16,64}")
"""No number of a phone is so long, no token so short."""


def install(app: Flask, *, trusted_proxies: int) -> None:
    """Be the first to see a request and the last to see its answer: install before all other hooks."""

    def begin() -> None:
        # A request is tried again when its connection was lost: it stays the same one.
        if "began" not in g:
            g.began = perf_counter()
            g.request_id = _given() if trusted_proxies else uuid4().hex
            clear_contextvars()
            bind_contextvars(request_id=g.request_id, method=request.method, route=route())

    app.before_request(begin)
    app.after_request(_finish)
    app.teardown_request(lambda _error: clear_contextvars())


def _given() -> str:
    """The id that our proxy has given, if it is one."""
    given = request.headers.get(HEADER, "")
    return given if WELL_FORMED.fullmatch(given) else uuid4().hex


def route() -> str | None:
    """The rule of the call; None where no call stands."""
    return request.url_rule.rule if request.url_rule else None


def _finish(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    status = response.status_code
    metrics.count(request.method, route(), status, perf_counter() - g.began)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request", status=status, duration_ms=_duration_ms())
    elif request.endpoint not in PROBES:
        logger.info("request", status=status, duration_ms=_duration_ms())
    return response


def _duration_ms() -> float:
    began: float = g.began
    return round((perf_counter() - began) * 1000, 1)

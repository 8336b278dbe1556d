"""Whom we answer, and what every answer tells browsers and caches, whoever made it."""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.sansio.utils import host_is_trusted

from service import errors

POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
VARY = ("Accept-Language", "Authorization")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Vary": ", ".join(VARY),
}
"""What each answer says, unless it says something else itself."""

PROBES = frozenset({"health.healthz", "health.readyz", "metrics.show_metrics"})
"""Load balancers and Prometheus ask these by the machine's address."""


def install(app: Flask, trusted_hosts: Sequence[str]) -> None:
    """Refuse hosts that are not ours (none given: take all), and finish every answer."""
    if trusted_hosts:
        app.before_request(_refuse_others(trusted_hosts))
    app.after_request(_finish)


def _refuse_others(trusted_hosts: Sequence[str]) -> Callable[[], None]:
    def refuse() -> None:
        if request.endpoint not in PROBES and not host_is_trusted(request.host, trusted_hosts):
            raise errors.Invalid("Host", "host")

    return refuse


def _finish(response: Response) -> Response:
    headers = response.headers
    # In one pass: werkzeug goes through all headers for each that it is asked for.
    said = {name.casefold() for name, _ in headers}
    if "vary" in said:
        response.vary.update(VARY)
    for name, value in ALWAYS.items():
        if name.casefold() not in said:
            headers.add(name, value)
    if response.location is not None:
        # All redirects lead to ourselves: never to the Host that somebody has sent.
        target = urlsplit(response.location)
        query = f"?{target.query}" if target.query else ""
        fragment = f"#{target.fragment}" if target.fragment else ""
        response.location = "/" + target.path.lstrip("/") + query + fragment
    return response

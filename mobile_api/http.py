"""What every answer shares: blueprints that parse strictly, tokens before bodies, ETags."""

from typing import Any

import flask_smorest
from flask import Flask, Response, request

from mobile_api.context import identity, require_attestation
from mobile_api.parsing import StrictParser

MAX_BODY_BYTES = 512 * 1024

# Everything else wants a token before it looks at the request.
OPEN_ENDPOINTS = frozenset(
    {
        "auth.post_code",
        "auth.post_token",
        "events.list_events",
        "events.get_event",
        "meta.get_meta",
        "meta.list_regions",
        "health.healthz",
        "health.readyz",
        "dev.list_messages",
        "dev.show_pushes",
        "dev.put_clock",
        "dev.delete_clock",
        "api-docs.openapi_json",
        "swagger_ui.show",
        "static",
    }
)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc] # flask-smorest has no types
    """A noun's routes."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: Any, **options: Any) -> Any:
        """As flask-smorest's, with the schema made once: webargs would make one anew for each request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **options)


def install(app: Flask) -> None:
    """Check tokens first, limit bodies, answer with ETags."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.before_request(_require_token)
    app.after_request(_add_etag)


def _require_token() -> None:
    if request.endpoint is not None and request.endpoint not in OPEN_ENDPOINTS:
        identity()
        require_attestation()


def _add_etag(response: Response) -> Any:
    """An ETag over all that the answer shows; 304 when the phone has it already."""
    if request.method == "GET" and response.status_code == 200 and response.is_json:
        response.add_etag()
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response.make_conditional(request)
    return response

"""What every answer shares: blueprints that parse strictly, tokens before bodies, ETags."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import flask_smorest
from flask import Response, current_app, request

from http_base import bodies, problems
from http_base.context import identity, require_attestation
from http_base.document import Contract
from http_base.strict_json import OpenParser, StrictParser, check_query
from service import errors

View = TypeVar("View", bound=Callable[..., Any])

# Everything else wants a token before it looks at the request.
OPEN_ENDPOINTS = frozenset(
    {
        "auth.post_code",
        "auth.post_token",
        "calendars.get_event_calendar",
        "feeds.get_calendar",
        "consents.list_consents",
        "districts.list_districts",
        "events.list_events",
        "events.get_event",
        "meta.get_meta",
        "places.find_places",
        "meta.list_regions",
        "photos.list_photos",
        "photos.post_photo_report",
        "photos.get_photo_file",
        "public_certificates.get_public_certificate",
        "public.get_public_counts",
        "public.list_public_events",
        "public.get_dataset",
        "public.download_dataset",
        "health.healthz",
        "health.readyz",
        "metrics.show_metrics",
        "dev.list_messages",
        "dev.show_pushes",
        "dev.put_clock",
        "dev.delete_clock",
        "dev.put_phone",
        "api-docs.openapi_json",
        "docs.show",
        "docs.static",
        "assets.show",
        "start",
    }
)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc] # flask-smorest has no types
    """A noun's routes: tokens are asked for first, answers carry ETags, errors are problem documents."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.before_request(bodies.let_in)
        self.before_request(_require_token)
        self.before_request(_refuse_query)
        self.after_request(_add_etag)
        problems.install(self)

    def operation(
        self,
        name: str,
        who: str,
        *refuses: type[errors.ServiceError] | tuple[HTTPStatus, str],
        security: list[dict[str, list[str]]] | None = None,
        registered: bool = True,
    ) -> Callable[[View], View]:
        """Promise in the document what an operation is called, who may call it and what it refuses."""

        def decorate(view: View) -> View:
            view.contract = Contract(name, who, refuses, security, registered)  # type: ignore[attr-defined] # read by document.py
            return view

        return decorate

    def arguments(self, schema: Any, **options: Any) -> Any:
        """As flask-smorest's, with the schema made once: webargs would make one anew for each request."""
        decorate = super().arguments(schema() if isinstance(schema, type) else schema, **options)
        if options.get("location") != "query":
            return decorate

        def takes_query(view: View) -> View:
            decorated: View = decorate(view)
            decorated.takes_query = True  # type: ignore[attr-defined] # read by _refuse_query
            return decorated

        return takes_query


class OpenBlueprint(Blueprint):
    """Routes for everybody, whose addresses are handed on: a query may say more than they know."""

    ARGUMENTS_PARSER = OpenParser()


def _require_token() -> None:
    if request.endpoint is not None and request.endpoint not in OPEN_ENDPOINTS:
        identity()
        require_attestation()


def _refuse_query() -> None:
    """A call of the API that takes no query is given none: a mistaken one must not be ignored."""
    if request.args and request.path.startswith("/v1/"):
        view = current_app.view_functions.get(request.endpoint or "")
        if not getattr(view, "takes_query", False):
            check_query(request, ())


def _add_etag(response: Response) -> Any:
    """An ETag over all that the answer shows; 304 when the phone has it already."""
    if request.method in ("GET", "HEAD") and response.status_code == 200 and response.is_json:
        response.add_etag()
        response.headers.setdefault("Cache-Control", "private, no-cache")
        # What is open shows more to who is signed in.
        response.vary.add("Authorization")
        return response.make_conditional(request)
    return response

"""The API as Flask serves it: its blueprints, its document, a page to read it on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import flask_smorest
from flask import Flask, jsonify, request
from werkzeug.middleware.proxy_fix import ProxyFix

from http_base import docs_page, headers, problems, request_log
from http_base.blueprints import Blueprint
from http_base.document import complete
from http_base.openapi import Plugin

MAX_BODY_BYTES = 512 * 1024


class Api(flask_smorest.Api):  # type: ignore[misc] # flask-smorest has no types
    """flask-smorest's, whose document is made whole and kept."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    _made: tuple[datetime, dict[str, Any]] | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document; made once an hour, of which its examples are; each process has the same."""
        hour = self._app.extensions["tazalyq"].clock.now().replace(minute=0, second=0, microsecond=0)
        made = self._made
        if made is None or made[0] != hour:
            made = self._made = (hour, complete(self.spec.to_dict(), self._app, hour))
        return made[1]

    def _openapi_json(self) -> Any:
        response = jsonify(self.document)
        response.add_etag()
        response.headers["Cache-Control"] = "no-cache"
        return response.make_conditional(request)


def install(
    app: Flask,
    blueprints: Iterable[Blueprint],
    *,
    trusted_proxies: int,
    trusted_hosts: Sequence[str],
    public_url: str,
) -> None:
    """Serve these blueprints under /v1, with their OpenAPI document."""
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # the default provider has it
    app.json.sort_keys = False  # type: ignore[attr-defined] # the default provider has it
    app.config |= {
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "API_TITLE": "Tazalyq",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
        "OPENAPI_SWAGGER_UI_PATH": None,
        "API_SPEC_OPTIONS": {
            "servers": [{"url": public_url}],
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        },
    }
    if trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_proxies)  # type: ignore[method-assign] # WSGI's way
    request_log.install(app, trusted_proxies=trusted_proxies)
    headers.install(app, trusted_hosts)
    api = Api(app, spec_kwargs={"marshmallow_plugin": Plugin()})
    # After flask-smorest, which would answer HTTP errors in a form of its own.
    problems.install(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.register_blueprint(docs_page.make_blueprint(lambda: api.document))

"""Alive, and able to serve."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import flask
from alembic.script import ScriptDirectory
from flask import current_app

from http_base.blueprints import Blueprint
from http_base.context import session
from http_base.problems import problem
from notifications import operations
from notifications.push import circuit
from service.platform import health

blueprint = Blueprint("health", __name__, description="Health")

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"


@blueprint.route("/healthz", methods=["GET"])
@blueprint.response(HTTPStatus.OK)
def healthz() -> flask.Response:
    """The process answers."""
    return flask.jsonify(status="alive")


@blueprint.route("/readyz", methods=["GET"])
@blueprint.response(HTTPStatus.OK)
def readyz() -> Any:
    """The database answers and has the newest schema; 503 otherwise. Paused pushes are but a detail."""
    if "schema_head" not in current_app.extensions:
        current_app.extensions["schema_head"] = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    head = current_app.extensions["schema_head"]
    found = health.schema_version(session())
    if found != head:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-migrated", retry_after_s=5)
    details = {
        "push": circuit.describe(session()),
        "outbox": {"set_aside": operations.set_aside(session())},
    }
    return flask.jsonify(status="ready", schema=found, details=details)

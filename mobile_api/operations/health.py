"""Alive, and able to serve."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from flask import current_app
from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import now, services, session
from http_base.document import OPEN
from http_base.fields import one_of
from http_base.problems import problem
from notifications import operations
from notifications.push import circuit
from service.ledger import checks
from service.people import accounts
from service.platform import health
from service.platform.settings import SecondFactorMode

blueprint = Blueprint("health", __name__, description="Health")


class Health(Schema):
    status = one_of("alive")


class Readiness(Schema):
    """`schema`: the newest migration of the database; `details`: what an operator should know, by part."""

    status = one_of("ready")
    schema = fields.String()
    details = fields.Dict(keys=fields.String(), values=fields.Dict())


COUNTED = 10_000
"""Of a backlog so many are counted here: this is asked for often. `flask pushes stats` counts all."""

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"


@blueprint.route("/healthz", methods=["GET"])
@blueprint.operation("getHealth", "anyone", security=OPEN)
@blueprint.response(HTTPStatus.OK, Health)
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


def _identity() -> dict[str, str]:
    """What keeps people from being recognized, by name; nothing while all is well."""
    found = {**services().verifier.describe(), **accounts.describe(session())}
    if services().settings.second_factor is SecondFactorMode.PAGES:
        found["second_factor"] = "pages: calls of the API pass without one"
    app_check = services().app_check
    if app_check is not None and (trouble := app_check.describe()) is not None:
        found["app_check_keys"] = trouble
    return found


@blueprint.route("/readyz", methods=["GET"])
@blueprint.operation(
    "getReadiness", "anyone", (HTTPStatus.SERVICE_UNAVAILABLE, "not-migrated"), security=OPEN
)
@blueprint.response(HTTPStatus.OK, Readiness)
def readyz() -> Any:
    """The database answers and has this release's schema or a newer one; 503 otherwise."""
    if "older_schemas" not in current_app.extensions:
        scripts = ScriptDirectory(str(MIGRATIONS))
        known = {script.revision for script in scripts.walk_revisions()}
        current_app.extensions["older_schemas"] = known - {scripts.get_current_head()}
    found = health.schema_version(session())
    # What this release does not know is newer: the next one's release step has run, and is safe for us.
    if found is None or found in current_app.extensions["older_schemas"]:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-migrated", retry_after_s=5)
    return {"status": "ready", "schema": found, "details": _details()}


def _details() -> dict[str, Any]:
    """What is paused, set aside or old, and when a worker was last seen; none of it makes us unready."""
    entries = operations.due_entries(session(), now(), COUNTED)
    pushes = operations.due_pushes(session(), now(), COUNTED)
    return {
        "push": circuit.describe(session()),
        "outbox": {
            "waiting": entries.count,
            "oldest_s": entries.oldest_s,
            "set_aside": operations.set_aside(session()),
        },
        "pushes": {"due": pushes.count, "oldest_s": pushes.oldest_s},
        "worker": {"seen_s_ago": health.worker_seen_s_ago(session())},
        "identity": _identity(),
        "counts": checks.describe(session()),
    }

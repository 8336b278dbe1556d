"""Problem documents (RFC 9457), and the one table from errors to statuses."""

import errno
from http import HTTPStatus
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from flask import Blueprint, Flask, Response, json
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from http_base.contacts import contact_of
from http_base.context import locale
from http_base.identity import IdentityUnavailable, Unattested, Unauthenticated
from http_base.wording import worded
from notifications import words
from service import errors
from service.platform import logs
from service.platform.database import db, is_lost_connection
from service.platform.failures import name_of

logger = logs.get(__name__)

# The nearest class in an error's line of descent decides.
STATUSES: dict[type[Exception], HTTPStatus] = {
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooYoungToRegister: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooYoung: HTTPStatus.CONFLICT,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.AccountDisabled: HTTPStatus.UNAUTHORIZED,
    errors.BadCode: HTTPStatus.UNAUTHORIZED,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Stale: HTTPStatus.PRECONDITION_FAILED,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
}
CODES = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported-media-type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.TOO_MANY_REQUESTS: "too-many-requests",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
RETRY_AFTER_S = 5
MEMBERS = frozenset({"type", "title", "status", "detail", "code", "errors", "contact"})


def status_of(error: errors.ServiceError) -> HTTPStatus:
    """The status of an error of the service."""
    return status_of_kind(type(error))


def status_of_kind(kind: type[errors.ServiceError]) -> HTTPStatus:
    """The status of errors of this kind."""
    return next(STATUSES[one] for one in kind.__mro__ if one in STATUSES)


def problem(
    status: int,
    code: str,
    data: dict[str, Any] | None = None,
    field_errors: dict[str, list[str]] | None = None,
    retry_after_s: int | None = None,
    words_of: str | None = None,
    contact: dict[str, Any] | None = None,
) -> Response:
    """A problem document as an answer; `data` are facts that stand in it beside the words."""
    found = document(status, code, data, field_errors, words_of, contact)
    response = Response(json.dumps(found), status=int(status), mimetype="application/problem+json")
    response.headers["Content-Language"] = locale()
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    return response


def document(
    status: int,
    code: str,
    data: dict[str, Any] | None = None,
    field_errors: dict[str, list[str]] | None = None,
    words_of: str | None = None,
    contact: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A problem document in the caller's language.

    `words_of`: another key of the catalogue than the code; `contact`: of whom the words name.
    """
    words_of = words_of or code
    language = locale()
    shown = {name: _plain(value) for name, value in (data or {}).items()}
    members: dict[str, Any] = {
        "type": f"urn:tazalyq:problem:{code}",
        "title": words.translate(f"problem.{words_of}.title", language),
        "status": int(status),
        "detail": words.translate(f"problem.{words_of}.detail", language, worded(data or {}, language)),
        "code": code,
    }
    if field_errors:
        members["errors"] = field_errors
    if contact:
        members["contact"] = contact
    # Whatever a fact is called, it never takes the place of a member.
    return members | {
        name: value for name, value in shown.items() if name not in MEMBERS and value is not None
    }


def document_of(error: errors.ServiceError, event_id: UUID | None = None) -> dict[str, Any]:
    """The problem document of a refusal, where it stands inside another answer; `event_id`: of what it is."""
    contact = contact_of(error, event_id)
    return document(status_of(error), error.code, *_data_of(error), error.words, contact)


def words_of_invalid(error: errors.Invalid) -> dict[str, list[str]]:
    """What an error of a field says, by the field."""
    _, said = _data_of(error)
    return said or {}


def _data_of(error: errors.ServiceError) -> tuple[dict[str, Any], dict[str, list[str]] | None]:
    """The facts to show, and the words for the field where one is to blame."""
    data = dict(error.data)
    if not isinstance(error, errors.Invalid):
        return data, None
    field, reason = data.pop("field"), data.pop("reason")
    language = locale()
    return data, {field: [words.translate(f"field.{reason}", language, worded(data, language))]}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def install(app: Flask | Blueprint) -> None:
    """Answer every error with a problem document; of an application: what belongs to no blueprint."""
    app.register_error_handler(errors.ServiceError, refusal)
    app.register_error_handler(Unauthenticated, _unauthenticated)
    app.register_error_handler(IdentityUnavailable, _identity_unavailable)
    app.register_error_handler(ValidationError, _validation_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(sa.exc.SQLAlchemyError, _database_error)
    app.register_error_handler(psycopg.Error, _database_error)
    app.register_error_handler(OSError, _no_room)
    app.register_error_handler(Exception, _unexpected)


def refusal(error: errors.ServiceError) -> Response:
    """The answer to an error of the service, of which nothing is kept."""
    db.session.rollback()
    data, field_errors = _data_of(error)
    retry_after_s = data.get("retry_after_s")
    contact = contact_of(error)
    return problem(status_of(error), error.code, data, field_errors, retry_after_s, error.words, contact)


def _unauthenticated(error: Unauthenticated) -> Response:
    words_of = "unattested" if isinstance(error, Unattested) else None
    response = problem(HTTPStatus.UNAUTHORIZED, "unauthenticated", words_of=words_of)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _identity_unavailable(_error: IdentityUnavailable) -> Response:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "identity-unavailable", retry_after_s=RETRY_AFTER_S)


def _validation_error(error: ValidationError) -> Response:
    db.session.rollback()
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", field_errors=flat_errors(error.messages))


def flat_errors(messages: Any, path: str = "") -> dict[str, list[str]]:
    """{"field.path": ["…"]} of marshmallow's nested messages; keys of the catalogue become words."""
    if isinstance(messages, dict):
        found: dict[str, list[str]] = {}
        for name, inner in messages.items():
            inner_path = (
                path if name in ("_schema", "json", "query", "files") else f"{path}.{name}".lstrip(".")
            )
            found |= flat_errors(inner, inner_path)
        return found
    return {path or "_": [_word(message) for message in messages]}


def _word(message: Any) -> str:
    name, *told = str(message).split("\t")
    facts = dict(fact.split("=", 1) for fact in told)
    key = f"field.{name}"
    return words.translate(key, locale(), facts) if words.has(key) else name


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # type: ignore[return-value] # a redirect
    messages = getattr(error, "data", {}).get("messages")
    status = HTTPStatus(error.code)
    if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        found = flat_errors(messages) if messages else None
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", field_errors=found)
    retry_after = RETRY_AFTER_S if status == HTTPStatus.TOO_MANY_REQUESTS else None
    facts = {} if retry_after is None else {"retry_after_s": retry_after}
    # Where no call stands at all, nothing is hidden from anybody.
    words_of = "no-such-call" if status == HTTPStatus.NOT_FOUND else None
    response = problem(status, CODES.get(status, "invalid"), facts, None, retry_after, words_of)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _database_error(error: Exception) -> Response:
    """The database is away or busy: 503, try again. Anything else is a defect of ours."""
    db.session.rollback()
    original = getattr(error, "orig", error)
    waited = isinstance(error, sa.exc.TimeoutError) or isinstance(
        original, psycopg.errors.LockNotAvailable | psycopg.errors.QueryCanceled | psycopg.OperationalError
    )
    if is_gone(original):
        return refusal(errors.NotFound(errors.Thing.VOLUNTEER))
    if waited or is_lost_connection(error):
        logger.warning("the database is unavailable", error=name_of(error))
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", retry_after_s=RETRY_AFTER_S)
    return _unexpected(error)


def is_gone(error: object) -> bool:
    """Whether something names a volunteer who was erased at that moment."""
    if not isinstance(error, psycopg.errors.ForeignKeyViolation):
        return False
    constraint, said = error.diag.constraint_name or "", error.diag.message_primary or ""
    return constraint.endswith("_volunteer") and said.startswith("insert or update")


def _no_room(error: OSError) -> Response:
    """A disk is full: 503, try again; an operator has to make room. Anything else is a defect of ours."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return _unexpected(error)
    db.session.rollback()
    logger.error("there is no room for a file", exc_info=error)
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", retry_after_s=RETRY_AFTER_S)


def _unexpected(error: Exception) -> Response:
    logger.error("unexpected error", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")

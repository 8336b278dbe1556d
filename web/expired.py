"""A form from before its person signed in anew, or out: what was typed in it is not lost."""

from http import HTTPStatus

from flask import Blueprint, Response, current_app, g, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from http_base import csrf, problems
from http_base.context import page_caller
from http_base.csrf import FormExpired
from http_base.identity import Unauthenticated
from service import errors

SECRET = frozenset({csrf.FIELD, "secret", "token", "totp", "code", "phone"})
"""Fields whose text no other page has."""

UNSAID = SECRET | {"id", "next", "shown"}
"""Fields whose text no other page says again."""

DOORS = frozenset({"sign-in-pages", "register-pages"})
"""Whose forms are sent by who is not signed in."""


def install(blueprint: Blueprint) -> None:
    """Show the page of an expired form again."""
    blueprint.register_error_handler(FormExpired, again)


def again(error: FormExpired) -> Response:
    """The form's own page, as one looks at it: `read_form` gives it what was typed. Else the refusal."""
    rule = request.url_rule
    if not csrf.is_from_here() or page_caller() is None or rule is None or "GET" not in (rule.methods or ()):
        return problems.refusal(error)
    # Whatever the view does with a form that is sent, it does nothing about one that is looked at.
    method, request.method = request.method, "GET"
    g.typed_again = request.form.copy()
    try:
        answer = current_app.view_functions[rule.endpoint](**(request.view_args or {}))
    except (errors.ServiceError, Unauthenticated, ValidationError):
        return problems.refusal(error)
    finally:
        request.method = method
        del g.typed_again
    if isinstance(answer, Response) and answer.status_code == HTTPStatus.FORBIDDEN:
        return answer
    # No form on it says what happened.
    return problems.refusal(error)


def to_send_again() -> list[tuple[str, str]]:
    """The fields of a form that was sent by a page of ours after its person was signed out.

    Sent once more by who has signed in, as from another session, they stand in the form's own page. Nothing
    where it has none, or where nobody signs in to see it.
    """
    rule = request.url_rule
    is_ours = request.method not in csrf.SAFE and csrf.is_from_here() and page_caller() is None
    if not is_ours or rule is None or "GET" not in (rule.methods or ()) or request.blueprint in DOORS:
        return []
    try:
        return [(name, text) for name, text in request.form.items(multi=True) if name not in SECRET]
    except HTTPException:
        # Too large to be read.
        return []


def written() -> list[str]:
    """What somebody has written in sentences and sent by a page of ours, for the page of a refusal."""
    if request.method in csrf.SAFE or not csrf.is_from_here():
        return []
    try:
        sent = list(request.form.items(multi=True))
    except HTTPException:
        # Too large to be read.
        return []
    return [text for name, text in sent if name not in UNSAID and len(text.split()) > 1]

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

UNSAID = frozenset({csrf.FIELD, "id", "next", "secret", "token", "totp", "code", "phone"})
"""Fields whose text no other page says again."""


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

"""Whoever is banned proves their number at the door all the same: they read why, and answer once (R3)."""

from datetime import timedelta
from http import HTTPStatus

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer
from marshmallow import fields

from http_base.context import now, services, session
from http_base.fields import Strict, Text
from http_base.identity import Unauthenticated
from service import errors
from service.people import bans
from web.addresses import to
from web.forms import Form, blank, read_form
from web.pages import How, Pages, done, render

pages = Pages("banned")

LIVES = timedelta(hours=1)


class AnswerForm(Strict):
    """`token`: who has proven a number here, not long ago."""

    id = fields.UUID(required=True)
    token = Text(longest=2_000, required=True)
    text = Text(longest=2_000, required=True)


def show(error: errors.Banned, subject: str) -> Response:
    """What a ban says to the account that has just come to the door."""
    session().rollback()
    awaits = bans.awaits_answer(session(), subject, now()) is not None
    form = blank(token=_signer().dumps([subject, now().timestamp()]))
    return _page(form, error, awaits=awaits)


def _page(form: Form, error: errors.Banned, *, awaits: bool = True) -> Response:
    how = How(HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.FORBIDDEN)
    return render("sign_in/banned.html", how, form=form, awaits=awaits, **error.data)


@pages.page("/sign-in/banned", methods=("POST",))
def answer() -> Response:
    """Their answer, which the coordinators read beside the ban; the same again changes nothing."""
    services().address_limit.count(request.remote_addr or "")
    form = read_form(AnswerForm)
    subject = _proven(form.value("token"))
    if form.is_good:
        bans.answer(session(), subject, form.data["id"], form.data["text"], now())
        session().commit()
        return done(to("sign-in.show"), "page.banned.answered", "info")
    ban = bans.awaits_answer(session(), subject, now())
    if ban is None:
        raise errors.NotFound(errors.Thing.BAN)
    return _page(form, ban.refusal())


def _proven(token: str) -> str:
    """The account that a page of ours was shown to. Raises Unauthenticated."""
    try:
        subject, at = _signer().loads(token)
    except (BadData, ValueError) as error:
        raise Unauthenticated from error
    if now().timestamp() - at > LIVES.total_seconds():
        raise Unauthenticated
    return str(subject)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().settings.secret_key, salt="answer to a ban")

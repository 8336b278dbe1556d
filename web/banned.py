"""Whoever is banned proves their number at the door all the same: they read why, and answer once (R3).

What is held of them is theirs to have, and to have erased. For an hour a signed cookie says whose number was
proven: it is no session, and opens no page but these.
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer
from marshmallow import fields

from http_base import own_data, page_sessions
from http_base.context import now, services, session
from http_base.fields import Strict, Text
from http_base.identity import Unauthenticated
from service import errors
from service.access import Actor
from service.people import bans, erasure, identities
from service.people.bans import BanTerms
from web.addresses import to
from web.erasing import ErasureForm, read_word
from web.forms import Form, blank, read_form
from web.pages import PLAIN, How, Pages, done, dressed, render

pages = Pages("banned")

LIVES = timedelta(hours=1)
COOKIE = "tazalyq_banned"


class AnswerForm(Strict):
    id = fields.UUID(required=True)
    text = Text(longest=2_000, required=True)


@dataclass(frozen=True, slots=True)
class Proven:
    """Who has proven a number of late, and is banned."""

    subject: str
    actor: Actor
    ban: BanTerms


def show_at_door(error: errors.Banned, subject: str) -> Response:
    """Lead here the account that has just come to the door; one without a record reads the ban alone."""
    session().rollback()
    if identities.find(session(), subject) is None:
        return _page(blank(), error, How(HTTPStatus.FORBIDDEN), awaits=False, has_record=False)
    response = done(to("banned.show"))
    signed = _signer().dumps([subject, now().timestamp()])
    lasts, is_secure = int(LIVES.total_seconds()), page_sessions.is_secure()
    response.set_cookie(COOKIE, signed, max_age=lasts, httponly=True, samesite="Lax", secure=is_secure)
    return response


def forget(response: Response) -> None:
    """Let this browser know no more whose number was proven."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")


def _page(form: Form, error: errors.Banned, how: How = PLAIN, *, awaits: bool, has_record: bool) -> Response:
    return render("sign_in/banned.html", how, form=form, awaits=awaits, has_record=has_record, **error.data)


@pages.page("/sign-in/banned", methods=("GET", "POST"))
def show() -> Response:
    """Why, until when, what one can do. Posted: their answer, for coordinators; again, it changes nothing."""
    who = _proven()
    form = read_form(AnswerForm)
    if form.is_good:
        bans.answer(session(), who.subject, form.data["id"], form.data["text"], now())
        session().commit()
        return done(to("banned.show"), "page.banned.answered", "info")
    awaits = bans.awaits_answer(session(), who.subject, now()) is not None
    return _page(form, who.ban.refusal(), awaits=awaits, has_record=True)


@pages.page("/sign-in/banned/copy", methods=("POST",))
def copy() -> Response:
    """All that is held of them, as one file."""
    return dressed(own_data.whole(_proven().actor))


@pages.page("/sign-in/banned/erase", methods=("GET", "POST"))
def erase() -> Response:
    """What goes and what stays, the ban among it; done once the word is typed."""
    who, form = _proven(), read_word(ErasureForm)
    if not form.is_good:
        return render("sign_in/erase.html", form=form, ban_until=who.ban.known_until(now()))
    key, keeps = services().settings.secret_key, form.data["keep_certificates"]
    erasure.erase(session(), who.actor, now(), key, keep_certificates=keeps)
    session().commit()
    response = done(to("sign-in.show"), "page.erase.done", "info")
    forget(response)
    return response


def _proven() -> Proven:
    """Whose number this browser has proven. Raises Unauthenticated: nobody's, or they are not banned now."""
    services().address_limit.count(request.remote_addr or "")
    try:
        subject, at = _signer().loads(request.cookies.get(COOKIE, ""))
    except (BadData, ValueError) as error:
        raise Unauthenticated from error
    if now().timestamp() - at > LIVES.total_seconds():
        raise Unauthenticated
    known = identities.find(session(), subject)
    if known is None or known.ban is None or not known.ban.holds_at(now()):
        raise Unauthenticated
    return Proven(subject, known.actor, known.ban)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().settings.secret_key, salt="a banned person's number")

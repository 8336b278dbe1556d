"""Who I am here: my sessions, my second factor, and browsers that I let in."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, redirect, request

from http_base import known_browsers, page_sessions
from http_base.context import (
    PageCaller,
    actor,
    ask_provider,
    locale,
    now,
    page_caller,
    passed_second_factor,
    services,
    session,
)
from http_base.fields import Strict, Text
from http_base.identity import Unauthenticated
from service import errors
from service.audit import audit
from service.geography import regions
from service.models import Volunteer
from service.models.audit import AuditAction
from service.models.base import localized
from service.people import guardian_terms, guardians, second_factor, sessions, volunteers, web_sign_ins
from web import memberships
from web.addresses import to
from web.doors import back_to
from web.forms import Form, blank, read_form
from web.keeping import is_kept
from web.pages import Pages, done, render
from web.qr import qr_of
from web.sign_in import landing
from web.volunteer import desk

pages = Pages("account")

ROOMS: Mapping[str, str] = {
    "guardian": "volunteer-guardian.show",
    "children": "guardian.show",
    "settings": "volunteer-settings.show",
    "notifications": "volunteer-settings.notify",
    "calendar": "volunteer-calendar.show",
    "honours": "volunteer-honours.show",
    "devices": "volunteer-devices.show",
    "consents": "volunteer-consents.show",
    "data": "volunteer-data.show",
}
"""What the account leads to, in this order."""


class SecretForm(Strict):
    secret = Text(longest=100, allow_none=True)
    next = Text(longest=2_000)


class TotpForm(Strict):
    totp = Text(required=True, longest=20)
    next = Text(longest=2_000)


class NextForm(Strict):
    next = Text(longest=2_000)


def _caller() -> PageCaller:
    """Who is signed in here. Raises Unauthenticated, Banned, AccountDisabled."""
    actor()
    caller = page_caller()
    if caller is None:
        raise Unauthenticated
    return caller


@pages.page("/account")
def show() -> Response:
    """Name, number, roles, what guards them, and the ways to all that is mine."""
    caller = _caller()
    mine = caller.known.actor
    person = volunteers.get(session(), mine.volunteer_id)
    return render(
        "account/account.html",
        desk=desk.sit_down(),
        person=person,
        rooms=_rooms(person, caller.subject),
        asked=memberships.asked(),
        roles=_roles(mine.volunteer_id, caller),
        factor=second_factor.state_of(session(), mine, now()),
        passed=caller.passed_second_factor,
        guards=mine.has_powers,
    )


def _rooms(person: Volunteer, subject: str) -> list[tuple[str, str]]:
    """(name, address) of the pages about oneself; the guardian's is for minors alone, that of children for
    their guardians."""
    theirs = {
        "guardian": guardian_terms.is_minor(person.birth_date, now()),
        "children": guardians.is_guardian(session(), subject, person.phone, now()),
    }
    return [(name, to(page)) for name, page in ROOMS.items() if theirs.get(name, True)]


def _roles(volunteer_id: UUID, caller: PageCaller) -> list[dict[str, Any]]:
    """Each with the words' key, the name that it is about, and where its work is done."""
    language = locale()
    found: list[dict[str, Any]] = []
    for code in sorted(caller.known.actor.regions):
        region = regions.get(code)
        names = {} if region is None else region.names
        kind = "coordinator" if names else "national"
        found.append({"kind": kind, "of": localized(names, language), "href": to("coordinator-home.show")})
    for id_, name, role, _status, resting in volunteers.memberships(session(), volunteer_id):
        if not resting:
            leave = to("memberships.leave", organization_id=id_)
            named = {"kind": role, "of": localized(name, language)}
            found.append(named | {"href": to("organizer-home.show"), "leave": leave})
    return found


@pages.page("/account/sessions/<uuid:session_id>/end", methods=("POST",))
def end_session(session_id: UUID) -> Response:
    """End one of my sessions; the one here is signed out."""
    caller = _caller()
    if session_id == caller.session_id:
        page_sessions.leave()
        session().commit()
        return done(to("sign-in.show"), "page.sign-in.out", "info")
    try:
        sessions.end(session(), caller.known.actor.volunteer_id, session_id)
    except errors.NotFound:
        # It has ended by itself, or by a press before this one: it is what was wanted.
        return done(to("volunteer-devices.show") + "#sessions", "page.account.ended")
    _record_ended(caller)
    session().commit()
    return done(to("volunteer-devices.show") + "#sessions", "page.account.ended")


@pages.page("/account/sessions/end-others", methods=("POST",))
def end_others() -> Response:
    """End every session but this one."""
    caller = _caller()
    sessions.end_all(session(), caller.known.actor.volunteer_id, besides=caller.session_id)
    _record_ended(caller)
    session().commit()
    return done(to("volunteer-devices.show") + "#sessions", "page.account.ended-others")


def _record_ended(caller: PageCaller) -> None:
    whose = caller.known.actor.volunteer_id
    if caller.known.actor.has_powers:
        audit.record(session(), whose, AuditAction.SESSION_ENDED, subject_id=whose, now=now())


@pages.page("/account/stay", methods=("POST",))
def stay() -> Response:
    """Go on: this act alone begins the idle minutes anew."""
    _caller()
    wanted = back_to(read_form(NextForm).value("next"))
    return done(wanted or to("account.show"))


@pages.page("/account/second-factor", methods=("GET", "POST"))
def set_up() -> Response:
    """Begin to enrol an authenticator app; once begun, its QR and the form for its first code."""
    caller = _caller()
    form = read_form(SecretForm, next=back_to(request.args.get("next")))
    if form.is_good:
        try:
            second_factor.begin(
                session(),
                caller.known.actor,
                form.data.get("secret"),
                now(),
                services().settings.secret_key,
                proven=passed_second_factor(caller.known.actor),
                here=caller.session_id,
                place=known_browsers.place(),
            )
        except errors.EnrolmentSecretRequired:
            form.refuse("secret", "page.factor.wrong-secret")
        else:
            session().commit()
            return done(to("account.set_up", next=back_to(form.value("next"))))
    return _show_set_up(caller, form, Form(form.typed))


def _show_set_up(caller: PageCaller, form: Form, totp: Form) -> Response:
    key = services().settings.secret_key
    mine, here = caller.known.actor, caller.session_id
    begun = None if form.errors else second_factor.pending(session(), mine, now(), key, here=here)
    return render(
        "account/second_factor.html",
        form=form if begun is None else totp,
        state=second_factor.state_of(session(), caller.known.actor, now()),
        begun=begun,
        qr=None if begun is None else qr_of(begun.uri),
    )


@pages.page("/account/second-factor/confirm", methods=("POST",))
def confirm() -> Response:
    """The first code of the app: from now on it is asked for, and here it has just been passed."""
    caller = _caller()
    form = read_form(TotpForm)
    if form.is_good:
        _count_try(caller)
        if is_kept(form, lambda: _confirm(caller, form.data["totp"])):
            return done(landing(form.value("next"), caller.known.actor), "page.factor.confirmed")
    return _show_set_up(caller, Form(form.typed), form)


def _confirm(caller: PageCaller, totp: str) -> None:
    key, here = services().settings.secret_key, caller.session_id
    place = known_browsers.place()
    second_factor.confirm(session(), caller.known.actor, totp, now(), key, here=here, place=place)
    page_sessions.elevate(caller)


@pages.page("/account/confirm", methods=("GET", "POST"))
def elevate() -> Response:
    """Pass the second factor, on the way to a page that asks for it."""
    caller = _caller()
    state = second_factor.state_of(session(), caller.known.actor, now())
    form = read_form(TotpForm, next=back_to(request.args.get("next")))
    if not state.may_prove:
        return _redirect(to("account.set_up", next=back_to(form.value("next"))))
    if form.is_good:
        _count_try(caller)
        if is_kept(form, lambda: _prove(caller, form.data["totp"])):
            return done(landing(form.value("next"), caller.known.actor))
    return render("account/elevate.html", form=form)


def _prove(caller: PageCaller, totp: str) -> None:
    ask_provider(caller.subject)
    key, place = services().settings.secret_key, known_browsers.place()
    second_factor.prove(session(), caller.known.actor, totp, now(), key, place=place)
    page_sessions.elevate(caller)


def _count_try(caller: PageCaller) -> None:
    second_factor.count_try(session(), caller.known.actor.volunteer_id, now(), known_browsers.place())
    session().commit()


@pages.page("/account/sign-ins", methods=("GET",))
def find_web_sign_in() -> Response:
    """Where a code is typed that another browser shows."""
    _caller()
    typed = request.args.get("code", "").strip()
    form = blank(code=typed)
    if typed:
        code = web_sign_ins.read_code(typed)
        if code is not None:
            return _redirect(to("account.web_sign_in", code=code))
        form.refuse("code", "page.web-sign-in.no-code")
    return render("account/find_sign_in.html", form=form)


@pages.page("/account/sign-ins/<code>", methods=("GET", "POST"))
def web_sign_in(code: str) -> Response:
    """Which browser shows this code, and the question whether it is mine."""
    mine = _caller().known.actor.volunteer_id
    web_sign_ins.count_look(session(), mine, now())
    session().commit()
    if request.method == "POST":
        web_sign_ins.confirm(session(), mine, code, now())
        session().commit()
        return done(to("account.show"), "page.sign-in.confirmed")
    return render("account/sign_in.html", found=web_sign_ins.look(session(), mine, code, now()))


def _redirect(address: str) -> Response:
    return redirect(address, HTTPStatus.SEE_OTHER)  # type: ignore[return-value] # Flask's own

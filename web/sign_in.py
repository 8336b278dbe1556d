"""Signing in (R6): by the phone that is signed in already, or by number and code."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, request
from itsdangerous import BadData, URLSafeTimedSerializer

from http_base import csrf, entrance, page_sessions, problems, sign_in_codes
from http_base.browsers import browser_of
from http_base.context import now, page_caller, services, session
from http_base.fields import Strict, Text
from http_base.identity import Unauthenticated
from service import errors
from service.access import Actor
from service.people import sign_in, web_sign_ins
from service.people.identities import Identity
from web import banned
from web.addresses import to
from web.assets import asset
from web.doors import back_to
from web.forms import WHOLE, Form, blank, read_form
from web.pages import PLAIN, How, Pages, done, policy, render
from web.qr import qr_of

pages = Pages("sign-in")

GOOGLES = "https://www.google.com https://www.gstatic.com"
NUMBER = "tazalyq_number"
"""The cookie with the number that a code was sent to: its page has an address, which tells nobody whose."""

NUMBER_LASTS = timedelta(minutes=30)
"""Longer than its code: who comes back late asks for another one without typing the number anew."""

ACCOUNTS = "https://identitytoolkit.googleapis.com https://securetoken.googleapis.com"


class PhoneForm(Strict):
    phone = Text(required=True, longest=30)
    next = Text(longest=2_000)


class CodeForm(PhoneForm):
    code = Text(required=True, longest=20)


class TokenForm(Strict):
    token = Text(required=True, longest=8_000)
    next = Text(longest=2_000)


class ContinueForm(Strict):
    shown = Text(longest=2_000)
    mark = Text(longest=100)
    next = Text(longest=2_000)


def landing(wanted: str | None, who: Actor) -> str:
    """Where somebody goes who has come in: where they were going, else where their work is."""
    safe = back_to(wanted)
    if safe is not None:
        return safe
    if who.regions:
        return to("coordinator-home.show")
    return to("organizer-home.show" if who.organizations or who.helps else "volunteer-going.show")


GUESTS = frozenset({"guardian"})
"""Pages, by their paths' first name, of people who need no record."""


def _let_in(identity: Identity, wanted: str | None) -> Response:
    """Who has just proven a number goes on; without a record to where none is needed, else to make one.

    Who is banned is told why, and is heard.

    Raises:
        Unauthenticated, AccountDisabled.
    """
    try:
        who = entrance.enter(identity)
    except errors.Banned as error:
        return banned.show_at_door(error, identity.subject)
    except errors.NotRegistered:
        safe = back_to(wanted)
        if safe is None or urlsplit(safe).path.split("/")[2] not in GUESTS:
            return done(to("register.show", next=safe))
        return done(safe)
    return done(landing(wanted, who))


def _page_of(mark: str) -> str:
    """Which page of which browser: its cookie alone may have been taken along before its person came."""
    return f"{page_sessions.token()} {mark}"


def pairing(wanted: str | None, mark: str) -> dict[str, Any]:
    """What the card of door (a) shows: the code of this page, known by its `mark`; or why it has none."""
    browser, address = browser_of(request.user_agent.string), request.remote_addr or ""
    try:
        code = web_sign_ins.code_for(session(), _page_of(mark), browser, address, now())
    except errors.TooManyRequests as error:
        # The other door stays open to all who have this address.
        session().rollback()
        return {"code": None, "refused": problems.document_of(error)}
    session().commit()
    address = services().settings.public_url + to("account.web_sign_in", code=code)
    return {
        "code": code,
        "qr": qr_of(address),
        "next": wanted or "",
        "mark": mark,
    }


@dataclass(frozen=True, slots=True)
class Firebase:
    """What the web SDK needs; `emulator`: its address, in development."""

    key: str
    domain: str
    project: str
    emulator: str | None

    @property
    def policy(self) -> str:
        """The page's own: Google's hosts, of which reCAPTCHA is one, stand in it alone."""
        emulator = f" {self.emulator}" if self.emulator else ""
        return policy(
            script_src=f"{GOOGLES} https://apis.google.com",
            frame_src=f"https://www.google.com https://{self.domain}",
            connect_src=f"{ACCOUNTS} https://www.google.com{emulator}",
            img_src="https://www.gstatic.com",
        )


def firebase() -> Firebase | None:
    """Door (b) with Firebase; None where it is not set up, or its script was not built."""
    settings = services().settings
    key, domain = settings.firebase_web_api_key, settings.firebase_auth_domain
    project, emulator = settings.firebase_project_id, settings.auth_emulator
    if not (key and domain and project and asset("sign-in.js")):
        return None
    return Firebase(key, domain, project, f"http://{emulator}" if emulator else None)


def _show(form: Form) -> Response:
    found = None if sign_in_codes.is_local() else firebase()
    return render(
        "sign_in/start.html",
        How() if found is None else How(policy=found.policy),
        firebase=found,
        form=form,
        pairing=pairing(form.value("next") or None, secrets.token_urlsafe(16)),
        is_local=sign_in_codes.is_local(),
    )


@pages.page("/sign-in", methods=("GET", "POST"))
def show() -> Response:
    """Both doors. Posted: the number that a code is sent to."""
    caller = page_caller()
    if request.method in csrf.SAFE and caller is not None:
        wanted = request.args.get("next")
        return redirect(landing(wanted, caller.known.actor), HTTPStatus.SEE_OTHER)  # type: ignore[return-value] # Flask's own
    services().address_limit.count(request.remote_addr or "")
    form = read_form(PhoneForm, next=back_to(request.args.get("next")))
    if form.is_good:
        try:
            form.typed["phone"] = sign_in_codes.send(form.data["phone"])
        except errors.Invalid as error:
            form.refused(error)
        else:
            return _code_sent(form.value("phone"), form.value("next") or None)
    return _show(form)


def _code_sent(phone: str, wanted: str | None) -> Response:
    """On to the page of the code: one that answers a form is no page that anybody comes back to."""
    response = done(to("sign-in.use_code", next=wanted))
    lasts = int(NUMBER_LASTS.total_seconds())
    is_secure = page_sessions.is_secure()
    kept = _numbers().dumps(phone)
    response.set_cookie(NUMBER, kept, max_age=lasts, httponly=True, samesite="Lax", secure=is_secure)
    return response


def _numbers() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services().settings.secret_key, salt="number")


def _number() -> str | None:
    """Whom the last code was sent to from this browser."""
    lasts = int(NUMBER_LASTS.total_seconds())
    try:
        return str(_numbers().loads(request.cookies.get(NUMBER, ""), max_age=lasts))
    except BadData:
        return None


def _ask_code(form: Form) -> Response:
    """For the code; where none can be used any more, for the wish for another one."""
    left = sign_in.tries_left(session(), form.value("phone"), now())
    how = PLAIN if form.sent or form.errors else How(HTTPStatus.OK)
    if not left and form.refused_as != HTTPStatus.FORBIDDEN:
        form.errors = {}
        form.refuse(WHOLE, "page.sign-in.code-over")
    return render("sign_in/code.html", how, form=form, left=left)


@pages.page("/sign-in/code", methods=("GET", "POST"))
def use_code() -> Response:
    """The code that came to the phone. Looked at: for the number of before, of who is not in yet."""
    if request.method in csrf.SAFE:
        wanted, phone, caller = request.args.get("next"), _number(), page_caller()
        if caller is not None:
            return done(landing(wanted, caller.known.actor))
        if phone is None:
            return done(to("sign-in.show", next=back_to(wanted)))
        return _ask_code(blank(phone=phone, next=back_to(wanted)))
    services().address_limit.count(request.remote_addr or "")
    form = read_form(CodeForm)
    if not form.is_good:
        return _ask_code(form)
    try:
        subject, phone = sign_in_codes.use(form.data["phone"], "".join(form.data["code"].split()))
    except errors.Invalid as error:
        form.refused(error)
        return _ask_code(form)
    except errors.BadCode:
        left = sign_in.tries_left(session(), form.data["phone"], now())
        form.refuse("code", "page.sign-in.wrong-code", left=left)
        return _ask_code(form)
    tokens = sign_in_codes.tokens()
    response = _let_in(tokens.verify(tokens.issue(subject, phone)[0]), form.value("next"))
    response.delete_cookie(NUMBER, httponly=True, samesite="Lax")
    return response


@pages.page("/sign-in/token", methods=("POST",))
def use_token() -> Response:
    """The ID token of who has just proven their number to Firebase, from the page's script."""
    services().address_limit.count(request.remote_addr or "")
    form = read_form(TokenForm)
    if sign_in_codes.is_local() or not form.is_good:
        raise Unauthenticated
    return _let_in(services().verifier.verify(form.data["token"]), form.value("next"))


@pages.page("/sign-in/continue", methods=("POST",))
def go_on() -> Response:
    """Whether the phone has confirmed: the page asks by itself, or by its button."""
    services().address_limit.count(request.remote_addr or "")
    form = read_form(ContinueForm)
    wanted, by_itself = form.value("next") or None, "HX-Request" in request.headers
    mark = form.value("mark")
    subject = web_sign_ins.collect(session(), _page_of(mark), now())
    if subject is not None:
        session().commit()
        goes_to = landing(wanted, entrance.enter_as(subject))
        if by_itself:
            return Response(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": goes_to})
        return done(goes_to)
    if not by_itself:
        return done(to("sign-in.show", next=back_to(wanted)), "page.sign-in.not-yet", "wait")
    shown = pairing(wanted, mark)
    if shown["code"] == form.value("shown"):
        return Response(status=HTTPStatus.NO_CONTENT)
    return render("sign_in/pairing.html", pairing=shown)


def _too_many(error: errors.TooManyRequests) -> Response:
    """The form as it was, and when to try again: who waits does not type their number anew."""
    answer = problems.refusal(error)
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if request.method != "POST" or endpoint not in ("show", "use_code"):
        return answer
    session().rollback()
    form = read_form(PhoneForm if endpoint == "show" else CodeForm)
    found = problems.document_of(error)
    form.errors = {WHOLE: [f"{found['title']}. {found['detail']}"]}
    form.refused_as = HTTPStatus.TOO_MANY_REQUESTS
    page = _show(form) if endpoint == "show" else _ask_code(form)
    page.headers["Retry-After"] = answer.headers["Retry-After"]
    return page


pages.register_error_handler(errors.TooManyRequests, _too_many)


@pages.page("/sign-out", methods=("POST",))
def leave() -> Response:
    """This browser forgets who was here."""
    page_sessions.leave()
    session().commit()
    response = done(to("sign-in.show"), "page.sign-in.out", "info")
    banned.forget(response)
    return response

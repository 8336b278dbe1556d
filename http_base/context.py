"""What a request stands in: the composition's parts, the caller, the moment, the language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from flask import Request, current_app, g, request
from sqlalchemy.orm import Session

from http_base import elevations
from http_base.address_limit import AddressLimit
from http_base.app_check import AppCheck
from http_base.identity import (
    IdentityUnavailable,
    TokenVerifier,
    Unattested,
    Unauthenticated,
)
from notifications.words import LOCALES
from service import errors
from service.access import Actor
from service.geography.geocoding import Geocoder
from service.people import accounts, bans, identities, second_factor
from service.people.accounts import Accounts
from service.people.identities import Identity, Known
from service.platform.clock import Clock
from service.platform.database import Connections, db
from service.platform.files import Files
from service.platform.settings import SecondFactorMode, Settings


class Services(Protocol):
    """What the composition root provides: `app.extensions["tazalyq"]`."""

    settings: Settings
    connections: Connections
    clock: Clock
    verifier: TokenVerifier
    address_limit: AddressLimit
    app_check: AppCheck | None
    files: Files

    @property
    def accounts(self) -> Accounts | None: ...

    @property
    def geocoder(self) -> Geocoder | None: ...


@dataclass(frozen=True, slots=True)
class PageCaller:
    """Who is signed in to the pages here, by which session; `ends_at`: when it does, if nothing is done."""

    subject: str
    known: Known
    session_id: UUID
    signed_in_at: datetime
    ends_at: datetime
    passed_second_factor: bool


def services() -> Services:
    """The composition's parts."""
    return cast("Services", current_app.extensions["tazalyq"])


def now() -> datetime:
    """The moment of this request: the clock is read once."""
    if "now" not in g:
        g.now = services().clock.now()
    return cast("datetime", g.now)


def consent_age() -> int:
    """From which age on, in years, nothing waits for a guardian's consent."""
    return services().settings.thresholds.guardian_consent_age


def session() -> Session:
    """The request's session."""
    return db.session()


_request: Callable[[], Request] = request._get_current_object  # type: ignore[attr-defined] # of the proxy
"""What `request` stands for: asked for hundreds of times a page, its proxy costs five times as much."""


def locale() -> str:
    """The language of this answer's words: of a page its path's, else the phone's best, else Kazakh."""
    language = _request().path.split("/", 2)[1]
    if language in LOCALES:
        return language
    return request.accept_languages.best_match(LOCALES) or "kk"


def is_page() -> bool:
    """Whether a page is asked for, whose caller the cookie tells; calls of the API look at tokens alone."""
    return bool(g.get("is_page", False))


def page_caller() -> PageCaller | None:
    """Who is signed in to the pages in this browser; they may be banned, or their account disabled."""
    return cast("PageCaller | None", g.get("page_caller"))


def own_name() -> str:
    """What who is signed in to the pages here calls themself. Raises Unauthenticated."""
    caller = page_caller()
    if caller is None:
        raise Unauthenticated
    return caller.known.display_name


def page_guest() -> Identity | None:
    """Who has proven a number in this browser without a record to sign in to: about to register, or a
    guardian. To everything else they are nobody."""
    return cast("Identity | None", g.get("page_guest"))


def identity() -> Identity:
    """Who the token says is calling.

    Raises:
        Unauthenticated: no token, or a bad one. IdentityUnavailable: it cannot be checked now.
    """
    if is_page():
        raise Unauthenticated
    if "identity" not in g:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or not token.strip():
            raise Unauthenticated
        g.identity = services().verifier.verify(token.strip())
    return cast("Identity", g.identity)


def attestation() -> bool | None:
    """What App Check says of the caller's app: True good, False failed.

    None: the phone sent nothing, it cannot be checked now, or identity is local.

    Raises:
        IdentityUnavailable: it cannot be checked now, and is required.
    """
    if "attestation" not in g:
        g.attestation = _attested(request.headers.get("X-Firebase-AppCheck", "").strip())
    return cast("bool | None", g.attestation)


def _attested(token: str) -> bool | None:
    app_check = services().app_check
    if app_check is None or not token:
        return None
    try:
        return app_check.holds(token)
    except IdentityUnavailable:
        if app_check.required:
            raise
        return None


def require_attestation() -> None:
    """Raise Unattested where App Check is required and the app has not passed it."""
    app_check = services().app_check
    if app_check is not None and app_check.required and attestation() is not True:
        raise Unattested


def maybe_actor() -> Actor | None:
    """The registered caller; None for somebody without a token or without a record."""
    if is_page():
        return _signed_in()
    if "Authorization" not in request.headers:
        return None
    return _recognized()


def _signed_in() -> Actor | None:
    """Whose session the cookie is of. Raises Banned, AccountDisabled."""
    caller = page_caller()
    if caller is None:
        return None
    if caller.known.standing.is_disabled:
        raise errors.AccountDisabled()
    if caller.known.ban is not None and caller.known.ban.holds_at(now()):
        raise caller.known.ban.refusal()
    return _with_what_is_proven(caller.known.actor)


def passed_second_factor(actor: Actor) -> bool:
    """Whether the caller, who is this actor, has shown the second factor: whatever the mode asks for."""
    caller = page_caller()
    if is_page():
        return caller is not None and caller.passed_second_factor
    given = request.headers.get(elevations.HEADER)
    if not given:
        return False
    enrolment = elevations.read(given, identity(), now(), services().settings.secret_key)
    return enrolment is not None and second_factor.is_current(session(), actor, enrolment)


def _with_what_is_proven(actor: Actor) -> Actor:
    """The caller, without the powers for which the second factor is missing here."""
    mode = services().settings.second_factor
    is_guarded = mode is SecondFactorMode.REQUIRED or (mode is SecondFactorMode.PAGES and is_page())
    if not is_guarded or not actor.has_powers or passed_second_factor(actor):
        return actor
    return actor.without_powers()


def _recognized(*, even_banned: bool = False) -> Actor | None:
    """Whose record the token is of. News in it are kept at once, apart from the request's own work."""
    token = identity()
    known = identities.find(session(), token.subject)
    if known is not None and not known.standing.is_open_to(token):
        return None
    if known is None or not even_banned:
        _refuse_banned(token, known)
    if known is None:
        return None
    if "noted" in g or not known.standing.learns_from(token, now()):
        return _with_what_is_proven(known.actor)
    g.noted = True
    # Who calls is asked before anything is written: this only gives the connection back.
    session().rollback()
    with services().connections.begin() as connection:
        identities.note(connection, token, now())
    found = identities.find_actor(session(), token.subject)
    return None if found is None else _with_what_is_proven(found)


def refuse_banned() -> None:
    """Raise Banned where the token's account is banned, or no record is known and its number is."""
    token = identity()
    _refuse_banned(token, identities.find(session(), token.subject))


def _refuse_banned(token: Identity, known: Known | None) -> None:
    if known is None:
        known_by = bans.marks(token.subject, token.phone, services().settings.secret_key)
        bans.refuse_banned(session(), known_by, now())
    elif known.ban is not None and known.ban.holds_at(now()):
        raise known.ban.refusal()


def actor() -> Actor:
    """The registered caller. Raises NotRegistered, and what `identity` raises; on pages, Unauthenticated."""
    if is_page():
        signed_in = _signed_in()
        if signed_in is None:
            raise Unauthenticated
        return signed_in
    found = _recognized()
    if found is None:
        raise errors.NotRegistered()
    return found


def data_subject() -> Actor:
    """The registered caller of the API, though they be banned: what is held of them is theirs to have all the
    same. Raises NotRegistered, and what `identity` raises; Banned, who is known by a mark alone."""
    found = _recognized(even_banned=True)
    if found is None:
        raise errors.NotRegistered()
    return found


def ask_provider(subject: str) -> None:
    """Ask the identity provider whether an account may still sign in; no answer leaves the last one in force.

    Raises:
        AccountDisabled.
    """
    provider = services().accounts
    if provider is None:
        return
    # What was read so far was read: this only gives the connection back while the provider is asked.
    session().rollback()
    locked_out = accounts.ask(provider, subject)
    if locked_out is None:
        return
    with services().connections.begin() as connection:
        accounts.keep(connection, subject, now(), locked_out=locked_out)
    if locked_out:
        raise errors.AccountDisabled()

"""Who comes in to the pages, by whichever door (R6): the last look before a session begins."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from http_base import page_sessions, profiles
from http_base.context import ask_provider, now, services, session
from http_base.identity import Unauthenticated
from service import errors
from service.access import Actor
from service.models import Volunteer
from service.people import bans, identities
from service.people.identities import Identity, Known

SIGNED_IN_WITHIN = timedelta(minutes=5)
"""A token is a way in only for who has just signed in: not for who found one."""


def enter(identity: Identity) -> Actor:
    """Begin a session of whoever has just signed in to this account, and return them.

    Raises:
        Unauthenticated: the sign-in was not just now. NotRegistered: no record yet, or one that waits for
            its birth date; they are a guest from here on. Banned, AccountDisabled.
    """
    if identity.signed_in_at < now() - SIGNED_IN_WITHIN:
        raise Unauthenticated
    known = identities.find(session(), identity.subject)
    if known is None:
        marks = bans.marks(identity.subject, identity.phone, services().settings.secret_key)
        bans.refuse_banned(session(), marks, now())
        raise _welcome(identity)
    if not known.standing.is_open_to(identity):
        raise _welcome(identity)
    session().rollback()
    with services().connections.begin() as connection:
        identities.note(connection, identity, now())
    return enter_as(identity.subject)


def _welcome(identity: Identity) -> errors.NotRegistered:
    ask_provider(identity.subject)
    page_sessions.welcome(identity)
    session().commit()
    return errors.NotRegistered()


def is_back(guest: Identity) -> bool:
    """Whether a guest who is about to register has a record that waits for its birth date.

    Raises:
        Unauthenticated: the record is open by now, so they sign in. Banned, AccountDisabled.
    """
    known = identities.find(session(), guest.subject)
    if known is None:
        marks = bans.marks(guest.subject, guest.phone, services().settings.secret_key)
        bans.refuse_banned(session(), marks, now())
        return False
    _refuse(known)
    if known.standing.is_open_to(guest):
        raise Unauthenticated
    return True


def register(guest: Identity, body: Mapping[str, Any]) -> Volunteer:
    """Make the record of a guest, or open it again, and begin their session; all of it or nothing.

    `body`: as `ProfileBody` has read it. Raises what `profiles.put` and `is_back` raise.
    """
    ask_provider(guest.subject)
    volunteer, _is_new = profiles.put(guest, body)
    known = identities.find(session(), guest.subject)
    if known is None:
        raise errors.NotRegistered()
    page_sessions.start(known.actor)
    session().commit()
    return volunteer


def enter_as(subject: str) -> Actor:
    """Begin a session of this account, whose person was recognized by another device, and return them.

    Raises:
        NotRegistered, Banned, AccountDisabled.
    """
    ask_provider(subject)
    known = identities.find(session(), subject)
    if known is None:
        raise errors.NotRegistered()
    _refuse(known)
    page_sessions.start(known.actor)
    session().commit()
    return known.actor


def _refuse(known: Known) -> None:
    if known.standing.is_disabled:
        raise errors.AccountDisabled()
    if known.ban is not None and known.ban.holds_at(now()):
        raise known.ban.refusal()

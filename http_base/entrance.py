"""Who comes in to the pages, by whichever door (R6): the last look before a session begins."""

from datetime import timedelta

from http_base import page_sessions
from http_base.context import ask_provider, now, services, session
from http_base.identity import Unauthenticated
from service import errors
from service.access import Actor
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

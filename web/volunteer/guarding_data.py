"""What is held of a guardian who has no record: a copy of it, and having it erased (else: own_data.py)."""

from flask import Response

from http_base import entrance, own_data, page_sessions
from http_base.context import now, page_caller, page_guest, session
from http_base.identity import Unauthenticated
from service.attendance import guarded
from service.people import guardian_data
from service.people.identities import Identity
from web.addresses import to
from web.erasing import WordForm, read_word
from web.pages import Pages, done, dressed, render

pages = Pages("guardian-data")


def _guest() -> Identity:
    """Who has proven a number here and has no record.

    Raises:
        Unauthenticated: nobody; or they have one, which waits for its birth date. Banned, AccountDisabled.
    """
    guest = page_guest()
    if guest is None or entrance.is_back(guest):
        raise Unauthenticated
    return guest


@pages.page("/guardian/data")
def show() -> Response:
    """What it is, a copy, and the way to erasing it."""
    if page_caller() is not None:
        return done(to("volunteer-data.show"))
    guest = _guest()
    found = guarded.children_of(session(), guest, now())
    session().commit()
    consents = guardian_data.consents_of(session(), guest)
    return render("volunteer/guarding_data.html", guardian=guest, consents=consents, found=found)


@pages.page("/guardian/data/copy", methods=("POST",))
def copy() -> Response:
    """All of it as one file."""
    return dressed(own_data.of_guardian(_guest()))


@pages.page("/guardian/data/erase", methods=("GET", "POST"))
def erase() -> Response:
    """What goes, what stays, and what it does to the children; done once the word is typed."""
    if page_caller() is not None:
        return done(to("volunteer-data.erase"))
    guest, form = _guest(), read_word(WordForm)
    if not form.is_good:
        found = guarded.children_of(session(), guest, now())
        session().commit()
        return render("volunteer/guarding_erase.html", form=form, found=found)
    guardian_data.erase(session(), guest, now())
    page_sessions.leave()
    session().commit()
    return done(to("sign-in.show"), "page.erase.done", "info")

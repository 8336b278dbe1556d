"""What is held about me: a copy of it, and having it erased."""

from http import HTTPStatus

from flask import Response

from http_base import own_data, page_sessions
from http_base.context import actor, locale, now, services, session
from service import errors
from service.models.base import localized
from service.people import erasure
from web.addresses import to
from web.erasing import ErasureForm, read_word
from web.forms import Form, blank
from web.pages import PLAIN, How, Pages, done, dressed
from web.volunteer import desk

pages = Pages("volunteer-data")


@pages.page("/account/data")
def show() -> Response:
    """A copy, what is kept about me, and the way to erasing it."""
    return desk.show(None, "own_data.html", form=blank())


@pages.page("/account/data/copy", methods=("POST",))
def copy() -> Response:
    """All of it as one file; posted, so that nothing that looks ahead has a copy made."""
    return dressed(own_data.whole(actor()))


@pages.page("/account/data/erase", methods=("GET", "POST"))
def erase() -> Response:
    """What goes and what stays; done once the word is typed, with nobody signed in here afterwards."""
    caller, form = actor(), read_word(ErasureForm)
    if not form.is_good:
        return _ask(form)
    try:
        erasure.erase(
            session(),
            caller,
            now(),
            services().settings.secret_key,
            keep_certificates=form.data["keep_certificates"],
        )
    except (errors.SoleOwner, errors.LastNational):
        session().rollback()
        # The page itself says why not, and what to do first.
        return _ask(blank(), was_refused=True)
    page_sessions.leave()
    session().commit()
    # The first page is the same for everybody, and tells nobody anything.
    return done(to("sign-in.show"), "page.erase.done", "info")


def _ask(form: Form, *, was_refused: bool = False) -> Response:
    held = erasure.hindrances(session(), actor())
    names = ", ".join(localized(name, locale()) for name in held.organizations)
    return desk.show(
        None,
        "erase.html",
        How(status=HTTPStatus.CONFLICT) if was_refused else PLAIN,
        form=form,
        held=held,
        organizations=names,
    )

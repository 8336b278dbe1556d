"""What I have agreed to: seen, given, withdrawn, with all that was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, redirect

from http_base.context import actor, locale, now, session
from http_base.fields import Strict, Text
from service.models import Consent, ConsentName
from service.people import consents
from service.people.consent_texts import TEXTS, ConsentText
from web.addresses import to
from web.forms import read_form
from web.pages import Pages, done
from web.volunteer import desk

pages = Pages("volunteer-consents")


class VersionForm(Strict):
    version = Text(longest=40, required=True)


@dataclass(frozen=True, slots=True)
class Shown:
    """One consent. `text`: the newest version; `is_given`: one of it is in force; `needs_new`: it will not be
    any more from `text.required_from` on; `past`: lines of the history, the newest first."""

    name: str
    text: ConsentText
    title: str
    is_given: bool
    needs_new: bool
    past: Sequence[Consent]


@pages.page("/account/consents")
def show() -> Response:
    """Each consent with its state and its history."""
    return desk.show(None, "my_consents.html", consents=_shown(now()))


def _shown(at: datetime) -> list[Shown]:
    whose = actor().volunteer_id
    past = consents.history(session(), whose)
    held = consents.of_people(session(), [whose], at)[whose]
    standing = {(one.name, one.version) for one in past if one.withdrawn_at is None}
    newest = {text.name: text for text in consents.offered(at, TEXTS)}
    return [
        Shown(
            name=name,
            text=newest[name],
            title=newest[name].words(locale())[0],
            is_given=name in held,
            needs_new=name in held and (name, newest[name].version) not in standing,
            past=[one for one in past if one.name == name],
        )
        for name in ConsentName
    ]


@pages.page("/account/consents/<any(personal_data,cross_border):name>/give", ("POST",))
def give(name: str) -> Response:
    """Agree to the version that was shown."""
    form = read_form(VersionForm)
    if form.is_good:
        consents.give(session(), actor().volunteer_id, {name: form.data["version"]}, now())
        session().commit()
        return done(to("volunteer-consents.show"), "page.my-consents.was-given")
    return redirect(to("volunteer-consents.show"))  # type: ignore[return-value] # Flask's own


@pages.page("/account/consents/<any(personal_data,cross_border):name>/withdraw", ("POST",))
def withdraw(name: str) -> Response:
    """Take it back; again, nothing changes."""
    consents.withdraw(session(), actor().volunteer_id, name, now())
    session().commit()
    return done(to("volunteer-consents.show"), "page.my-consents.was-withdrawn")

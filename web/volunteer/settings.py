"""What I say of myself, in which language I am told things, and of what I want to be told."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import Response

from http_base import profiles
from http_base.context import actor, locale, now, services, session
from http_base.fields import Strict, Text, TimeOfDay, one_of, whole
from http_base.schemas.notification_settings import MOST_PUSHES_A_DAY, SettingsChange
from http_base.schemas.people import ProfileBody
from notifications.words import LOCALES
from service.geography import regions
from service.models import NotificationSettings, Volunteer
from service.models.base import localized
from service.people import notification_settings, volunteers
from service.platform.idempotency import content_hash
from web import formats
from web.addresses import to
from web.doors import back_to
from web.forms import WHOLE, Form, read_form
from web.keeping import is_kept
from web.pages import Pages, done
from web.templating import text
from web.volunteer import desk
from web.volunteer.register import LANGUAGES

pages = Pages("volunteer-settings")

GROUPS = ("changes", "reminders", "announcements", "nearby", "recognition")
OF_ONESELF = ("display_name", "region", "locale", "filled_from")


class AboutMeForm(ProfileBody):
    """As the API takes it. `filled_from`: what stood there when the form was given out."""

    filled_from = Text(longest=100)


class NotifyForm(SettingsChange):
    """As the API takes it, whole: a field that is emptied is asked for, and not left as it was."""

    quiet_from = TimeOfDay(required=True)
    quiet_to = TimeOfDay(required=True)
    daily_cap = whole(0, MOST_PUSHES_A_DAY, required=True)


class LanguageForm(Strict):
    locale = one_of(*LOCALES, required=True)
    next = Text(longest=2_000)


def _me() -> Volunteer:
    return volunteers.get(session(), actor().volunteer_id)


def _change(person: Volunteer, body: dict[str, Any]) -> None:
    """Change what is named. Raises Invalid."""
    changes, min_age = profiles.parts_of(body), services().settings.min_age
    volunteers.change(session(), person, changes, now(), min_age=min_age, phone=person.phone or "")
    session().commit()


@pages.page("/account/settings", ("GET", "POST"))
def show() -> Response:
    """Name, region and language; whether it is known near where I live."""
    person = _me()
    stands = {"display_name": person.display_name, "region": person.region_code, "locale": person.locale}
    version = content_hash(stands)
    form = read_form(AboutMeForm(only=OF_ONESELF), **stands, filled_from=version)
    if form.is_good and form.value("filled_from") != version:
        # Another tab, or the phone, has said something else since.
        form.refused_as = HTTPStatus.PRECONDITION_FAILED
        form.typed["filled_from"] = version
        form.refuse(WHOLE, "page.form.overtaken")
    if form.is_good:
        body = {name: value for name, value in form.data.items() if name != "filled_from"}
        if is_kept(form, lambda: _change(person, body)):
            return done(to("volunteer-settings.show", language=body["locale"]), "page.settings.saved")
    return _show(person, form)


def _show(person: Volunteer, form: Form) -> Response:
    names = ((region.code, localized(region.names, locale())) for region in regions.all_regions())
    return desk.show(
        None,
        "settings.html",
        form=form,
        person=person,
        regions=sorted(names, key=lambda one: formats.in_order(one[1])),
        languages=LANGUAGES,
        labels={name: text(f"page.register.{name}") for name in ("display_name", "region", "locale")},
    )


@pages.page("/account/settings/home", ("GET", "POST"))
def forget_home() -> Response:
    """Near where I live is known no more: of events nearby I hear nothing."""
    person, form = _me(), read_form(Strict)
    if form.is_good:
        _change(person, {"home": None})
        return done(to("volunteer-settings.show"), "page.settings.home-forgotten", "info")
    return done(to("volunteer-settings.show"))


@pages.page("/account/language", ("POST",))
def change_language() -> Response:
    """Messages and the calendar speak this language from now on; and so does the page that goes on."""
    person, form = _me(), read_form(LanguageForm)
    if not form.is_good:
        return done(to("volunteer-settings.show"))
    _change(person, {"locale": form.data["locale"]})
    here = back_to(form.value("next")) or to("account.show")
    rest = here.split("/", 2)[2] if here.count("/") > 1 else ""
    return done(f"/{form.data['locale']}/{rest}", "page.settings.saved")


@pages.page("/account/notifications", ("GET", "POST"))
def notify() -> Response:
    """Of what pushes tell, and when they are silent. The inbox has everything all the same."""
    who = actor()
    stands = notification_settings.get(session(), who.volunteer_id)
    form = read_form(NotifyForm, **_typed(stands))
    if form.is_good:
        changed = notification_settings.put(session(), who.volunteer_id, form.data)
        session().commit()
        quiet = _quiet_minutes(changed)
        said = {"quiet": formats.duration(quiet)} if quiet else {}
        key = "page.notify.saved-quiet" if quiet else "page.notify.saved"
        return done(to("volunteer-settings.notify"), key, **said)
    names = (*GROUPS, "quiet_from", "quiet_to", "daily_cap")
    return desk.show(
        "inbox",
        "notifications.html",
        form=form,
        groups=GROUPS,
        labels={name: text(f"page.notify.{name.replace('_', '-')}") for name in names},
    )


def _typed(stands: NotificationSettings) -> dict[str, Any]:
    """What the form begins with; a box that is not ticked has no value."""
    ticked = {name: "yes" if getattr(stands, name) else None for name in GROUPS}
    return ticked | {
        "quiet_from": f"{stands.quiet_from:%H:%M}",
        "quiet_to": f"{stands.quiet_to:%H:%M}",
        "daily_cap": stands.daily_cap,
    }


def _quiet_minutes(stands: NotificationSettings) -> int:
    """How long the silence is; 0 where there is none."""
    begin = datetime.combine(date.min, stands.quiet_from)
    end = datetime.combine(date.min, stands.quiet_to)
    return ((end - begin) % timedelta(days=1)) // timedelta(minutes=1)

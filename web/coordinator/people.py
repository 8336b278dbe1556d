"""People of a coordinator's regions: found by number or name, seen, corrected, banned."""

from collections.abc import Mapping
from uuid import UUID

from flask import Response, request
from marshmallow import Schema

from http_base.context import actor, now, services, session
from http_base.fields import Text
from http_base.schemas.people import BanBody, BirthDateBody
from service import errors
from service.access import Permission, may_anywhere
from service.geography import regions
from service.models.base import COUNTRY_ZONE
from service.people import ages, bans, search
from service.people.search import Seen
from web.coordinator import desk
from web.coordinator.desk import Desk
from web.forms import Form, blank, read_form, read_query
from web.keeping import is_kept
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("coordinator-people")

RECORDED = Unaudited("its use case records whom it showed")

BESIDES: Mapping[str, Permission] = {
    "coordinator-honours.show": Permission.SEE_HONOURS,
    "coordinator-correctors.show_all": Permission.CORRECT_AS_COORDINATOR,
    "coordinator-contact.show": Permission.SET_REGION_CONTACT,
    "coordinator-coordinators.show_all": Permission.APPOINT_COORDINATORS,
    "coordinator-audit.show_all": Permission.SEE_AUDIT,
    "coordinator-erased.lift": Permission.BAN_STAFF,
}
"""What else of people there is, for whom."""


class Sought(Schema):
    """What somebody has typed."""

    q = Text()


@pages.page("/coordinator/people")
@pages.staff(Permission.SEE_PERSON, audit=RECORDED)
def show_all() -> Response:
    """Find somebody; and what else there is about people."""
    at = desk.sit_down("people")
    query = read_query(Sought)
    wanted = query.get("q")
    form, found = blank(q=wanted), None
    if wanted is not None:
        served = services().settings.phone_regions
        try:
            found = search.find(session(), actor(), wanted, at.region_code, now(), served)
        except errors.Invalid as error:
            form.refused(error)
    return desk.show(
        at,
        "people.html",
        form=form,
        found=found,
        region_of=regions.get,
        at_most=search.AT_MOST,
        besides=[page for page, permission in BESIDES.items() if may_anywhere(actor(), permission)],
    )


@pages.page("/coordinator/people/<uuid:subject_id>")
@pages.staff(Permission.SEE_PERSON, audit=RECORDED)
def show(subject_id: UUID) -> Response:
    """One person: who they are here, what they did in the region, and what can be done."""
    at = desk.sit_down("people")
    seen = _seen(at, subject_id)
    return desk.show(
        at,
        "person.html",
        person=seen,
        home=regions.get(seen.volunteer.region_code),
        is_self=subject_id == actor().volunteer_id,
        since=seen.volunteer.created_at.astimezone(COUNTRY_ZONE).date(),
        region_of=regions.get,
    )


@pages.page("/coordinator/people/<uuid:subject_id>/birth-date", ("GET", "POST"))
@pages.staff(Permission.SET_BIRTH_DATE, audit=RECORDED)
def set_birth_date(subject_id: UUID) -> Response:
    """Correct when somebody was born."""
    at = desk.sit_down("people")
    seen = _seen(at, subject_id)
    if not seen.may_set_birth_date:
        raise errors.Forbidden()
    form = read_form(BirthDateBody, birth_date=seen.volunteer.birth_date)
    if form.is_good:
        born, min_age = form.data["birth_date"], services().settings.min_age
        if is_kept(
            form,
            lambda: ages.set_birth_date(session(), actor(), subject_id, born, now(), min_age),
            about={errors.TooYoungToRegister: "birth_date"},
        ):
            return done(_person(at, subject_id), "page.person.birth-date-set")
        seen = _seen(at, subject_id)
    return desk.show(at, "person_birth_date.html", person=seen, form=form)


@pages.page("/coordinator/people/<uuid:subject_id>/ban", ("GET", "POST"))
@pages.staff(Permission.BAN, audit=RECORDED)
def ban(subject_id: UUID) -> Response:
    """Forbid somebody to take part, or change what their ban says; asked again before it is done."""
    at = desk.sit_down("people")
    seen = _seen(at, subject_id)
    if not seen.may_ban:
        # Nobody writes why, to be told then that somebody else has to.
        raise errors.Forbidden()
    form = read_form(BanBody, **_terms(seen))
    if form.is_good:
        body = form.data
        try:
            bans.put(
                session(),
                actor(),
                subject_id,
                body["reason"],
                body.get("expires_at"),
                now(),
                services().settings.secret_key,
            )
        except errors.Invalid as error:
            session().rollback()
            form.refused(error)
        else:
            if form.is_sure:
                session().commit()
                return done(_person(at, subject_id), "page.person.banned-now")
            # It would be taken: what it says is asked once more before it stands.
            session().rollback()
            return _ask(at, seen, form, "ban", body["reason"])
        seen = _seen(at, subject_id)
    return desk.show(at, "person_ban.html", person=seen, form=form)


@pages.page("/coordinator/people/<uuid:subject_id>/lift-ban", ("GET", "POST"))
@pages.staff(Permission.BAN, audit=RECORDED)
def lift_ban(subject_id: UUID) -> Response:
    """Let somebody take part again."""
    at = desk.sit_down("people")
    if request.method == "POST":
        bans.lift(session(), actor(), subject_id, now())
        session().commit()
        return done(_person(at, subject_id), "page.person.ban-lifted")
    seen = _seen(at, subject_id)
    if seen.ban is None or not seen.banned:
        return done(_person(at, subject_id))
    return _ask(at, seen, blank(), "lift", seen.ban.reason)


def _seen(at: Desk, subject_id: UUID) -> Seen:
    """Raises NotFound, Forbidden."""
    return search.read(session(), actor(), subject_id, at.region_code, now())


def _person(at: Desk, subject_id: UUID) -> str:
    return at.to("coordinator-people.show", subject_id=subject_id)


def _terms(seen: Seen) -> dict[str, str | None]:
    """What the form of a ban begins with: what the one in force says."""
    if seen.ban is None or not seen.banned:
        return {}
    end = seen.ban.expires_at
    said = None if end is None else f"{end.astimezone(COUNTRY_ZONE):%Y-%m-%dT%H:%M}"
    return {"reason": seen.ban.reason, "expires_at": said}


def _ask(at: Desk, seen: Seen, form: Form, act: str, reason: str) -> Response:
    """Once more, on a page of its own."""
    return desk.ask_again(
        at,
        title=text(f"page.person.{act}.title", name=seen.name),
        text=text(f"page.person.{act}.sure", reason=reason),
        act=text(f"page.person.{act}"),
        form=form,
        back_href=_person(at, seen.volunteer.id),
    )

"""What is doubted: twenty at a time, the evidence in words and on a small plan, decided together."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response
from markupsafe import Markup
from marshmallow import Schema, fields, validate

from http_base import cursors
from http_base.context import actor, locale, now, services, session
from http_base.fields import LENGTH, one_of
from http_base.schemas import reviews as schemas
from http_base.schemas.reviews import STATUSES, ReviewsBody, seen_last
from http_base.wording import doubt_of_another
from service.access import Permission
from service.people import consents
from service.rulings import bulk_reviews, reviews
from service.rulings.bulk_reviews import Outcome
from service.rulings.reviews import ReviewItem
from web import evidence, formats
from web.addresses import here
from web.coordinator import desk
from web.forms import Form, read_form, read_query
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("coordinator-reviews")

A_PAGE = 20
READY = ("was-there", "organizer-confirms", "far-away", "another-phone", "no-answer")
"""Reasons that are ready to be chosen."""


class Filter(Schema):
    """Which of those that wait; `ticked`: all of the page at first."""

    reason = schemas.doubt()
    ticked = one_of("all")
    cursor = fields.String()


class Decision(ReviewsBody):
    """As the API takes it, of a page; `ready`: a reason that was chosen in place of typing one."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, A_PAGE, error=LENGTH))
    ready = one_of(*READY)


@dataclass(frozen=True, slots=True)
class Shown:
    """One attendance as a coordinator reads it.

    `where`: the event, when it was, and whose; `lines`: what phones sent, a sentence each; `said`: what
    people said of it, and where they were if no phone has sent anything.
    """

    id: str
    is_ticked: bool
    name: str
    where: str
    status: str
    is_appealed: bool
    doubts: Sequence[str]
    lines: Sequence[str]
    said: Sequence[str]
    plan: Markup | None


_DECISION = Decision(partial=("reason",))


@pages.page("/coordinator/reviews", ("GET", "POST"))
@pages.staff(Permission.REVIEW_ATTENDANCE, audit=Unaudited("its use case records what was read"))
def show_all() -> Response:
    """Those that wait, with their evidence; the ticked ones are decided with one reason."""
    form = _form()
    if form.is_good:
        return _decide(form)
    at = desk.sit_down("reviews")
    query = read_query(Filter)
    after = seen_last(query.get("cursor"))
    found = reviews.waiting(
        session(), actor(), at.region_code, after, A_PAGE + 1, now(), reason=query.get("reason")
    )
    items, following = cursors.page(found, A_PAGE, lambda item: item.sort_key)
    people = {item.volunteer.id: item.volunteer.display_name for item in items}
    names = consents.shown_names(session(), people, now())
    ticks_all = query.get("ticked") == "all"
    return desk.show(
        at,
        "reviews.html",
        items=[_shown(item, names[item.volunteer.id], form, ticks_all=ticks_all) for item in items],
        form=form,
        ready=[(name, text(f"page.review.ready.{name}")) for name in READY],
        query=query,
        ticks_all=ticks_all,
        tick_all_href=here(ticked="all"),
        next_href=here(cursor=following, ticked=None) if following else None,
        first_href=here(cursor=None, ticked=None) if after else None,
    )


def _form() -> Form:
    """A reason that was chosen stands for one that was typed."""
    form = read_form(_DECISION)
    desk.ask_for_ticks(form)
    if form.sent and "reason" not in form.data:
        ready = form.data.get("ready")
        if ready is None:
            form.refuse("ready", "field.required")
        else:
            form.data["reason"] = text(f"page.review.ready.{ready}")
    return form


def _decide(form: Form) -> Response:
    body = form.data
    results = bulk_reviews.decide_all(
        session(),
        actor(),
        body["ids"],
        STATUSES[body["decision"]],
        body["reason"],
        now(),
        services().settings.thresholds,
    )
    decided = sum(result.outcome is Outcome.DECIDED for result in results)
    if decided == len(results):
        return done(here(ticked=None), "page.review.decided", number=decided)
    return done(
        here(ticked=None), "page.review.some-decided", "wait", number=decided, rest=len(results) - decided
    )


def _shown(item: ReviewItem, name: str, form: Form, *, ticks_all: bool) -> Shown:
    event, attended, grounds = item.event, item.attendance, item.grounds
    title, organization = formats.localized(event.title), formats.localized(item.organization.name)
    id_ = str(attended.id)
    return Shown(
        id=id_,
        is_ticked=form.has("ids", id_) if form.sent else ticks_all,
        name=name,
        where=f"{title} · {formats.span(event.starts_at, event.ends_at, event.zone)} · {organization}",
        status=attended.status,
        is_appealed=grounds.appeal is not None or not grounds.records,
        doubts=[doubt_of_another(reason, locale()) for reason in attended.reasons],
        lines=[evidence.line(facts, event.zone) for facts in grounds.records],
        said=_said(item),
        plan=evidence.picture(event, grounds.records),
    )


def _said(item: ReviewItem) -> list[str]:
    grounds, distance_m = item.grounds, item.attendance.distance_m
    said = [evidence.said(one) for one in grounds.decisions]
    if not grounds.records and distance_m is not None:
        said.insert(0, text("page.review.distance", distance=formats.distance(distance_m)))
    if grounds.appeal is not None:
        said.append(f"{text('page.review.appeal')}: «{grounds.appeal.text}»")
    return said

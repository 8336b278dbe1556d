"""My record: the hours that count, what stands behind each, what was refused, and how one is heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response
from markupsafe import Markup

from http_base import cursors
from http_base.contacts import shown_by
from http_base.context import actor, locale, now, services, session
from http_base.fields import Paged, Strict
from http_base.schemas.appeals import AppealBody
from http_base.wording import doubt
from service import errors
from service.attendance.evidence import Status
from service.models import Event, RefusalAppeal
from service.models.base import localized
from service.organizations import contacts
from service.rulings import appeals, history, not_me, own_refusals, refusal_appeals
from service.rulings.history import Asked, HistoryEntry
from service.rulings.own_refusals import OwnRefusal
from service.rulings.standing import RuledBy
from web import evidence, formats
from web.addresses import here, to
from web.forms import Form, read_form, read_query
from web.pages import Pages, done, render
from web.templating import text
from web.volunteer import desk

pages = Pages("volunteer-record")

A_PAGE = 20


@pages.page("/account/record")
def show() -> Response:
    """The sums, proven and assumed apart, and where I was, newest first."""
    mine = actor().volunteer_id
    after = cursors.decode(read_query(Paged).get("cursor"), cursors.moment, UUID)
    found = history.entries(session(), mine, after, A_PAGE + 1)
    lines, following = cursors.page(
        found, A_PAGE, lambda line: (line.attendance.checked_in_at, line.attendance.id)
    )
    sums, this_year = history.totals(session(), mine, now())
    refused = own_refusals.of_person(session(), mine, None, 1, services().settings.thresholds)
    return desk.show(
        "record",
        "record.html",
        sums=sums,
        this_year=this_year,
        lines=lines,
        has_refusals=bool(refused),
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


@pages.page("/account/record/refused")
def show_refused() -> Response:
    """Where I was refused and am not counted, newest first."""
    after = cursors.decode(read_query(Paged).get("cursor"), cursors.moment, UUID)
    thresholds = services().settings.thresholds
    found = own_refusals.of_person(session(), actor().volunteer_id, after, A_PAGE + 1, thresholds)
    lines, following = cursors.page(found, A_PAGE, lambda one: (one.captured_at, one.event.id))
    return desk.show(
        "record",
        "record_refused.html",
        lines=[(one, doubt(one.refused_as, locale())) for one in lines],
        now=now(),
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind one line: an attendance, or a refusal of which none came.

    `doubts`: why it is doubted or was refused; `lines`: the evidence, a sentence each; `is_mine_to_deny`:
    whether an organizer alone says that I was there.
    """

    event: Event
    entry: HistoryEntry | None
    refusal: OwnRefusal | None
    doubts: Sequence[str]
    lines: Sequence[str]
    plan: Markup | None
    is_mine_to_deny: bool = False

    @property
    def asked(self) -> Asked | RefusalAppeal | None:
        """What the person asked for: of the attendance itself, or of the refusal before it."""
        if self.entry is not None:
            return self.entry.grounds.asked
        return None if self.refusal is None else self.refusal.appeal

    @property
    def can_appeal(self) -> bool:
        if self.entry is not None:
            return self.entry.can_appeal
        return self.refusal is not None and self.refusal.can_appeal(now())


def _behind(event_id: UUID) -> Behind:
    """Raises NotFound: I was not there, and was not refused."""
    mine = actor().volunteer_id
    try:
        attended, event = history.entry(session(), mine, event_id)
    except errors.NotFound:
        refusal = own_refusals.at_event(session(), mine, event_id, services().settings.thresholds)
        if refusal is None:
            raise
        return Behind(
            refusal.event,
            None,
            refusal,
            [doubt(refusal.refused_as, locale())],
            evidence.measured(refusal),
            None,
        )
    grounds = history.grounds_of(session(), [attended.id])[attended.id]
    said_by = {said.role for said in grounds.decisions}
    return Behind(
        event,
        HistoryEntry(attended, event, grounds),
        None,
        [doubt(reason, locale()) for reason in attended.reasons],
        [evidence.line(facts, event.zone) for facts in grounds.records],
        evidence.picture(event, grounds.records),
        is_mine_to_deny=not grounds.records
        and said_by == {RuledBy.ORGANIZER}
        and attended.status != Status.REJECTED,
    )


@pages.page("/account/record/<uuid:event_id>", ("GET", "POST"))
def show_one(event_id: UUID) -> Response:
    """The facts behind one line, in words and on a small plan; the one appeal is posted here."""
    behind = _behind(event_id)
    form = read_form(AppealBody)
    if form.is_good:
        _appeal(behind, form)
        session().commit()
        return done(to("volunteer-record.show_one", event_id=event_id), "page.record.appealed")
    return desk.show(
        "record",
        "record_event.html",
        behind=behind,
        form=form,
        now=now(),
        contact=_contact(behind.event),
    )


def _contact(event: Event) -> dict[str, Any] | None:
    """Whom to ask: of the event or its organization, else of its region."""
    near = shown_by(contacts.by_event(session(), [event])).get(event.id)
    region = event.region_code
    return near or shown_by(contacts.by_region(session(), [region])).get(region)


def _appeal(behind: Behind, form: Form) -> None:
    """One's one answer, to what there is to be answered."""
    said, id_ = form.data["text"], form.data.get("id")
    if behind.entry is not None:
        appeals.appeal(session(), actor(), behind.entry.attendance.id, said, now(), id_)
    else:
        thresholds = services().settings.thresholds
        refusal_appeals.appeal(session(), actor(), behind.event.id, said, now(), id_, thresholds)


@pages.page("/account/record/<uuid:event_id>/not-me", ("GET", "POST"))
def deny(event_id: UUID) -> Response:
    """Say that I was not where an organizer has ticked me: asked again on a page of its own."""
    form = read_form(Strict)
    if form.is_good and form.is_sure:
        not_me.deny(session(), actor(), event_id, now(), services().settings.thresholds)
        session().commit()
        return done(to("volunteer-record.show_one", event_id=event_id), "page.record.denied")
    event = _behind(event_id).event
    return render(
        "confirm.html",
        title=text("page.record.not-me"),
        about=f"{localized(event.title, locale())} · {formats.day(event.starts_at, event.zone)}",
        text=text("page.record.not-me-sure"),
        act=text("page.record.not-me"),
        form=form,
        back_href=to("volunteer-record.show_one", event_id=event_id),
        back_label=localized(event.title, locale()),
    )

"""One event as its region's coordinator sees it: facts, figures, the result, groups, and what can be done."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Response

from http_base.contacts import shown
from http_base.context import actor, now, session
from service.access import Actor, Permission, may, require
from service.attendance import groups
from service.attendance.groups import MAX_GROUPS
from service.events import events, photos, restoring, to_show
from service.events.events import target_of
from service.events.to_show import ToShow
from service.figures import event_lists
from service.geography import districts
from service.models import AuditAction, Event, Headcount
from service.rulings import list_rows
from web.coordinator import desk
from web.pages import Pages, tell_audit
from web.photos import Picture, pictures
from web.results import lines_of

pages = Pages("coordinator-event")


@pages.page("/coordinator/events/<uuid:event_id>")
@pages.staff(Permission.COUNT_REGION, audit=AuditAction.EVENT_READ)
def show(event_id: UUID) -> Response:
    """All that is known of an event but its people."""
    told = found_to_show(event_id)
    event = told.event
    tell_audit(region_code=event.region_code, organization_id=event.organization_id)
    return desk.show(
        desk.sit_down("events"),
        "event.html",
        event=event,
        line=event_lists.line_of(session(), event.id, now()),
        contact=shown(told.contact),
        district=districts.names_of(session(), [event.district_code])[event.district_code],
        result=told.result,
        result_lines=lines_of(told.result),
        groups=listed_groups(event),
        photos=pictures_of(event) if told.has_photos else (),
        acts=acts_of(event, actor(), now()),
        is_own=event.organization_id in actor().organizations,
        by_list=_by_list(event),
        sees_people=may(actor(), Permission.SEE_PARTICIPANTS, target_of(event)),
    )


def pictures_of(event: Event) -> list[Picture]:
    """All photographs of an event, reported ones first."""
    known = photos.of_event(session(), actor(), event)
    made = pictures(known, for_staff=True, reports=photos.reports_of(session(), known))
    return sorted(made, key=lambda one: not one.photo.is_reported)


def _by_list(event: Event) -> tuple[int, int] | None:
    """How many of those who count rest on the organizer's list alone, where that is much."""
    by_list, counted = list_rows.share_by_list(session(), event.id)
    return (by_list, counted) if list_rows.is_much(by_list, counted) else None


def found(event_id: UUID) -> Event:
    """An event of a region that the caller coordinates. Raises NotFound, Forbidden."""
    return _of_region(events.get_visible(session(), actor(), event_id))


def found_to_show(event_id: UUID) -> ToShow:
    """The same with its organization and what is told beside it, in one question."""
    told = to_show.get(session(), actor(), event_id)
    _of_region(told.event)
    return told


def _of_region(event: Event) -> Event:
    require(actor(), Permission.COUNT_REGION, target_of(event))
    return event


def listed_groups(event: Event) -> Sequence[Headcount]:
    """All groups that were announced or confirmed."""
    return groups.of_event(session(), actor(), event.id, None, MAX_GROUPS)


def acts_of(event: Event, caller: Actor, at: datetime) -> list[str]:
    """What the caller can do about it now, each on a page of its own."""

    def can(permission: Permission) -> bool:
        return may(caller, permission, target_of(event))

    took_place = not event.is_secret and not event.never_began and event.starts_at <= at
    may_come_back = (
        event.is_cancelled
        and not event.is_over(at)
        and (event.cancelled_at is None or at <= event.cancelled_at + restoring.OPEN_FOR)
    )
    offered = {
        "result": took_place and can(Permission.GIVE_RESULT),
        "district": can(Permission.SET_DISTRICT),
        "restore": may_come_back and can(Permission.RESTORE_EVENT),
        "show": event.is_hidden and can(Permission.HIDE_EVENT),
        "hide": not event.is_hidden and not event.is_draft and can(Permission.HIDE_EVENT),
        "cancel": not event.is_cancelled and not event.is_over(at) and can(Permission.CANCEL_EVENT),
        "photos": can(Permission.RULE_PHOTO),
        "groups": took_place and can(Permission.GIVE_HEADCOUNTS),
    }
    return [act for act, is_there in offered.items() if is_there]

"""Events: creating, changing, publishing, finding, announcing."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate, validates

from http_base import cursors, downloads, links
from http_base.blueprints import Blueprint
from http_base.contacts import ContactShown, said
from http_base.context import actor, locale, maybe_actor, now, session
from http_base.document import OPEN_OR_SIGNED_IN
from http_base.downloads import CSV, JSON, XLSX
from http_base.fields import (
    ITEMS_TO,
    OPTIONAL,
    DateTime,
    LocalizedName,
    Names,
    Point,
    Text,
    one_of,
    whole,
)
from http_base.schemas.events import EventFields
from http_base.schemas.series import (
    PublishBody,
    ReasonedScopeBody,
    RepeatBody,
    ScopeBody,
    WideScopeBody,
    repeat_of,
)
from mobile_api.events import event_files
from mobile_api.events import known as known_things
from mobile_api.events.areas import AreaField
from mobile_api.events.known import ExpectedGroup, Known, ResultShown, expected_groups
from mobile_api.events.queries import EventQuery
from notifications import words
from service import errors
from service.access import Actor, Permission, may
from service.attendance import check_in
from service.events import events, offers, search, series, series_acts, series_changes
from service.events.plans import Plan
from service.events.search import Search
from service.events.series_scopes import Scope
from service.models import Event, EventKind, EventStatus, PlacesLeft
from service.models.base import COUNTRY_ZONE
from service.organizations import contacts
from service.platform import zones

blueprint = Blueprint("events", __name__, url_prefix="/v1/events", description="Events")


class EventChange(EventFields):
    starts_at = DateTime()
    ends_at = DateTime()
    zone = Text()
    meeting_point = fields.Nested(Point)
    area = AreaField()
    region = Text(allow_none=True)
    district = Text(allow_none=True)
    bring = fields.List(Text(), validate=validate.Length(max=50, error=ITEMS_TO))

    @validates("zone")
    def _known_zone(self, value: str, **_options: Any) -> None:
        if value not in zones.of_places():
            raise ValidationError("zone")


class EventPatch(ScopeBody, EventChange):
    version = whole(1, 2**31 - 1, required=True)


class EventBody(EventChange):
    id = fields.UUID()
    organization_id = fields.UUID(required=True)
    title = fields.Nested(Names, required=True)
    kind = one_of(*EventKind, required=True)
    starts_at = DateTime(required=True)
    ends_at = DateTime(required=True)
    meeting_point = fields.Nested(Point, required=True)
    area = AreaField(load_default=lambda: {"type": "circle", "radius_m": 150})
    repeat = fields.Nested(RepeatBody)


class EventShown(Schema):
    id = fields.UUID()
    organization_id = fields.UUID()
    title = fields.Nested(LocalizedName)
    description = fields.Nested(LocalizedName)
    kind = one_of(*EventKind)
    starts_at = fields.DateTime(format="iso")
    ends_at = fields.DateTime(format="iso")
    zone = fields.String()
    meeting_point = fields.Nested(Point)
    address = fields.String()
    address_names = fields.Nested(LocalizedName)
    area = AreaField()
    region = fields.String()
    district = fields.String(allow_none=True)
    capacity = fields.Integer(allow_none=True)
    min_age = fields.Integer(allow_none=True)
    hazard = fields.Boolean()
    accessible = fields.Boolean()
    walk_ins = fields.Boolean()
    bring = fields.List(fields.String())
    status = one_of(*EventStatus)
    cancel_reason = fields.String(allow_none=True)
    contact = fields.Nested(ContactShown, allow_none=True)
    hidden = fields.Boolean()
    hidden_reason = fields.String(allow_none=True, metadata=OPTIONAL)
    going = fields.Integer()
    places_left = one_of(*PlacesLeft, allow_none=True)
    waitlisted = fields.Integer()
    offered = fields.Integer(metadata={"description": "Places that are held for somebody at this moment."})
    present = fields.Integer(metadata=OPTIONAL)
    expected_groups = fields.List(fields.Nested(ExpectedGroup), metadata=OPTIONAL)
    result = fields.Nested(ResultShown, allow_none=True)
    rederiving = fields.Boolean()
    series_id = fields.UUID(allow_none=True)
    url = fields.String(metadata={"description": "Its page for everybody, in the answer's language."})
    version = fields.Integer()
    distance_m = fields.Integer(metadata=OPTIONAL)


class EventPage(Schema):
    items = fields.List(fields.Nested(EventShown))
    next = fields.String(allow_none=True)


def shown(
    event: Event,
    caller: Actor | None = None,
    distance_m: float | None = None,
    known: Known | None = None,
) -> dict[str, Any]:
    """An event as phones see it, its times in its own zone; `known`: what is known of the whole list."""
    if known is None:
        known = known_things.of([event])
    zone = ZoneInfo(event.zone)
    document = {
        name: getattr(event, name)
        for name in EventShown._declared_fields
        if hasattr(event, name) and name not in ("starts_at", "ends_at")
    }
    document |= {
        "starts_at": event.starts_at.astimezone(zone),
        "ends_at": event.ends_at.astimezone(zone),
        "meeting_point": {"latitude": event.latitude, "longitude": event.longitude},
        "address": event.address_in(locale()),
        "address_names": event.current_address_names,
        "region": event.region_code,
        "district": event.district_code,
        "cancel_reason": event.cancel_reason and words.reason_in(event.cancel_reason, locale()),
        "url": links.of_event(event.id),
        "hidden": event.is_hidden,
        "offered": offers.held(session(), event, now()),
        "places_left": offers.places_left(session(), event, now()),
        "contact": known.contacts.get(event.id),
        "result": known.result(event),
    }
    if not event.is_hidden:
        del document["hidden_reason"]
    if distance_m is not None:
        document["distance_m"] = round(distance_m)
    if caller is not None and may(caller, Permission.SEE_PRESENT, events.target_of(event)):
        document["present"] = check_in.present(session(), event.id)
    if caller is not None and may(caller, Permission.SEE_HEADCOUNTS, events.target_of(event)):
        document["expected_groups"] = expected_groups(event)
    return document


NOT_OF_THE_PLAN = (
    "contact", "id", "organization_id", "meeting_point", "version", "bring", "scope", "repeat",
)  # fmt: skip


def _plan_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body's fields as those of a Plan."""
    renamed = {"region": "region_code", "district": "district_code"}
    values = {renamed.get(name, name): value for name, value in body.items() if name not in NOT_OF_THE_PLAN}
    if "meeting_point" in body:
        values |= body["meeting_point"]
    if "bring" in body:
        values["bring"] = tuple(body["bring"])
    return values


@blueprint.route("", methods=["POST"])
@blueprint.operation(
    "createEvent",
    "an organizer of a verified organization",
    errors.Forbidden,
    errors.NotFound,
    errors.NotVerified,
    errors.OutsideKazakhstan,
    errors.IdReused,
)
@blueprint.arguments(EventBody)
@blueprint.response(HTTPStatus.CREATED, EventShown)
def post_event(body: dict[str, Any]) -> dict[str, Any]:
    """Make a draft; with `repeat` one a date, of which the first is answered."""
    plan = Plan(**{"description": {}, "zone": COUNTRY_ZONE.key} | _plan_values(body))
    caller = actor()
    whose, id_, contact = body["organization_id"], body.get("id"), said(body.get("contact"))
    if "repeat" in body:
        repeat = repeat_of(body["repeat"])
        made = series.create(session(), caller, whose, plan, repeat, now(), id_, contact)
    else:
        made = events.create(session(), caller, whose, plan, now(), id_, contact)
    session().commit()
    return shown(made, caller)


@blueprint.route("", methods=["GET"])
@blueprint.operation(
    "listEvents",
    "anyone: published ones; with `mine` an organizer: drafts, too",
    errors.NotRegistered,
    security=OPEN_OR_SIGNED_IN,
)
@blueprint.arguments(EventQuery, location="query")
@blueprint.response(HTTPStatus.OK, EventPage)
@downloads.also_as(blueprint, CSV, XLSX)
def list_events(query: dict[str, Any]) -> Any:
    """Published events; with `mine` those of one's organizations, drafts too.

    By `Accept` all that is found as a file, for whoever has registered.
    """
    caller = maybe_actor()
    kind = downloads.wanted(CSV, XLSX)
    if caller is None and (query["mine"] or kind != JSON):
        raise errors.NotRegistered()
    organizations = (
        [one for one in caller.organizations if caller.organizes(one)] if caller and query["mine"] else None
    )
    if "organization" in query:
        organizations = (
            [query["organization"]]
            if organizations is None
            else [found for found in organizations if found == query["organization"]]
        )
    wanted = Search(
        first_day=query["first_day"],
        last_day=query["last_day"],
        region_code=query.get("region"),
        district_code=query.get("district"),
        kind=query.get("kind"),
        organization_ids=organizations,
        series_id=query.get("series"),
        status=EventStatus(query["status"]) if "status" in query else None,
        not_over_at=query.get("not_over_at"),
        drafts=query["mine"],
        text=query.get("q"),
    )
    if kind != JSON:
        return event_files.as_file(wanted, query, kind)
    return _near(wanted, query) if "near" in query else _soonest(wanted, query)


def _soonest(wanted: Search, query: Mapping[str, Any]) -> dict[str, Any]:
    after = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    found = search.find(session(), wanted, after, query["limit"] + 1)
    items, following = cursors.page(found, query["limit"], lambda event: (event.starts_at, event.id))
    known = known_things.of(items)
    return {"items": [shown(event, known=known) for event in items], "next": following}


def _near(wanted: Search, query: Mapping[str, Any]) -> dict[str, Any]:
    after = cursors.decode(query.get("cursor"), cursors.metres, UUID)
    found = search.find_near(
        session(),
        wanted,
        query["near"],
        query["within_km"] * 1_000,
        after,
        query["limit"] + 1,
    )
    items, following = cursors.page(found, query["limit"], lambda row: (row[1], row[0].id))
    known = known_things.of([event for event, _ in items])
    return {
        "items": [shown(event, None, distance_m, known) for event, distance_m in items],
        "next": following,
    }


@blueprint.route("/<uuid:event_id>", methods=["GET"])
@blueprint.operation(
    "getEvent", "anyone; a draft only its organizers and coordinators", security=OPEN_OR_SIGNED_IN
)
@blueprint.response(HTTPStatus.OK, EventShown)
def get_event(event_id: UUID) -> dict[str, Any]:
    """One event; a draft only for its organizers and coordinators."""
    caller = maybe_actor()
    return shown(events.get_visible(session(), caller, event_id), caller)


@blueprint.route("/<uuid:event_id>", methods=["PATCH"])
@blueprint.operation(
    "changeEvent",
    "its organizer",
    errors.Forbidden,
    errors.Stale,
    errors.AlreadyStarted,
    errors.AlreadyOver,
    errors.Cancelled,
    errors.NotVerified,
    errors.OutsideKazakhstan,
    errors.CapacityBelowGoing,
)
@blueprint.arguments(EventPatch)
@blueprint.response(HTTPStatus.OK, EventShown)
def patch_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Change parts of an event; a change of time or place tells the participants.

    With the scope `following` the later dates of its series follow in what becomes another for this one, but
    for what was changed on one of them alone.
    """
    caller = actor()
    values, scope = _plan_values(body), Scope(body["scope"])
    changed = series_changes.change(session(), caller, event_id, body["version"], values, now(), scope)
    if "contact" in body:
        contacts.put_all(session(), caller, map(contacts.of_event, changed), said(body["contact"]), now())
    session().commit()
    return shown(changed[0], caller)


@blueprint.route("/<uuid:event_id>/publish", methods=["POST"])
@blueprint.operation(
    "publishEvent",
    "its organizer",
    errors.Forbidden,
    errors.NotADraft,
    errors.AlreadyOver,
    errors.NotVerified,
    errors.SeriesStarted,
)
@blueprint.arguments(PublishBody, required=False)
@blueprint.response(HTTPStatus.OK, EventShown)
def publish_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Let everybody see it; with the scope `following` the later drafts of its series, too."""
    caller = actor()
    series_acts.publish(session(), caller, event_id, now(), Scope(body["scope"]))
    session().commit()
    return shown(events.get(session(), event_id), caller)


@blueprint.route("/<uuid:event_id>/cancel", methods=["POST"])
@blueprint.operation(
    "cancelEvent",
    "its organizer; a coordinator of its region",
    errors.Forbidden,
    errors.AlreadyOver,
    errors.NotVerified,
    errors.SeriesStarted,
)
@blueprint.arguments(ReasonedScopeBody)
@blueprint.response(HTTPStatus.OK, EventShown)
def cancel_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Call it off; its people are told.

    With the scope `following` the later dates of its series, too, with `all` each that has not begun.
    """
    caller = actor()
    called_off = series_acts.cancel(session(), caller, event_id, body["reason"], now(), Scope(body["scope"]))
    session().commit()
    return shown(called_off[0], caller)


@blueprint.route("/<uuid:event_id>/restore", methods=["POST"])
@blueprint.operation(
    "restoreEvent",
    "its organizer; a coordinator of its region",
    errors.Forbidden,
    errors.AlreadyOver,
    errors.NotVerified,
    errors.SeriesStarted,
)
@blueprint.arguments(WideScopeBody)
@blueprint.response(HTTPStatus.OK, EventShown)
def restore_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Let it take place after all, within 24 hours of its cancelling and before its end; who goes is told.

    With the scope `following` the later dates that were called off together with it take place, too, with
    `all` the earlier ones as well.
    """
    caller = actor()
    restored = series_acts.restore(session(), caller, event_id, now(), Scope(body["scope"]))
    session().commit()
    return shown(restored[0], caller)

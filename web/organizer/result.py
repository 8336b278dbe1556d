"""What came of an event, told in a minute on a phone: figures, two photographs before and two after."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import fields, pre_load
from werkzeug.datastructures import FileStorage

from http_base import bodies
from http_base.context import actor, now, services, session
from http_base.problems import document_of, words_of_invalid
from http_base.schemas.results import ResultBody
from service import errors
from service.access import Permission
from service.events import photos, results
from service.events.photos import OF_EACH, Sent
from service.models import Event, EventResult, PhotoWhen
from service.models.results import MEASURED_FIGURES
from service.platform import images
from service.platform.text import clean
from web.addresses import to
from web.forms import REFUSALS, Form, blank, read_form
from web.organizer import desk
from web.organizer.board import has_begun
from web.pages import Pages, Unaudited, done, render
from web.photos import pictures
from web.results import begins_with, lines_of, put, units
from web.templating import text

pages = Pages("organizer-result")

OWN = Unaudited("figures and photographs of an event of one's own; what is done is recorded by its use case")

FIRST = ("machines", "trees", "area_ha", "banks_km", "containers")
"""What most organizers have to say, after the waste."""

FURTHER = (
    "recycled_t", "places", "shrubs", "yards", "parks", "water_bodies", "social", "monuments", "dumps",
)  # fmt: skip

LONGEST_NAME = 60


class ResultForm(ResultBody):
    """As the API takes it; before the day there are photographs alone, and no version."""

    version = fields.Integer(load_default=0)

    @pre_load
    def _unit_alone(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """A unit is always chosen: without a number it says nothing."""
        is_said = (data.get("waste") or {}).get("amount") is not None
        return data if is_said else data | {"waste": None}


@pages.page("/organizer/events/<uuid:event_id>/result", ("GET", "POST"))
@bodies.takes(bodies.PHOTOS)
@pages.staff(Permission.GIVE_RESULT, audit=OWN)
def show(event_id: UUID) -> Response:
    """The whole result, in place of what was said before; what is refused keeps nothing else back."""
    event = desk.found(event_id, Permission.GIVE_RESULT)
    stored = results.by_event(session(), [event_id]).get(event_id)
    form = read_form(ResultForm, **begins_with(stored))
    if form.sent:
        # Photographs first: whatever is wrong with a field, nobody sends them again over 2G.
        _take_photos(form, event_id)
        if form.is_good or _only_photos_failed(form):
            _take_result(form, event)
        if not form.errors:
            return done(to("organizer-result.show", event_id=event_id), "page.result.thanks")
        # What stands by now, whoever has said it.
        stored = results.by_event(session(), [event_id]).get(event_id)
    return _page(form, event, stored)


def _only_photos_failed(form: Form) -> bool:
    return form.errors.keys() <= set(PhotoWhen)


def _take_photos(form: Form, event_id: UUID) -> None:
    """Keep each that can be kept; of each other it is said, by its name, why not."""
    for when in PhotoWhen:
        for file in request.files.getlist(when):
            if file.filename:
                for said in _refusals(file, when, event_id):
                    form.errors.setdefault(when, []).append(f"«{_name_of(file)}»: {said}")


def _refusals(file: FileStorage, when: PhotoWhen, event_id: UUID) -> Iterator[str]:
    sent = Sent(when, bodies.beginning_of(file, images.MAX_BYTES + 1))
    try:
        stored = photos.expect(session(), actor(), event_id, sent, now())
        session().commit()
        if stored is None:
            made = images.make(sent.data)
            photos.add(session(), services().files, actor(), event_id, sent, made, now())
            session().commit()
    except errors.Invalid as error:
        session().rollback()
        for said in words_of_invalid(error).values():
            yield from said
    except (errors.Conflict, errors.TooManyRequests) as error:
        session().rollback()
        yield str(document_of(error, event_id)["detail"])


def _name_of(file: FileStorage) -> str:
    name = clean(file.filename or "").replace("\n", " ")
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _take_result(form: Form, event: Event) -> None:
    """Say it; where somebody else has said something meanwhile, a second press says it in place of theirs."""
    if not has_begun(event, now()):
        return
    try:
        stored = put(event.id, form.data)
        session().commit()
        form.typed["version"] = str(stored.version)
    except REFUSALS as refusal:
        session().rollback()
        form.refused(refusal)


def _page(form: Form, event: Event, stored: EventResult | None) -> Response:
    begun = has_begun(event, now())
    shown = pictures(photos.of_event(session(), actor(), event), for_staff=True)
    return desk.show(
        "result.html",
        event=event,
        form=form,
        has_begun=begun,
        is_open=_is_open(event),
        closes_at=results.closes_at(event, actor()),
        kept_else=form.sent and _only_photos_failed(form),
        is_said=stored is not None,
        lines=lines_of(stored),
        stands=lines_of(stored) if form.is_overtaken else [],
        note=stored.note if stored else None,
        units=units(),
        first=FIRST,
        further=FURTHER,
        has_further=any(form.value(name) for name in (*FURTHER, "note")),
        measured=MEASURED_FIGURES,
        photos={when: [one for one in shown if one.photo.taken == when] for when in PhotoWhen},
        of_each=OF_EACH,
        kinds=",".join(f"image/{kind.lower()}" for kind in images.KINDS),
        whens=list(PhotoWhen),
    )


def _is_open(event: Event) -> bool:
    try:
        results.check_open(event, actor(), now())
    except errors.Conflict:
        return False
    return True


@pages.page("/organizer/events/<uuid:event_id>/photos/<uuid:photo_id>/remove", ("GET", "POST"))
@pages.staff(Permission.GIVE_RESULT, audit=OWN)
def remove_photo(event_id: UUID, photo_id: UUID) -> Response:
    """Take a photograph away, after having been asked once more."""
    desk.found(event_id, Permission.GIVE_RESULT)
    back = to("organizer-result.show", event_id=event_id) + "#photos"
    if request.method == "POST":
        photos.remove(session(), actor(), event_id, photo_id, now())
        session().commit()
        return done(back, "page.photo.removed")
    return render(
        "confirm.html",
        title=text("page.photo.remove"),
        text=text("page.photo.remove-why"),
        act=text("page.photo.remove"),
        form=blank(),
        back_href=back,
    )

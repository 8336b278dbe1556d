"""What an attendance rests on, in words and on a small plan: for who decides on it, and for whose it is."""

from collections.abc import Sequence

from markupsafe import Markup

from http_base.context import locale
from service.models import Event
from service.models.base import localized
from service.rulings.history import Evidenced, Said
from service.rulings.own_refusals import OwnRefusal
from service.rulings.queue_shapes import About
from web import formats
from web.plan import Seen, plan
from web.templating import text

LATE_S = 180
"""What arrives later than this after it was captured was kept on the phone."""


def picture(event: Event | About, records: Sequence[Evidenced]) -> Markup | None:
    """Where the phone was, beside the area of the event; None where no position is kept."""
    seen = [
        Seen(record.latitude, record.longitude, record.accuracy_m)
        for record in (facts.record for facts in records)
        if record.latitude is not None and record.longitude is not None
    ]
    if not seen:
        return None
    label = text("page.review.plan", title=localized(event.title, locale()))
    return plan(event.area, (event.latitude, event.longitude), label, formats.distance, seen)


def measured(refusal: OwnRefusal) -> list[str]:
    """«10:04 · аумаққа дейін: 10,9 км · рұқсат етілгені: 100 м · дәлдігі: 25 м»: of what was refused."""
    said = [formats.moment(refusal.captured_at, refusal.event.zone)]
    if refusal.distance_m is not None:
        said.append(text("page.review.distance", distance=formats.distance(refusal.distance_m)))
    if refusal.allowed_m is not None:
        said.append(text("page.record.allowed", distance=formats.distance(refusal.allowed_m)))
    if refusal.accuracy_m is not None:
        said.append(text("page.review.accuracy", distance=formats.distance(refusal.accuracy_m)))
    else:
        said.append(text("page.review.no-position"))
    return [" · ".join(said)]


def line(facts: Evidenced, zone: str) -> str:
    """«10:04 келді · аумаққа дейін: 640 м · дәлдігі: 25 м · код дұрыс»."""
    record = facts.record
    said = [f"{formats.time(record.captured_at, zone)} {text(f'page.review.{record.type}')}"]
    if record.distance_m is not None:
        key = "page.review.inside" if record.distance_m == 0 else "page.review.distance"
        said.append(text(key, distance=formats.distance(record.distance_m)))
    if record.accuracy_m is not None:
        said.append(text("page.review.accuracy", distance=formats.distance(record.accuracy_m)))
    if record.latitude is None:
        said.append(text("page.review.no-position"))
    if record.code_is_right:
        said.append(text("page.review.code"))
    if record.mocked:
        said.append(text("page.review.mocked"))
    if record.attested is False:
        said.append(text("page.review.unattested"))
    late = (record.received_at - record.captured_at).total_seconds()
    if late >= LATE_S:
        said.append(text("page.review.late", duration=formats.duration(round(late / 60))))
    if facts.people > 1:
        said.append(text("page.review.people", number=formats.number(facts.people)))
    return " · ".join(said)


def said(of: Said) -> str:
    """«Ұйымдастырушы: расталды, сб, 21 қараша, 12:04 – келген жоқ»: one word of staff, or of the person."""
    unexplained = "list.not-me" if of.role == "volunteer" else "list.reason"
    return (
        f"{text(f'page.review.said.{of.role}')}: {text(f'page.review.said-status.{of.status}')}, "
        f"{formats.moment(of.moment)} – {of.reason or text(unexplained)}"
    )

"""The event's report, on one page to print: for who runs it, and its region's coordinators."""

from uuid import UUID

from flask import Response

from http_base import downloads, links
from http_base.context import locale, now, services, session
from service.access import Permission
from service.figures import event_report, event_report_pdf
from web.organizer import desk
from web.pages import PRIVATE, Pages, Unaudited

pages = Pages("organizer-report")


@pages.page("/organizer/events/<uuid:event_id>/report.pdf")
@pages.staff(Permission.SEE_PRESENT, audit=Unaudited("figures and photographs of an event, and no person"))
def show(event_id: UUID) -> Response:
    """As it stands now, in the page's language."""
    event = desk.found(event_id, Permission.SEE_PRESENT)
    report = event_report.make(session(), services().files, event, now())
    made = event_report_pdf.make(report, locale(), links.of_event(event.id))
    name = f"TazaQazaqstan_{event.day.isoformat()}_{event.id.hex[-6:]}.pdf"
    response = downloads.send_parts(iter([made]), downloads.PDF, name)
    response.headers["Cache-Control"] = PRIVATE
    return response

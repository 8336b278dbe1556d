"""The report of an event: one page, verified and declared apart, photographs that may be handed on."""

import re
from contextlib import closing
from datetime import timedelta

import pypdfium2
import pytest
from pypdfium2 import raw
from sqlalchemy.orm import Session

from service.events import photo_files
from service.figures import event_report, event_report_pdf
from service.models import Event, EventResult, Headcount, Organization
from service.models.base import new_id
from service.platform import images
from service.platform.files import Files
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_event, make_photo, make_volunteer
from tests.service.platform.pictures import photo
from tests.web.visitor import Visitor


@pytest.fixture
def held(session: Session, organization: Organization) -> Event:
    event = make_event(session, organization, starts_at=NOW - timedelta(days=1))
    for _ in range(3):
        make_attendance(session, event, make_volunteer(session), minutes=100, assumed_minutes=10)
    make_attendance(session, event, make_volunteer(session), status="review")
    by = event.created_by
    group = {"created_by": by, "created_at": NOW, "changed_by": by, "changed_at": NOW, "minutes": 60}
    session.add(Headcount(event_id=event.id, id=new_id(), group_name="7 «А» сыныбы", people=25, **group))
    session.add(
        EventResult(
            event_id=event.id, waste_t=1, waste_amount=100, waste_unit="bag", trees=120,
            note="Ғ Қ Ң Ө Ұ Ү Һ І", version=1, created_by=by, created_at=NOW, updated_by=by, updated_at=NOW,
        )
    )  # fmt: skip
    session.commit()
    return event


def kept(session: Session, files: Files, event: Event, **values: object) -> None:
    # The same picture twice would be one in the file.
    made = images.make(photo(1200, 800 + len(files.names(photo_files.FOLDER))))
    make_photo(session, event, stored_as=photo_files.write(files, made), **values)
    session.commit()


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def pictures_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Subtype /Image\b", pdf))


def path_of(event: Event, language: str = "kk") -> str:
    return f"/{language}/organizer/events/{event.id}/report.pdf"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_it_is_one_page_with_its_photographs(
    desk: Visitor, session: Session, files: Files, held: Event, language: str
) -> None:
    for taken in ("before", "before", "after", "after"):
        kept(session, files, held, taken=taken)
    answer = desk.get(path_of(held, language))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert (pages_of(answer.data), pictures_of(answer.data)) == (1, 4)


def test_a_photograph_stands_right_below_its_word(session: Session, files: Files, held: Event) -> None:
    """One that is wide leaves nothing blank above it, and the next one follows it."""
    for taken in ("before", "before", "after"):
        kept(session, files, held, taken=taken)
    report = event_report.make(session, files, held, NOW)
    made = event_report_pdf.make(report, "en", "https://tazalyq.example/en/events/1")
    with closing(pypdfium2.PdfDocument(made)) as document:
        page = document[0]
        pictures = [one.get_bounds() for one in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE])]
        first, second = sorted((one for one in pictures if one[0] < 200), key=lambda one: -one[3])
        text = page.get_textpage()
        word = text.get_charbox(text.get_text_range().index("Before"))
    assert 0 < word[1] - first[3] < 12
    assert 0 < first[1] - second[3] < 16


def test_what_is_reported_or_refused_is_not_printed(
    desk: Visitor, session: Session, files: Files, held: Event
) -> None:
    by = make_coordinator(session).id
    kept(session, files, held, taken="before")
    kept(session, files, held, shown=True, decided_at=NOW, decided_by=by)
    kept(session, files, held, decided_at=NOW, decided_by=by, reason="Бет")
    kept(session, files, held, shown=True, decided_at=NOW, decided_by=by, reported_at=NOW)
    assert pictures_of(desk.get(path_of(held)).data) == 2


def test_the_longest_event_there_can_be_is_one_page_still(
    session: Session, files: Files, organization: Organization
) -> None:
    long = make_event(
        session,
        organization,
        starts_at=NOW - timedelta(days=1),
        title={"kk": "Ұзақ " * 40},
        address="Қ" * 500,
    )
    by = long.created_by
    at = {"created_by": by, "created_at": NOW, "changed_by": by, "changed_at": NOW, "minutes": 60}
    for number in range(200):
        session.add(Headcount(event_id=long.id, id=new_id(), group_name=f"Топ {number}", people=25, **at))
    figures = dict.fromkeys(("trees", "shrubs", "yards", "parks", "dumps", "containers"), 10_000)
    session.add(
        EventResult(
            event_id=long.id, note="Сөз " * 1_200, version=1, created_by=by, created_at=NOW,
            updated_by=by, updated_at=NOW, **figures,
        )
    )  # fmt: skip
    kept(session, files, long)
    report = event_report.make(session, files, long, NOW)
    assert pages_of(event_report_pdf.make(report, "kk", "https://tazalyq.example/kk/events/1")) == 1


def test_verified_and_declared_stand_apart(session: Session, files: Files, held: Event) -> None:
    report = event_report.make(session, files, held, NOW)
    assert (report.verified, report.minutes, report.declared, report.in_review) == (3, 270, 25, 1)
    assert report.groups == [("7 «А» сыныбы", 25)]


def test_the_same_data_make_the_same_file(session: Session, files: Files, held: Event) -> None:
    report = event_report.make(session, files, held, NOW)
    assert event_report_pdf.make(report, "kk", "x") == event_report_pdf.make(report, "kk", "x")


def test_who_may_print_it(visitor: Visitor, session: Session, files: Files, held: Event) -> None:
    expected = [(make_volunteer(session), 403), (make_coordinator(session, "KZ-75"), 403)]
    for person, status in [*expected, (make_coordinator(session, "KZ-15"), 200)]:
        visitor.sign_in(session, person)
        assert visitor.get(path_of(held)).status_code == status


def test_before_the_event_there_is_none(
    desk: Visitor, session: Session, files: Files, organization: Organization
) -> None:
    coming = make_event(session, organization, starts_at=NOW + timedelta(days=1))
    assert desk.get(path_of(coming)).status_code == 409
    draft = make_event(session, organization, status="draft")
    assert desk.get(path_of(draft)).status_code == 409

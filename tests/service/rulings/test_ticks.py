"""What a stored tick is worth as a word, whoever its organizer is by now."""

from uuid import uuid4

from sqlalchemy.orm import Session

from service.attendance.evidence import Status
from service.models import ListTick
from service.rulings import ticks
from tests.conftest import NOW
from tests.makers import make_event, make_volunteer


def test_a_word_about_oneself_is_doubted_of_who_is_no_member_any_more(session: Session) -> None:
    """Somebody was typed by a number that is the organizer's own by now, who has left meanwhile."""
    event, organizer, somebody = make_event(session), make_volunteer(session), make_volunteer(session)
    worth = {}
    for person in (organizer, somebody):
        tick = ListTick(
            ticked_by=organizer.id,
            id=uuid4(),
            content_hash="",
            event_id=event.id,
            volunteer_id=person.id,
            present=True,
            reason="",
            captured_at=NOW,
            received_at=NOW,
        )
        worth[person.id] = ticks.ruling_of(session, tick).status
    assert worth == {organizer.id: Status.REVIEW, somebody.id: Status.COUNTED}

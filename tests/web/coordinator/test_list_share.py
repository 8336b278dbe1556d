"""How much of an event rests on its organizer's list alone is shown to the coordinator (R10)."""

import pytest
from sqlalchemy.orm import Session

from tests.makers import make_attendance, make_event, make_volunteer
from tests.web.visitor import Visitor


@pytest.mark.parametrize(("by_list", "by_phone", "shown"), [(5, 11, True), (4, 4, False), (5, 12, False)])
def test_over_three_in_ten_by_list_alone_is_shown(
    desk: Visitor, session: Session, by_list: int, by_phone: int, *, shown: bool
) -> None:
    event = make_event(session)
    for number in range(by_list + by_phone):
        is_listed = number < by_list
        told = {"evidence": "organizer", "distance_m": None} if is_listed else {}
        make_attendance(session, event, make_volunteer(session), **told)
    page = desk.page(f"/kk/coordinator/events/{event.id}")
    assert (f"{by_list + by_phone} адамның {by_list}" in page.text) is shown

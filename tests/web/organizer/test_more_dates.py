"""More dates of a series, from its organizer's phone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Event, Outbox
from tests.conftest import NOW
from tests.web.html import read
from tests.web.organizer.forms import filled
from tests.web.organizer.test_event_form import FIVE, NEW
from tests.web.organizer.test_series_pages import dates, form_of, make_series, path
from tests.web.visitor import Visitor


def make_published(desk: Visitor, session: Session) -> list[Event]:
    made = make_series(desk, session)
    sent = form_of(desk, path(made[0], "preview")) | {"scope": "following"}
    desk.post(path(made[0], "publish"), data=sent)
    return dates(session)


def test_the_board_of_a_series_leads_to_four_more_weeks(desk: Visitor, session: Session) -> None:
    made = make_published(desk, session)
    assert path(made[1], "dates") in desk.get(f"/kk/organizer/events/{made[1].id}").text
    form = form_of(desk, path(made[1], "dates"))
    last = made[3].local(made[3].starts_at)
    offered = (form["day"], form["starts"], form["weeks"])
    assert offered == (f"{last + timedelta(weeks=1):%Y-%m-%d}", f"{last:%H:%M}", "1")
    for _press in range(2):
        answer = desk.post(path(made[1], "dates"), data=form | {"weeks": "4"})
        assert answer.location == f"/kk/organizer/events/{made[1].id}"
    assert "Қосылған күндер: 4." in desk.get(answer.location).text
    found = dates(session)
    assert [one.starts_at - made[0].starts_at for one in found] == [
        timedelta(weeks=week) for week in range(8)
    ]
    assert all(one.is_published for one in found)
    assert session.scalar(sa.select(sa.func.count()).where(Outbox.kind == "nearby_event")) == 2


def test_one_more_on_a_saturday_at_another_hour(desk: Visitor, session: Session) -> None:
    made = make_published(desk, session)
    saturday = made[0].local(made[0].starts_at) + timedelta(days=2)
    form = form_of(desk, path(made[0], "dates")) | {"day": f"{saturday:%Y-%m-%d}", "starts": "15:30"}
    assert desk.post(path(made[0], "dates"), data=form).status_code == 303
    (added,) = (one for one in dates(session) if one.id not in [one.id for one in made])
    assert added.local(added.starts_at) == saturday.replace(hour=15, minute=30)
    assert added.ends_at - added.starts_at == made[0].ends_at - made[0].starts_at


def test_a_week_after_the_last_such_weekday_is_offered(desk: Visitor, session: Session) -> None:
    """Of a Thursday the next Thursday, of an added Saturday the next Saturday; what is off is none."""
    made = make_published(desk, session)
    last = made[3].local(made[3].starts_at)
    form = form_of(desk, path(made[0], "dates"))
    desk.post(path(made[0], "dates"), data=form | {"day": f"{last + timedelta(days=2):%Y-%m-%d}"})
    saturday = dates(session)[4]
    assert form_of(desk, path(made[0], "dates"))["day"] == f"{last + timedelta(days=7):%Y-%m-%d}"
    assert form_of(desk, path(saturday, "dates"))["day"] == f"{last + timedelta(days=9):%Y-%m-%d}"
    desk.post(path(made[3], "cancel"), data=form_of(desk, path(made[3], "cancel")) | {"ready": "weather"})
    assert form_of(desk, path(made[0], "dates"))["day"] == f"{last:%Y-%m-%d}"


def test_drafts_are_led_on_to_be_published(desk: Visitor, session: Session) -> None:
    made = make_series(desk, session)
    assert "қаралама болады" in desk.page(path(made[0], "dates")).text
    answer = desk.post(path(made[0], "dates"), data=form_of(desk, path(made[0], "dates")) | {"weeks": "2"})
    added = dates(session)[4:]
    assert answer.location == path(added[0], "preview")
    assert "Бәрін жариялау: 2" in desk.get(answer.location).text
    assert [one.is_draft for one in added] == [True, True]


@pytest.mark.parametrize(
    "typed",
    [
        {"weeks": "0"}, {"weeks": "53"}, {"weeks": "49"}, {"weeks": ""}, {"weeks": "көп"}, {"day": ""},
        {"starts": "25:00"}, {"day": "2026-05-01"}, {"day": "2033-05-01"}, {"day": "there"},
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_said_beside_the_field_and_stays_typed(
    desk: Visitor, session: Session, typed: dict[str, str]
) -> None:
    made = make_published(desk, session)
    if typed.get("day") == "there":
        typed = {"day": f"{made[2].local(made[2].starts_at):%Y-%m-%d}"}
    answer = desk.post(path(made[0], "dates"), data=form_of(desk, path(made[0], "dates")) | typed)
    assert answer.status_code == 422
    page = read(answer.text)
    field = next(iter(typed)) if typed != {"weeks": "49"} else "day"
    assert page.one("div", class_="errors").one("a")["href"] == f"#{field}"
    assert typed.items() <= filled(page.all("form", method="post")[-1]).items()
    assert len(dates(session)) == 4


def test_who_goes_back_and_presses_again_with_another_day_is_told(desk: Visitor, session: Session) -> None:
    made = make_published(desk, session)
    form = form_of(desk, path(made[0], "dates"))
    desk.post(path(made[0], "dates"), data=form)
    answer = desk.post(path(made[0], "dates"), data=form | {"starts": "19:00"})
    assert answer.location == path(made[0], "dates")
    assert "қосылып қойған" in desk.get(answer.location).text
    assert len(dates(session)) == 5


def test_after_the_last_date_the_next_such_day_to_come_is_offered(desk: Visitor, session: Session) -> None:
    made = make_published(desk, session)
    for one in made:
        one.starts_at, one.ends_at = one.starts_at - timedelta(weeks=9), one.ends_at - timedelta(weeks=9)
        one.day -= timedelta(weeks=9)
    session.flush()
    days = {(made[3].starts_at + timedelta(weeks=weeks) - NOW).days: weeks for weeks in range(20)}
    to_come = days[min(ahead for ahead in days if ahead >= 0)]
    form = form_of(desk, path(made[3], "dates"))
    assert form["day"] == f"{made[3].local(made[3].starts_at) + timedelta(weeks=to_come):%Y-%m-%d}"
    assert desk.post(path(made[3], "dates"), data=form).status_code == 303
    assert dates(session)[4].is_published


def test_a_single_event_is_copied_instead(desk: Visitor, session: Session) -> None:
    desk.post(NEW, data=form_of(desk, NEW) | FIVE)
    (event,) = dates(session)
    assert path(event, "dates") not in desk.get(f"/kk/organizer/events/{event.id}").text
    assert desk.get(path(event, "dates")).location == path(event, "copy")

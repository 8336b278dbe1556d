"""An event every week, from an organizer's phone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import words
from service import errors
from service.events import series_changes
from service.models import Event, Outbox
from tests.clock import FixedClock
from tests.web.html import read
from tests.web.organizer.forms import filled
from tests.web.organizer.test_event_form import FIVE, NEW
from tests.web.visitor import Visitor


def dates(session: Session) -> list[Event]:
    session.expire_all()
    return list(session.scalars(sa.select(Event).order_by(Event.starts_at)))


def form_of(desk: Visitor, path: str) -> dict[str, str]:
    return filled(desk.page(path).all("form", method="post")[-1])


def make_series(desk: Visitor, session: Session) -> list[Event]:
    desk.post(NEW, data=form_of(desk, NEW) | FIVE | {"weeks": "4"})
    return dates(session)


def path(event: Event, act: str) -> str:
    return f"/kk/organizer/events/{event.id}/{act}"


def test_it_is_made_and_published_whole(desk: Visitor, session: Session) -> None:
    form = form_of(desk, NEW) | FIVE | {"weeks": "4"}
    first = [desk.post(NEW, data=form).location for _press in range(2)]
    made = dates(session)
    assert first == [path(made[0], "preview")] * 2
    weeks = [later.starts_at - made[0].starts_at for later in made]
    assert weeks == [timedelta(weeks=number) for number in range(4)]
    page = desk.page(path(made[0], "preview"))
    assert "Бәрін жариялау: 4" in page.text
    sent = filled(page.all("form", method="post")[-1]) | {"scope": "following"}
    for _press in range(2):
        assert desk.post(path(made[0], "publish"), data=sent).status_code == 303
    assert all(one.is_published for one in dates(session))
    told = sa.select(sa.func.count()).where(Outbox.kind == "nearby_event")
    assert session.scalar(told) == 1


def test_the_board_leads_to_the_other_dates_that_are_to_come(
    desk: Visitor, session: Session, clock: FixedClock
) -> None:
    made = make_series(desk, session)
    sent = form_of(desk, path(made[0], "preview")) | {"scope": "following"}
    desk.post(path(made[0], "publish"), data=sent)
    form = form_of(desk, path(made[3], "cancel"))
    desk.post(path(made[3], "cancel"), data=form | {"ready": "weather"})
    board = f"/kk/organizer/events/{made[1].id}"

    def others() -> list[str]:
        section = desk.page(board).one("section", **{"aria-labelledby": "beside"})
        assert "Өткізілмейді" in section.all("a")[-1].text
        return [link["href"].rpartition("/")[2] for link in section.all("a")]

    assert others() == [str(made[at].id) for at in (0, 2, 3)]
    clock.at = made[0].ends_at
    assert others() == [str(made[at].id) for at in (2, 3)]
    desk.post(NEW, data=form_of(desk, NEW) | FIVE | {"day": f"{clock.at + timedelta(days=2):%Y-%m-%d}"})
    alone = next(one for one in dates(session) if one.series_id is None)
    assert not desk.page(f"/kk/organizer/events/{alone.id}").all("h2", id="beside")


@pytest.mark.parametrize("act", ["edit", "move"])
def test_a_day_that_the_series_has_already_is_refused_beside_its_field(
    desk: Visitor, session: Session, act: str
) -> None:
    made = make_series(desk, session)
    before = [one.starts_at for one in made]
    day = made[2].local(made[2].starts_at)
    answer = desk.post(
        path(made[0], act),
        data=form_of(desk, path(made[0], act)) | {"day": f"{day:%Y-%m-%d}", "scope": "this"},
    )
    assert answer.status_code == 422
    assert f"{day.day} " in read(answer.text).one(id="day-error").text
    assert [one.starts_at for one in dates(session)] == before


def test_one_date_alone_is_published(desk: Visitor, session: Session) -> None:
    made = make_series(desk, session)
    sent = form_of(desk, path(made[1], "preview")) | {"scope": "this"}
    desk.post(path(made[1], "publish"), data=sent)
    assert [one.is_published for one in dates(session)] == [False, True, False, False]
    page = desk.page(path(made[0], "preview"))
    assert "Бәрін жариялау: 3" in page.text


@pytest.mark.parametrize(("scope", "expected"), [("this", [40, 9, 40, 40]), ("following", [40, 9, 9, 9])])
def test_a_change_is_of_this_date_or_of_the_later_ones(
    desk: Visitor, session: Session, scope: str, expected: list[int]
) -> None:
    made = make_series(desk, session)
    form = form_of(desk, path(made[1], "edit"))
    assert form["scope"] == "this"
    assert desk.post(path(made[1], "edit"), data=form | {"capacity": "9", "scope": scope}).status_code == 303
    assert [one.capacity for one in dates(session)] == expected


@pytest.mark.parametrize(("scope", "left"), [("this", 3), ("following", 1)])
def test_so_is_a_cancelling(desk: Visitor, session: Session, scope: str, left: int) -> None:
    made = make_series(desk, session)
    form = form_of(desk, path(made[1], "cancel"))
    desk.post(path(made[1], "cancel"), data=form | {"ready": "weather", "scope": scope})
    assert sum(not one.is_cancelled for one in dates(session)) == left


@pytest.mark.parametrize(("scope", "moved"), [("this", "2"), ("following", "234")])
def test_so_is_a_moving_by_as_many_days_at_the_new_hour(
    desk: Visitor, session: Session, scope: str, moved: str
) -> None:
    made = make_series(desk, session)
    before = [one.local(one.starts_at) for one in made]
    form = form_of(desk, path(made[1], "move"))
    assert form["scope"] == "this"
    typed = {"day": str(before[1].date() + timedelta(days=1)), "starts": "09:00", "ends": "11:00"}
    answer = desk.post(path(made[1], "move"), data=form | typed | {"scope": scope, "ready": "weather"})
    assert answer.location == f"/kk/organizer/events/{made[1].id}"
    for number, (one, was) in enumerate(zip(dates(session), before, strict=True), start=1):
        is_moved = str(number) in moved
        expected = was.replace(hour=9) + timedelta(days=1) if is_moved else was
        assert one.local(one.starts_at) == expected, number


def test_the_reason_of_a_moved_series_is_told_at_each_date(desk: Visitor, session: Session) -> None:
    made = make_series(desk, session)
    sent = form_of(desk, path(made[0], "preview")) | {"scope": "following"}
    desk.post(path(made[0], "publish"), data=sent)
    form = form_of(desk, path(made[0], "move"))
    desk.post(
        path(made[0], "move"), data=form | {"starts": "09:00", "ready": "weather", "scope": "following"}
    )
    told = session.scalars(sa.select(Outbox).where(Outbox.kind == "event_changed")).all()
    why = words.translate("page.reason.weather", "kk")
    assert [(one.facts["changed"], one.facts["reason"]) for one in told] == [(["time"], why)] * 4


def test_of_two_who_move_a_series_at_once_the_second_is_told(desk: Visitor, session: Session) -> None:
    made = make_series(desk, session)
    form = form_of(desk, path(made[0], "move")) | {"scope": "following"}
    desk.post(path(made[0], "move"), data=form | {"starts": "09:00"})
    answer = desk.post(path(made[0], "move"), data=form | {"starts": "08:00"})
    assert answer.status_code == 412
    again = filled(read(answer.text).all("form", method="post")[-1])
    assert (again["starts"], again["scope"]) == ("08:00", "following")
    assert {one.local(one.starts_at).hour for one in dates(session)} == {9}


@pytest.mark.parametrize(("scope", "off"), [("this", 2), ("following", 0)])
def test_what_was_called_off_together_is_restored_as_it_is_said(
    desk: Visitor, session: Session, scope: str, off: int
) -> None:
    made = make_series(desk, session)
    form = form_of(desk, path(made[1], "cancel"))
    desk.post(path(made[1], "cancel"), data=form | {"ready": "weather", "scope": "following"})
    assert "бірге бас тартылған басқа күндер: 2" in desk.page(path(made[1], "restore")).text
    form = form_of(desk, path(made[1], "restore"))
    assert form["scope"] == "this"
    for _press in range(2):
        answer = desk.post(path(made[1], "restore"), data=form | {"scope": scope})
        assert answer.location == f"/kk/organizer/events/{made[1].id}"
    assert sum(one.is_cancelled for one in dates(session)) == off


def test_a_date_that_was_called_off_alone_is_restored_without_a_question(
    desk: Visitor, session: Session
) -> None:
    made = make_series(desk, session)
    form = form_of(desk, path(made[1], "cancel"))
    desk.post(path(made[1], "cancel"), data=form | {"ready": "weather"})
    page = desk.page(path(made[1], "restore"))
    assert page.all("input", name="scope") == []
    assert (
        desk.post(path(made[1], "restore"), data=form_of(desk, path(made[1], "restore"))).status_code == 303
    )
    assert not any(one.is_cancelled for one in dates(session))


@pytest.mark.parametrize("weeks", ["1", "53", "көп", "-2"])
def test_too_many_or_too_few_weeks_are_refused_beside_the_field(
    desk: Visitor, session: Session, weeks: str
) -> None:
    answer = desk.post(NEW, data=form_of(desk, NEW) | FIVE | {"weeks": weeks})
    assert answer.status_code == 422
    assert read(answer.text).one("div", class_="errors").one("a")["href"] == "#weeks"
    assert dates(session) == []


def test_which_dates_is_not_asked_of_one_that_has_begun(
    desk: Visitor, session: Session, clock: FixedClock
) -> None:
    made = make_series(desk, session)
    desk.post(path(made[0], "publish"), data=form_of(desk, path(made[0], "preview")) | {"scope": "following"})
    assert desk.page(path(made[0], "edit")).all("input", name="scope")
    clock.at = made[0].starts_at
    for act in ("edit", "cancel", "helpers"):
        assert desk.page(path(made[0], act)).all("input", name="scope") == [], act


def test_which_dates_is_asked_of_a_series_alone(desk: Visitor, session: Session) -> None:
    desk.post(NEW, data=form_of(desk, NEW) | FIVE)
    (event,) = dates(session)
    desk.post(path(event, "publish"), data=form_of(desk, path(event, "preview")))
    for act in ("edit", "cancel", "move"):
        assert desk.page(path(event, act)).all("input", name="scope") == []


def test_of_two_presses_at_one_moment_the_later_is_led_to_what_stands(
    desk: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = form_of(desk, NEW) | FIVE
    desk.post(NEW, data=form)
    (event,) = dates(session)

    def overtaken(*_arguments: object) -> None:
        raise errors.Stale(version=2)

    monkeypatch.setattr(series_changes, "change", overtaken)
    assert desk.post(NEW, data=form | {"capacity": "5"}).location == path(event, "edit")

"""The board of an event: what is known of it at this moment, without a name."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Event, Headcount, Organization, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_organization, make_volunteer
from tests.web.html import Element, read
from tests.web.visitor import Visitor

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def make_group(session: Session, event: Event, by: Volunteer, **values: Any) -> Headcount:
    at = {"created_by": by.id, "created_at": NOW, "changed_by": by.id, "changed_at": NOW}
    group = Headcount(event_id=event.id, id=new_id(), **({"group_name": "7-А"} | at | values))
    session.add(group)
    session.flush()
    return group


def figure(of: Element) -> tuple[str, ...]:
    """(number, label)."""
    return tuple(part.text for part in of.all("span"))


def test_verified_and_declared_stand_apart(
    desk: Visitor, session: Session, organization: Organization, organizer: Volunteer
) -> None:
    event = make_event(session, organization, going=120)
    make_attendance(session, event, make_volunteer(session), checked_out_at=None)
    make_attendance(session, event, make_volunteer(session), checked_out_at=None, status="review")
    make_attendance(session, event, make_volunteer(session), checked_out_at=NOW - timedelta(minutes=5))
    make_attendance(session, event, make_volunteer(session), checked_out_at=None, status="rejected")
    make_group(session, event, organizer, people=25, minutes=60)
    make_group(session, event, organizer, people=40, minutes=60)
    make_group(session, event, organizer, people=99, minutes=60, taken_back=True)
    make_group(session, event, organizer, expected=30)
    main = desk.page(f"/kk/organizer/events/{event.id}").one("main")
    first, second = main.one("div", class_="figures").all("p")
    assert figure(first) == ("1", "орнында, расталған")
    assert first.all("span", class_="verified")
    assert second.text.startswith("65")
    assert "2 топта" in second.text
    assert second.all("span", class_="declared")
    bar = main.one("progress")
    assert (bar["value"], bar["max"]) == ("2", "120")
    assert "Күтілетін топтар: 1 · адам: 30" in main.text
    assert "Келген: 2" in main.text
    assert "Тексеруде: 1" in main.text


def test_after_the_end_it_says_who_came(desk: Visitor, session: Session, organization: Organization) -> None:
    event = make_event(session, organization, starts_at=NOW - timedelta(hours=5))
    make_attendance(session, event, make_volunteer(session), checked_out_at=None)
    first = desk.page(f"/kk/organizer/events/{event.id}").one("div", class_="figures").all("p")[0]
    assert figure(first) == ("1", "келген, расталған")


def test_the_part_is_sent_again_only_when_something_has_changed(
    desk: Visitor, session: Session, organization: Organization
) -> None:
    event = make_event(session, organization)
    path = f"/kk/organizer/events/{event.id}"
    (asks,) = (one for one in read(desk.get(path).text).all("section") if "hx-get" in one.attributes)
    assert 10_000 <= int(asks["hx-trigger"].removeprefix("every ").removesuffix("ms")) < 13_000
    part = desk.get(asks["hx-get"], headers=PART)
    assert "<html" not in part.text
    asked = PART | {"If-None-Match": part.headers["ETag"]}
    assert desk.get(path, headers=asked).status_code == 304
    make_attendance(session, event, make_volunteer(session), checked_out_at=None)
    assert desk.get(path, headers=asked).status_code == 200


@pytest.mark.parametrize("values", [{"status": "draft"}, {"status": "cancelled", "cancel_reason": "Дауыл"}])
def test_a_draft_and_a_cancelled_one_say_so(
    desk: Visitor, session: Session, organization: Organization, values: dict[str, str]
) -> None:
    event = make_event(session, organization, **values)
    main = desk.page(f"/kk/organizer/events/{event.id}").one("main")
    assert main.all("p", class_="notice")
    if "cancel_reason" in values:
        assert "Дауыл" in main.text


def test_it_is_the_boards_of_ones_own_events_alone(desk: Visitor, session: Session) -> None:
    assert desk.get(f"/kk/organizer/events/{make_event(session).id}").status_code == 403
    assert desk.get(f"/kk/organizer/events/{make_event(session, status='draft').id}").status_code == 404
    assert desk.get(f"/kk/organizer/events/{new_id()}").status_code == 404


@pytest.mark.parametrize("status", ["suspended", "rejected", "pending"])
def test_who_is_suspended_still_sees_their_own(visitor: Visitor, session: Session, status: str) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner, status=status))
    visitor.sign_in(session, owner, elevated=False)
    assert visitor.page(f"/kk/organizer/events/{event.id}").one("h1").text == event.title["kk"]


@pytest.mark.parametrize("language", LOCALES)
def test_it_is_whole_in_every_language(
    desk: Visitor, session: Session, organization: Organization, language: str
) -> None:
    event = make_event(session, organization, going=3, waitlisted=2)
    assert desk.page(f"/{language}/organizer/events/{event.id}").one("html")["lang"] == language

"""An organizer takes somebody off the list: the place goes on, and the person reads why."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.messages import push_words, words
from service.models import AuditAction, AuditEntry, Outbox, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_member, make_volunteer
from tests.mobile_api.events.line import Line

REASON = {"reason": "Екі рет жазылған"}


@pytest.fixture
def tomorrow(make_line: Callable[..., Line]) -> Line:
    return make_line(starts_at=NOW + timedelta(days=1))


def remove(line: Line, person: Volunteer, by: Volunteer | None = None, body: Any = REASON) -> Any:
    url = f"{line.url}/participants/{person.id}"
    return line.client.delete(url, json=body, headers=line.login(by or line.owner))


def readmit(line: Line, person: Volunteer, by: Volunteer | None = None) -> Any:
    return line.client.put(f"{line.url}/participants/{person.id}", headers=line.login(by or line.owner))


def listed(line: Line, state: str | None = None) -> list[dict[str, Any]]:
    query = {} if state is None else {"state": state}
    url = f"{line.url}/participants"
    items: list[dict[str, Any]] = line.client.get(
        url, query_string=query, headers=line.login(line.owner)
    ).json["items"]
    return items


def test_the_place_goes_to_the_line(tomorrow: Line) -> None:
    second, third = tomorrow.waiting(0, 0)
    answer = remove(tomorrow, tomorrow.first)
    assert (answer.status_code, answer.data) == (204, b"")
    assert tomorrow.status(tomorrow.first, second, third) == [None, "going", "waitlisted"]
    assert tomorrow.places() == (1, 0, 1, "none")
    assert tomorrow.counted() == 1


def test_the_person_reads_why_in_the_inbox_and_nobody_else_on_a_lock_screen(tomorrow: Line) -> None:
    remove(tomorrow, tomorrow.first)
    entry = tomorrow.session.scalars(sa.select(Outbox).where(Outbox.kind == "removed")).one()
    about = (tomorrow.first.id, tomorrow.event.id, tomorrow.owner.id)
    assert (entry.volunteer_id, entry.event_id, entry.created_by) == about
    for language in ("kk", "ru", "en"):
        assert REASON["reason"] in words("removed", entry.facts, language)[1]
        assert REASON["reason"] not in " ".join(push_words("removed", entry.facts, language))


@pytest.mark.parametrize("again", [1, 2])
def test_removed_twice_is_removed_once(tomorrow: Line, again: int) -> None:
    for _ in range(1 + again):
        assert remove(tomorrow, tomorrow.first).status_code == 204
    assert tomorrow.told("removed") == [tomorrow.first.id]
    assert tomorrow.places() == (0, 0, 0, "few")


def test_who_was_removed_does_not_come_back_by_themself(tomorrow: Line) -> None:
    remove(tomorrow, tomorrow.first)
    answer = tomorrow.put(tomorrow.first)
    assert (answer.status_code, answer.json["code"]) == (409, "removed")
    assert tomorrow.leave(tomorrow.first).status_code == 204
    assert tomorrow.put(tomorrow.first).json["code"] == "removed"
    assert [one["volunteer_id"] for one in listed(tomorrow, "removed")] == [str(tomorrow.first.id)]
    assert listed(tomorrow) == []


def test_until_an_organizer_lets_them(tomorrow: Line) -> None:
    remove(tomorrow, tomorrow.first)
    assert readmit(tomorrow, tomorrow.first).status_code == 204
    assert readmit(tomorrow, tomorrow.first).status_code == 204
    assert listed(tomorrow, "removed") == []
    assert tomorrow.status(tomorrow.first) == [None]
    assert tomorrow.put(tomorrow.first).json["status"] == "going"
    assert readmit(tomorrow, make_volunteer(tomorrow.session)).status_code == 404


def test_whom_it_was_about_is_kept(tomorrow: Line) -> None:
    for act in (remove, remove, readmit, readmit):
        assert act(tomorrow, tomorrow.first).status_code == 204
    removed, readmitted = AuditAction.PARTICIPANT_REMOVED, AuditAction.PARTICIPANT_READMITTED
    kept = tomorrow.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_id, AuditEntry.event_id)
        .where(AuditEntry.action.in_((removed, readmitted)))
        .order_by(AuditEntry.action.desc())
    ).all()
    about = (tomorrow.owner.id, tomorrow.first.id, tomorrow.event.id)
    assert kept == [(removed, *about), (readmitted, *about)]


def test_who_waits_or_was_offered_a_place_can_be_removed(line: Line) -> None:
    second, third, fourth = line.waiting(0, 0, 0)
    assert remove(line, fourth).status_code == 204
    assert line.places() == (1, 0, 2, "none")
    line.leave(line.first)
    assert line.status(second, third) == ["offered", "waitlisted"]
    assert remove(line, second).status_code == 204
    assert line.status(second, third) == [None, "offered"]
    assert line.confirm(second).json["code"] == "offer-expired"
    assert line.places() == (0, 1, 0, "none")


def test_who_let_an_offer_lapse_is_nobody_to_remove_though_no_job_has_seen_it(line: Line) -> None:
    (second,) = line.waiting(0)
    line.leave(line.first)
    line.clock.move(timedelta(minutes=30))
    assert remove(line, second).status_code == 404
    assert line.told("removed") == []


def test_it_is_the_organizers_alone(tomorrow: Line, session: Session) -> None:
    member = make_volunteer(session)
    make_member(session, tomorrow.event.organization, member)
    helper = make_volunteer(session)
    make_member(session, tomorrow.event.organization, helper, role="helper")
    for person in (make_volunteer(session), tomorrow.first, make_coordinator(session), helper):
        assert remove(tomorrow, tomorrow.first, by=person).status_code == 403
        assert readmit(tomorrow, tomorrow.first, by=person).status_code == 403
    assert remove(tomorrow, tomorrow.first, by=member).status_code == 204


def test_of_a_draft_a_stranger_learns_nothing(make_line: Callable[..., Line]) -> None:
    line = make_line()
    line.event.status = "draft"
    line.session.commit()
    stranger = make_volunteer(line.session)
    assert remove(line, line.first, by=stranger).status_code == 404
    assert readmit(line, line.first, by=stranger).status_code == 404


def test_nobody_is_removed_who_is_not_on_the_list(tomorrow: Line, session: Session) -> None:
    came = make_volunteer(session)
    make_attendance(session, tomorrow.event, came)
    gone = make_volunteer(session)
    (waits,) = tomorrow.waiting(0)
    tomorrow.leave(waits)
    for person in (came, gone, waits):
        assert remove(tomorrow, person).status_code == 404
    unknown = Volunteer(id=new_id())
    assert remove(tomorrow, unknown).status_code == 404


def test_of_what_is_over_nobody_is_removed(line: Line) -> None:
    line.clock.move(timedelta(hours=4))
    answer = remove(line, line.first)
    assert (answer.status_code, answer.json["code"]) == (409, "over")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 1001}, None])
def test_a_reason_is_needed(tomorrow: Line, body: Any) -> None:
    assert remove(tomorrow, tomorrow.first, body=body).status_code in (415, 422)
    assert tomorrow.status(tomorrow.first) == ["going"]


def test_organizers_see_the_line_in_its_order_with_offers(make_line: Callable[..., Line]) -> None:
    line = make_line(capacity=2)
    line.put(line.first, 1)
    first, party, last = line.waiting(0, 1, 0)
    line.put(line.first, 0)
    assert [one["volunteer_id"] for one in listed(line, "offered")] == [str(first.id)]
    waiting = [
        (one["position"], one["volunteer_id"], one["companions"]) for one in listed(line, "waitlisted")
    ]
    assert waiting == [(1, str(party.id), 1), (2, str(last.id), 0)]
    assert [one["volunteer_id"] for one in listed(line, "going")] == [str(line.first.id)]
    assert len(listed(line)) == 4


def test_the_line_is_paged_in_its_order(make_line: Callable[..., Line]) -> None:
    line = make_line(capacity=1)
    people = line.waiting(*[0] * 5)
    for person in people[:2]:
        line.leave(person)
        line.put(person)
    expected = [str(one.id) for one in (*people[2:], *people[:2])]
    found, query = [], {"state": "waitlisted", "limit": 2}
    while True:
        page = line.client.get(
            f"{line.url}/participants", query_string=query, headers=line.login(line.owner)
        ).json
        found += [(one["position"], one["volunteer_id"]) for one in page["items"]]
        if page["next"] is None:
            break
        query = query | {"cursor": page["next"]}
    assert found == list(enumerate(expected, start=1))


def test_an_expired_offer_is_nobodys_in_the_list(line: Line) -> None:
    (second,) = line.waiting(0)
    line.leave(line.first)
    (shown,) = listed(line, "offered")
    assert (shown["signup"], shown["confirm_by"]) == ("offered", "2026-05-16T11:30:00+05:00")
    line.clock.move(timedelta(minutes=30))
    assert listed(line, "offered") == listed(line) == []


def test_a_cursor_of_another_list_is_refused(line: Line) -> None:
    line.waiting(0, 0, 0)
    headers = line.login(line.owner)
    first = line.client.get(f"{line.url}/participants?limit=1", headers=headers).json["next"]
    answer = line.client.get(f"{line.url}/participants?state=waitlisted&cursor={first}", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")

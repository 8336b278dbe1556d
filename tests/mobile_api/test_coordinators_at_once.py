"""Two coordinators, or one and an organizer, act on one thing at the same moment: one word stands."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from http_base.application import Tazalyq
from service.models import (
    Attendance,
    AttendanceDecision,
    AuditEntry,
    Event,
    Organization,
    Outbox,
    RegionReport,
    Volunteer,
)
from tests.conftest import NOW, Sessions
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_event,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.together import Act, Together, at_one_moment, codes

REASON = {"reason": "Дауыл"}


class Region(Together):
    """Two coordinators of one region, an organization of it, and its event of tomorrow, to which one goes."""

    def __init__(self, app: Tazalyq, sessions: Sessions) -> None:
        super().__init__(app, sessions)
        with sessions.begin() as session:
            self.first, self.second = (make_coordinator(session, "KZ-15") for _ in range(2))
            self.owner = make_volunteer(session)
            self.organization = make_organization(session, self.owner)
            self.event = make_event(session, self.organization, starts_at=NOW + timedelta(days=1), going=1)
            make_signup(session, self.event, make_volunteer(session))

    def acts(self, what: str, *people: Volunteer, **said: Any) -> list[Act]:
        return [self.sends("POST", f"events/{self.event.id}/{what}", said, who) for who in people]

    def at_the_event(self, *acts: Act) -> list[Any]:
        return self.while_held(sa.select(Event.id).where(Event.id == self.event.id), *acts)

    def stored(self) -> Event:
        with self.sessions() as session:
            return session.get_one(Event, self.event.id)

    def owed(self, kind: str) -> int:
        with self.sessions() as session:
            query = sa.select(sa.func.count()).where(Outbox.kind == kind, Outbox.event_id == self.event.id)
            return session.scalar(query) or 0

    def audited(self, action: str, **about: Any) -> int:
        with self.sessions() as session:
            query = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
            return session.scalar(query.filter_by(**about)) or 0


@pytest.fixture
def region(real_app: Tazalyq, sessions: Sessions) -> Region:
    return Region(real_app, sessions)


# An organization


def decides(region: Region, organization: Organization, who: Volunteer, status: str, **more: Any) -> Act:
    body = {"status": status, "reason": f"{status}!"} | more
    return region.sends("PUT", f"organizations/{organization.id}/status", body, who)


def waits(region: Region) -> Organization:
    with region.sessions.begin() as session:
        return make_organization(session, make_volunteer(session), status="pending")


def both_decide(region: Region, organization: Organization, *acts: Act) -> tuple[list[Any], Organization]:
    held = sa.select(Organization.id).where(Organization.id == organization.id)
    answers = region.while_held(held, *acts)
    with region.sessions() as session:
        return answers, session.get_one(Organization, organization.id)


def told_of(region: Region, organization: Organization) -> list[str]:
    with region.sessions() as session:
        query = sa.select(Outbox).where(Outbox.kind == "organization_decided")
        entries = session.scalars(query.where(Outbox.organization_id == organization.id))
        return [one.facts["status"] for one in entries]


def test_two_who_verify_it_have_verified_it_once(region: Region) -> None:
    organization = waits(region)
    acts = [decides(region, organization, who, "verified") for who in (region.first, region.second)]
    answers, stored = both_decide(region, organization, *acts)
    assert codes(answers) == [200, 200]
    assert (stored.status, stored.version) == ("verified", organization.version + 1)
    assert told_of(region, organization) == ["verified"]
    assert region.audited("organization-decided", organization_id=organization.id) == 1


def test_of_two_verdicts_the_later_stands_and_is_the_one_told(region: Region) -> None:
    organization = waits(region)
    acts = [
        decides(region, organization, region.first, "verified"),
        decides(region, organization, region.second, "rejected"),
    ]
    answers, stored = both_decide(region, organization, *acts)
    assert codes(answers) == [200, 200]
    assert stored.status == "rejected"
    assert told_of(region, organization) == ["rejected"]
    assert region.audited("organization-decided", organization_id=organization.id) == 2


def test_who_saw_an_older_version_is_told_that_another_has_decided(region: Region) -> None:
    organization = waits(region)
    seen = {"version": organization.version}
    acts = [
        decides(region, organization, region.first, "verified", **seen),
        decides(region, organization, region.second, "rejected", **seen),
    ]
    answers, stored = both_decide(region, organization, *acts)
    assert [answer.status_code for answer in answers] == [200, 412]
    assert stored.status == "verified"
    assert told_of(region, organization) == ["verified"]


# An event


@pytest.mark.parametrize("other", ["second", "owner"])
def test_two_who_call_it_off_tell_its_people_once_by_the_first_reason(region: Region, other: str) -> None:
    one, two = region.first, getattr(region, other)
    acts = [region.acts("cancel", one, reason="Дауыл")[0], region.acts("cancel", two, reason="Су")[0]]
    assert codes(region.at_the_event(*acts)) == [200, 200]
    assert region.stored().cancel_reason == "Дауыл"
    assert region.stored().cancelled_by == "coordinator"
    assert region.owed("event_cancelled") == 1
    assert region.audited("event-cancelled", event_id=region.event.id) == 1


def test_two_who_restore_it_tell_its_people_once(region: Region) -> None:
    region.acts("cancel", region.first, **REASON)[0]()
    assert codes(region.at_the_event(*region.acts("restore", region.first, region.second))) == [200, 200]
    assert region.stored().status == "published"
    assert region.owed("event_restored") == 1
    assert region.audited("event-restored", event_id=region.event.id) == 1


@pytest.mark.parametrize("begins", ["restore", "edit"])
def test_who_restores_it_and_who_edits_it_come_one_after_the_other(region: Region, begins: str) -> None:
    region.acts("cancel", region.first, **REASON)[0]()
    body = {"version": region.stored().version, "capacity": 9}
    edit = region.sends("PATCH", f"events/{region.event.id}", body, region.owner)
    (restore,) = region.acts("restore", region.second)
    answers = region.at_the_event(*((restore, edit) if begins == "restore" else (edit, restore)))
    by_restore, by_edit = answers if begins == "restore" else reversed(answers)
    assert by_restore.status_code == 200
    # It was off when it was seen, or is another by now: never half changed.
    assert (by_edit.status_code, by_edit.json["code"]) == (
        (412, "stale") if begins == "restore" else (409, "cancelled")
    )
    assert (region.stored().status, region.stored().capacity) == ("published", None)


def test_who_hides_it_and_who_calls_it_off_both_have_their_way(region: Region) -> None:
    acts = [region.acts("hide", region.first, **REASON)[0], region.acts("cancel", region.second, **REASON)[0]]
    assert codes(region.at_the_event(*acts)) == [200, 200]
    assert (region.stored().status, region.stored().hidden_by) == ("cancelled", "coordinator")


def test_two_who_hide_and_show_it_leave_what_the_later_said(region: Region) -> None:
    region.acts("hide", region.first, **REASON)[0]()
    acts = [
        region.acts("show", region.first, **REASON)[0],
        region.acts("hide", region.second, reason="Су")[0],
    ]
    assert codes(region.at_the_event(*acts)) == [200, 200]
    assert (region.stored().hidden_by, region.stored().hidden_reason) == ("coordinator", "Су")


# A report


def frozen(region: Region) -> list[RegionReport]:
    with region.sessions() as session:
        query = sa.select(RegionReport).where(RegionReport.sent_by.in_([region.first.id, region.second.id]))
        return list(session.scalars(query.order_by(RegionReport.version)))


def sends_report(region: Region, who: Volunteer, period: str, id_: str) -> Act:
    return region.sends("POST", "region-reports", {"id": id_, "region": "KZ-15", "period": period}, who)


def test_a_report_that_is_frozen_twice_at_once_by_one_press_is_one(region: Region) -> None:
    id_ = str(uuid4())
    answers = at_one_moment([sends_report(region, region.first, "2026-03", id_)] * 4)
    assert {answer.status_code // 100 for answer in answers} == {2}
    assert {answer.json["id"] for answer in answers} == {id_}
    assert [(str(one.id), one.version) for one in frozen(region)] == [(id_, 1)]
    detail = {"report": id_, "period": "2026-03", "version": 1}
    assert region.audited("region-report-sent", detail=detail) == 1


def test_two_who_freeze_it_at_once_have_two_versions_and_each_is_told_its_own(region: Region) -> None:
    people = (region.first, region.second) * 2
    acts = [sends_report(region, who, "2026-04", str(uuid4())) for who in people]
    answers = at_one_moment(acts)
    assert {answer.status_code // 100 for answer in answers} == {2}
    assert sorted(answer.json["version"] for answer in answers) == [1, 2, 3, 4]
    assert [one.version for one in frozen(region)] == [1, 2, 3, 4]


# Reviews


@pytest.mark.parametrize("decisions", [("accept", "accept"), ("accept", "reject")])
def test_twenty_reviews_by_two_people_are_each_decided_once(
    region: Region, decisions: tuple[str, str]
) -> None:
    with region.sessions.begin() as session:
        event = make_event(session, region.organization)
        made = [
            make_attendance(session, event, make_volunteer(session), status="review", reasons=["accuracy"]).id
            for _ in range(20)
        ]
    ids = [str(one) for one in made]
    bodies = [
        {"ids": listed, "decision": decision, "reason": "Тізім бойынша"}
        for listed, decision in zip((ids, ids[::-1]), decisions, strict=True)
    ]
    acts = [
        region.sends("POST", "reviews", body, who)
        for body, who in zip(bodies, (region.first, region.second), strict=True)
    ]
    answers = at_one_moment(acts)
    assert codes(answers) == [200, 200]
    found = [{one["id"]: one["outcome"] for one in answer.json["results"]} for answer in answers]
    if decisions[0] != decisions[1]:
        assert {tuple(sorted(one[id_] for one in found)) for id_ in ids} == {("already-decided", "decided")}
    with region.sessions() as session:
        said = session.execute(
            sa.select(AttendanceDecision.attendance_id, AttendanceDecision.decided_by).where(
                AttendanceDecision.attendance_id.in_(made)
            )
        ).all()
        assert Counter(id_ for id_, _ in said) == Counter(made)
        # What stands is what its decider was told.
        standing = dict(
            session.execute(sa.select(Attendance.id, Attendance.status).where(Attendance.id.in_(made))).all()
        )
        status_of = {"accept": "counted", "reject": "rejected"}
        by = {region.first.id: decisions[0], region.second.id: decisions[1]}
        assert standing == {id_: status_of[by[who]] for id_, who in said}
        told = sa.select(sa.func.count()).where(Outbox.kind == "review_decided", Outbox.event_id == event.id)
        assert session.scalar(told) == 20

"""Exports whose person has other roles by now: a file is of what they counted as they asked for it."""

import pytest
import sqlalchemy as sa

from service.models import AuditEntry, Coordinator, Membership
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_organization
from tests.mobile_api.figures.office import Office


@pytest.mark.parametrize("what", ["counts", "events", "region-report"])
def test_who_changed_region_downloads_nothing_of_the_former(
    office: Office, clock: FixedClock, what: str
) -> None:
    """Also where they had named no region: the file is of the one that they coordinated then."""
    export_id = office.ask(office.coordinator, what).json["id"]
    office.work(export_id, clock)
    assert office.fetch(office.coordinator, export_id).status_code == 200
    office.session.execute(sa.update(Coordinator).values(region_code="KZ-19"))
    answer = office.fetch(office.coordinator, export_id)
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_a_national_coordinator_who_has_one_region_left_downloads_nothing_of_the_others(
    office: Office, clock: FixedClock
) -> None:
    national = make_coordinator(office.session, "*")
    export_id = office.ask(national).json["id"]
    office.work(export_id, clock)
    office.session.execute(
        sa.update(Coordinator).where(Coordinator.volunteer_id == national.id).values(region_code="KZ-19")
    )
    assert office.fetch(national, export_id).status_code == 403


def test_who_went_to_another_organization_downloads_nothing_of_the_former(
    office: Office, clock: FixedClock
) -> None:
    export_id = office.ask(office.owner, "events").json["id"]
    office.work(export_id, clock)
    assert office.fetch(office.owner, export_id).status_code == 200
    other = make_organization(office.session)
    office.session.execute(
        sa.update(Membership)
        .where(Membership.volunteer_id == office.owner.id)
        .values(organization_id=other.id)
    )
    assert office.fetch(office.owner, export_id).status_code == 403


def test_the_record_names_the_region_that_a_report_is_of(office: Office, clock: FixedClock) -> None:
    """Whether it was said, or is the only one that its coordinator has."""
    export_id = office.ask(office.coordinator, "region-report").json["id"]
    office.work(export_id, clock)
    office.fetch(office.coordinator, export_id)
    told = office.session.scalars(sa.select(AuditEntry.region_code).order_by(AuditEntry.id)).all()
    assert told == ["KZ-15", "KZ-15"]


def test_phones_are_downloaded_by_nobody_who_sees_none_any_more(office: Office, clock: FixedClock) -> None:
    """A coordinator sees who takes part, without numbers: those were the organizer's."""
    office.session.add(Coordinator(volunteer_id=office.owner.id, region_code="KZ-15", created_at=NOW))
    office.session.flush()
    asked = {"what": "participants", "filters": {"event": str(office.alga.id)}}
    export_id = office.ask(office.owner, **asked).json["id"]
    office.work(export_id, clock)
    assert "+7701" in office.fetch(office.owner, export_id).text
    office.session.execute(sa.delete(Membership).where(Membership.volunteer_id == office.owner.id))
    answer = office.fetch(office.owner, export_id)
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert "+7701" not in office.made(office.owner, clock, **asked).text

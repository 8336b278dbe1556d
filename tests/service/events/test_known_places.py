"""Where organizations have met before."""

from datetime import timedelta

from sqlalchemy.orm import Session

from service.events import known_places
from service.events.known_places import SHOWN
from tests.conftest import NOW
from tests.makers import make_event, make_organization


def test_the_last_places_of_all_of_them_come_newest_first(session: Session) -> None:
    first, second = make_organization(session), make_organization(session)
    for number in range(8):
        make_event(
            session,
            (first, second)[number % 2],
            starts_at=NOW + timedelta(hours=9 * number),
            latitude=50 + number / 10,
            address=f"{number}",
        )
    make_event(session, starts_at=NOW + timedelta(days=9), address="foreign")
    make_event(session, first, starts_at=NOW + timedelta(days=9), latitude=51, address="")
    make_event(session, first, starts_at=NOW - timedelta(days=9), latitude=50.7, address="once before")
    both = known_places.of_organizations(session, [first.id, second.id])
    assert [one.address for one in both] == [{"kk": said} for said in "76543"]
    assert len(both) == SHOWN
    of_first = known_places.of_organizations(session, [first.id])
    assert [one.address["kk"] for one in of_first] == ["6", "4", "2", "0", "once before"]


def test_names_that_are_not_of_the_address_are_not_shown(session: Session) -> None:
    organization = make_organization(session)
    names = {"kk": "Абай саябағы", "ru": "Парк Абая"}
    make_event(session, organization, address="Абай саябағы", address_names=names)
    make_event(session, organization, latitude=50.1, address="Changed since", address_names=names)
    found = known_places.of_organizations(session, [organization.id])
    assert {"kk": "Changed since"} in [one.address for one in found]
    assert names in [one.address for one in found]
    assert len(found) == 2

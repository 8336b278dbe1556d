"""What an organizer's lists hold, at their edges."""

from datetime import timedelta

from sqlalchemy.orm import Session

from service.access import Actor
from service.events.plans import MAX_DURATION
from service.figures import own_events
from service.figures.own_events import OwnList
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer


def test_the_longest_event_is_todays_until_its_end_wherever_its_clocks_are(session: Session) -> None:
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    actor = Actor(owner.id, owner.phone, "kk", {organization.id: "owner"}, frozenset())
    for hour in range(24):
        now = NOW + timedelta(hours=hour)
        starts_at = now - MAX_DURATION + timedelta(seconds=1)
        ids = {
            make_event(
                session,
                organization,
                starts_at=starts_at,
                ends_at=starts_at + MAX_DURATION,
                zone=zone,
                day=(starts_at + timedelta(hours=ahead)).date(),
            ).id
            for zone, ahead in (("Etc/GMT+12", -12), ("Asia/Almaty", 5), ("Etc/GMT-14", 14))
        }
        listed = own_events.of_actor(session, actor, None, 20, now)
        assert ids <= {line.id for line in listed[OwnList.TODAY]}

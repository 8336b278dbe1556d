"""An event without a limit takes everybody who comes, and who comes is noted from then on."""

from sqlalchemy.orm import Session

from service.events import signups
from service.models import Signup
from service.people import identities
from tests.conftest import NOW
from tests.makers import make_event, make_volunteer


def test_the_first_sign_up_of_an_event_without_a_limit(session: Session) -> None:
    person, event = make_volunteer(session), make_event(session, capacity=None)
    actor = identities.find_actor(session, person.subject)
    assert actor is not None
    with session.no_autoflush:
        signups.sign_up(session, actor, event.id, 0, NOW)
    session.flush()
    signup = session.get_one(Signup, (event.id, person.id), populate_existing=True)
    assert [(during.lower, during.upper) for during in signup.going] == [(NOW, None)]

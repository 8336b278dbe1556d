"""What strangers, thieves and impatient hands do to an event's page: they get nothing, and break nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import PageSession, Signup, Volunteer
from service.people import identities, sessions
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_signup, make_volunteer
from tests.web.test_sign_in import hidden_of
from tests.web.visitor import Visitor
from tests.web.volunteer.test_register import PHONE, TYPED, form_of, prove

TOMORROW = NOW + timedelta(days=1)


def another(app: Tazalyq) -> Visitor:
    return Visitor(app, app.response_class, use_cookies=True)


def test_one_persons_form_is_worth_nothing_in_anothers_session(
    visitor: Visitor, session: Session, app: Tazalyq
) -> None:
    event = make_event(session, starts_at=TOMORROW)
    victim, thief = make_volunteer(session), make_volunteer(session)
    visitor.sign_in(session, victim)
    typed = hidden_of(visitor.page(f"/kk/events/{event.id}/signup").one("form", id="sign-up"))
    other = another(app)
    other.sign_in(session, thief)
    assert other.post(f"/kk/events/{event.id}/signup", data=typed).status_code == 403
    assert session.scalars(sa.select(Signup)).all() == []


def test_two_phones_that_prove_one_number_at_once_make_one_record(
    visitor: Visitor, session: Session, app: Tazalyq
) -> None:
    """Whoever has the SIM now, on a second phone: the first to register is registered, the other signs in."""
    other = another(app)
    for one in (visitor, other):
        prove(one, session)
    first, second = (TYPED | form_of(one) for one in (visitor, other))
    assert visitor.post("/kk/register", data=first).status_code == 303
    answer = other.post("/kk/register", data=second | {"display_name": "Ұры"})
    assert answer.status_code == 303
    assert answer.location.startswith("/kk/sign-in")
    assert session.scalars(sa.select(Volunteer.display_name).where(Volunteer.phone == PHONE)).all() == [
        TYPED["display_name"]
    ]
    assert len(session.scalars(sa.select(PageSession)).all()) == 1


def test_a_guest_whose_number_went_to_somebody_else_does_not_take_it_back(
    visitor: Visitor, session: Session, clock: FixedClock
) -> None:
    """R1: the number follows the newer token; an older guest's record begins without it."""
    prove(visitor, session)
    typed = TYPED | form_of(visitor)
    clock.move(timedelta(days=2))
    holder = make_volunteer(session, subject="local:newer", phone=PHONE, phone_seen_at=clock.now())
    session.commit()
    visitor.post("/kk/register", data=typed)
    session.expire_all()
    assert session.get_one(Volunteer, holder.id).phone == PHONE


def test_a_cookie_that_somebody_planted_becomes_nobodys_session(
    visitor: Visitor, session: Session, app: Tazalyq
) -> None:
    """Fixation: the token that was known before is another one once a number is proven."""
    planted = sessions.new_token()
    visitor.set_cookie("tazalyq_dev", planted)
    prove(visitor, session)
    visitor.post("/kk/register", data=TYPED | form_of(visitor))
    thief = another(app)
    thief.set_cookie("tazalyq_dev", planted)
    assert thief.get("/kk/account").status_code == 303


@pytest.mark.parametrize(
    "asked", ["", "?utm_source=whatsapp", "?x=/logo.css", "?fbclid=1", ";a.css", "/..%2fa.css", "%2ecss"]
)
def test_no_spelling_of_the_address_is_kept_with_somebodys_part_in_it(
    visitor: Visitor, session: Session, asked: str
) -> None:
    """Web cache deception: whatever a cache takes the address for, what a session is told is not for it."""
    event = make_event(session, starts_at=TOMORROW)
    person = make_volunteer(session)
    make_signup(session, event, person, companions=7)
    visitor.sign_in(session, person)
    answer = visitor.get(f"/kk/events/{event.id}{asked}")
    if "Барамын" in answer.text:
        assert answer.headers["Cache-Control"] == "private, no-store"
    else:
        assert answer.status_code == 404
        assert "public" not in answer.headers["Cache-Control"]


class SharedProxy:
    """A cache that keeps what it is allowed to, and knows `Vary`."""

    def __init__(self, app: Tazalyq) -> None:
        self.app = app
        self.kept: dict[tuple[str, str | None], str] = {}

    def get(self, path: str, cookie: str | None) -> str:
        if (path, cookie) in self.kept:
            return self.kept[path, cookie]
        client = another(self.app)
        if cookie is not None:
            client.set_cookie("tazalyq_dev", cookie)
        answer = client.get(path)
        if answer.cache_control.public:
            key = (path, cookie) if "Cookie" in answer.headers.get("Vary", "") else (path, None)
            self.kept[key] = answer.text
        return str(answer.text)


def test_a_shared_proxy_mixes_nobody_up(session: Session, app: Tazalyq) -> None:
    event = make_event(session, starts_at=TOMORROW, capacity=9, going=2)
    tokens = []
    for companions in (3, 5):
        person = make_volunteer(session)
        make_signup(session, event, person, companions=companions)
        known = identities.find(session, person.subject or "")
        assert known is not None
        tokens.append(sessions.begin(session, known.actor, "Firefox", "127.0.0.1", NOW))
    session.commit()
    proxy = SharedProxy(app)
    path = f"/kk/events/{event.id}"
    for _ in range(2):
        nobodys = proxy.get(path, None)
        assert "Барамын ✓" not in nobodys
        assert "Бірге келетіндер: 3" in proxy.get(path, tokens[0])
        assert "Бірге келетіндер: 5" in proxy.get(path, tokens[1])
        assert proxy.get(path, None) == nobodys


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/kk/",
        "//evil.example/kk/",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/kk/\t//evil.example",
        "/kk\n/x",
        "/kk/#@evil.example",
        "http:/kk/",
        "/v1/me",
        "/dev/messages",
        "javascript:alert(1)//kk/",
        "/kk/%0d%0aSet-Cookie:x=y",
    ],
)
def test_the_door_leads_to_no_other_site(visitor: Visitor, session: Session, evil: str) -> None:
    person = make_volunteer(session)
    visitor.sign_in(session, person)
    for door in ("sign-in", "register"):
        location = visitor.get(f"/kk/{door}", query_string={"next": evil}).location
        assert location.startswith("/kk/")
        assert "evil.example" not in location
        assert "\n" not in location


def test_a_storm_of_forms_gives_each_place_once(session: Session, app: Tazalyq) -> None:
    """Each presses three times, one after the other; who is late stands in line."""
    event = make_event(session, starts_at=TOMORROW, capacity=4)
    path = f"/kk/events/{event.id}/signup"
    pressing = []
    for _ in range(6):
        one = another(app)
        one.sign_in(session, make_volunteer(session))
        pressing.append((one, hidden_of(one.page(path).one("form", id="sign-up"))))
    for one, typed in pressing:
        for _ in range(3):
            assert one.post(path, data=typed).status_code == 303
    session.refresh(event)
    stand = session.scalars(sa.select(Signup.status)).all()
    assert (event.going, event.waitlisted) == (4, 2)
    assert (stand.count("going"), stand.count("waitlisted")) == (4, 2)

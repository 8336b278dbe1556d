"""One thing that is broken holds up nothing else, is tried again, and is told to the operator in the end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from http_base.application import Tazalyq
from notifications import fan_out, tasks
from notifications.models import Delivery, InboxItem
from notifications.push import deliveries
from service.models import Event, Outbox, Volunteer
from service.models.base import new_id
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def context(session: Session, connection: sa.Connection, clock: FixedClock) -> Any:
    """What a task is given by its worker."""
    sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    sender = SimpleNamespace(wake=lambda: None)
    runtime = Runtime(sessions, clock, Thresholds(), {"sender": sender})
    return SimpleNamespace(additional_context={"runtime": runtime})


def owe(session: Session, event: Event, kind: str = "announcement", **values: Any) -> UUID:
    facts = {"title": event.title, "starts_at": event.starts_at.isoformat(), "zone": event.zone, "text": "!"}
    entry = {"id": new_id(), "kind": kind, "event_id": event.id, "facts": facts, "created_at": NOW - MINUTE}
    session.add(Outbox(**entry | values))
    session.commit()
    return values.get("id") or entry["id"]  # type: ignore[return-value]


def owe_broken(session: Session, event: Event, **values: Any) -> UUID:
    """A change whose facts say nothing that can be understood of when the event starts."""
    facts = {"title": {}, "starts_at": "soon"}
    made = {"kind": "event_changed", "facts": facts, "created_at": NOW - 2 * MINUTE}
    return owe(session, event, **made | values)


def going(session: Session, event: Event) -> Volunteer:
    person = make_volunteer(session)
    make_signup(session, event, person, created_at=NOW - timedelta(days=9))
    make_device(session, person)
    return person


def told(session: Session, *people: Volunteer) -> list[int]:
    """How many items each has."""
    session.expire_all()
    return [
        session.scalar(sa.select(sa.func.count()).where(InboxItem.volunteer_id == person.id)) or 0
        for person in people
    ]


def details(client: FlaskClient) -> Any:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    return answer.json["details"]


def refuse_inbox_of(session: Session, person: Volunteer) -> None:
    """Let the database refuse whatever is to go into one person's inbox."""
    session.execute(
        sa.text(
            f"""
            CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.volunteer_id = '{person.id}' THEN RAISE EXCEPTION 'refused'; END IF;
                RETURN NEW;
            END $$
            """
        )
    )
    session.execute(
        sa.text(
            "CREATE TRIGGER refuse_one BEFORE INSERT ON inbox_item FOR EACH ROW EXECUTE FUNCTION refuse_one()"
        )
    )
    session.commit()


def test_a_broken_entry_holds_up_no_other(session: Session, context: Any) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = going(session, event)
    owe_broken(session, event)
    owe(session, event)
    tasks.deliver(context, 0)
    assert told(session, person) == [1]


def test_a_broken_entry_is_tried_ever_more_rarely_and_set_aside(
    session: Session, context: Any, clock: FixedClock, client: FlaskClient, app: Tazalyq
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=3))
    person = going(session, event)
    entry = owe_broken(session, event)
    tried: list[datetime] = []
    attempts = 0
    for _ in range(600):
        tasks.deliver(context, 0)
        session.expire_all()
        now_attempts = session.get_one(Outbox, entry).attempts
        if now_attempts > attempts:
            tried.append(clock.now())
        attempts = now_attempts
        clock.move(timedelta(seconds=30))
    waits = [later - earlier for earlier, later in zip(tried, tried[1:], strict=False)]
    assert len(tried) >= 5
    assert waits == sorted(waits)
    assert waits[-1] >= 8 * waits[0]
    assert details(client)["outbox"]["set_aside"] == 1
    shown = app.test_cli_runner().invoke(args=["pushes", "stats"])
    assert "set aside" in shown.output
    # Mended, it goes: nothing is lost.
    whole = {"title": event.title, "starts_at": event.starts_at.isoformat(), "zone": event.zone}
    session.get_one(Outbox, entry).facts = whole
    session.commit()
    again = app.test_cli_runner().invoke(args=["pushes", "retry", "--kind", "event_changed"])
    assert again.exit_code == 0
    tasks.deliver(context, 0)
    assert told(session, person) == [1]
    assert details(client)["outbox"]["set_aside"] == 0


def test_an_entry_of_a_newer_release_waits_for_its_workers(
    session: Session, context: Any, clock: FixedClock, client: FlaskClient
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=3))
    person = going(session, event)
    entry = owe(session, event, kind="of the next release")
    for _ in range(200):
        tasks.deliver(context, 0)
        clock.move(MINUTE)
    assert details(client)["outbox"]["set_aside"] == 0
    session.get_one(Outbox, entry).kind = "announcement"
    session.commit()
    clock.move(timedelta(hours=1))
    tasks.deliver(context, 0)
    assert told(session, person) == [1]


def test_a_broken_entry_holds_up_no_reminder(
    session: Session, context: Any, clock: FixedClock, client: FlaskClient
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(hours=24))
    person = going(session, event)
    owe(session, event, kind="reminder_24h", facts={}, next_due_at=NOW - MINUTE, expanded_at=NOW - MINUTE)
    for _ in range(200):
        tasks.remind(context, 0)
        clock.move(MINUTE)
    assert told(session, person) == [1]
    assert details(client)["outbox"]["set_aside"] == 1


def test_a_broken_entry_holds_up_no_thanks_and_no_digest(
    session: Session, context: Any, clock: FixedClock
) -> None:
    """What is owed by the clock is owed, whatever is broken before it."""
    event = make_event(session, starts_at=NOW + timedelta(minutes=30))
    going(session, event)
    owe(session, event, kind="reminder_2h", facts={}, next_due_at=NOW - MINUTE, expanded_at=NOW - MINUTE)
    tasks.remind(context, 0)
    kinds = set(session.scalars(sa.select(Outbox.kind)))
    assert {"check_in_open", "waiting_digest"} <= kinds


@pytest.mark.parametrize("people", [1, 3])
def test_a_broken_person_holds_up_nobody_else(session: Session, context: Any, people: int) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    broken, *others = [going(session, event) for _ in range(people + 1)]
    refuse_inbox_of(session, broken)
    owe(session, event)
    tasks.deliver(context, 0)
    assert told(session, broken, *others) == [0] + [1] * people
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == people


def test_a_broken_person_holds_up_nobody_elses_reminder(
    session: Session, context: Any, clock: FixedClock
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(hours=24))
    broken, other = going(session, event), going(session, event)
    refuse_inbox_of(session, broken)
    for _ in range(15):
        tasks.remind(context, 0)
        clock.move(MINUTE)
    assert told(session, broken, other) == [0, 1]


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("event_changed", {"starts_at": "soon"}),
        ("waitlist_moved_up", {}),
        ("invitation", {"invitation_id": "7", "role": "organizer"}),
        ("organization_decided", {}),
    ],
)
def test_a_broken_item_is_one_line_of_the_inbox(
    client: FlaskClient, session: Session, login: Login, kind: str, facts: dict[str, Any]
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = going(session, event)
    for entry in (owe(session, event), owe(session, event)):
        fan_out.expand(session, entry, NOW)
    session.execute(sa.update(Outbox).where(Outbox.id == entry).values(kind=kind, facts=facts))
    session.commit()
    answer = client.get("/v1/me/inbox", headers=login(person))
    assert answer.status_code == 200
    broken, whole = answer.json["items"]
    assert (whole["kind"], whole["body"]) == ("announcement", "!")
    assert broken["kind"] == kind
    assert broken["title"]
    assert broken["body"]


def test_an_item_of_a_newer_release_is_shown_by_it_alone(
    client: FlaskClient, session: Session, login: Login
) -> None:
    """Phones know the kinds that this release's document names."""
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = going(session, event)
    for entry in (owe(session, event), owe(session, event)):
        fan_out.expand(session, entry, NOW)
    session.execute(sa.update(Outbox).where(Outbox.id == entry).values(kind="of the next release"))
    session.commit()
    answer = client.get("/v1/me/inbox", headers=login(person))
    assert answer.status_code == 200
    assert [item["kind"] for item in answer.json["items"]] == ["announcement"]


@pytest.mark.parametrize("facts", [{"starts_at": "soon"}, {}, {"starts_at": None}])
def test_a_broken_push_holds_up_no_other(session: Session, facts: dict[str, Any]) -> None:
    """The audience is asked of all that is claimed at once: in it one entry's facts are broken."""
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    going(session, event)
    broken, whole = (owe(session, event, kind="event_changed") for _ in range(2))
    for entry in (broken, whole):
        fan_out.expand(session, entry, NOW)
    session.execute(sa.update(Outbox).where(Outbox.id == broken).values(facts=facts))
    session.commit()
    claims = deliveries.claim(session, NOW, lease_s=60)
    assert len([claim for claim in claims if claim.push is not None]) == 1
    assert sorted(session.scalars(sa.select(Delivery.status))) in (
        ["rejected", "sending"],
        ["expired", "sending"],
    )


def test_a_database_that_is_away_is_no_fault_of_the_entry(
    session: Session, context: Any, clock: FixedClock, client: FlaskClient
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = going(session, event)
    owe(session, event)

    def away() -> Any:
        raise sa.exc.OperationalError("", {}, Exception("could not connect"))

    broken = SimpleNamespace(
        additional_context={
            "runtime": Runtime(
                SimpleNamespace(begin=away),
                clock,
                Thresholds(),
                {},
            )
        }
    )
    for _ in range(20):
        with pytest.raises(sa.exc.OperationalError):
            tasks.deliver(broken, 0)
    tasks.deliver(context, 0)
    assert told(session, person) == [1]

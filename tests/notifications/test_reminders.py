"""What the clock owes: reminders that move with their event, thanks, the digest; nothing twice."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import h3
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out, inbox, reminders
from notifications.models import Delivery, InboxItem
from notifications.policy import Action, decide
from service.models import Appeal, Coordinator, Event, EventReport, Outbox, Signup, Volunteer
from service.models.base import new_id
from service.people import identities, notification_settings
from service.rulings import reviews
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_device,
    make_event,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.notifications.conftest import Run

START = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)
"""Monday, 14:00 in Almaty."""

TEN = timedelta(minutes=10)


def told(session: Session, person: Volunteer) -> list[str]:
    """The kinds in a person's inbox, oldest first."""
    session.expire_all()
    query = (
        sa.select(Outbox.kind)
        .join(InboxItem, InboxItem.outbox_id == Outbox.id)
        .where(InboxItem.volunteer_id == person.id)
        .order_by(InboxItem.id)
    )
    return list(session.scalars(query))


def due_times(session: Session, kind: str) -> list[datetime]:
    return list(
        session.scalars(
            sa.select(Delivery.next_attempt_at)
            .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
            .join(Outbox, Outbox.id == InboxItem.outbox_id)
            .where(Outbox.kind == kind)
        )
    )


def going(session: Session, event: Event, **overrides: Any) -> Volunteer:
    person = make_volunteer(session, **overrides)
    make_signup(session, event, person, created_at=NOW - timedelta(days=30))
    make_device(session, person)
    return person


def minutes(run: Run, start: datetime, end: datetime, step: timedelta = timedelta(minutes=1)) -> None:
    at = start
    while at <= end:
        run(at)
        at += step


def test_reminders_are_spread_and_come_once(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    people = [going(session, event, id=uuid5(NAMESPACE_OID, str(n))) for n in range(30)]
    run(START - timedelta(hours=24, minutes=16))
    assert told(session, people[0]) == []
    minutes(run, START - timedelta(hours=24, minutes=15), START - timedelta(hours=23, minutes=45))
    minutes(run, START - timedelta(hours=2, minutes=20), START - timedelta(hours=1, minutes=30))
    for person in people:
        assert told(session, person)[:2] == ["reminder_24h", "reminder_2h"]
        assert told(session, person).count("reminder_2h") == 1
    for kind, lead in reminders.LEADS.items():
        due = due_times(session, kind)
        assert len(due) == 30
        assert len(set(due)) > 25
        assert START - lead - TEN <= min(due) < START - lead - TEN / 2
        assert START - lead + TEN / 2 < max(due) <= START - lead + TEN


def test_a_start_between_two_seconds_is_owed_once(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START + timedelta(milliseconds=700))
    person = going(session, event)
    run(START - timedelta(hours=30))
    known = reminders._events_without(session, "reminder_24h", Event.id == event.id)
    assert known == []
    minutes(run, START - timedelta(hours=25), START - timedelta(hours=23), timedelta(minutes=10))
    assert told(session, person) == ["reminder_24h"]


def test_nobody_is_reminded_who_has_cancelled(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    early, late = going(session, event), going(session, event)
    run(START - timedelta(days=2))
    session.get_one(Signup, (event.id, early.id)).status = "cancelled"
    minutes(run, START - timedelta(hours=25), START - timedelta(hours=23), timedelta(minutes=5))
    assert (told(session, early), told(session, late)) == ([], ["reminder_24h"])
    # Cancelled when the push was due already and had not gone yet.
    session.get_one(Signup, (event.id, late.id)).status = "cancelled"
    session.flush()
    (delivery,) = session.scalars(sa.select(Delivery.id))
    assert decide(session, [delivery], START - timedelta(hours=24))[delivery].action == Action.DROP


def test_a_moved_event_moves_its_reminders_and_a_cancelled_one_has_none(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    person = going(session, event)
    run(START - timedelta(hours=26))
    event.starts_at, event.ends_at = START + timedelta(days=1), START + timedelta(days=1, hours=3)
    event.day += timedelta(days=1)
    minutes(run, START - timedelta(hours=25), START - timedelta(hours=1), timedelta(minutes=30))
    assert told(session, person) == []
    minutes(run, START - timedelta(minutes=20), START + timedelta(minutes=20), timedelta(minutes=5))
    assert told(session, person) == ["reminder_24h"]
    assert all(due >= START - TEN for due in due_times(session, "reminder_24h"))
    event.status = "cancelled"
    minutes(run, START + timedelta(hours=20), START + timedelta(hours=24), timedelta(minutes=30))
    assert told(session, person) == ["reminder_24h"]


def test_an_event_that_is_moved_there_and_back_is_reminded_of_once(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    person = going(session, event)
    run(START - timedelta(hours=40))
    event.starts_at += timedelta(hours=2)
    run(START - timedelta(hours=39))
    event.starts_at -= timedelta(hours=2)
    minutes(run, START - timedelta(hours=26), START - timedelta(hours=23), timedelta(minutes=10))
    assert told(session, person) == ["reminder_24h"]


def test_a_reminder_comes_before_the_quiet_hours(session: Session, run: Run) -> None:
    """At 09:00 two hours before is 07:00, when people sleep until eight: so it comes the evening before."""
    nine = datetime(2026, 5, 18, 4, 0, tzinfo=UTC)
    event = make_event(session, starts_at=nine)
    owl, lark = going(session, event), going(session, event)
    notification_settings.put(session, lark.id, {"quiet_from": time(21), "quiet_to": time(6)})
    run(nine - timedelta(hours=23))
    evening = datetime(2026, 5, 17, 17, 0, tzinfo=UTC)
    minutes(run, evening - timedelta(hours=1), evening, timedelta(minutes=3))
    assert (told(session, owl)[1:], told(session, lark)[1:]) == (["reminder_2h"], [])
    run(nine - timedelta(hours=3))
    minutes(run, nine - timedelta(hours=2, minutes=15), nine - timedelta(hours=1, minutes=45))
    assert told(session, owl) == told(session, lark) == ["reminder_24h", "reminder_2h"]
    first, second = sorted(due_times(session, "reminder_2h"))
    assert evening - timedelta(minutes=25) <= first <= evening - timedelta(minutes=5)
    assert nine - timedelta(hours=2) - TEN <= second <= nine - timedelta(hours=2) + TEN


def test_after_a_pause_only_what_is_of_use_is_said(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    person = going(session, event)
    run(START - timedelta(hours=30))
    run(START - timedelta(hours=1, minutes=30))
    assert told(session, person) == ["reminder_2h"]
    gone = make_event(session, starts_at=START + timedelta(days=5))
    absent = going(session, gone)
    run(START + timedelta(days=20))
    assert told(session, absent) == []


def test_a_worker_that_was_down_for_an_hour_catches_up(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    person = going(session, event)
    run(START - timedelta(hours=24, minutes=30))
    run(START - timedelta(hours=23, minutes=20))
    assert told(session, person) == ["reminder_24h"]


def test_who_signs_up_late_is_not_reminded_of_yesterday(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    person = make_volunteer(session)
    make_signup(session, event, person, created_at=START - timedelta(hours=20))
    run(START - timedelta(hours=19))
    assert told(session, person) == []


def test_check_in_opens_an_hour_before(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    person = make_volunteer(session)
    make_signup(session, event, person, created_at=START - timedelta(minutes=90))
    run(START - timedelta(minutes=61))
    assert told(session, person) == []
    run(START - timedelta(minutes=60))
    run(START - timedelta(minutes=59))
    assert told(session, person) == ["check_in_open"]


def test_thanks_name_each_persons_minutes_and_reach_late_comers(session: Session, run: Run) -> None:
    event = make_event(session, starts_at=START)
    one, two, rejected, late = (make_volunteer(session, locale="ru") for _ in range(4))
    make_attendance(session, event, one)
    make_attendance(session, event, two, minutes=21)
    earlier, last_year = (make_event(session, starts_at=START - timedelta(days=n)) for n in (30, 300))
    make_attendance(session, earlier, two, minutes=100)
    make_attendance(session, last_year, two, minutes=60)
    make_attendance(session, make_event(session, starts_at=START), two, status="review", minutes=60)
    make_attendance(session, event, rejected, status="rejected")
    over = START + timedelta(hours=3)
    run(over + timedelta(minutes=74))
    assert told(session, one) == []
    run(over + timedelta(minutes=75))
    make_attendance(session, event, late, minutes=5)
    run(over + timedelta(hours=10))
    run(over + timedelta(hours=11))
    bodies = [
        inbox.page(session, person.id, "ru", None, 10)[0].body if told(session, person) else ""
        for person in (one, two, rejected, late)
    ]
    assert bodies == [
        "«Уборка берега Илека»: ваш вклад — 2 ч 30 мин.",
        "«Уборка берега Илека»: ваш вклад — 21 мин.\nВсего за этот год – 2 ч 1 мин.",
        "",
        "«Уборка берега Илека»: ваш вклад — 5 мин.",
    ]
    assert all(told(session, person).count("thanks") <= 1 for person in (one, two, late))


def test_the_digest_tells_coordinators_what_waits_in_their_region(session: Session, run: Run) -> None:
    regional, national = make_coordinator(session, "KZ-15"), make_coordinator(session, "*")
    elsewhere = make_coordinator(session, "KZ-75")
    event = make_event(session)
    make_organization(session, status="pending")
    make_organization(session, status="pending", region_code="KZ-10")
    make_attendance(session, event, make_volunteer(session), status="review")
    session.add(
        EventReport(id=new_id(), event_id=event.id, volunteer_id=regional.id, reason="…", created_at=NOW)
    )
    nine = datetime(2026, 5, 16, 4, 0, tzinfo=UTC)
    run(nine - timedelta(minutes=1))
    assert told(session, regional) == []
    run(nine)
    run(nine + timedelta(hours=3))
    (item,) = inbox.page(session, regional.id, "en", None, 10)
    assert item.body == (
        "1 organization waits for verification\n1 attendance waits for review\n1 report waits to be read"
    )
    (item,) = inbox.page(session, national.id, "en", None, 10)
    assert item.body.startswith("2 organizations wait")
    assert told(session, elsewhere) == []
    run(nine + timedelta(days=1))
    assert len(told(session, regional)) == 2


def test_neighbours_hear_of_one_new_event_a_day(session: Session) -> None:
    near, joined, far, homeless = (make_volunteer(session) for _ in range(4))
    event = make_event(session, starts_at=NOW + timedelta(days=3))
    near.home_cell = joined.home_cell = home(50.30, 57.30)
    far.home_cell = home(51.0, 57.1)
    make_signup(session, event, joined)
    other = make_event(session, starts_at=NOW + timedelta(days=4))
    for announced, at in ((event, NOW), (other, NOW + timedelta(hours=1))):
        publish(session, announced, at)
    assert told(session, near) == ["nearby_event"]
    assert told(session, joined) == ["nearby_event"]  # of the other event
    assert told(session, far) == told(session, homeless) == []
    # What is published in the night is heard of the next day, and counts for it.
    night = datetime(2026, 5, 16, 18, 0, tzinfo=UTC)
    for at in (night, night + timedelta(hours=12)):
        publish(session, make_event(session, starts_at=NOW + timedelta(days=5)), at)
        assert told(session, near) == ["nearby_event"] * 2


def publish(session: Session, event: Event, at: datetime) -> None:
    facts = {"title": event.title, "starts_at": event.starts_at.isoformat(), "zone": event.zone}
    entry = Outbox(id=new_id(), kind="nearby_event", event_id=event.id, facts=facts, created_at=at)
    session.add(entry)
    session.flush()
    fan_out.expand(session, entry.id, at)


def home(latitude: float, longitude: float) -> int:
    return int(h3.str_to_int(h3.latlng_to_cell(latitude, longitude, 6)))


def test_nothing_due_costs_few_statements(session: Session, run: Run, connection: sa.Connection) -> None:
    event = make_event(session, starts_at=START)
    going(session, event)
    run(START - timedelta(hours=30))
    statements: list[str] = []
    sa.event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    run(START - timedelta(hours=30) + timedelta(minutes=1))
    asked = [text for text in statements if not text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    assert len(asked) <= 8


def appealed(session: Session, event: Event, decided_at: datetime | None = None, **attendance: Any) -> None:
    attended = make_attendance(session, event, make_volunteer(session), **attendance)
    session.add(
        Appeal(attendance_id=attended.id, id=new_id(), text="…", created_at=NOW, decided_at=decided_at)
    )


def digest(session: Session, run: Run, person: Volunteer) -> str:
    """The body of what a coordinator reads at nine; empty when told nothing."""
    run(datetime(2026, 5, 16, 4, 0, tzinfo=UTC))
    items = inbox.page(session, person.id, "en", None, 10)
    return "\n".join(item.body for item in items)


def test_the_digest_tells_of_appeals_and_counts_what_the_queue_shows(session: Session, run: Run) -> None:
    """In review, in review and answered to, rejected and appealed: what a coordinator finds in the queue."""
    coordinator = make_coordinator(session, "KZ-15")
    event = make_event(session)
    make_attendance(session, event, make_volunteer(session), status="review")
    appealed(session, event, status="review")
    appealed(session, event, status="rejected")
    appealed(session, event, status="rejected", decided_at=NOW)
    appealed(session, event, status="counted")
    make_attendance(session, event, make_volunteer(session), status="rejected")
    assert digest(session, run, coordinator) == (
        "2 attendances wait for review\n1 appeal waits for an answer"
    )
    actor = identities.find_actor(session, coordinator.subject)
    assert actor is not None
    assert len(reviews.waiting(session, actor, None, None, 100, NOW)) == 3


def test_the_digest_is_silent_on_what_its_reader_may_not_decide(session: Session, run: Run) -> None:
    """One's own attendance is for somebody else: it stands in no queue of one's own."""
    own, other = make_coordinator(session, "KZ-15"), make_coordinator(session, "KZ-15")
    make_attendance(session, make_event(session), own, status="review")
    assert digest(session, run, own) == ""
    assert digest(session, run, other) == "1 attendance waits for review"


def test_who_coordinates_the_country_and_a_region_reads_of_each_thing_once(
    session: Session, run: Run
) -> None:
    both = make_coordinator(session, "*")
    session.add(Coordinator(volunteer_id=both.id, region_code="KZ-15", created_at=NOW))
    appealed(session, make_event(session), status="rejected")
    make_organization(session, status="pending")
    assert digest(session, run, both) == (
        "1 organization waits for verification\n1 appeal waits for an answer"
    )

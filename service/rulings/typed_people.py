"""People on an event's list by phone and name alone (R10): declared until they are known, then verified.

Whoever types learns nothing: a number that is known looks as any other, on the list and in answers.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may, require
from service.attendance.presence_store import RaceLostError
from service.events import events, participants
from service.events.participants import EVERYBODY, Being, Wanted
from service.geography import places
from service.happenings import PersonRegistered, PhoneMoved
from service.ledger import ledger
from service.models import Event, ListTick, TypedPerson, Volunteer
from service.models.base import new_id
from service.people import consents, numbers
from service.platform import installed, queue
from service.platform.written import Written, columns
from service.rulings import ticks

WAITS_FOR = timedelta(days=14)
"""So long a number waits for its owner; then what was typed is forgotten, and who came stays declared."""

CHUNK = 1_000
TASK = "list.forget_typed"


def name_key(name: str) -> str:
    """By which a typed name and a registered one are the same: their words, in any script and order."""
    return " ".join(sorted(places.fold(name).split()))


class TypedShown(NamedTuple):
    """One of those who were typed as a list shows them; `digits`: for organizers."""

    id: UUID
    display_name: str
    digits: str | None
    present: bool
    companions: int


def listed(
    session: Session, actor: Actor, event_id: UUID, now: datetime, wanted: Wanted = EVERYBODY
) -> list[TypedShown]:
    """Those who fit what is asked for, for who reads the list, in the order of typing.

    Who stands on the list as typed, whether or not they are known by now; not who is on it by a sign-up or
    their own phone as well. Raises NotFound, Forbidden, NotVerified.
    """
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.SEE_LIST, events.target_of(event))
    shows_digits = may(actor, Permission.SEE_PHONES, events.target_of(event))
    rows = _LISTED.rows(session, {"event_id": event_id, "since": now - WAITS_FOR})
    found = [one if shows_digits else one._replace(digits=None) for one in (TypedShown(*row) for row in rows)]
    return [one for one in found if wanted.fits(one) and wanted.being in (None, _being(one))]


_LISTED = Written(
    sa.select(*columns(TypedPerson, TypedShown))
    .where(
        TypedPerson.event_id == sa.bindparam("event_id", type_=sa.Uuid),
        TypedPerson.display_name.is_not(None),
        TypedPerson.created_at > sa.bindparam("since", type_=TypedPerson.created_at.type),
        ~participants.is_listed(TypedPerson.event_id, TypedPerson.volunteer_id),
    )
    .order_by(TypedPerson.created_at, TypedPerson.id)
)


def _being(one: TypedShown) -> Being:
    return Being.PRESENT if one.present else Being.ABSENT


def hold(session: Session, event_id: UUID, phone: str, name: str, now: datetime) -> TypedPerson:
    """The person of this number and name on an event's list, locked; a new one where there is none.

    Whoever registers with the number at this moment waits, or is waited for: none of them is missed. The
    event is held against moves of where it counts.
    """
    numbers.hold_phone(session, phone)
    hold_event(session, event_id)
    values = {
        "id": new_id(),
        "event_id": event_id,
        "mark": installed.mark_of(phone),
        "name_key": name_key(name),
    }
    made = insert(TypedPerson).values(
        **values,
        digits=phone[-4:],
        display_name=name,
        present=False,
        said_at=now,
        created_at=now,
        volunteer_id=_owner(session, phone, name, now),
    )
    session.execute(made.on_conflict_do_nothing())
    return session.scalars(
        sa.select(TypedPerson)
        .where(
            TypedPerson.event_id == event_id,
            TypedPerson.mark == values["mark"],
            TypedPerson.name_key == values["name_key"],
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def held(session: Session, event_id: UUID, typed_id: UUID) -> TypedPerson:
    """One who stands on an event's list already, locked as by `hold`. Raises NotFound."""
    hold_event(session, event_id)
    typed = session.get(TypedPerson, typed_id, with_for_update=True, populate_existing=True)
    if typed is None or typed.event_id != event_id:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    return typed


def hold_event(session: Session, event_id: UUID) -> Event:
    """The event, held so that it goes on to count where it does; check-ins and sign-ups pass."""
    return session.scalars(
        sa.select(Event)
        .where(Event.id == event_id)
        .with_for_update(read=True, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _owner(session: Session, phone: str, name: str, now: datetime) -> UUID | None:
    """Who has registered with the number under this name, and consents to being recorded."""
    found = session.execute(
        sa.select(Volunteer.id, Volunteer.display_name).where(Volunteer.phone == phone)
    ).first()
    if found is None or name_key(found.display_name) != name_key(name):
        return None
    return found.id if consents.may_be_recorded(session, found.id, [now]) else None


def follow_words(session: Session, typed: TypedPerson) -> None:
    """Let a person that is held be as the last word of the list says, whenever it came; counts follow."""
    before = typed.declared
    words = session.execute(
        sa.select(ListTick.present, ListTick.captured_at, ListTick.companions)
        .where(ListTick.typed_person_id == typed.id)
        .order_by(ListTick.captured_at, ListTick.ticked_by, ListTick.id)
    ).all()
    typed.present, typed.said_at = words[-1].present, words[-1].captured_at
    typed.companions = next((one.companions for one in reversed(words) if one.companions is not None), 0)
    _count(session, typed, before)


def _count(session: Session, typed: TypedPerson, before: int) -> None:
    session.flush()
    if typed.declared != before:
        ledger.add(session, session.get_one(Event, typed.event_id), companions=typed.declared - before)


def recognise(session: Session, registered: PersonRegistered) -> None:
    """Who has just registered was on lists already: from now on they count there as verified.

    Raises:
        Busy: others changed the same attendance at the same moment.
    """
    if registered.phone is None:
        return
    waiting = session.scalars(
        sa.select(TypedPerson)
        .where(
            TypedPerson.mark == installed.mark_of(registered.phone),
            TypedPerson.name_key == name_key(registered.display_name),
            TypedPerson.volunteer_id.is_(None),
            TypedPerson.created_at > registered.at - WAITS_FOR,
        )
        .order_by(TypedPerson.event_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for typed in waiting:
        hold_event(session, typed.event_id)
        before, typed.volunteer_id = typed.declared, registered.volunteer_id
        _count(session, typed, before)
        said = sa.select(ListTick).where(ListTick.typed_person_id == typed.id)
        try:
            for tick in session.scalars(said.order_by(ListTick.captured_at, ListTick.id)).all():
                tick.volunteer_id = registered.volunteer_id
                ticks.say(session, tick, registered.at, installed.thresholds())
        except RaceLostError as error:
            raise errors.Busy(retry_after_s=1) from error


def void(session: Session, moved: PhoneMoved) -> None:
    """A number has left its holder: who was on lists by it is not whoever has it next."""
    _forget(session, TypedPerson.mark == installed.mark_of(moved.phone), TypedPerson.volunteer_id.is_(None))


def _forget(session: Session, *which: sa.ColumnElement[bool]) -> int:
    """Empty what was typed; how many people came stays. Returns how many rows there were."""
    old = sa.select(TypedPerson.id).where(*which).limit(CHUNK).with_for_update(skip_locked=True)
    emptied = (
        sa.update(TypedPerson)
        .where(TypedPerson.id.in_(old))
        .values(mark=None, digits=None, display_name=None, name_key=None)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(emptied.returning(TypedPerson.id)).all())


@queue.app.periodic(cron="45 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def forget_typed(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget what was typed so long ago that nobody is waited for any more, a chunk a transaction."""
    runtime = queue.runtime(context)
    while True:
        with runtime.sessions.begin() as session:
            old = TypedPerson.created_at <= runtime.clock.now() - WAITS_FOR
            if _forget(session, TypedPerson.mark.is_not(None), old) < CHUNK:
                return

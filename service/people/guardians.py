"""Guardians of minors (R22): who has the link of a child *and* the number that it has named can agree.

A guardian needs no record, may live in any country, and takes the consent back at any time. Who signs up
holds the consent before the event's row; who takes it back writes it first: so each sign-up is either seen
and withdrawn, or refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors, guardian_errors, happenings
from service.happenings import GuardianConsented, GuardianWithdrawn, PersonErased
from service.models import EndedBy, GuardianLink, GuardianRelation, Guardianship, Volunteer
from service.models.base import COUNTRY_ZONE
from service.models.volunteers import ADULT_AGE, years_before
from service.people import dormancy
from service.people.consent_texts import GUARDIAN_VERSION
from service.people.guardian_links import hash_of, lock_child, open_link
from service.people.guardian_terms import Child, Terms, is_minor, is_missing
from service.people.identities import Identity
from service.people.numbers import hold
from service.platform import outbox, usage_limits
from service.platform.written import Written

MOST_CHILDREN = 6
SEEN_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Word:
    """What a guardian says of themself, and that they are an adult."""

    name: str
    relation: GuardianRelation


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a child's guardian. `link_until`: of one that can be used; `consent`: in force;
    `is_needed`: nothing is joined without; `grace_until`: from when on it will be."""

    name: str | None
    phone: str | None
    link_until: datetime | None
    consent: Guardianship | None
    is_needed: bool
    grace_until: datetime | None


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a guardian sees. `asked`: some child has named their number, and waits for an answer.

    `has_unseen`: they have agreed for one that they do not see any more.
    """

    asked: bool
    has_unseen: bool
    children: Sequence[tuple[Volunteer, Guardianship]]


def count_try(session: Session, guardian: Identity, now: datetime, limit: int) -> None:
    """Count a try before it is judged, in a transaction of its own. Raises TooManyRequests."""
    usage_limits.count_use(session, f"guardian-try:{guardian.subject}", now, limit)


def accept(
    session: Session, guardian: Identity, secret: str, word: Word, now: datetime, child_id: UUID | None = None
) -> Guardianship:
    """Agree, with the link's secret and the number that the child has named; again, it changes nothing.

    `child_id`: whose link it has to be. The try has been counted already.

    Raises:
        NotFound: the link or the number is not right, or the link is over, used or replaced; which of these
            is not told. TooYoungToGuard: a minor by our own records. TooManyChildren.
    """
    hold(session, f"guardian:{guardian.subject}")
    digest = hash_of(secret)
    done = _used(session, guardian, digest)
    if done is not None:
        return done
    child = _child_of_link(session, guardian, digest, now)
    if child is None or (child_id is not None and child.id != child_id):
        raise errors.NotFound(errors.Thing.GUARDIAN_LINK)
    _check_guardian(session, guardian, child, now)
    _end(session, Guardianship.child_id == child.id, EndedBy.CHANGE, now)
    session.execute(sa.delete(GuardianLink).where(GuardianLink.child_id == child.id))
    made = Guardianship(
        child_id=child.id,
        subject=guardian.subject,
        phone=guardian.phone,
        name=word.name,
        relation=word.relation,
        version=GUARDIAN_VERSION,
        secret_hash=digest,
        accepted_at=now,
        seen_at=now,
    )
    session.add(made)
    session.flush()
    outbox.enqueue(session, "guardian_accepted", now, {}, volunteer_id=child.id)
    happenings.tell(session, GuardianConsented(at=now, volunteer_id=child.id))
    return made


def withdraw(session: Session, guardian: Identity, child_id: UUID, now: datetime) -> None:
    """Take a guardian's consent back: what the child has signed up for is withdrawn. Again: no change.

    Raises:
        NotFound: this account has never agreed for the child, or they are of age.
    """
    mine = sa.and_(
        Guardianship.child_id == child_id,
        Guardianship.subject == guardian.subject,
        Guardianship.child_id.in_(sa.select(Volunteer.id).where(is_minor_at(now))),
    )
    if _end(session, mine, EndedBy.GUARDIAN, now):
        _tell_withdrawn(session, child_id, now)
    elif not session.scalar(sa.select(sa.exists().where(mine))):
        raise errors.NotFound(errors.Thing.GUARDIANSHIP)


def withdraw_erased(session: Session, erased: PersonErased) -> None:
    """Take back every consent of who is erased: somebody else has to agree for their children."""
    subject = session.scalar(sa.select(Volunteer.subject).where(Volunteer.id == erased.volunteer_id))
    withdraw_of(session, subject, erased.at)


def withdraw_of(session: Session, subject: str | None, at: datetime) -> None:
    """Take back every consent of an account; children who are of age by now lose nothing."""
    children = (
        sa.select(Guardianship.child_id, is_minor_at(at))
        .join(Volunteer, Volunteer.id == Guardianship.child_id)
        .where(Guardianship.subject == subject, Guardianship.ended_at.is_(None))
        .order_by(Guardianship.child_id)
    )
    found = session.execute(children).all()
    of_age = [child_id for child_id, is_child in found if not is_child]
    _withdraw_all(session, subject, [child_id for child_id, _ in found], at, of_age)


def withdraw_unseen(session: Session, guardian: Identity, now: datetime) -> None:
    """Take back every consent whose child the account does not see any more: again, no change."""
    agreed = _agreed_for(session, guardian, now)
    unseen = [child.id for consent, child in agreed if not is_seen(consent.seen_at, guardian)]
    _withdraw_all(session, guardian.subject, unseen, now)


def is_seen(looked_at: datetime, guardian: Identity) -> bool:
    """Whether a guardian still sees what they last looked at then: half a year later a number is sold."""
    return not dormancy.is_dormant(looked_at, guardian.signed_in_at)


def _withdraw_all(
    session: Session,
    subject: str | None,
    children: Sequence[UUID],
    at: datetime,
    of_age: Sequence[UUID] = (),
) -> None:
    """End an account's consents for these children, each before an event is held: so does who signs up.

    Nothing is taken from who is `of_age` by now.
    """
    ended = []
    for child_id in sorted(children):
        theirs = sa.and_(Guardianship.child_id == child_id, Guardianship.subject == subject)
        if _end(session, theirs, EndedBy.GUARDIAN, at):
            ended.append(child_id)
    for child_id in (one for one in ended if one not in of_age):
        _tell_withdrawn(session, child_id, at)


def _tell_withdrawn(session: Session, child_id: UUID, at: datetime) -> None:
    outbox.enqueue(session, "guardian_withdrew", at, {}, volunteer_id=child_id)
    happenings.tell(session, GuardianWithdrawn(at=at, volunteer_id=child_id))


def end_by_child(session: Session, child_id: UUID, now: datetime, consent_age: int) -> None:
    """Let the guardian whom a child has named look no more; a link that was handed on is none any more.

    Who needs a consent joins nothing from here on, and what they have signed up for is withdrawn.
    """
    child = lock_child(session, child_id)
    session.execute(sa.delete(GuardianLink).where(GuardianLink.child_id == child_id))
    ended = _end(session, Guardianship.child_id == child_id, EndedBy.CHILD, now)
    if ended is not None:
        _tell_account(session, ended, "guardian_ended", now)
        if is_missing_of(session, child, now, consent_age):
            happenings.tell(session, GuardianWithdrawn(at=now, volunteer_id=child_id))


def end_by_change(session: Session, child_id: UUID, now: datetime) -> None:
    """Another number was named, or the record was opened again after half a year: somebody has to agree anew.

    What was signed up for stays: it was joined with a consent, and presence asks for one.
    """
    session.execute(sa.delete(GuardianLink).where(GuardianLink.child_id == child_id))
    ended = _end(session, Guardianship.child_id == child_id, EndedBy.CHANGE, now)
    if ended is not None:
        _tell_account(session, ended, "guardian_ended", now)


def of_guardian(session: Session, guardian: Identity, now: datetime) -> Guarded:
    """The children whom somebody has agreed for, and whether another one waits; that they looked is kept.

    An account that signed in anew after half a year sees nothing of before: a number is sold again.
    """
    agreed = _agreed_for(session, guardian, now)
    seen = [(child, consent) for consent, child in agreed if is_seen(consent.seen_at, guardian)]
    for _, consent in seen:
        if now - consent.seen_at >= SEEN_EVERY:
            consent.seen_at = now
    session.flush()
    answered = [child.id for child, _ in seen]
    asked = sa.exists().where(
        Volunteer.guardian_phone == guardian.phone, Volunteer.id.not_in(answered), is_minor_at(now)
    )
    return Guarded(bool(session.scalar(sa.select(asked))), len(seen) < len(agreed), seen)


def is_guardian(session: Session, subject: str, phone: str | None, now: datetime) -> bool:
    """Whether somebody agrees for a minor, or is named by one."""
    values = {"subject": subject, "phone": phone, "born_after": _born_after(now)}
    (row,) = _IS_GUARDIAN.rows(session, values)
    return bool(row.is_guardian)


_IS_A_MINOR = Volunteer.birth_date > sa.bindparam("born_after", type_=sa.Date)
_AGREES = sa.exists().where(
    Guardianship.subject == sa.bindparam("subject", type_=sa.Text),
    Guardianship.ended_at.is_(None),
    Guardianship.child_id == Volunteer.id,
    _IS_A_MINOR,
)
_IS_NAMED = sa.exists().where(Volunteer.guardian_phone == sa.bindparam("phone", type_=sa.Text), _IS_A_MINOR)
_IS_GUARDIAN = Written(sa.select(sa.or_(_AGREES, _IS_NAMED).label("is_guardian")))


def _agreed_for(session: Session, guardian: Identity, now: datetime) -> list[tuple[Guardianship, Volunteer]]:
    """An account's consents in force, each with its child."""
    rows = session.execute(
        sa.select(Guardianship, Volunteer)
        .join(Volunteer, Volunteer.id == Guardianship.child_id)
        .where(Guardianship.subject == guardian.subject, Guardianship.ended_at.is_(None), is_minor_at(now))
        .order_by(Guardianship.accepted_at, Guardianship.id)
        .execution_options(populate_existing=True)
    )
    return [(consent, child) for consent, child in rows]


def standing_of(session: Session, child_id: UUID, now: datetime, consent_age: int) -> Standing:
    """How it stands with a child's guardian.

    Raises:
        OfAge.
    """
    child = session.get_one(Volunteer, child_id)
    if not is_minor(child.birth_date, now):
        raise guardian_errors.OfAge()
    link = open_link(session, child_id, now)
    consent = session.scalars(
        sa.select(Guardianship).where(Guardianship.child_id == child_id, Guardianship.ended_at.is_(None))
    ).one_or_none()
    return Standing(
        child.guardian_name,
        child.guardian_phone,
        None if link is None else link.expires_at,
        consent,
        is_missing_of(session, child, now, consent_age),
        None if consent is not None else _grace(child, now, consent_age),
    )


def _grace(child: Volunteer, now: datetime, consent_age: int) -> datetime | None:
    """Until when who is under the age of consent may still be without it; None: it is over, or never was."""
    until = child.guardian_grace_until
    is_asked = child_of(child).age_at(now) < consent_age
    return until if until is not None and now < until and is_asked else None


def check(session: Session, volunteer: Volunteer, now: datetime, consent_age: int) -> None:
    """Raise GuardianConsentMissing for a minor who may join nothing; `hold_consent` goes before."""
    if is_missing_of(session, volunteer, now, consent_age):
        raise guardian_errors.GuardianConsentMissing(min_age=consent_age)


def is_missing_of(session: Session, volunteer: Volunteer, at: datetime, consent_age: int) -> bool:
    """Whether somebody may join nothing at a moment, because no guardian agrees; an adult needs none."""
    if not is_minor(volunteer.birth_date, at):
        return False
    return is_missing(child_of(volunteer), terms_of(session, volunteer.id), at, consent_age)


def in_force(session: Session, volunteer_id: UUID, at: datetime) -> bool:
    """Whether a guardian's consent for somebody held at a moment."""
    return any(one.holds_at(at) for one in terms_of(session, volunteer_id))


def hold_consent(session: Session, volunteer_id: UUID) -> None:
    """Let whoever would take a consent back wait until the transaction ends. Goes before an event's row."""
    session.execute(
        sa.select(Guardianship.id)
        .where(Guardianship.child_id == volunteer_id, Guardianship.ended_at.is_(None))
        .with_for_update(read=True)
    )


def child_of(volunteer: Volunteer) -> Child:
    """What the rules need of a record."""
    return Child(volunteer.birth_date, volunteer.guardian_grace_until)


def terms_of(session: Session, volunteer_id: UUID) -> list[Terms]:
    """Every consent of guardians for somebody, and its end."""
    query = sa.select(Guardianship.accepted_at, Guardianship.ended_at, Guardianship.ended_by)
    rows = session.execute(query.where(Guardianship.child_id == volunteer_id))
    return [Terms(*row) for row in rows]


def _child_of_link(session: Session, guardian: Identity, digest: bytes, now: datetime) -> Volunteer | None:
    """The minor whose open link this is, held, if they name the guardian's number; never oneself."""
    child_id = session.scalar(sa.select(GuardianLink.child_id).where(GuardianLink.secret_hash == digest))
    if child_id is None:
        return None
    child = lock_child(session, child_id)
    link = open_link(session, child_id, now)
    is_right = (
        link is not None
        and link.secret_hash == digest
        and {link.phone, child.guardian_phone} == {guardian.phone}
        and guardian.phone != child.phone
        and guardian.subject != child.subject
        and is_minor(child.birth_date, now)
    )
    return child if is_right else None


def _check_guardian(session: Session, guardian: Identity, child: Volunteer, now: datetime) -> None:
    records = sa.or_(Volunteer.subject == guardian.subject, Volunteer.phone == guardian.phone)
    if session.scalar(sa.select(sa.exists().where(records, is_minor_at(now)))):
        raise guardian_errors.TooYoungToGuard(min_age=ADULT_AGE)
    others = session.scalar(
        sa.select(sa.func.count())
        .select_from(Guardianship)
        .join(Volunteer, Volunteer.id == Guardianship.child_id)
        .where(
            sa.or_(Guardianship.subject == guardian.subject, Guardianship.phone == guardian.phone),
            Guardianship.ended_at.is_(None),
            Guardianship.child_id != child.id,
            is_minor_at(now),
        )
    )
    if (others or 0) >= MOST_CHILDREN:
        raise guardian_errors.TooManyChildren(limit=MOST_CHILDREN)


def _used(session: Session, guardian: Identity, digest: bytes) -> Guardianship | None:
    """The consent that this account has given by this link already, if it is in force."""
    return session.scalars(
        sa.select(Guardianship).where(
            Guardianship.secret_hash == digest,
            Guardianship.subject == guardian.subject,
            Guardianship.ended_at.is_(None),
        )
    ).one_or_none()


def _end(session: Session, which: sa.ColumnElement[bool], ended_by: EndedBy, now: datetime) -> str | None:
    """End the consent in force; returns the guardian's subject, None if there was none."""
    return session.execute(
        sa.update(Guardianship)
        .where(which, Guardianship.ended_at.is_(None))
        .values(ended_at=now, ended_by=ended_by)
        .returning(Guardianship.subject)
    ).scalar()


def is_minor_at(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a record is of somebody under 18 at a moment."""
    return Volunteer.birth_date > _born_after(now)


def _born_after(now: datetime) -> date:
    """Who was born later is a minor."""
    return years_before(now.astimezone(COUNTRY_ZONE).date(), ADULT_AGE)


def _tell_account(session: Session, subject: str, kind: str, now: datetime) -> None:
    """Tell whose record an account has, if any."""
    for volunteer_id in session.scalars(sa.select(Volunteer.id).where(Volunteer.subject == subject)).all():
        outbox.enqueue(session, kind, now, {}, volunteer_id=volunteer_id)

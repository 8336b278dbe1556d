"""Consents: what a person has agreed to. Everybody who needs to know asks `in_force`, over the history."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from service import errors
from service.models import Consent, ConsentName, Volunteer
from service.people.consent_texts import TEXTS, ConsentText
from service.platform.written import Written


class Given(NamedTuple):
    """One line of a person's history: a text's name and version, from when until when."""

    name: str
    version: str
    given_at: datetime
    withdrawn_at: datetime | None


def in_force(
    history: Iterable[Given], at: datetime, texts: Sequence[ConsentText] = TEXTS
) -> frozenset[ConsentName]:
    """What a person had consented to at a moment.

    That is: given, not withdrawn, and current or with a successor that was not required yet.
    """
    return _held(history, at, offered(at, texts))


def _held(history: Iterable[Given], at: datetime, holding: Sequence[ConsentText]) -> frozenset[ConsentName]:
    """Of the versions that hold at a moment, those that were given and not withdrawn."""
    held = {
        (one.name, one.version)
        for one in history
        if one.given_at <= at and (one.withdrawn_at is None or at < one.withdrawn_at)
    }
    return frozenset(text.name for text in holding if (text.name, text.version) in held)


def offered(at: datetime, texts: Sequence[ConsentText] = TEXTS) -> list[ConsentText]:
    """The versions that hold at a moment, by name the oldest first: the last one is the current one."""
    return [
        text
        for text in texts
        if text.valid_from <= at
        and not any(
            other.name == text.name and other.valid_from > text.valid_from and other.required_from <= at
            for other in texts
        )
    ]


def current(at: datetime) -> dict[str, str]:
    """The newest version of each text."""
    return {str(text.name): text.version for text in offered(at)}


def of_people(
    session: Session, volunteer_ids: Collection[UUID], at: datetime
) -> Mapping[UUID, frozenset[ConsentName]]:
    """What each of these people had consented to at a moment; all of them are in it."""
    if not volunteer_ids:
        return {}
    histories: defaultdict[UUID, list[Given]] = defaultdict(list)
    for volunteer_id, *given in _OF_PEOPLE.rows(session, {"ids": list(volunteer_ids)}):
        histories[volunteer_id].append(Given(*given))
    holding = offered(at)
    return {person: _held(histories[person], at, holding) for person in volunteer_ids}


_GIVEN = [getattr(Consent, name) for name in Given._fields]
_OF_PEOPLE = Written(
    sa.select(Consent.volunteer_id, *_GIVEN).where(
        Consent.volunteer_id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
    )
)


def may_be_recorded(session: Session, volunteer_id: UUID, moments: Iterable[datetime]) -> bool:
    """Whether somebody had consented to personal data at one of these moments: else nobody records them."""
    given = [Given(*row) for _, *row in _OF_PEOPLE.rows(session, {"ids": [volunteer_id]})]
    return any(ConsentName.PERSONAL_DATA in in_force(given, moment) for moment in moments)


def history(session: Session, volunteer_id: UUID) -> Sequence[Consent]:
    """All that a person has ever agreed to, the newest first."""
    return session.scalars(
        sa.select(Consent)
        .where(Consent.volunteer_id == volunteer_id)
        .order_by(Consent.given_at.desc(), Consent.name)
    ).all()


def missing(session: Session, volunteer_id: UUID, now: datetime) -> list[str]:
    """Names of the consents to be given, or given again for a newer text, before joining anything."""
    held = of_people(session, [volunteer_id], now)[volunteer_id]
    return [str(name) for name in ConsentName if name not in held]


def versions(session: Session, volunteer_id: UUID) -> dict[str, str]:
    """The newest version of each text that the person has given and not withdrawn."""
    query = (
        sa.select(Consent.name, Consent.version)
        .where(Consent.volunteer_id == volunteer_id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.given_at)
    )
    return dict(session.execute(query).all())


def check(given: Mapping[str, str], now: datetime) -> None:
    """Raise Invalid for a version that nobody can agree to now."""
    agreeable = {(str(text.name), text.version) for text in offered(now)}
    for name, version in given.items():
        if (name, version) not in agreeable:
            raise errors.Invalid(f"consents.{name}", "consent-version")


def give(session: Session, volunteer_id: UUID, given: Mapping[str, str], now: datetime) -> None:
    """Note what a person agrees to from now on; what they have given already stays as it is.

    Raises:
        Invalid: a version that is none, or holds no more.
    """
    check(given, now)
    for name, version in sorted(given.items()):
        values = {"volunteer_id": volunteer_id, "name": name, "version": version, "given_at": now}
        session.execute(insert(Consent).values(values).on_conflict_do_nothing())


def replace(session: Session, volunteer_id: UUID, given: Mapping[str, str], now: datetime) -> None:
    """Note what a person agrees to at registration, and take back what they name no more.

    Raises:
        Invalid: a version that is none, or holds no more; or personal_data is not among them.
    """
    check(given, now)
    if ConsentName.PERSONAL_DATA not in given:
        raise errors.Invalid(f"consents.{ConsentName.PERSONAL_DATA}", "required")
    for name in ConsentName:
        if name not in given:
            withdraw(session, volunteer_id, name, now)
    give(session, volunteer_id, given, now)


def withdraw(session: Session, volunteer_id: UUID, name: str, now: datetime) -> None:
    """Take a consent back; one that is not given is taken back already.

    Raises:
        NotFound: there is no such consent.
    """
    if name not in {*ConsentName}:
        raise errors.NotFound(errors.Thing.CONSENT)
    session.execute(
        sa.update(Consent)
        .where(Consent.volunteer_id == volunteer_id, Consent.name == name, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def names_of(session: Session, volunteer_ids: Collection[UUID], now: datetime) -> dict[UUID, str]:
    """Names as `shown_names` shows them, of people by their ids; who is gone has none."""
    if not volunteer_ids:
        return {}
    names: dict[UUID, str] = {}
    histories: defaultdict[UUID, list[Given]] = defaultdict(list)
    for volunteer_id, name, *given in _NAMES.rows(session, {"ids": list(volunteer_ids)}):
        names[volunteer_id] = name
        if given[0] is not None:
            histories[volunteer_id].append(Given(*given))
    holding = offered(now)
    return {
        person: shown_name(name, _held(histories[person], now, holding)) for person, name in names.items()
    }


_NAMES = Written(
    sa.select(Volunteer.id, Volunteer.display_name, *_GIVEN)
    .outerjoin(Consent, Consent.volunteer_id == Volunteer.id)
    .where(Volunteer.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
)


def shown_names(session: Session, names: Mapping[UUID, str], now: datetime) -> dict[UUID, str]:
    """Names as lists show them to others: initials of who has withdrawn the consent to personal data."""
    held = of_people(session, list(names), now)
    return {person: shown_name(name, held[person]) for person, name in names.items()}


def shown_name(name: str, held: Collection[str]) -> str:
    """A name as lists show it to others, by what its bearer has consented to: «А. С.» without consent."""
    if ConsentName.PERSONAL_DATA in held:
        return name
    return initials(name)


def initials(name: str) -> str:
    """«А. С.» of «Айгүл Серікқызы»."""
    return " ".join(f"{word[0].upper()}." for word in name.split()[:2])

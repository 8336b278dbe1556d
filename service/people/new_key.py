"""A change of SECRET_KEY: what the one before has sealed and marked is made anew under the present one."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Ban, SecondFactor, Volunteer
from service.people import bans, second_factor


@dataclass(frozen=True, slots=True)
class Renewed:
    """`sealed`: second factors that the present key opens now and did not before; `unread`: those that no key
    opens; `marked`: bans whose marks are the present key's now; `gone`: bans of people who were erased, whose
    numbers nobody knows: they hold by the former marks, which nothing finds any more."""

    sealed: int
    unread: int
    marked: int
    gone: int


def renew(session: Session, key: str, former: Sequence[str]) -> Renewed:
    """Make anew what the former SECRET_KEYs have sealed; the same again changes nothing."""
    sealed, unread = _seal_factors(session, key, former)
    marked, gone = _mark_bans(session, key)
    return Renewed(sealed, unread, marked, gone)


def _seal_factors(session: Session, key: str, former: Sequence[str]) -> tuple[int, int]:
    sealed = unread = 0
    factors = sa.select(SecondFactor).order_by(SecondFactor.volunteer_id).with_for_update()
    for factor in session.scalars(factors.execution_options(populate_existing=True)):
        outcomes = [
            second_factor.reseal(factor, name, key, former)
            for name in ("secret", "pending")
            if getattr(factor, name) is not None
        ]
        sealed += True in outcomes
        unread += None in outcomes
    session.flush()
    return sealed, unread


def _mark_bans(session: Session, key: str) -> tuple[int, int]:
    """The marks of before stay beside the new ones: to whoever looks with the former key until it is gone."""
    marked = gone = 0
    rows = sa.select(Ban, Volunteer).outerjoin(Volunteer, Volunteer.id == Ban.volunteer_id)
    in_force = rows.where(Ban.lifted_at.is_(None)).order_by(Ban.id).with_for_update(of=Ban)
    for ban, volunteer in session.execute(in_force).all():
        if volunteer is None:
            gone += 1
            continue
        known_by = {*ban.marks, *bans.marks(volunteer.subject, volunteer.phone, key)}
        if known_by != set(ban.marks):
            ban.marks = sorted(known_by)
            marked += 1
    session.flush()
    return marked, gone

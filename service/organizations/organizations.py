"""Organizations: founding, and verification by the region's coordinator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, may, require
from service.audit import audit
from service.geography import places, regions
from service.models import (
    AuditAction,
    MemberRole,
    Membership,
    Organization,
    OrganizationStatus,
    Volunteer,
)
from service.models.base import LocalizedText, new_id
from service.models.organizations import WAITS_FOR_COORDINATOR
from service.organizations import business_number, contacts
from service.organizations.contacts import ContactSaid
from service.platform.idempotency import content_hash, find_stored, store_once

MAX_OPEN = 3
"""So many organizations of one founder may wait for a decision."""

A_DAY_S = 24 * 60 * 60


def create(
    session: Session,
    actor: Actor,
    name: LocalizedText,
    region_code: str,
    bin_: str | None,
    now: datetime,
    organization_id: UUID | None = None,
    kind: str | None = None,
    contact: ContactSaid | None = None,
) -> Organization:
    """Found an organization with its contact; the founder owns it and a coordinator verifies it.

    Raises:
        Invalid: no such region, no such BIN. IdReused: another organization has this id.
        TooManyOrganizations: as many of the founder's own wait for a decision. Invalid: as `contacts.put`.
    """
    if regions.get(region_code) is None:
        raise errors.Invalid("region", "region")
    if bin_ is not None:
        business_number.check(bin_)
    said = {"by": actor.volunteer_id, "name": name, "region": region_code, "bin": bin_}
    said |= {} if kind is None else {"kind": kind}
    digest = content_hash(said | contacts.content_of(contact))
    # Whoever founds twice at once does so one after the other.
    session.execute(
        sa.select(Volunteer.id).where(Volunteer.id == actor.volunteer_id).with_for_update(key_share=True)
    )
    stored = find_stored(session, Organization, organization_id, digest)
    if stored is not None:
        return stored
    _check_open(session, actor)
    organization = Organization(
        id=organization_id or new_id(),
        name=name,
        search=_folded(name),
        region_code=region_code,
        bin=bin_,
        kind=kind,
        status=OrganizationStatus.PENDING,
        created_by=actor.volunteer_id,
        created_at=now,
        content_hash=digest,
    )
    organization, is_new = store_once(session, organization)
    if not is_new:
        return organization
    session.add(
        Membership(
            organization_id=organization.id,
            volunteer_id=actor.volunteer_id,
            role=MemberRole.OWNER,
            created_at=now,
        )
    )
    session.flush()
    if contact is not None:
        contacts.put(session, actor, contacts.of_organization(organization.id), contact, now)
    return organization


def _folded(name: LocalizedText) -> str:
    """What searching looks at: Kazakh, Russian and Latin spellings meet in it."""
    return places.fold(" ".join(name.values()))


def _check_open(session: Session, actor: Actor) -> None:
    """Raise TooManyOrganizations where so many of the founder's wait for a decision."""
    waiting = session.scalar(
        sa.select(sa.func.count()).where(
            Organization.created_by == actor.volunteer_id,
            Organization.status.in_((OrganizationStatus.PENDING, OrganizationStatus.ASKED)),
        )
    )
    if waiting is not None and waiting >= MAX_OPEN:
        raise errors.TooManyOrganizations(open=waiting, retry_after_s=A_DAY_S)


def get(session: Session, organization_id: UUID) -> Organization:
    """Raises NotFound."""
    organization = session.get(Organization, organization_id)
    if organization is None:
        raise errors.NotFound(errors.Thing.ORGANIZATION)
    return organization


def get_visible(session: Session, actor: Actor, organization_id: UUID) -> Organization:
    """A verified one for everybody, others for their members and coordinators. Raises NotFound."""
    organization = get(session, organization_id)
    if organization.is_verified or may(actor, Permission.SEE_ORGANIZATION, target_of(organization)):
        return organization
    raise errors.NotFound(errors.Thing.ORGANIZATION)


def target_of(organization: Organization) -> Target:
    """What permissions about this organization are judged by."""
    return Target(
        organization_id=organization.id,
        region_code=organization.region_code,
        organization_status=organization.status,
    )


def search(
    session: Session,
    actor: Actor,
    *,
    status: str | None,
    region_code: str | None,
    text: str | None,
    waiting: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[Organization]:
    """Organizations the actor may see, by id: verified ones, those of coordinated regions, one's own.

    `waiting`: only those that a coordinator has to look at, for whom they are; one's own are for another.
    """
    regions = actor.coordinated_regions
    coordinated = sa.true() if regions is None else Organization.region_code.in_(regions)
    visible = sa.or_(
        Organization.status == OrganizationStatus.VERIFIED,
        Organization.id.in_(list(actor.organizations)),
        coordinated,
    )
    query = sa.select(Organization).where(visible).order_by(Organization.id).limit(limit)
    if waiting:
        query = query.where(
            WAITS_FOR_COORDINATOR, coordinated, Organization.id.not_in(list(actor.organizations))
        )
    if status:
        query = query.where(Organization.status == status)
    if region_code:
        query = query.where(Organization.region_code == region_code)
    if text:
        query = query.where(Organization.search.contains(places.fold(text), autoescape=True))
    if after:
        query = query.where(Organization.id > after)
    return session.scalars(query).all()


def get_for(
    session: Session, actor: Actor, organization_id: UUID, permission: Permission, *, locked: bool = False
) -> Organization:
    """An organization about which the actor has a permission; `locked`: held, and as it is at this moment.

    The lock lets other rows that name the organization come in. Raises NotFound, Forbidden, NotVerified.
    """
    organization = get_visible(session, actor, organization_id)
    if locked:
        session.refresh(organization, with_for_update={"key_share": True})
    require(actor, permission, target_of(organization))
    return organization


@dataclass(frozen=True, slots=True)
class Correction:
    """Which parts of an organization become what: those that are named in `fields`, of the others nothing."""

    fields: frozenset[str]
    name: LocalizedText | None = None
    bin: str | None = None
    kind: str | None = None


def change(
    session: Session,
    actor: Actor,
    organization_id: UUID,
    version: int,
    correction: Correction,
    now: datetime,
) -> Organization:
    """Correct an organization. What one that was vouched for is called and registered as waits for its
    coordinator. The same again changes nothing, from whichever version it was said.

    Raises:
        NotFound, Forbidden: neither its owner nor its coordinator. Stale: made from an older version.
        Invalid: no such BIN.
    """
    organization = get_for(session, actor, organization_id, Permission.CHANGE_ORGANIZATION, locked=True)
    if "bin" in correction.fields and correction.bin is not None:
        business_number.check(correction.bin)
    _correct(actor, organization, correction)
    if not session.is_modified(organization):
        return organization
    if organization.version != version:
        raise errors.Stale(version=organization.version)
    organization.version += 1
    session.flush()
    detail = {"fields": sorted(correction.fields)}
    record(session, actor, AuditAction.ORGANIZATION_CHANGED, organization, now, detail)
    return organization


def record(
    session: Session,
    actor: Actor,
    action: AuditAction,
    organization: Organization,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down what somebody did about an organization."""
    audit.record(
        session,
        actor.volunteer_id,
        action,
        region_code=organization.region_code,
        organization_id=organization.id,
        detail=detail,
        now=now,
    )


VOUCHED_FOR = (OrganizationStatus.VERIFIED, OrganizationStatus.SUSPENDED)
"""As what it is called and registered it is, or was, known to everybody."""


def _correct(actor: Actor, organization: Organization, correction: Correction) -> None:
    """At once, or to wait for the coordinator; what stands, said again, takes back what waits."""
    waits = organization.status in VOUCHED_FOR and not may(
        actor, Permission.DECIDE_ORGANIZATION, target_of(organization)
    )
    if "name" in correction.fields and correction.name is not None:
        if waits:
            organization.pending_name = None if correction.name == organization.name else correction.name
        else:
            put_name(organization, correction.name)
    pending = dict(organization.pending_data or {})
    for field in correction.fields & {"bin", "kind"}:
        said = getattr(correction, field)
        pending.pop(field, None)
        if not waits:
            setattr(organization, field, said)
        elif said != getattr(organization, field):
            pending[field] = said
    organization.pending_data = pending or None


def keep_present(
    session: Session, actor: Actor, organization_id: UUID, version: int, now: datetime
) -> Organization:
    """Leave an organization as it was vouched for: a coordinator's no to what waits. Raises as `change`."""
    present = get_for(session, actor, organization_id, Permission.DECIDE_ORGANIZATION)
    stands = Correction(frozenset({"name", "bin", "kind"}), present.name, present.bin, present.kind)
    return change(session, actor, organization_id, version, stands, now)


def take_news(organization: Organization) -> None:
    """Let an organization that is held be what it asked to be."""
    if organization.pending_name is not None:
        put_name(organization, organization.pending_name)
    for field, value in (organization.pending_data or {}).items():
        setattr(organization, field, value)
    organization.pending_data = None


def put_name(organization: Organization, name: LocalizedText) -> None:
    """Give an organization that is held this name; none waits any more."""
    organization.name, organization.search, organization.pending_name = name, _folded(name), None

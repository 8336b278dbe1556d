"""Who may do what: one table, permission → predicate over actor and target. "Anyone" is written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service import errors
from service.models import MemberRole
from service.models.volunteers import NATIONAL


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `organizations`: role by organization; `regions`: codes coordinated, NATIONAL for all."""

    volunteer_id: UUID
    phone: str
    locale: str
    organizations: Mapping[UUID, str]
    regions: frozenset[str]

    @property
    def is_national(self) -> bool:
        return NATIONAL in self.regions

    def coordinates(self, region_code: str) -> bool:
        return self.is_national or region_code in self.regions

    def organizes(self, organization_id: UUID) -> bool:
        return organization_id in self.organizations

    def owns(self, organization_id: UUID) -> bool:
        return self.organizations.get(organization_id) == MemberRole.OWNER


@dataclass(frozen=True, slots=True)
class Target:
    """What a permission is about: the organization and the region that it belongs to."""

    organization_id: UUID | None = None
    region_code: str | None = None


class Permission(StrEnum):
    """Each thing that not everybody may do."""

    DECIDE_ORGANIZATION = "decide-organization"
    SEE_ORGANIZATION = "see-organization"
    MANAGE_MEMBERS = "manage-members"
    CREATE_EVENT = "create-event"
    CHANGE_EVENT = "change-event"
    SEE_DRAFT = "see-draft"
    SEE_PRESENT = "see-present"
    SEE_PARTICIPANTS = "see-participants"
    SEE_PHONES = "see-phones"
    ANNOUNCE = "announce"
    SHOW_CODE = "show-code"
    GIVE_HEADCOUNTS = "give-headcounts"
    SEE_HEADCOUNTS = "see-headcounts"
    COUNT_REGION = "count-region"
    COUNT_ORGANIZATION = "count-organization"
    APPOINT_COORDINATORS = "appoint-coordinators"
    CORRECT_ATTENDANCE = "correct-attendance"
    REVIEW_ATTENDANCE = "review-attendance"
    HANDLE_REPORT = "handle-report"


Predicate = Callable[[Actor, Target], bool]


def _coordinates(actor: Actor, target: Target) -> bool:
    return target.region_code is not None and actor.coordinates(target.region_code)


def _organizes(actor: Actor, target: Target) -> bool:
    return target.organization_id is not None and actor.organizes(target.organization_id)


def _owns(actor: Actor, target: Target) -> bool:
    return target.organization_id is not None and actor.owns(target.organization_id)


def _national(actor: Actor, _target: Target) -> bool:
    return actor.is_national


def _either(*predicates: Predicate) -> Predicate:
    return lambda actor, target: any(predicate(actor, target) for predicate in predicates)


RULES: Mapping[Permission, Predicate] = {
    Permission.DECIDE_ORGANIZATION: _coordinates,
    Permission.SEE_ORGANIZATION: _either(_organizes, _coordinates),
    Permission.MANAGE_MEMBERS: _owns,
    Permission.CREATE_EVENT: _organizes,
    Permission.CHANGE_EVENT: _organizes,
    Permission.SEE_DRAFT: _either(_organizes, _coordinates),
    Permission.SEE_PRESENT: _either(_organizes, _coordinates),
    Permission.SEE_PARTICIPANTS: _either(_organizes, _coordinates),
    Permission.SEE_PHONES: _organizes,
    Permission.ANNOUNCE: _organizes,
    Permission.SHOW_CODE: _organizes,
    Permission.GIVE_HEADCOUNTS: _organizes,
    Permission.SEE_HEADCOUNTS: _either(_organizes, _coordinates),
    Permission.COUNT_REGION: _coordinates,
    Permission.COUNT_ORGANIZATION: _either(_organizes, _national),
    Permission.APPOINT_COORDINATORS: _national,
    Permission.CORRECT_ATTENDANCE: _organizes,
    Permission.REVIEW_ATTENDANCE: _coordinates,
    Permission.HANDLE_REPORT: _coordinates,
}


NOTHING = Target()


def may(actor: Actor | None, permission: Permission, target: Target = NOTHING) -> bool:
    """Whether the actor may; nobody in particular (None) may do nothing of the table."""
    return actor is not None and RULES[permission](actor, target)


def require(actor: Actor | None, permission: Permission, target: Target = NOTHING) -> None:
    """Raise Forbidden unless the actor may."""
    if not may(actor, permission, target):
        raise errors.Forbidden()

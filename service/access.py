"""Who may do what: one table, permission → predicate over actor and target. "Anyone" is written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from service import errors
from service.models import MemberRole, OrganizationStatus
from service.models.volunteers import NATIONAL


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `phone`: None once it is somebody else's.

    `organizations`: role by organization; `regions`: codes coordinated, NATIONAL for all; `helps`: events at
    whose door the person was named to help. `elevated`: nothing more has to be proven for the powers of
    these roles; else `regions` is empty, and what the person would coordinate is in `asleep`.
    """

    volunteer_id: UUID
    phone: str | None
    locale: str
    organizations: Mapping[UUID, str]
    regions: frozenset[str]
    elevated: bool = True
    asleep: frozenset[str] = frozenset()
    helps: frozenset[UUID] = frozenset()

    @property
    def is_national(self) -> bool:
        return NATIONAL in self.regions

    @property
    def coordinated_regions(self) -> list[str] | None:
        """The codes of the regions coordinated, sorted; None for every one."""
        return None if self.is_national else sorted(self.regions)

    def coordinates(self, region_code: str) -> bool:
        return self.is_national or region_code in self.regions

    def organizes(self, organization_id: UUID) -> bool:
        """Whether the actor runs its events: a membership of another kind gives no such power."""
        return self.organizations.get(organization_id) in (MemberRole.OWNER, MemberRole.ORGANIZER)

    def owns(self, organization_id: UUID) -> bool:
        return self.organizations.get(organization_id) == MemberRole.OWNER

    @property
    def has_powers(self) -> bool:
        """Whether the second factor guards anything of theirs: they coordinate a region or administer an
        organization."""
        return bool(self.regions or self.asleep) or MemberRole.OWNER in self.organizations.values()

    def without_powers(self) -> "Actor":
        """The same person before the second factor: what a volunteer and an organizer may is untouched."""
        return replace(self, regions=frozenset(), asleep=self.regions | self.asleep, elevated=False)

    def with_powers(self) -> "Actor":
        """The same person after it."""
        return replace(self, regions=self.regions | self.asleep, asleep=frozenset(), elevated=True)


@dataclass(frozen=True, slots=True)
class Target:
    """What a permission is about: the organization, its state, the region that it belongs to, the event."""

    organization_id: UUID | None = None
    region_code: str | None = None
    organization_status: str | None = None
    event_id: UUID | None = None


class Permission(StrEnum):
    """Each thing that not everybody may do."""

    DECIDE_ORGANIZATION = "decide-organization"
    SEE_ORGANIZATION = "see-organization"
    CHANGE_ORGANIZATION = "change-organization"
    SET_ORGANIZATION_CONTACT = "set-organization-contact"
    ANSWER_COORDINATOR = "answer-coordinator"
    SEE_MEMBERS = "see-members"
    MANAGE_MEMBERS = "manage-members"
    CONFIRM_MEMBER = "confirm-member"
    NAME_OWNER = "name-owner"
    CREATE_EVENT = "create-event"
    CHANGE_EVENT = "change-event"
    CANCEL_EVENT = "cancel-event"
    RESTORE_EVENT = "restore-event"
    HIDE_EVENT = "hide-event"
    PLAN_EVENTS = "plan-events"
    REMIND_RESULT = "remind-result"
    SET_DISTRICT = "set-district"
    SEE_DRAFT = "see-draft"
    SEE_HIDDEN = "see-hidden"
    SEE_BOARD = "see-board"
    SEE_PRESENT = "see-present"
    SEE_PARTICIPANTS = "see-participants"
    SEE_PHONES = "see-phones"
    REMOVE_PARTICIPANT = "remove-participant"
    SEE_LIST = "see-list"
    TICK_LIST = "tick-list"
    NAME_HELPERS = "name-helpers"
    ANNOUNCE = "announce"
    SHOW_CODE = "show-code"
    SHOW_COMING_CODES = "show-coming-codes"
    GIVE_HEADCOUNTS = "give-headcounts"
    COUNT_AS_COORDINATOR = "count-as-coordinator"
    SEE_HEADCOUNTS = "see-headcounts"
    GIVE_RESULT = "give-result"
    RULE_PHOTO = "rule-photo"
    COUNT_REGION = "count-region"
    COUNT_ORGANIZATION = "count-organization"
    REPORT_REGION = "report-region"
    SEE_HONOURS = "see-honours"
    APPOINT_COORDINATORS = "appoint-coordinators"
    CORRECT_ATTENDANCE = "correct-attendance"
    CORRECT_AS_COORDINATOR = "correct-as-coordinator"
    REVIEW_ATTENDANCE = "review-attendance"
    HANDLE_REPORT = "handle-report"
    SEE_PERSON = "see-person"
    SET_BIRTH_DATE = "set-birth-date"
    BAN = "ban"
    BAN_STAFF = "ban-staff"
    SET_REGION_CONTACT = "set-region-contact"
    SEE_AUDIT = "see-audit"


Predicate = Callable[[Actor, Target], bool]


def _coordinates(actor: Actor, target: Target) -> bool:
    return target.region_code is not None and actor.coordinates(target.region_code)


def _coordinates_others(actor: Actor, target: Target) -> bool:
    """Nobody decides about themself: one's own organization is for another coordinator."""
    return _coordinates(actor, target) and target.organization_id not in actor.organizations


def _organizes(actor: Actor, target: Target) -> bool:
    return target.organization_id is not None and actor.organizes(target.organization_id)


def _helps(actor: Actor, target: Target) -> bool:
    """At the door: by the role in the organization, or named for this very event."""
    if target.event_id is not None and target.event_id in actor.helps:
        return True
    organization_id = target.organization_id
    return organization_id is not None and actor.organizations.get(organization_id) == MemberRole.HELPER


def _owns(actor: Actor, target: Target) -> bool:
    return target.organization_id is not None and actor.owns(target.organization_id)


def _administers(actor: Actor, target: Target) -> bool:
    """As its owner, who has proven with the second factor to be nobody else (R5)."""
    return actor.elevated and _owns(actor, target)


def _national(actor: Actor, _target: Target) -> bool:
    return actor.is_national


def _either(*predicates: Predicate) -> Predicate:
    return lambda actor, target: any(predicate(actor, target) for predicate in predicates)


def _while_verified(predicate: Predicate) -> Predicate:
    """A power over others, which an organization has only while a coordinator vouches for it."""
    return lambda actor, target: (
        target.organization_status == OrganizationStatus.VERIFIED and predicate(actor, target)
    )


def _unless_suspended(predicate: Predicate) -> Predicate:
    """What stands beside events that a coordinator may have kept in sight."""
    return lambda actor, target: (
        target.organization_status != OrganizationStatus.SUSPENDED and predicate(actor, target)
    )


_runs_events = _while_verified(_organizes)
_keeps_door = _while_verified(_either(_organizes, _helps))

# Its own things are read in every state; whatever reaches other people needs a verified organization. What
# coordinators may, and owners about members and their data, is guarded by the second factor (R5):
# who has not passed it coordinates nothing and administers nothing.
RULES: Mapping[Permission, Predicate] = {
    Permission.DECIDE_ORGANIZATION: _coordinates_others,
    Permission.SEE_ORGANIZATION: _either(_organizes, _coordinates),
    Permission.CHANGE_ORGANIZATION: _either(_administers, _coordinates_others),
    Permission.SET_ORGANIZATION_CONTACT: _either(_unless_suspended(_administers), _coordinates),
    Permission.ANSWER_COORDINATOR: _owns,
    Permission.SEE_MEMBERS: _administers,
    Permission.MANAGE_MEMBERS: _while_verified(_administers),
    Permission.CONFIRM_MEMBER: _either(_while_verified(_administers), _coordinates),
    # Where nobody can act as one: members.is_administered.
    Permission.NAME_OWNER: _coordinates_others,
    Permission.CREATE_EVENT: _runs_events,
    Permission.CHANGE_EVENT: _runs_events,
    Permission.CANCEL_EVENT: _either(_runs_events, _coordinates),
    Permission.RESTORE_EVENT: _either(_runs_events, _coordinates_others),
    Permission.HIDE_EVENT: _coordinates_others,
    Permission.PLAN_EVENTS: _coordinates,
    Permission.REMIND_RESULT: _coordinates,
    Permission.SET_DISTRICT: _coordinates_others,
    Permission.SEE_DRAFT: _either(_organizes, _coordinates),
    Permission.SEE_HIDDEN: _either(_organizes, _coordinates),
    Permission.SEE_BOARD: _organizes,
    Permission.SEE_PRESENT: _either(_organizes, _coordinates),
    Permission.SEE_PARTICIPANTS: _either(_runs_events, _coordinates),
    Permission.SEE_PHONES: _runs_events,
    Permission.REMOVE_PARTICIPANT: _runs_events,
    Permission.SEE_LIST: _either(_keeps_door, _coordinates),
    Permission.TICK_LIST: _keeps_door,
    Permission.NAME_HELPERS: _runs_events,
    Permission.ANNOUNCE: _runs_events,
    Permission.SHOW_CODE: _runs_events,
    Permission.SHOW_COMING_CODES: _keeps_door,
    Permission.GIVE_HEADCOUNTS: _either(_runs_events, _coordinates_others),
    Permission.COUNT_AS_COORDINATOR: _coordinates_others,
    Permission.SEE_HEADCOUNTS: _either(_organizes, _coordinates),
    Permission.GIVE_RESULT: _either(_runs_events, _coordinates_others),
    Permission.RULE_PHOTO: _coordinates_others,
    Permission.COUNT_REGION: _coordinates,
    Permission.COUNT_ORGANIZATION: _either(_organizes, _national),
    Permission.REPORT_REGION: _coordinates,
    Permission.SEE_HONOURS: _coordinates,
    Permission.APPOINT_COORDINATORS: _national,
    Permission.CORRECT_ATTENDANCE: _either(_runs_events, _coordinates_others),
    Permission.CORRECT_AS_COORDINATOR: _coordinates_others,
    Permission.REVIEW_ATTENDANCE: _coordinates_others,
    Permission.HANDLE_REPORT: _coordinates_others,
    Permission.SEE_PERSON: _coordinates,
    Permission.SET_BIRTH_DATE: _coordinates,
    Permission.BAN: _coordinates,
    Permission.BAN_STAFF: _national,
    Permission.SET_REGION_CONTACT: _coordinates,
    Permission.SEE_AUDIT: _national,
}


NOTHING = Target()


def may(actor: Actor | None, permission: Permission, target: Target = NOTHING) -> bool:
    """Whether the actor may; nobody in particular (None) may do nothing of the table."""
    return actor is not None and RULES[permission](actor, target)


def may_anywhere(actor: Actor, permission: Permission) -> bool:
    """Whether there is anything that the actor may do this to."""
    regions = sorted(actor.regions - {NATIONAL}) or [NATIONAL]
    verified = OrganizationStatus.VERIFIED
    targets = [
        NOTHING,
        *(Target(region_code=code) for code in regions),
        *(Target(organization, organization_status=verified) for organization in actor.organizations),
        *(Target(event_id=event, organization_status=verified) for event in actor.helps),
    ]
    return any(may(actor, permission, target) for target in targets)


def require_anywhere(actor: Actor, permission: Permission) -> None:
    """Do nothing where there is anything that the actor may do this to: what a page asks before its use case.

    Raises:
        SecondFactorRequired: there will be, once they have passed it. Forbidden: in no case.
    """
    if not may_anywhere(actor, permission):
        raise (
            errors.SecondFactorRequired()
            if may_anywhere(actor.with_powers(), permission)
            else errors.Forbidden()
        )


def require(actor: Actor | None, permission: Permission, target: Target = NOTHING) -> None:
    """Do nothing where the actor may.

    Raises:
        SecondFactorRequired: the actor could, once they have passed it. NotVerified: if only the organization
            were verified. OwnOrganization: if it were not their own. Forbidden: in no case.
    """
    if may(actor, permission, target):
        return
    powerful = None if actor is None else actor.with_powers()
    if may(powerful, permission, target):
        raise errors.SecondFactorRequired()
    if may(powerful, permission, replace(target, organization_status=OrganizationStatus.VERIFIED)):
        raise errors.NotVerified()
    if may(powerful, permission, replace(target, organization_id=None)):
        raise errors.OwnOrganization()
    raise errors.Forbidden()


def require_coordinator(actor: Actor) -> None:
    """Do nothing where the actor coordinates any region at all. Raises SecondFactorRequired, Forbidden."""
    if not actor.regions:
        raise errors.SecondFactorRequired() if actor.asleep else errors.Forbidden()

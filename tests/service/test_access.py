"""Who may do what, walked through whole: every permission, state, role and coordinator."""

from dataclasses import replace
from itertools import product
from uuid import uuid4

import pytest

from service import errors
from service.access import Actor, Permission, Target, may, may_anywhere, require, require_coordinator

STATES = ("pending", "asked", "verified", "rejected", "suspended")
ROLES = ("owner", "organizer", "helper", None)
COORDINATES = (None, "KZ-75", "KZ-15", "*")
"""Nothing, another region, the region of the target, the whole country."""

HERE, ALL = {"KZ-15", "*"}, {"*"}
NOBODY: set[str] = set()
STAFF, OWNER = {"owner", "organizer"}, {"owner"}
DOOR = {"owner", "organizer", "helper"}

# Of the contract: the roles that may while the organization is verified, those that may in every state (its
# own things are read, and a coordinator is answered), and the coordinators.
CONTRACT: dict[str, tuple[set[str], set[str], set[str]]] = {
    "decide-organization": (NOBODY, NOBODY, HERE),
    "see-organization": (NOBODY, STAFF, HERE),
    "change-organization": (NOBODY, OWNER, HERE),
    "set-organization-contact": (NOBODY, OWNER, HERE),
    "answer-coordinator": (NOBODY, OWNER, NOBODY),
    "see-members": (NOBODY, OWNER, NOBODY),
    "manage-members": (OWNER, NOBODY, NOBODY),
    "create-event": (STAFF, NOBODY, NOBODY),
    "change-event": (STAFF, NOBODY, NOBODY),
    "cancel-event": (STAFF, NOBODY, HERE),
    "restore-event": (STAFF, NOBODY, HERE),
    "hide-event": (NOBODY, NOBODY, HERE),
    "plan-events": (NOBODY, NOBODY, HERE),
    "remind-result": (NOBODY, NOBODY, HERE),
    "set-district": (NOBODY, NOBODY, HERE),
    "see-draft": (NOBODY, STAFF, HERE),
    "see-hidden": (NOBODY, STAFF, HERE),
    "see-board": (NOBODY, STAFF, NOBODY),
    "see-present": (NOBODY, STAFF, HERE),
    "see-participants": (STAFF, NOBODY, HERE),
    "see-phones": (STAFF, NOBODY, NOBODY),
    "remove-participant": (STAFF, NOBODY, NOBODY),
    "see-list": (DOOR, NOBODY, HERE),
    "tick-list": (DOOR, NOBODY, NOBODY),
    "name-helpers": (STAFF, NOBODY, NOBODY),
    "show-coming-codes": (DOOR, NOBODY, NOBODY),
    "announce": (STAFF, NOBODY, NOBODY),
    "show-code": (STAFF, NOBODY, NOBODY),
    "give-headcounts": (STAFF, NOBODY, HERE),
    "count-as-coordinator": (NOBODY, NOBODY, HERE),
    "see-headcounts": (NOBODY, STAFF, HERE),
    "give-result": (STAFF, NOBODY, HERE),
    "rule-photo": (NOBODY, NOBODY, HERE),
    "count-region": (NOBODY, NOBODY, HERE),
    "count-organization": (NOBODY, STAFF, ALL),
    "report-region": (NOBODY, NOBODY, HERE),
    "see-honours": (NOBODY, NOBODY, HERE),
    "appoint-coordinators": (NOBODY, NOBODY, ALL),
    "correct-attendance": (STAFF, NOBODY, HERE),
    "correct-as-coordinator": (NOBODY, NOBODY, HERE),
    "review-attendance": (NOBODY, NOBODY, HERE),
    "handle-report": (NOBODY, NOBODY, HERE),
    "confirm-member": (OWNER, NOBODY, HERE),
    "name-owner": (NOBODY, NOBODY, HERE),
    "see-person": (NOBODY, NOBODY, HERE),
    "set-birth-date": (NOBODY, NOBODY, HERE),
    "ban": (NOBODY, NOBODY, HERE),
    "ban-staff": (NOBODY, NOBODY, ALL),
    "set-region-contact": (NOBODY, NOBODY, HERE),
    "see-audit": (NOBODY, NOBODY, ALL),
}


OF_OTHERS = {
    "change-organization",
    "correct-as-coordinator",
    "correct-attendance",
    "count-as-coordinator",
    "decide-organization",
    "give-headcounts",
    "give-result",
    "handle-report",
    "hide-event",
    "name-owner",
    "restore-event",
    "review-attendance",
    "rule-photo",
    "set-district",
}
"""Nobody decides about themself: a coordinator who belongs to the organization leaves it to another one."""


NOT_SUSPENDED = {"set-organization-contact"}
"""It stands beside events that a coordinator may have kept in sight."""


BY_THE_OWNER_ELEVATED = {
    "change-organization",
    "set-organization-contact",
    "see-members",
    "manage-members",
    "confirm-member",
}
"""R5: members, invitations, the organization's data. What coordinators may is guarded whole."""


def actor_who(role: str | None, coordinates: str | None, target: Target) -> Actor:
    organizations = {} if role is None or target.organization_id is None else {target.organization_id: role}
    regions = frozenset() if coordinates is None else frozenset({coordinates})
    return Actor(uuid4(), "+77010000000", "kk", organizations, regions)


@pytest.mark.parametrize("permission", list(Permission), ids=str)
def test_every_permission_of_every_role_in_every_state(permission: Permission) -> None:
    verified, always, coordinators = CONTRACT[permission]
    for state, role, coordinates in product(STATES, ROLES, COORDINATES):
        target = Target(organization_id=uuid4(), region_code="KZ-15", organization_status=state)
        is_stopped = state == "suspended" and permission in NOT_SUSPENDED
        by_role = (role in always and not is_stopped) or (role in verified and state == "verified")
        is_own = role is not None and permission in OF_OTHERS
        expected = by_role or (coordinates in coordinators and not is_own)
        actor = actor_who(role, coordinates, target)
        assert may(actor, permission, target) is expected, (state, role, coordinates)
        if expected:
            require(actor, permission, target)
            continue
        # What a member could do if only the organization were verified is no "forbidden".
        could = role in verified or (role in always and is_stopped)
        refusal = errors.NotVerified if could else errors.Forbidden
        with pytest.raises(refusal):
            require(actor, permission, target)


@pytest.mark.parametrize("permission", list(Permission), ids=str)
def test_what_the_second_factor_guards(permission: Permission) -> None:
    """Every permission by each role and coordinator: what a volunteer and an organizer may stays."""
    target = Target(organization_id=uuid4(), region_code="KZ-15", organization_status="verified")
    for role, coordinates in product(ROLES, COORDINATES):
        powerful = actor_who(role, coordinates, target)
        guarded = powerful.without_powers()
        assert guarded.with_powers() == powerful
        by_role = actor_who(role, None, target)
        is_administration = role == "owner" and permission in BY_THE_OWNER_ELEVATED
        expected = may(by_role, permission, target) and not is_administration
        assert may(guarded, permission, target) is expected, (role, coordinates)
        if may(powerful, permission, target) and not expected:
            with pytest.raises(errors.SecondFactorRequired):
                require(guarded, permission, target)
        elif not expected:
            with pytest.raises(errors.ServiceError) as refused:
                require(guarded, permission, target)
            with pytest.raises(type(refused.value)):
                require(powerful, permission, target)
            assert not isinstance(refused.value, errors.SecondFactorRequired)


def test_who_coordinates_anything_at_all() -> None:
    coordinator, nobody = (actor_who(None, coordinates, Target()) for coordinates in ("KZ-15", None))
    require_coordinator(coordinator)
    with pytest.raises(errors.SecondFactorRequired):
        require_coordinator(coordinator.without_powers())
    with pytest.raises(errors.Forbidden) as refused:
        require_coordinator(nobody.without_powers())
    assert not isinstance(refused.value, errors.SecondFactorRequired)
    assert [coordinator.has_powers, coordinator.without_powers().has_powers, nobody.has_powers] == [
        True,
        True,
        False,
    ]


def test_the_contract_names_every_permission() -> None:
    assert set(CONTRACT) == {str(permission) for permission in Permission}


@pytest.mark.parametrize("permission", list(Permission), ids=str)
def test_nobody_may_do_anything_about_nothing(permission: Permission) -> None:
    assert not may(None, permission)
    stranger = actor_who(None, None, Target())
    assert not may(stranger, permission)


@pytest.mark.parametrize("permission", list(Permission), ids=str)
def test_a_role_in_another_organization_gives_nothing(permission: Permission) -> None:
    target = Target(organization_id=uuid4(), region_code="KZ-15", organization_status="verified")
    elsewhere = Actor(uuid4(), "+77010000000", "kk", {uuid4(): "owner"}, frozenset())
    assert not may(elsewhere, permission, target)


@pytest.mark.parametrize("permission", list(Permission), ids=str)
def test_a_role_that_the_house_does_not_know_gives_nothing(permission: Permission) -> None:
    target = Target(organization_id=uuid4(), region_code="KZ-15")
    assert not may(actor_who("porter", None, target), permission, target)


HELPING = {"see-list", "tick-list", "show-coming-codes"}


@pytest.mark.parametrize("permission", list(Permission), ids=str)
@pytest.mark.parametrize("state", STATES)
def test_who_was_named_for_an_event_helps_there_alone(permission: Permission, state: str) -> None:
    event_id = uuid4()
    named = replace(actor_who(None, None, Target()), helps=frozenset({event_id}))
    here = Target(organization_id=uuid4(), region_code="KZ-15", organization_status=state, event_id=event_id)
    assert may(named, permission, here) is (permission in HELPING and state == "verified")
    assert not may(named, permission, replace(here, event_id=uuid4()))
    assert may_anywhere(named, permission) is (permission in HELPING)

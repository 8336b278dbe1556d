"""Who in the service hears of what, in the order in which they run, and which tables hold people.

May import every room.
"""

from service.attendance import minors, rederivation, sealing
from service.attendance import personal_data as attendance_data
from service.audit import personal_data as audit_data
from service.events import calendar_feeds, code_secrets, helpers, signups, visibility
from service.events import personal_data as events_data
from service.figures import exports
from service.figures import personal_data as figures_data
from service.happenings import (
    AttendanceChanged,
    BirthDateSet,
    EventChanged,
    GuardianConsented,
    GuardianWithdrawn,
    MemberLeft,
    OnlyHelps,
    OrganizationStatusChanged,
    PersonBanned,
    PersonErased,
    PersonRegistered,
    PhoneMoved,
    Table,
)
from service.ledger import personal_data as ledger_data
from service.organizations import contacts, invitations
from service.organizations import personal_data as organizations_data
from service.people import guardians, sessions
from service.people import personal_data as people_data
from service.recognition import personal_data as recognition_data
from service.recognition import renewal
from service.rulings import personal_data as rulings_data
from service.rulings import typed_people

LISTENERS: Table = {
    EventChanged: (rederivation.follow_times, minors.follow_event),
    BirthDateSet: (signups.withdraw_too_young, minors.follow_person),
    PhoneMoved: (invitations.void, typed_people.void, sessions.end_of_moved, calendar_feeds.end_of_moved),
    PersonRegistered: (typed_people.recognise,),
    OrganizationStatusChanged: (code_secrets.follow_organization, visibility.follow_organization),
    MemberLeft: (code_secrets.follow_member, helpers.forget_member, contacts.forget_member),
    OnlyHelps: (code_secrets.follow_member,),
    AttendanceChanged: (renewal.follow,),
    GuardianConsented: (minors.follow_person,),
    GuardianWithdrawn: (signups.withdraw_child,),
    PersonBanned: (
        code_secrets.follow_ban,
        signups.withdraw_banned,
        sessions.end_of_banned,
        calendar_feeds.end_of_banned,
    ),
    # The second one holds what all after it need.
    PersonErased: (
        guardians.withdraw_erased,
        sealing.seal,
        signups.withdraw_erased,
        exports.forget_erased,
        renewal.forget_person,
    ),
}

TABLES = (
    *people_data.TABLES,
    *organizations_data.TABLES,
    *events_data.TABLES,
    *attendance_data.TABLES,
    *rulings_data.TABLES,
    *figures_data.TABLES,
    *recognition_data.TABLES,
    *ledger_data.TABLES,
    *audit_data.TABLES,
)
"""Every table of the service with people in it, in the order in which an export tells of them."""

"""Who in the service hears of what, in the order in which they run. May import every room."""

from service.attendance import rederivation
from service.events import code_secrets, signups, visibility
from service.happenings import (
    EventChanged,
    MemberLeft,
    OrganizationStatusChanged,
    PersonBanned,
    PersonRegistered,
    PhoneMoved,
    Table,
)
from service.organizations import contacts, invitations
from service.people import sessions
from service.rulings import typed_people

LISTENERS: Table = {
    EventChanged: (rederivation.follow_times,),
    PhoneMoved: (invitations.void, typed_people.void, sessions.end_of_moved),
    PersonRegistered: (typed_people.recognise,),
    OrganizationStatusChanged: (code_secrets.follow_organization, visibility.follow_organization),
    MemberLeft: (code_secrets.follow_member, contacts.forget_member),
    PersonBanned: (signups.withdraw_banned, sessions.end_of_banned),
}

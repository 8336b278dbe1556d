"""Who in the service hears of what, in the order in which they run. May import every room."""

from service.attendance import rederivation
from service.events import visibility
from service.happenings import EventChanged, OrganizationStatusChanged, PhoneMoved, Table
from service.organizations import invitations

LISTENERS: Table = {
    EventChanged: (rederivation.follow_times,),
    PhoneMoved: (invitations.void,),
    OrganizationStatusChanged: (visibility.follow_organization,),
}

"""The tables. Importing this package registers all of them on the one metadata."""

from service.models.announcements import Announcement, AnnouncementTo
from service.models.attendance import Attendance, PresenceRecord
from service.models.audit import AuditAction, AuditEntry, AuditSeal
from service.models.bans import Ban
from service.models.calendar_feeds import CalendarFeed
from service.models.certificates import Certificate, CertificateStatus
from service.models.consents import Consent, ConsentName
from service.models.contacts import Contact, ContactOf, ContactState
from service.models.counts import (
    CountCheck,
    CountPending,
    CountTotal,
    ScopeTotal,
    Sighting,
    SightingTotal,
)
from service.models.districts import District, DistrictImport, DistrictKind
from service.models.erasures import ErasedNumber, Erasure, GuardianErasure
from service.models.events import (
    CancelledBy,
    Event,
    EventKind,
    EventStatus,
    HiddenBy,
    PlacesLeft,
)
from service.models.exports import Export
from service.models.geocoding import Geocoded, GeocoderTurn
from service.models.guardians import EndedBy, GuardianLink, GuardianRelation, Guardianship
from service.models.guests import PageGuest
from service.models.headcounts import Headcount, HeadcountCategory
from service.models.helpers import EventHelper
from service.models.honours import HonoursAgreement
from service.models.milestones import Milestone, MilestoneOf
from service.models.notification_settings import NotificationSettings
from service.models.organizations import (
    Invitation,
    InvitationStatus,
    MemberRole,
    Membership,
    Organization,
    OrganizationKind,
    OrganizationStatus,
)
from service.models.outbox import ClockOffset, Outbox, WorkerSeen
from service.models.photos import EventPhoto, PhotoReport, PhotoWhen
from service.models.public_figures import PublicCell, PublicMonth, PublicTable
from service.models.refusals import RefusalAppeal, RefusedRecord
from service.models.region_reports import RegionReport
from service.models.reports import EventReport
from service.models.results import EventResult, WasteUnit
from service.models.reviews import Appeal, AttendanceDecision
from service.models.second_factors import EnrolmentSecret, SecondFactor
from service.models.series import EventSeries
from service.models.sessions import PageSession
from service.models.signups import Signup, SignupStatus
from service.models.ticks import ListTick, TypedPerson
from service.models.volunteers import (
    AccountCheck,
    Coordinator,
    Device,
    LocalIdentity,
    SecretUse,
    SignInCode,
    Volunteer,
)
from service.models.web_sign_ins import WebSignIn

__all__ = [
    "WebSignIn",
    "EnrolmentSecret",
    "SecondFactor",
    "EndedBy",
    "GuardianErasure",
    "GuardianLink",
    "GuardianRelation",
    "Guardianship",
    "PageGuest",
    "PageSession",
    "Export",
    "Geocoded",
    "GeocoderTurn",
    "HonoursAgreement",
    "RegionReport",
    "RefusalAppeal",
    "RefusedRecord",
    "AccountCheck",
    "Appeal",
    "Announcement",
    "AnnouncementTo",
    "Attendance",
    "AttendanceDecision",
    "AuditAction",
    "AuditEntry",
    "AuditSeal",
    "CancelledBy",
    "Certificate",
    "CertificateStatus",
    "ClockOffset",
    "Contact",
    "ContactOf",
    "ContactState",
    "Coordinator",
    "Ban",
    "CalendarFeed",
    "Consent",
    "ConsentName",
    "CountCheck",
    "CountPending",
    "CountTotal",
    "Device",
    "District",
    "DistrictImport",
    "DistrictKind",
    "ErasedNumber",
    "Erasure",
    "Event",
    "EventKind",
    "EventStatus",
    "HiddenBy",
    "InvitationStatus",
    "MemberRole",
    "OrganizationKind",
    "OrganizationStatus",
    "SignupStatus",
    "EventHelper",
    "EventPhoto",
    "PhotoReport",
    "PhotoWhen",
    "EventReport",
    "EventResult",
    "EventSeries",
    "Headcount",
    "HeadcountCategory",
    "Invitation",
    "ListTick",
    "TypedPerson",
    "LocalIdentity",
    "Membership",
    "Milestone",
    "MilestoneOf",
    "NotificationSettings",
    "Organization",
    "Outbox",
    "PlacesLeft",
    "PresenceRecord",
    "PublicCell",
    "PublicMonth",
    "PublicTable",
    "SecretUse",
    "SignInCode",
    "ScopeTotal",
    "Sighting",
    "SightingTotal",
    "Signup",
    "Volunteer",
    "WasteUnit",
    "WorkerSeen",
]

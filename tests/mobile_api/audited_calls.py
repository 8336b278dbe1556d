"""What each call of staff is recorded as, and how it is called: the table of `test_audited.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.models import AuditAction
from service.models.base import new_id
from tests.conftest import NOW
from tests.mobile_api.audited_world import GROUP, REASON, World

A = AuditAction

EVENT_BODY = {
    "title": {"kk": "Тазалық"},
    "kind": "cleanup",
    "starts_at": (NOW + timedelta(days=3)).isoformat(),
    "ends_at": (NOW + timedelta(days=3, hours=2)).isoformat(),
    "meeting_point": {"latitude": 50.2839, "longitude": 57.167},
}
EXPORT = {"what": "counts", "format": "csv", "filters": {"region": "KZ-15"}}
PLAN = {
    "id": str(new_id()),
    **{name: EVENT_BODY[name] for name in ("title", "kind", "starts_at", "ends_at")},
}
REPORT = {"region": "KZ-15", "period": "2026-04"}
STEP = timedelta(seconds=30)
CONTACT = {"contact": {"name": "Штаб", "link": "https://example.kz"}}

WORDS = (
    "тексерілді", "Көрдім", "Су алыңыз", "Жалған", "Айгүл", "+7701", "1990-01-01", "7 «А»", "Штаб", "№ 5",
)  # fmt: skip
"""What people wrote, or are called: entries have none of it."""

Steps = Callable[[World], Any]


@dataclass(frozen=True)
class Audited:
    """`steps`: the call, by whom, and its answer; of the entry: what it is about, besides the action."""

    action: AuditAction
    steps: Steps
    about: tuple[str, ...] = ()


AUDITED: dict[str, Audited] = {
    "answerCoordinator": Audited(
        A.ORGANIZATION_ANSWERED,
        lambda w: w.call(
            w.owner, "POST", f"/organizations/{w.asked.id}/answer", {"id": str(new_id()), "text": "№ 5"}
        ),
        ("organization_id",),
    ),
    "appointCoordinator": Audited(
        A.COORDINATOR_APPOINTED,
        lambda w: w.call(w.national, "PUT", "/coordinators", {"phone": w.volunteer.phone, "region": "KZ-75"}),
        ("subject_id",),
    ),
    "createExport": Audited(
        A.EXPORTED,
        lambda w: w.call(w.coordinator, "POST", "/exports", EXPORT | {"id": str(new_id())}),
        ("region_code",),
    ),
    "exportMe": Audited(A.OWN_DATA_EXPORTED, lambda w: w.call(w.owner, "GET", "/me/export"), ("subject_id",)),
    "banVolunteer": Audited(
        A.BANNED,
        lambda w: w.call(w.coordinator, "PUT", f"/bans/{w.volunteer.id}", REASON),
        ("subject_id", "region_code"),
    ),
    "cancelEvent": Audited(
        A.EVENT_CANCELLED,
        lambda w: w.call(w.coordinator, "POST", f"/events/{w.coming.id}/cancel", REASON),
        ("event_id", "organization_id", "region_code"),
    ),
    "changeEvent": Audited(
        A.EVENT_CHANGED,
        lambda w: w.call(w.owner, "PATCH", f"/events/{w.draft.id}", {"version": 1, "capacity": 5}),
        ("event_id",),
    ),
    "changeOrganization": Audited(
        A.ORGANIZATION_CHANGED,
        lambda w: w.call(
            w.coordinator, "PATCH", f"/organizations/{w.organization.id}", {"version": 1, "kind": "ngo"}
        ),
        ("organization_id", "region_code"),
    ),
    "closeReport": Audited(
        A.REPORT_HANDLED,
        lambda w: w.call(w.coordinator, "PUT", f"/reports/{w.report}", {"resolution": "Бәрі дұрыс"}),
        ("event_id", "subject_id"),
    ),
    "confirmMembership": Audited(
        A.MEMBER_CONFIRMED,
        lambda w: w.call(w.coordinator, "POST", f"/memberships/{w.organization.id}/{w.member.id}/confirm"),
        ("organization_id", "subject_id"),
    ),
    "correctAttendance": Audited(
        A.ATTENDANCE_CORRECTED,
        lambda w: w.call(
            w.coordinator,
            "PUT",
            f"/events/{w.event.id}/attendance/{w.volunteer.id}",
            {"present": True, "reason": "Көрдім"},
        ),
        ("event_id", "subject_id"),
    ),
    "confirmSecondFactor": Audited(
        A.SECOND_FACTOR_ENROLLED,
        lambda w: w.call(w.owner, "PUT", "/me/second-factor", {"totp": w.begin_factor().at(NOW)}),
        ("subject_id",),
    ),
    "elevate": Audited(
        A.ELEVATED,
        lambda w: w.call(w.owner, "POST", "/me/elevation", {"totp": w.enrol().at(NOW + STEP)}),
        ("subject_id",),
    ),
    "duplicateEvent": Audited(
        A.EVENT_CREATED,
        lambda w: w.call(
            w.owner, "POST", f"/events/{w.event.id}/duplicate", {"starts_at": EVENT_BODY["starts_at"]}
        ),
        ("event_id", "organization_id"),
    ),
    "addDates": Audited(
        A.EVENT_CREATED,
        lambda w: w.call(
            w.owner, "POST", f"/events/{w.dated()}/dates", {"starts_at": [EVENT_BODY["starts_at"]]}
        ),
        ("event_id", "organization_id"),
    ),
    "createEvent": Audited(
        A.EVENT_CREATED,
        lambda w: w.call(
            w.owner, "POST", "/events", EVENT_BODY | {"organization_id": str(w.organization.id)}
        ),
        ("event_id", "organization_id"),
    ),
    "decideOrganization": Audited(
        A.ORGANIZATION_DECIDED,
        lambda w: w.call(
            w.coordinator, "PUT", f"/organizations/{w.pending.id}/status", {"status": "verified"}
        ),
        ("organization_id", "region_code"),
    ),
    "deleteHeadcount": Audited(
        A.HEADCOUNT_TAKEN_BACK, lambda w: w.call(w.owner, "DELETE", w.put_headcount(new_id())), ("event_id",)
    ),
    "dismissCoordinator": Audited(
        A.COORDINATOR_REMOVED,
        lambda w: w.call(w.national, "DELETE", f"/coordinators/{w.coordinator.id}"),
        ("subject_id",),
    ),
    "getBan": Audited(A.BAN_READ, lambda w: w.call(w.coordinator, "GET", w.ban()), ("subject_id",)),
    "getHonours": Audited(
        A.HONOURS_READ, lambda w: w.call(w.coordinator, "GET", "/honours?region=KZ-15"), ("region_code",)
    ),
    "nameHelper": Audited(
        A.HELPER_NAMED,
        lambda w: w.call(w.owner, "PUT", f"/events/{w.event.id}/helpers/{w.volunteer.id}"),
        ("event_id", "organization_id", "subject_id"),
    ),
    "nameHelperByPhone": Audited(
        A.HELPER_NAMED,
        lambda w: w.call(w.owner, "PUT", f"/events/{w.event.id}/helpers", {"phone": w.member.phone}),
        ("event_id", "organization_id", "subject_id"),
    ),
    "listHelpers": Audited(A.PARTICIPANTS_READ, lambda w: w.list_helpers(), ("event_id",)),
    "dismissHelper": Audited(
        A.HELPER_DISMISSED, lambda w: w.call(w.owner, "DELETE", w.helper()), ("event_id", "subject_id")
    ),
    "hideEvent": Audited(
        A.EVENT_HIDDEN,
        lambda w: w.call(w.coordinator, "POST", f"/events/{w.event.id}/hide", REASON),
        ("event_id",),
    ),
    "inviteMember": Audited(
        A.MEMBER_INVITED,
        lambda w: w.call(
            w.owner,
            "POST",
            f"/organizations/{w.organization.id}/invitations",
            {"phone": "+77015550102", "role": "organizer"},
        ),
        ("organization_id",),
    ),
    "liftBan": Audited(A.BAN_LIFTED, lambda w: w.call(w.coordinator, "DELETE", w.ban()), ("subject_id",)),
    "listAudit": Audited(A.AUDIT_READ, lambda w: w.call(w.national, "GET", "/audit")),
    "listCoordinators": Audited(A.COORDINATORS_READ, lambda w: w.call(w.national, "GET", "/coordinators")),
    "listCorrectors": Audited(
        A.CORRECTORS_READ,
        lambda w: w.call(w.coordinator, "GET", "/reviews/organizers?region=KZ-15"),
        ("region_code",),
    ),
    "listInvitations": Audited(
        A.INVITATIONS_READ,
        lambda w: w.call(w.owner, "GET", f"/organizations/{w.organization.id}/invitations"),
        ("organization_id",),
    ),
    "listMembers": Audited(
        A.MEMBERS_READ,
        lambda w: w.call(w.owner, "GET", f"/organizations/{w.organization.id}/members"),
        ("organization_id",),
    ),
    "listParticipants": Audited(
        A.PHONES_READ, lambda w: w.call(w.owner, "GET", f"/events/{w.event.id}/participants"), ("event_id",)
    ),
    "listReports": Audited(
        A.REPORTS_READ, lambda w: w.call(w.coordinator, "GET", "/reports?region=KZ-15"), ("region_code",)
    ),
    "listReviews": Audited(
        A.REVIEWS_READ, lambda w: w.call(w.coordinator, "GET", "/reviews?region=KZ-15"), ("region_code",)
    ),
    "planEvents": Audited(
        A.EVENT_PLANNED,
        lambda w: w.call(w.coordinator, "POST", "/plans", PLAN | {"organizations": [str(w.organization.id)]}),
        ("event_id", "organization_id", "region_code"),
    ),
    "publishEvent": Audited(
        A.EVENT_PUBLISHED, lambda w: w.call(w.owner, "POST", f"/events/{w.draft.id}/publish"), ("event_id",)
    ),
    "putHeadcount": Audited(
        A.HEADCOUNT_GIVEN,
        lambda w: w.call(w.coordinator, "PUT", f"/events/{w.event.id}/headcounts/{new_id()}", GROUP | REASON),
        ("event_id",),
    ),
    "addPhoto": Audited(A.PHOTO_ADDED, lambda w: w.add_photo(), ("event_id", "organization_id")),
    "deletePhoto": Audited(
        A.PHOTO_REMOVED, lambda w: w.call(w.owner, "DELETE", w.photo()), ("event_id", "organization_id")
    ),
    "rulePhoto": Audited(
        A.PHOTO_RULED,
        lambda w: w.call(w.coordinator, "PUT", w.photo(), {"shown": False} | REASON),
        ("event_id", "region_code"),
    ),
    "listPhotos": Audited(
        A.PHOTOS_READ,
        lambda w: w.photo() and w.call(w.coordinator, "GET", f"/events/{w.event.id}/photos"),
        ("event_id", "region_code"),
    ),
    "putResult": Audited(
        A.RESULT_SET,
        lambda w: w.call(w.coordinator, "PUT", f"/events/{w.event.id}/result", {"version": 0, "trees": 3}),
        ("event_id", "organization_id", "region_code"),
    ),
    "remindResults": Audited(
        A.RESULTS_REMINDED,
        lambda w: w.call(w.coordinator, "POST", "/events/remind-results", {"ids": [str(w.over.id)]}),
        ("event_id",),
    ),
    "removeParticipant": Audited(
        A.PARTICIPANT_REMOVED,
        lambda w: w.call(w.owner, "DELETE", w.somebody_going(), REASON),
        ("event_id", "organization_id", "subject_id"),
    ),
    "readmitParticipant": Audited(
        A.PARTICIPANT_READMITTED,
        lambda w: w.call(w.owner, "PUT", w.removed()),
        ("event_id", "organization_id", "subject_id"),
    ),
    "removeMember": Audited(
        A.MEMBER_REMOVED,
        lambda w: w.call(w.owner, "DELETE", f"/organizations/{w.organization.id}/members/{w.member.id}"),
        ("organization_id", "subject_id"),
    ),
    "resetSecondFactor": Audited(A.SECOND_FACTOR_RESET, lambda w: w.reset_factor(), ("subject_id",)),
    "restoreEvent": Audited(
        A.EVENT_RESTORED,
        lambda w: w.call(w.coordinator, "POST", f"/events/{w.off.id}/restore", {}),
        ("event_id",),
    ),
    "reviewAttendance": Audited(
        A.REVIEWED,
        lambda w: w.call(w.coordinator, "PUT", f"/reviews/{w.review}", {"decision": "accept"} | REASON),
        ("event_id", "subject_id"),
    ),
    "reviewAttendances": Audited(
        A.REVIEWED,
        lambda w: w.call(
            w.coordinator,
            "POST",
            "/reviews",
            {"ids": [str(w.another_review)], "decision": "accept"} | REASON,
        ),
        ("event_id", "subject_id"),
    ),
    "sendAnnouncement": Audited(
        A.ANNOUNCED,
        lambda w: w.call(w.owner, "POST", f"/events/{w.event.id}/announcements", {"text": "Су алыңыз"}),
        ("event_id",),
    ),
    "sendRegionReport": Audited(
        A.REGION_REPORT_SENT,
        lambda w: w.call(w.coordinator, "POST", "/region-reports", REPORT | {"id": str(new_id())}),
        ("region_code",),
    ),
    "setBirthDate": Audited(
        A.BIRTH_DATE_SET,
        lambda w: w.call(
            w.coordinator, "PUT", f"/volunteers/{w.volunteer.id}/birth-date", {"birth_date": "1990-01-01"}
        ),
        ("subject_id",),
    ),
    "setDistrict": Audited(
        A.DISTRICT_SET,
        lambda w: w.call(w.coordinator, "PUT", f"/events/{w.event.id}/district", {"district": w.district()}),
        ("event_id",),
    ),
    "sendList": Audited(A.ATTENDANCE_LISTED, lambda w: w.tick(), ("event_id", "subject_id")),
    "setRegionContact": Audited(
        A.REGION_CONTACT_SET,
        lambda w: w.call(w.coordinator, "PUT", "/regions/KZ-15/contact", CONTACT["contact"]),
        ("region_code",),
    ),
    "setRole": Audited(
        A.MEMBER_CHANGED,
        lambda w: w.call(
            w.owner, "PUT", f"/organizations/{w.organization.id}/members/{w.member.id}", {"role": "owner"}
        ),
        ("organization_id", "subject_id"),
    ),
    "showEvent": Audited(
        A.EVENT_SHOWN, lambda w: w.call(w.coordinator, "POST", f"{w.hide()}/show", REASON), ("event_id",)
    ),
    "withdrawInvitation": Audited(
        A.INVITATION_REVOKED,
        lambda w: w.call(w.owner, "DELETE", f"/organizations/{w.organization.id}/invitations/{w.invite()}"),
        ("organization_id",),
    ),
}

OWN = "about oneself: no member of the staff in it"
OPEN = "anybody's, or the operator's: no member of the staff in it"
NO_PERSON = "no person in what it answers"
NOT_AUDITED: dict[str, str] = {
    **dict.fromkeys(
        (
            "acceptContact", "acceptInvitation", "answerBan", "appealAttendance", "appealRefusal", "changeMe",
            "checkIn", "checkOut", "declineContact", "declineInvitation", "deleteDevice",
            "eraseMe", "getMe", "getMyCalendar", "renewMyCalendar", "stopMyCalendar",
            "getExport", "getMyHonours", "getNotificationSettings", "getRecord", "getRecordOfEvent",
            "listInbox", "listMyInvitations", "putMyHonours", "confirmSignup",
            "listMySignups", "putDevice", "putMe", "putNotificationSettings", "readInboxItem", "sendBatch",
            "denyAttendance", "makeGuardianLink", "endGuardianship", "listCertificates", "makeCertificate",
            "downloadCertificate", "deleteCertificate", "listRefusals",
            "signUp", "withdrawConsent", "withdrawSignup", "getWebSignIn", "confirmWebSignIn",
        ),
        OWN,
    ),
    **dict.fromkeys(
        (
            "createToken", "getHealth", "getMeta", "getMetrics", "getReadiness", "listConsents",
            "listDistricts", "listLocalMessages", "listRegions", "movePhone", "requestCode", "resetClock",
            "setClock", "showPushes", "downloadDataset", "getDataset", "getPublicCounts", "listPublicEvents",
            "findPlaces", "getEventCalendar", "getPhotoFile", "readCalendar", "reportPhoto",
            "getPublicCertificate",
        ),
        OPEN,
    ),
    **dict.fromkeys(
        (
            "getCode", "getCounts", "getEvent", "getOrganization", "getRegionReport", "getSentReport",
            "listAnnouncements", "listEvents", "listHeadcounts", "listOrganizations", "listSentReports",
        ),
        NO_PERSON,
    ),
    "beginSecondFactor": "nothing is in force before the first code",
    "createOrganization": "who founds one is nobody's staff yet",
    "getExportFile": "recorded as export-read: test_exports.py, for it takes a worker",
    **dict.fromkeys(
        ("deleteGuardianConsent", "listChildren", "putGuardianConsent"),
        "a guardian's own word, which the consent itself keeps: no member of the staff in it",
    ),
    "reportEvent": "a volunteer's word, whom the report itself names",
}  # fmt: skip

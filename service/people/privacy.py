"""What tables with people are about, in the words of who is told what is held: docs and pages go by it."""

from enum import StrEnum


class Topic(StrEnum):
    """A subject of the pages about personal data; the catalogue has its words under `held.<topic>`."""

    ACCOUNT = "account"
    CONSENTS = "consents"
    FAMILY = "family"
    GOING = "going"
    PRESENCE = "presence"
    RULINGS = "rulings"
    RECOGNITION = "recognition"
    MESSAGES = "messages"
    DEVICES = "devices"
    SIGN_IN = "sign-in"
    ROLES = "roles"
    STAFF = "staff"
    REPORTS = "reports"
    BANS = "bans"
    AUDIT = "audit"


TABLES = {
    Topic.ACCOUNT: ("volunteer", "local_identity", "notification_settings", "erasure", "erased_number"),
    Topic.CONSENTS: ("consent",),
    Topic.FAMILY: ("guardian_link", "guardianship", "guardian_erasure"),
    Topic.GOING: ("signup", "typed_person", "list_tick", "calendar_feed"),
    Topic.PRESENCE: ("presence_record", "refused_record", "attendance", "count_pending", "sighting"),
    Topic.RULINGS: ("attendance_decision", "appeal", "refusal_appeal"),
    Topic.RECOGNITION: ("honours_agreement", "milestone", "certificate"),
    Topic.MESSAGES: ("outbox", "inbox_item", "delivery", "local_message"),
    Topic.DEVICES: ("device",),
    Topic.SIGN_IN: (
        "page_session",
        "page_guest",
        "second_factor",
        "enrolment_secret",
        "web_sign_in",
        "sign_in_code",
        "secret_use",
    ),
    Topic.ROLES: ("coordinator", "membership", "invitation", "contact", "event_helper"),
    Topic.STAFF: (
        "organization",
        "event",
        "announcement",
        "event_result",
        "event_photo",
        "headcount",
        "region_report",
        "export",
    ),
    Topic.REPORTS: ("event_report", "photo_report"),
    Topic.BANS: ("ban",),
    Topic.AUDIT: ("audit_entry",),
}

_OF = {table: topic for topic, tables in TABLES.items() for table in tables}


def topic_of(table: str) -> Topic:
    """What a table is about. Raises KeyError: nobody has said so."""
    return _OF[table]

"""What the walk of `test_walk.py` finds on its way: hidden things with marks, and who walks."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from service.models import (
    Appeal,
    Attendance,
    AttendanceDecision,
    Event,
    EventPhoto,
    EventReport,
    Export,
    Headcount,
    Invitation,
    Organization,
    PhotoReport,
    RegionReport,
    Volunteer,
)
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_device,
    make_event,
    make_member,
    make_organization,
    make_photo,
    make_signup,
    make_volunteer,
)

EXAMPLES = json.loads((Path(__file__).parents[2] / "http_base" / "examples.json").read_text("utf-8"))

PEOPLE_OF_STAFF = frozenset({"mark-member", "+77770000003", "+77770000004"})
"""Marks of lists of people beyond the participants: an owner sees them with the second factor alone."""


@dataclass
class Hidden:
    """What nobody sees but its organization and the region's coordinators, and who these are.

    `marks`: texts of which each stands in one hidden thing alone.
    """

    session: Session
    owner: Volunteer = field(init=False)
    coordinator: Volunteer = field(init=False)
    arguments: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        session = self.session
        self.owner = make_volunteer(session, display_name="Иесі")
        self.coordinator = make_coordinator(session, display_name="Үйлестіруші")
        shown = make_organization(session, self.owner)
        pending = make_organization(
            session,
            make_volunteer(session, display_name="mark-applicant"),
            status="pending",
            name={"kk": "mark-pending"},
            search="mark-pending",
            question="mark-question",
            answer="mark-answer",
        )
        member = make_volunteer(session, display_name="mark-member", phone="+77770000003")
        make_member(session, shown, member)
        held = make_event(session, shown, starts_at=NOW - timedelta(days=1), going=1)
        draft = make_event(session, shown, status="draft", title={"kk": "mark-draft"}, search="mark-draft")
        secret = make_event(
            session, shown, title={"kk": "mark-secret"}, hidden_by="coordinator", hidden_reason="mark-why"
        )
        secret.going = 1
        came = make_volunteer(
            session, display_name="mark-participant", phone="+77770000001", guardian_name="mark-guardian"
        )
        make_device(session, came, installation_id="mark-phone")
        make_signup(session, held, came)
        make_signup(session, secret, came)
        doubted = make_attendance(session, held, came, status="review", reasons=["distance"], distance_m=777)
        report = self._say(held, doubted, came, shown)
        sent = self._send()
        self.arguments = {
            "language": ["kk", "ru", "en"],
            "event_id": [str(one.id) for one in (held, draft, secret)],
            "organization_id": [str(one.id) for one in (shown, pending)],
            "subject_id": [str(came.id)],
            "volunteer_id": [str(one.id) for one in (came, member, self.owner, self.coordinator)],
            "attendance_id": [str(doubted.id)],
            "report_id": [str(report.id), str(sent.id)],
            "sent_report_id": [str(sent.id)],
            "export_id": [str(self._export().id)],
            "headcount_id": [str(self.headcount_id)],
            "invitation_id": [str(self.invitation_id)],
            "photo_id": [str(self._photo(held).id)],
            "size": ["small"],
            **dict.fromkeys(
                ("certificate_id", "child_id", "contact_id", "item_id", "session_id"), [str(uuid4())]
            ),
            "region_code": ["KZ-15"],
            "code": ["KZ-15"],
            "name": ["cross_border"],
            "key": ["x"],
            "installation_id": ["mark-phone-"],
            "act": ["verify", "ask", "reject", "suspend"],
            "answer": ["accept", "decline"],
            "ending": ["xlsx", "pdf", "csv"],
            "status": ["404"],
            "table": ["people", "organizations"],
        }
        session.commit()

    def _say(self, held: Event, doubted: Attendance, came: Volunteer, shown: Organization) -> EventReport:
        """What people have said about the event, the doubt and the group."""
        session = self.session
        self.headcount_id, self.invitation_id = new_id(), new_id()
        report = EventReport(
            id=new_id(), event_id=held.id, volunteer_id=came.id, reason="mark-report", created_at=NOW
        )
        session.add_all(
            [
                report,
                Appeal(attendance_id=doubted.id, id=uuid4(), text="mark-appeal", created_at=NOW),
                AttendanceDecision(
                    attendance_id=doubted.id,
                    role="organizer",
                    status="rejected",
                    reason="mark-decision",
                    decided_by=self.owner.id,
                    decided_at=NOW,
                    after={},
                ),
                Headcount(
                    event_id=held.id,
                    id=self.headcount_id,
                    group_name="mark-group",
                    people=20,
                    minutes=60,
                    created_by=self.owner.id,
                    created_at=NOW,
                    changed_by=self.owner.id,
                    changed_at=NOW,
                ),
                Invitation(
                    id=self.invitation_id,
                    organization_id=shown.id,
                    phone="+77770000004",
                    role="organizer",
                    status="open",
                    invited_by=self.owner.id,
                    created_at=NOW,
                    expires_at=NOW + timedelta(days=14),
                ),
            ]
        )
        session.flush()
        return report

    def _photo(self, held: Event) -> EventPhoto:
        """One that a coordinator did not show, and somebody has reported."""
        made = make_photo(
            self.session,
            held,
            decided_at=NOW,
            decided_by=self.coordinator.id,
            reason="mark-photo",
            reported_at=NOW,
        )
        self.session.add(PhotoReport(photo_id=made.id, reason="mark-look", created_at=NOW))
        return made

    def _send(self) -> RegionReport:
        cells = {"events": 1, "note": "mark-note"}
        row: dict[str, Any] = {"key": None, "name": {"kk": "mark-row"}, "cells": cells, "about": []}
        made = RegionReport(
            id=new_id(),
            region_code="KZ-15",
            period="2026-W19",
            first_day=NOW.date() - timedelta(days=12),
            last_day=NOW.date() - timedelta(days=6),
            version=1,
            action="mark-action",
            notes={"none": "mark-note"},
            content={
                "region": {"kk": "Ақтөбе облысы"},
                "rows": [row],
                "total": row | {"name": {"kk": "Барлығы"}},
                "days": [],
                "events": [],
                "as_of": NOW.isoformat(),
            },
            sent_by=self.coordinator.id,
            sent_at=NOW,
            content_hash="",
        )
        self.session.add(made)
        self.session.flush()
        return made

    def _export(self) -> Export:
        made = Export(
            id=new_id(),
            requested_by=self.coordinator.id,
            what="region-report",
            format="csv",
            dialect="plain",
            headings="kk",
            filters={"period": "2026-W19"},
            name="mark-file.csv",
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
            content_hash="",
        )
        self.session.add(made)
        self.session.flush()
        return made


MARKS = frozenset(
    {
        *(f"mark-{name}" for name in ("applicant", "pending", "question", "answer", "member", "draft")),
        *(f"mark-{name}" for name in ("secret", "why", "participant", "guardian", "phone", "report")),
        *(f"mark-{name}" for name in ("appeal", "decision", "group", "note", "row", "action", "file")),
        "mark-photo",
        *(f"+7777000000{number}" for number in (1, 3, 4)),
    }
)


SHOWN_TO_NOBODY = frozenset({"mark-guardian", "mark-applicant", "mark-phone", "+77770000003"})
"""Marks that stand in the database alone: staff do not see them either."""


def marks_in(text: str) -> set[str]:
    """Which marks stand in an answer."""
    return {mark for mark in MARKS if mark in text}


def text_of(answer: TestResponse) -> str:
    """All that can be read in an answer: its head, and of a workbook what it packs."""
    body = answer.get_data()
    if body.startswith(b"PK"):
        with ZipFile(io.BytesIO(body)) as packed:
            body = b"".join(packed.read(name) for name in packed.namelist())
    return str(answer.headers) + body.decode("utf-8", "replace")


def body_of(operation: str | None) -> Any:
    """The example's body of an operation of the API; nothing where it has none."""
    found = EXAMPLES["operations"].get(operation, {}).get("body") if operation else None
    return json.loads(json.dumps(found or {}).replace("{now}", NOW.isoformat()))


def paths(rule: Any, arguments: Mapping[str, list[str]]) -> Iterator[str]:
    """Every path of a rule, with all that is written down for its arguments."""
    pending = [rule.rule]
    for name in sorted(rule.arguments):
        assert name in arguments, f"{rule.rule}: write down what {name} is in Hidden.arguments"
        values = arguments[name][:1] if name == "language" else arguments[name]
        pending = [replaced(path, name, value) for path in pending for value in values]
    yield from pending


def replaced(path: str, name: str, value: str) -> str:
    """The path with one of its arguments filled in."""
    start = path.index(f":{name}>") if f":{name}>" in path else path.index(f"<{name}>")
    begin, end = path.rindex("<", 0, start + 1), path.index(">", start) + 1
    return path[:begin] + value + path[end:]

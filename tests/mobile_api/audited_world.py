"""Who decides about what, for the calls of `audited_calls.py`."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pyotp
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import EventReport, EventSeries, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import (
    box,
    make_attendance,
    make_coordinator,
    make_district,
    make_event,
    make_import,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.service.platform.pictures import photo

Login = Callable[[Volunteer], dict[str, str]]
GROUP = {"group": "7 «А»", "people": 20, "minutes": 60}
REASON = {"reason": "тексерілді"}


class World:
    """An organization of KZ-15 with an event of today and one of tomorrow, and who decides about them."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner, self.volunteer, self.member = (make_volunteer(session) for _ in range(3))
        self.organization = make_organization(session, self.owner)
        make_member(session, self.organization, self.member)
        self.event = make_event(session, self.organization)
        self.coming = make_event(session, self.organization, starts_at=NOW + timedelta(days=1))
        self.draft = make_event(session, self.organization, status="draft", starts_at=NOW + timedelta(days=2))
        self.off = make_event(
            session,
            self.organization,
            status="cancelled",
            cancelled_at=NOW,
            cancelled_by="organizer",
            starts_at=NOW + timedelta(days=1),
        )
        self.over = make_event(session, self.organization, starts_at=NOW - timedelta(days=1))
        self.asked = make_organization(session, self.owner, status="asked", question="Қай мектеп?")
        self.pending = make_organization(session, status="pending")
        self.coordinator = make_coordinator(session, "KZ-15")
        self.national = make_coordinator(session, "*")
        self.review = make_attendance(session, self.event, self.volunteer, status="review").id
        self.other = make_volunteer(session)
        self.another_review = make_attendance(session, self.event, self.other, status="review").id
        self.report = new_id()
        session.add(
            EventReport(
                id=self.report,
                event_id=self.event.id,
                volunteer_id=self.volunteer.id,
                reason="Алаяқтық",
                created_at=NOW,
            )
        )
        session.commit()

    def call(self, who: Volunteer, method: str, url: str, body: Any = None) -> Any:
        return self.client.open(f"/v1{url}", method=method, json=body, headers=self.login(who))

    def dated(self) -> UUID:
        """An event that is a date of a series."""
        series = EventSeries(rrule="FREQ=WEEKLY", created_at=NOW)
        self.session.add(series)
        self.session.flush()
        self.draft.series_id = series.id
        self.session.commit()
        return self.draft.id

    def add_photo(self) -> Any:
        form = {"when": "after", "file": (io.BytesIO(photo()), "a.jpg")}
        url = f"/v1/events/{self.event.id}/photos"
        return self.client.post(url, data=form, headers=self.login(self.owner))

    def photo(self) -> str:
        return f"/events/{self.event.id}/photos/{self.add_photo().json['id']}"

    def put_headcount(self, headcount_id: UUID) -> str:
        url = f"/events/{self.event.id}/headcounts/{headcount_id}"
        assert self.call(self.owner, "PUT", url, GROUP).status_code == 201
        return url

    def invite(self) -> UUID:
        url = f"/organizations/{self.organization.id}/invitations"
        assert (
            self.call(self.owner, "POST", url, {"phone": "+77015550101", "role": "organizer"}).status_code
            == 202
        )
        items = self.call(self.owner, "GET", url).json["items"]
        return UUID(items[0]["id"])

    def tick(self) -> Any:
        tick = {
            "id": str(new_id()),
            "volunteer_id": str(self.volunteer.id),
            "present": True,
            "captured_at": NOW.isoformat(),
        }
        body = {"sent_at": NOW.isoformat(), "records": [tick], "reason": "Көрдім"}
        return self.call(self.owner, "POST", f"/events/{self.event.id}/attendance", body)

    def somebody_going(self) -> str:
        """The address of a participant."""
        make_signup(self.session, self.event, self.other)
        self.event.going += 1
        self.session.commit()
        return f"/events/{self.event.id}/participants/{self.other.id}"

    def removed(self) -> str:
        url = self.somebody_going()
        assert self.call(self.owner, "DELETE", url, REASON).status_code == 204
        return url

    def helper(self) -> str:
        """The address of somebody who helps."""
        url = f"/events/{self.event.id}/helpers/{self.volunteer.id}"
        assert self.call(self.owner, "PUT", url).status_code == 204
        return url

    def list_helpers(self) -> Any:
        self.helper()
        return self.call(self.owner, "GET", f"/events/{self.event.id}/helpers")

    def ban(self) -> str:
        url = f"/bans/{self.volunteer.id}"
        assert self.call(self.coordinator, "PUT", url, {"reason": "Жалған"}).status_code == 200
        return url

    def begin_factor(self) -> pyotp.TOTP:
        """The owner's authenticator app, whose first code is still to come."""
        uri = self.call(self.owner, "POST", "/me/second-factor", {}).json["otpauth_uri"]
        return pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0])

    def enrol(self) -> pyotp.TOTP:
        app = self.begin_factor()
        assert self.call(self.owner, "PUT", "/me/second-factor", {"totp": app.at(NOW)}).status_code == 204
        return app

    def reset_factor(self) -> Any:
        self.enrol()
        return self.call(self.national, "POST", f"/volunteers/{self.owner.id}/second-factor/reset")

    def district(self) -> str:
        """Two, one of which is not that of the event."""
        make_district(self.session, "151000000", box(57, 50.2, 57.3, 50.4))
        make_district(self.session, "153200000", box(57.3, 49.5, 58, 50.4))
        make_import(self.session)
        self.session.commit()
        return "153200000"

    def hide(self) -> str:
        url = f"/events/{self.event.id}"
        assert self.call(self.coordinator, "POST", f"{url}/hide", REASON).status_code == 200
        return url

"""Whatever a season was like: record, page, certificate, paper and public page tell the same hours."""

import random
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from notifications import words
from service.attendance import closing as forgotten
from service.models import Attendance, Event, Organization, Volunteer
from service.platform.thresholds import Thresholds
from service.recognition import renewal
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import AKTOBE, make_coordinator, make_event, make_organization, make_volunteer
from tests.mobile_api.phones import Login, Phone
from tests.web.html import Element
from tests.web.visitor import Visitor

LONG_AGO = NOW - timedelta(days=400)
LANGUAGES = ("kk", "ru", "en")
PERIOD = {"from": "2026-01-01", "to": "2026-05-16"}


class Season:
    """One volunteer's events of this year, each as its phone, its organizer and a coordinator made it."""

    def __init__(
        self, client: FlaskClient, session: Session, login: Login, clock: FixedClock, chance: random.Random
    ) -> None:
        self.client, self.session, self.login, self.clock = client, session, login, clock
        self.chance = chance
        since: dict[str, Any] = {"created_at": LONG_AGO}
        self.person = make_volunteer(session, last_seen_at=NOW, **since)
        self.owner = make_volunteer(session, last_seen_at=NOW, **since)
        self.coordinator = make_coordinator(session, "KZ-15", last_seen_at=NOW, **since)
        self.organization: Organization = make_organization(session, self.owner)
        self.events: list[Event] = []

    def happens(self) -> None:
        """From January on, every few days; the last one today."""
        days = sorted(self.chance.sample(range(1, 130), self.chance.randint(6, 14)), reverse=True)
        for day in days:
            minutes = self.chance.randint(30, 420)
            starts_at = NOW - timedelta(days=day, minutes=self.chance.randint(0, 300))
            event = make_event(
                self.session,
                self.organization,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes),
            )
            self.events.append(event)
            self.chance.choice(self.ways)(event)
        self.clock.at = NOW
        while forgotten.close_forgotten(self.session, NOW, Thresholds()):
            self.session.commit()
        for _ in range(self.chance.randint(0, 4)):
            self.is_ruled()

    @property
    def ways(self) -> list[Callable[[Event], None]]:
        return [self.comes, self.comes, self.forgets, self.is_refused, self.is_doubted, self.is_listed]

    def _send(self, event: Event, *kinds: str, **position: Any) -> None:
        length = event.ends_at - event.starts_at
        came = event.starts_at + length * self.chance.uniform(-0.1, 0.4)
        left = event.starts_at + length * self.chance.uniform(0.5, 1.05)
        self.clock.at = max(event.ends_at, left) + timedelta(minutes=30)
        phone = Phone(self.client, self.clock, self.login(self.person))
        moments = {"check_in": came, "check_out": left}
        phone.send([phone.record(kind, event, moments[kind], position=position) for kind in kinds])

    def comes(self, event: Event) -> None:
        self._send(event, "check_in", "check_out")

    def forgets(self, event: Event) -> None:
        self._send(event, "check_in")

    def is_refused(self, event: Event) -> None:
        self._send(event, "check_in", latitude=AKTOBE[0] + 0.08)

    def is_doubted(self, event: Event) -> None:
        self._send(event, "check_in", "check_out", latitude=AKTOBE[0] + 0.006)

    def is_listed(self, event: Event) -> None:
        self.clock.at = event.ends_at + timedelta(hours=1)
        self.correct(event, {"present": True})

    def correct(self, event: Event, body: dict[str, Any], by: Volunteer | None = None) -> Any:
        return self.client.put(
            f"/v1/events/{event.id}/attendance/{self.person.id}",
            json={"reason": "Көрдім"} | body,
            headers=self.login(by or self.owner),
        )

    def is_ruled(self) -> bool:
        """A coordinator says another word about one of the last 90 days' events; whether it was taken."""
        lately = [event for event in self.events if event.ends_at > NOW - timedelta(days=88)]
        if not lately:
            return False
        event = self.chance.choice(lately)
        longest = int((event.ends_at - event.starts_at).total_seconds() // 60)
        present = self.chance.random() < 0.7
        body = {"present": present} | ({"minutes": self.chance.randint(1, longest)} if present else {})
        return bool(self.correct(event, body, self.coordinator).status_code == 200)

    def minutes(self) -> tuple[int, int, int]:
        """(events, proven, assumed), from the rows alone."""
        counted = self.session.scalars(
            sa.select(Attendance)
            .where(Attendance.volunteer_id == self.person.id, Attendance.status == "counted")
            .execution_options(populate_existing=True)
        ).all()
        assumed = sum(one.assumed_minutes for one in counted)
        return len(counted), sum(one.minutes or 0 for one in counted) - assumed, assumed


def figures(page: Element) -> list[str]:
    return [one.text for one in page.one("main").all("span", class_="figure-value")]


def said(minutes: tuple[int, int, int], language: str) -> list[str]:
    _, proven, assumed = minutes
    return [words.duration(part, language) for part in (proven, assumed) if part or part is proven]


def read(pdf: bytes) -> tuple[str, str]:
    """(what stands there, without its spaces; what its code says)."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
        (code,) = zxingcpp.read_barcodes(document[0].render(scale=200 / 72).to_pil())
    return "".join(text.split()), code.text


def holds_together(season: Season, visitor: Visitor, everybody: Visitor, language: str) -> str:
    """All readers tell what the rows say; returns the address in the paper's code."""
    expected = season.minutes()
    events, proven, assumed = expected
    me = season.login(season.person)
    record = season.client.get("/v1/me/record", headers=me).json
    sums = {"events": events, "minutes": proven + assumed, "assumed_minutes": assumed}
    assert {name: record[name] for name in sums} == sums == record["this_year"]
    assert figures(visitor.page(f"/{language}/account/record")) == said(expected, language)
    made = season.client.post("/v1/me/certificates", json=PERIOD | {"lang": language}, headers=me).json
    hours = {"hours": round(proven / 60, 2), "hours_assumed": round(assumed / 60, 2), "events": events}
    shown = season.client.get(f"/public/certificates/{made['code']}").json
    assert {name: shown[name] for name in hours} == hours
    paper = season.client.get(f"/v1/me/certificates/{made['id']}.pdf", headers=me)
    text, address = read(paper.data)
    for part, label in zip(said(expected, language), ("proven", "assumed"), strict=False):
        label = words.translate(f"certificate.{label}", language)
        assert "".join((part + label).split()) in text
    page = everybody.page(urlsplit(address).path)
    assert figures(page) == said(expected, language)
    assert words.translate("page.certificate.said.valid", language) in page.one("main").text
    return address


def is_told(everybody: Visitor, address: str, status: str, language: str) -> None:
    page = everybody.page(urlsplit(address).path)
    assert words.translate(f"page.certificate.said.{status}", language) in page.one("main").text
    assert figures(page) == []


def plays(
    app: Tazalyq, client: FlaskClient, session: Session, login: Login, clock: FixedClock, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a plan of its own, not a secret
    season = Season(client, session, login, clock, chance)
    season.happens()
    if not season.minutes()[0]:
        season.comes(season.events[-1])
        season.clock.at = NOW
    session.commit()
    visitor, everybody = (Visitor(app, app.response_class) for _ in range(2))
    visitor.sign_in(session, season.person, elevated=False)
    language = LANGUAGES[seed % 3]
    address = holds_together(season, visitor, everybody, language)
    before = season.minutes()
    for _ in range(20):
        season.is_ruled()
        if season.minutes() != before:
            break
    if season.minutes() != before and season.minutes()[0]:
        is_told(everybody, address, "replaced", language)
        renewal.renew(session, season.person.id, NOW)
        session.commit()
        is_told(everybody, address, "replaced", language)
        address = holds_together(season, visitor, everybody, language)
    for attended in session.scalars(sa.select(Attendance).where(Attendance.volunteer_id == season.person.id)):
        attended.status = "rejected"
    session.commit()
    is_told(everybody, address, "revoked", language)


@pytest.mark.parametrize("seed", [1, 2])
def test_all_readers_tell_the_same_hours(
    app: Tazalyq, client: FlaskClient, session: Session, login: Login, clock: FixedClock, seed: int
) -> None:
    plays(app, client, session, login, clock, seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(3, 21))
def test_all_readers_tell_the_same_hours_of_many_seasons(
    app: Tazalyq, client: FlaskClient, session: Session, login: Login, clock: FixedClock, seed: int
) -> None:
    plays(app, client, session, login, clock, seed)

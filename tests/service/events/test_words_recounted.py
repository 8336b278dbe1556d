"""Events by words, page by page, against a plain recount of all: none is lost or doubled at any seam."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import search
from service.events.search import WITHOUT_DISTRICT, Search
from service.models import Event, EventStatus
from tests.conftest import NOW
from tests.makers import make_event, make_organization
from tests.service.events.test_words import all_pages

FIRST, LAST = date(2026, 5, 16), date(2026, 7, 10)
THURSDAY = datetime(2026, 5, 21, tzinfo=UTC)
"""A week of the words begins with it."""

Wanted = Callable[[Event], bool]
STEP = timedelta(hours=6)


@pytest.fixture(params=[(1, 1, 1), (3, 1, 9), (50, 5, 1_000)])
def seams(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where reading in order ends and the weeks begin: in the middle of events that start together, too."""
    for name, value in zip(("TASTED", "OFTEN", "READ"), request.param, strict=True):
        monkeypatch.setattr(search, name, value)


@pytest.fixture
def events(session: Session) -> list[Event]:
    """Many start at one moment, at the edges of weeks, too; some are over, hidden, called off, drafts."""
    random = Random(20)  # noqa: S311 - the same events at each run
    organizations = [make_organization(session, search=name) for name in ("taza zher", "elek")]
    made = []
    for _ in range(160):
        week = THURSDAY + timedelta(weeks=random.choice((-1, -1, 0, 0, 1, 2, 7)))
        starts_at = random.choice(
            (week, week - timedelta(microseconds=1), NOW + STEP * random.randrange(-8, 80))
        )
        zone = random.choice(("Asia/Almaty", "Asia/Aqtobe", "Pacific/Kiritimati"))
        made.append(
            make_event(
                session,
                random.choice(organizations),
                search=" ".join(random.sample(("elek", "esil", "sauda", "park", "parki"), 2)),
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=random.choice((1, 3, 24))),
                zone=zone,
                day=starts_at.astimezone(ZoneInfo(zone)).date(),
                kind=random.choice(("cleanup", "cleanup", "education")),
                region_code=random.choice(("KZ-15", "KZ-15", "KZ-75")),
                district_code=random.choice((None, "151011111")),
                status=random.choice(("published",) * 8 + ("cancelled", "draft")),
                hidden_by=random.choice((None,) * 8 + ("coordinator",)),
            )
        )
    session.flush()
    session.execute(sa.text("ANALYZE event"))
    return made


def in_sight(event: Event) -> bool:
    return event.status == EventStatus.PUBLISHED and event.hidden_by is None


def cancelled(event: Event) -> bool:
    return event.status == EventStatus.CANCELLED and event.hidden_by is None


def recounted(events: list[Event], wanted: Wanted, texts: tuple[str, ...], *, not_over: bool) -> list[UUID]:
    found = []
    for one in events:
        words = f"{one.search} {one.organization.search}".split()
        last = (one.ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(one.zone)).date()
        if (
            wanted(one)
            and one.day <= LAST
            and last >= FIRST
            and (not not_over or one.ends_at > NOW)
            and all(any(word.startswith(text) for word in words) for text in texts)
        ):
            found.append(one)
    return [one.id for one in sorted(found, key=lambda one: (one.starts_at, one.id))]


QUESTIONS: list[tuple[dict[str, Any], Wanted]] = [
    ({}, in_sight),
    ({"region_code": "KZ-75"}, lambda one: in_sight(one) and one.region_code == "KZ-75"),
    ({"district_code": "151011111"}, lambda one: in_sight(one) and one.district_code is not None),
    ({"district_code": WITHOUT_DISTRICT}, lambda one: in_sight(one) and one.district_code is None),
    ({"kind": "education"}, lambda one: in_sight(one) and one.kind == "education"),
    ({"status": EventStatus.CANCELLED}, cancelled),
    ({"status": EventStatus.PUBLISHED}, in_sight),
    ({"drafts": True}, lambda one: True),
    ({"drafts": True, "status": EventStatus.DRAFT}, lambda one: one.status == EventStatus.DRAFT),
]


@pytest.mark.usefixtures("seams")
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: ",".join(map(str, one[0].values())) or "all")
def test_pages_are_what_a_recount_has(
    session: Session, events: list[Event], question: tuple[dict[str, Any], Wanted]
) -> None:
    filters, wanted = question
    for texts, not_over in (
        (("elek",), True),
        (("par",), False),
        (("taza", "esil"), True),
        (("elek", "sauda"), False),
        (("nobody",), True),
    ):
        asked = Search(FIRST, LAST, text=" ".join(texts), not_over_at=NOW if not_over else None, **filters)
        have = recounted(events, wanted, texts, not_over=not_over)
        for size in (1, 50) if len(have) < 20 else (7, 500):
            assert all_pages(session, asked, size) == have


@pytest.mark.usefixtures("seams")
def test_pages_of_an_organization_are_what_a_recount_has(session: Session, events: list[Event]) -> None:
    organization = events[0].organization
    have = recounted(
        events, lambda one: in_sight(one) and one.organization == organization, ("esil",), not_over=True
    )
    asked = Search(FIRST, LAST, text="есіл", organization_ids=[organization.id], not_over_at=NOW)
    assert len(have) > 5
    for size in (1, 5, 50):
        assert all_pages(session, asked, size) == have

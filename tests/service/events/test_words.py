"""Events by words: of title, place and organization, in every spelling, whatever has changed since."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from service.events import search, words
from service.events.search import Search
from service.geography import places
from service.models import Event
from service.organizations import organizations
from tests.conftest import NOW
from tests.makers import AKTOBE, make_event, make_organization

TOMORROW = NOW + timedelta(days=1)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def found(session: Session, text: str, **more: object) -> list[UUID]:
    session.flush()
    return [one.id for one in search.find(session, Search(*YEAR, text=text, **more), None, 50)]


def make(session: Session, text: str, organization: str = "", **more: object) -> Event:
    made = make_organization(session, name={"kk": organization}, search=places.fold(organization))
    return make_event(session, made, **({"search": places.fold(text), "starts_at": TOMORROW} | more))


@pytest.mark.parametrize(
    "text", ["Жасыл Қала", "жасыл кала", "Zhasyl Qala", "кала ЖАСЫЛ", "жас қал", "«Жасыл»"]
)
def test_the_name_of_its_organization_finds_an_event(session: Session, text: str) -> None:
    event = make(session, "Елек жағалауы", "«Жасыл қала» ҚБ")
    make(session, "Елек жағалауы", "Таза жер")
    assert found(session, text) == [event.id]


@pytest.mark.parametrize("text", ["Елек таза", "уборка Абай", "абай 12", "№12", "елек-жағалауы"])
def test_words_of_all_its_texts_find_it_in_any_order(session: Session, text: str) -> None:
    event = make(session, "Елек жағалауы, Уборка берега, Абай көшесі, 12", "Таза жер")
    assert found(session, text) == [event.id]


@pytest.mark.parametrize(
    "text", ["", "!!!", "%", "_", "…", "елек парк", "лек", "x" * 200, "😀", "' | елек", "елек:*&"]
)
def test_what_it_does_not_have_finds_nothing(session: Session, text: str) -> None:
    event = make(session, "Елек жағалауы")
    assert found(session, text) == ([event.id] if "| елек" in text or ":*" in text else [])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("сенбілік", "Саябақ сенбілігі"),
        ("саябақ", "саябағындағы тазалық"),
        ("мектеп", "Мектебіміз"),
        ("парк", "паркі"),
    ],
)
def test_a_word_is_found_before_its_endings(session: Session, text: str, written: str) -> None:
    event = make(session, written)
    assert found(session, text) == [event.id]


def test_emoji_and_very_long_words_are_words(session: Session) -> None:
    event = make(session, "сенбілік 😀🌳 " + "а" * 300)
    assert found(session, "😀") == found(session, "а" * 200) == [event.id]


def test_a_new_name_finds_the_events_and_the_old_one_no_more(session: Session) -> None:
    event = make(session, "Елек", "Ескі атау")
    other = make(session, "Елек", "Басқа")
    organizations.put_name(event.organization, {"kk": "Жаңа атау", "ru": "Новое имя"})
    assert found(session, "новое") == [event.id]
    assert found(session, "ескі") == []
    assert set(found(session, "елек")) == {event.id, other.id}


def test_what_moves_is_found_where_it_is(session: Session) -> None:
    event = make(session, "Елек")
    event.search, event.region_code, event.starts_at = "esil", "KZ-71", TOMORROW + timedelta(days=70)
    event.ends_at, event.day = event.starts_at + timedelta(hours=1), event.starts_at.date()
    assert found(session, "есіл", region_code="KZ-71") == [event.id]
    assert found(session, "елек") == found(session, "есіл", region_code="KZ-15") == []


def test_events_of_an_older_release_get_their_words_from_a_job(session: Session) -> None:
    event = make(session, "Елек", "Таза жер")
    session.execute(sa.text("ALTER TABLE event DISABLE TRIGGER event_found_by"))
    session.execute(sa.text("UPDATE event SET organization_search = NULL, words = NULL"))
    session.execute(sa.text("ALTER TABLE event ENABLE TRIGGER event_found_by"))
    assert found(session, "таза") == []
    assert words.make_some(session) == 1
    assert words.make_some(session) == 0
    assert found(session, "таза") == [event.id]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60))
def test_the_database_takes_a_text_apart_as_the_question_is(session: Session, text: str) -> None:
    """Whatever somebody writes is found by the same."""
    folded = places.fold(text)
    known = session.scalar(
        sa.text("SELECT event_words('epoch', 'KZ-15', NULL, :found_in)::text"), {"found_in": folded}
    )
    asked = words.words_of(text)
    if len(asked) < words.MOST_WORDS:
        has = session.scalar(
            sa.text("SELECT length(event_words('epoch', 'KZ-15', NULL, :found_in))"), {"found_in": folded}
        )
        assert has == len(asked) + 1, (known, asked)
    for word in asked:
        assert session.scalar(
            sa.text("SELECT event_words('epoch', 'KZ-15', NULL, :found_in) @@ cast(:query AS tsquery)"),
            {"found_in": folded, "query": f"'0 {word}':*"},
        )


@pytest.fixture
def few_are_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that of some events, too, those of common words are read in order, and then by weeks."""
    monkeypatch.setattr(search, "TASTED", 4)
    monkeypatch.setattr(search, "OFTEN", 2)
    monkeypatch.setattr(search, "READ", 7)


def all_pages(session: Session, wanted: Search, size: int) -> list[UUID]:
    seen: list[Event] = []
    after: tuple[datetime, UUID] | None = None
    while page := search.find(session, wanted, after, size):
        seen += page
        after = (page[-1].starts_at, page[-1].id)
    assert [(one.starts_at, one.id) for one in seen] == sorted((one.starts_at, one.id) for one in seen)
    return [one.id for one in seen]


@pytest.mark.usefixtures("few_are_looked_through")
@pytest.mark.parametrize("size", [1, 3, 50])
def test_pages_go_through_all_weeks_and_have_each_event_once(session: Session, size: int) -> None:
    organization = make_organization(session)
    made = [
        make_event(
            session,
            organization,
            search="elek" if at % 3 else "esil",
            starts_at=NOW + timedelta(hours=11 * at),
            region_code="KZ-15" if at % 2 else "KZ-75",
        )
        for at in range(60)
    ]
    have = [one.id for one in made if one.search == "elek"]
    assert all_pages(session, Search(*YEAR, text="елек"), size) == have
    there = [one.id for one in made if one.search == "elek" and one.region_code == "KZ-75"]
    assert all_pages(session, Search(*YEAR, text="елек", region_code="KZ-75"), size) == there


@pytest.mark.parametrize("at", [datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)])
def test_behind_a_cursor_of_another_search_is_what_comes_later(session: Session, at: datetime) -> None:
    event = make(session, "Елек")
    page = search.find(session, Search(*YEAR, text="елек"), (at, event.id), 50)
    assert [one.id for one in page] == ([event.id] if at < TOMORROW else [])


@pytest.mark.usefixtures("few_are_looked_through")
def test_what_moves_or_comes_between_two_pages_leaves_the_others_on_them_once(session: Session) -> None:
    organization = make_organization(session)
    made = [
        make_event(session, organization, search="elek", starts_at=NOW + timedelta(hours=9 * at))
        for at in range(1, 41)
    ]
    seen: list[UUID] = []
    after: tuple[datetime, UUID] | None = None
    while page := search.find(session, Search(*YEAR, text="елек"), after, 6):
        seen += [one.id for one in page]
        after = (page[-1].starts_at, page[-1].id)
        moved = made[len(seen) // 6]
        moved.starts_at = NOW + timedelta(minutes=len(seen))
        moved.ends_at = moved.starts_at + timedelta(hours=1)
        make_event(session, organization, search="elek", starts_at=NOW + timedelta(minutes=len(seen)))
        session.flush()
    assert seen == [one.id for one in made]


def near_pages(session: Session, wanted: Search, size: int) -> Sequence[tuple[UUID, float]]:
    seen: list[tuple[UUID, float]] = []
    after: tuple[float, UUID] | None = None
    while page := search.find_near(session, wanted, AKTOBE, 50_000, after, size):
        seen += [(one.id, metres) for one, metres in page]
        after = (page[-1][1], page[-1][0].id)
    return seen


@pytest.mark.parametrize("size", [1, 4, 50])
def test_rings_round_a_place_have_each_event_once(session: Session, size: int) -> None:
    """In the middle, at one spot, and at the edges of the rings within which is looked."""
    organization = make_organization(session)
    degrees = [0.0, 0.0, 0.0, 0.004, 0.00899, 0.00901, 0.02, 0.0359, 0.036, 0.1, 0.143, 0.145, 0.4, 0.44]
    made = [
        make_event(session, organization, starts_at=TOMORROW, latitude=AKTOBE[0] + north, search="elek")
        for north in degrees
    ]
    make_event(session, organization, starts_at=TOMORROW, latitude=AKTOBE[0] + 0.46, search="elek")
    for wanted in (Search(*YEAR), Search(*YEAR, text="елек")):
        seen = near_pages(session, wanted, size)
        assert sorted(id_ for id_, _ in seen) == sorted(one.id for one in made)
        assert [metres for _, metres in seen] == sorted(metres for _, metres in seen)

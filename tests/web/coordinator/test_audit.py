"""What staff has done and read, on a page of national coordinators."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from notifications import words
from notifications.words import LOCALES
from service.audit import audit
from service.models import AuditAction, Volunteer
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer
from tests.web.html import Element
from tests.web.visitor import Visitor

PATH = "/kk/coordinator/audit"


@pytest.fixture
def saule(session: Session) -> Volunteer:
    return make_coordinator(session, "*", display_name="Сәуле Әбілқасымқызы")


@pytest.fixture
def national(visitor: Visitor, session: Session, saule: Volunteer) -> Visitor:
    visitor.sign_in(session, saule)
    return visitor


def did(session: Session, by: Volunteer | None, action: AuditAction, **about: Any) -> None:
    at = about.pop("now", NOW)
    audit.record(session, by and by.id, action, now=at, **about)
    session.commit()


def rows(page: Element) -> list[list[str]]:
    found = page.one("main").all("tbody")
    return [[cell.text for cell in row.inside] for one in found for row in one.all("tr")]


@pytest.mark.parametrize("action", AuditAction)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_action_has_words(action: AuditAction, locale: str) -> None:
    assert words.has(f"page.audit.action.{action}", locale)


@pytest.mark.parametrize("language", LOCALES)
def test_the_page_is_whole(national: Visitor, session: Session, language: str) -> None:
    event = make_event(session)
    did(session, None, AuditAction.DISTRICTS_IMPORTED)
    did(
        session,
        make_volunteer(session),
        AuditAction.REVIEWED,
        region_code="KZ-15",
        organization_id=event.organization_id,
        event_id=event.id,
        subject_id=make_volunteer(session).id,
    )
    national.page(f"/{language}/coordinator/audit")


def test_names_are_joined_as_they_are_now(national: Visitor, session: Session, saule: Volunteer) -> None:
    by = make_volunteer(session, display_name="Болат")
    gone = make_volunteer(session, display_name="Әсем Қуанышқызы", consents={})
    organization = make_organization(session, name={"kk": "Таза Ақтөбе"})
    did(session, by, AuditAction.BANNED, subject_id=gone.id, region_code="KZ-15")
    did(session, None, AuditAction.ORGANIZATION_DECIDED, organization_id=organization.id)
    by.display_name = "Болат Ахметов"
    session.commit()
    assert rows(national.page(PATH)) == [
        ["Әрекеттер журналын көрді", "16.05.2026, 11:00", saule.display_name, "", ""],
        ["Ұйым туралы шешім қабылдады", "16.05.2026, 11:00", "сервердегі команда", "", "Таза Ақтөбе"],
        ["Қатысуға тыйым салды", "16.05.2026, 11:00", "Болат Ахметов", "Ә. Қ.", "Ақтөбе облысы"],
    ]


def test_an_event_that_was_given_the_id_of_an_organization_takes_nothing_of_its_name(
    national: Visitor, session: Session
) -> None:
    """Phones choose ids, and those of organizations are public."""
    organization = make_organization(session, name={"kk": "Таза Ақтөбе"})
    event = make_event(session, id=organization.id, title={"kk": "Мүлде басқа"})
    did(session, None, AuditAction.ORGANIZATION_DECIDED, organization_id=organization.id)
    did(session, None, AuditAction.EVENT_CHANGED, event_id=event.id)
    assert [row[-1] for row in rows(national.page(PATH))[1:]] == ["Мүлде басқа", "Таза Ақтөбе"]


def test_it_is_filtered_by_all_that_it_shows(national: Visitor, session: Session) -> None:
    one, other = make_volunteer(session, display_name="Болат"), make_volunteer(session)
    event = make_event(session)
    did(session, one, AuditAction.BANNED, subject_id=other.id, region_code="KZ-15")
    did(session, other, AuditAction.EVENT_HIDDEN, event_id=event.id, now=NOW - timedelta(days=9))
    for query, wanted in (
        ({"action": "banned"}, ["Қатысуға тыйым салды"]),
        ({"actor": str(other.id)}, ["Іс-шараны жасырды"]),
        ({"subject": str(other.id)}, ["Қатысуға тыйым салды"]),
        ({"region": "KZ-15"}, ["Қатысуға тыйым салды"]),
        ({"event": str(event.id)}, ["Іс-шараны жасырды"]),
        ({"to": str((NOW - timedelta(days=8)).date())}, ["Іс-шараны жасырды"]),
        ({"action": "announced"}, []),
    ):
        assert [row[0] for row in rows(national.page(PATH, query_string=query))] == wanted
    page = national.page(PATH, query_string={"actor": str(one.id)})
    assert "Кім: Болат." in page.one("p", class_="notice").text
    (link,) = [link for link in page.one("tbody").all("a") if link.text == "Болат"]
    assert f"actor={one.id}" in link["href"]


@pytest.mark.parametrize(
    "query", [{"action": "x"}, {"actor": "x"}, {"region": "KZ-99"}, {"cursor": "x"}, {"from": "кеше"}]
)
def test_what_it_cannot_be_asked_is_told(national: Visitor, query: dict[str, str]) -> None:
    assert national.get(PATH, query_string=query).status_code == 422


def test_it_goes_on_over_pages(national: Visitor, session: Session) -> None:
    for _ in range(51):
        did(session, None, AuditAction.ANNOUNCED)
    page = national.page(PATH, query_string={"action": "announced"})
    assert len(rows(page)) == 50
    assert len(rows(national.page(page.one("main").one("a", rel="next")["href"]))) == 1


def test_a_regions_coordinator_reads_none_of_it(desk: Visitor) -> None:
    assert desk.get(PATH).status_code == 403
    assert "coordinator/audit" not in desk.page("/kk/coordinator/people").text


def test_whatever_stands_in_a_name_is_text(national: Visitor, session: Session) -> None:
    event = make_event(session, title={"kk": "<i>Көл</i>"})
    event.organization.name = {"kk": "<b>Таза</b> & Ақтөбе"}
    by, about = make_volunteer(session, display_name="<u>"), make_volunteer(session, display_name='"А" <s>')
    did(
        session,
        by,
        AuditAction.REVIEWED,
        subject_id=about.id,
        organization_id=event.organization_id,
        event_id=event.id,
    )
    table = national.page(f"{PATH}?subject={about.id}&action=reviewed").one("tbody")
    assert [link.text for link in table.all("a")] == [
        "<u>",
        '"А" <s>',
        "<b>Таза</b> & Ақтөбе",
        "<i>Көл</i>",
    ]
    addresses = [link.attributes["href"] for link in table.all("a")]
    assert addresses[-1] == f"{PATH}?subject={about.id}&action=reviewed&event={event.id}"

"""Addresses of coordinators' pages as somebody has typed or forged them: refused in words, never a 500."""

import pytest
from sqlalchemy.orm import Session

from tests.makers import make_coordinator
from tests.web.html import read
from tests.web.visitor import Visitor

LISTS = ("", "report", "report/send", "events", "organizations", "reviews", "reports")
ASKED = (
    "region",
    "cursor",
    "reason",
    "q",
    "status",
    "view",
    "district",
    "kind",
    "organization",
    "state",
    "from",
    "to",
    "period",
    "day",
    "columns",
    "headings",
)


@pytest.mark.parametrize("page", LISTS)
@pytest.mark.parametrize("typed", ["a%00b", "%ED%A0%80"])
def test_no_address_breaks_a_page(desk: Visitor, page: str, typed: str) -> None:
    for name in ASKED:
        answer = desk.get(f"/kk/coordinator/{page}?{name}={typed}")
        assert answer.status_code in (200, 422), (name, answer.status_code)


@pytest.mark.parametrize("asked", ["report.xlsx", "report/send", "report?region=KZ-99", "?region=nowhere"])
def test_who_has_named_no_region_of_theirs_reads_which_there_are(
    visitor: Visitor, session: Session, asked: str
) -> None:
    visitor.sign_in(session, make_coordinator(session, "*"))
    answer = visitor.get(f"/kk/coordinator/{asked}")
    assert answer.status_code == 422
    said = read(answer.text).one("main").text
    assert "Ақтөбе облысы" in said
    assert "Алматы қаласы" in said

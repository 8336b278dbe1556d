"""What everybody may read about the service: open figures, personal data, consents."""

import re
from datetime import date

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.figures import public, public_columns
from service.people.consent_texts import TEXTS
from tests.conftest import NOW
from tests.web.visitor import Visitor
from web.assets import BUILT


def test_each_page_leads_to_what_everybody_may_read(visitor: Visitor) -> None:
    for path in ("/kk/", "/kk/sign-in", "/kk/data"):
        links = [link["href"] for link in visitor.page(path).one("footer").all("a")]
        assert links == ["/kk/events", "/kk/data", "/kk/privacy", "/kk/consents"]


@pytest.mark.parametrize("page", ["data", "privacy", "consents"])
def test_they_are_kept_for_a_minute_and_set_no_cookie(visitor: Visitor, page: str) -> None:
    answer = visitor.get(f"/kk/{page}?utm_source=x")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers
    same = visitor.get(f"/kk/{page}?utm_source=x", headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304


@pytest.mark.parametrize("language", LOCALES)
def test_the_dataset_is_led_to_and_each_of_its_columns_explained(
    visitor: Visitor, session: Session, language: str
) -> None:
    page = visitor.page(f"/{language}/data")
    links = [link["href"] for link in page.one("main").all("a")]
    assert links == ["/public/dataset.csv", "/public/dataset.json", "/public/events.geojson"]
    for link in links:
        assert visitor.get(link).status_code == 200
    text = page.one("main").text
    for one in public_columns.all_columns():
        assert one.key in text
        assert one.text[language] in text
    for said in public_columns.DEFINITIONS.values():
        assert said[language] in text
    public.publish(session, date(2026, 3, 1), NOW)
    session.flush()
    assert "2026" in visitor.page(f"/{language}/data").one("main").text


@pytest.mark.parametrize("language", LOCALES)
def test_consents_are_told_whole(visitor: Visitor, language: str) -> None:
    text = visitor.page(f"/{language}/consents").one("main").text
    for one in TEXTS:
        title, words = one.words(language)
        assert title in text
        for line in words.splitlines():
            assert line in text


@pytest.mark.parametrize("language", LOCALES)
def test_privacy_is_told_in_short_and_leads_to_the_whole(visitor: Visitor, language: str) -> None:
    page = visitor.page(f"/{language}/privacy")
    assert page.one("main").all("a")[-1]["href"] == f"/{language}/consents"
    assert len(page.one("main").all("h2")) == 7


@pytest.mark.parametrize("language", LOCALES)
def test_privacy_says_how_long_a_phone_keeps_a_tap(visitor: Visitor, language: str) -> None:
    """As the script of check-in keeps it."""
    script = (BUILT.parent / "src" / "check-in" / "taps.js").read_text("utf-8")
    days = re.search(r"TAP_LIVES_MS = (\d+) \* 24 \* 3600 \* 1000", script)
    assert days is not None
    place = visitor.page(f"/{language}/privacy").one("section", **{"aria-labelledby": "part-4"})
    assert re.search(rf"\b{days[1]}\b", place.text)

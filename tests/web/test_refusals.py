"""Pages of refusals are read by people: no words of programmers, no codes, and in words what there is."""

import re

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from tests.makers import make_coordinator
from tests.web.html import Element, read
from tests.web.visitor import Visitor

OF_PROGRAMMERS = re.compile(
    r"HTTP|UUID|ISO|JSON|POST|GET|[Cc]ursor|курсор|[Mm]ethod|метод|әдіс|[Rr]equest|запрос|[Сс]ұрауда"
    r"|KZ-\d|\b(?!clean-up)[a-z]+-[a-z]+\b|valid date"
)
ADDRESSES = [
    ("organizations?view=zzz", "waiting"),
    ("organizations?status=zzz", "suspended"),
    ("events?kind=zzz", "cleanup"),
    ("events?state=zzz", "no-result"),
    ("events?organization=zzz", None),
    ("events?from=zzz", None),
    ("events/calendar?from=zzz", None),
    ("events?cursor=zzz", None),
    ("organizations?cursor=zzz", None),
    ("reviews?cursor=zzz", None),
    ("reviews?reason=zzz", "shared-code"),
    ("report?region=KZ-15&columns=zzz", "short"),
    ("report?region=KZ-15&headings=zzz", "kk-ru"),
    ("report?region=KZ-15&period=zzz", None),
    ("report?region=KZ-15&day=zzz", None),
    ("honours?period=zzz", None),
    ("audit?action=zzz", "event-hidden"),
    ("audit?region=zzz", None),
    ("audit?subject=zzz", None),
    ("?region=zzz", None),
]


@pytest.fixture
def national(visitor: Visitor, session: Session) -> Visitor:
    visitor.sign_in(session, make_coordinator(session, "*"))
    return visitor


def main_of(visitor: Visitor, path: str) -> Element:
    answer = visitor.get(path)
    assert answer.status_code == 422, (path, answer.status_code)
    return read(answer.text).one("main")


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(("path", "code"), ADDRESSES)
def test_an_address_that_nobody_understands(
    national: Visitor, language: str, path: str, code: str | None
) -> None:
    main = main_of(national, f"/{language}/coordinator/{path}")
    assert not (found := OF_PROGRAMMERS.findall(main.text)), (found, main.text)
    if code is not None:
        assert code not in main.text
    bare = f"/{language}/coordinator/{path}".partition("?")[0]
    assert bare in [link["href"] for link in main.all("a")]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("organizations?status=zzz", "Тоқтатыла тұрды"),
        ("events?state=zzz", "Қорытындысы жоқ"),
        ("reviews?reason=zzz", "Орын кодын тым көп адам орналасқан жерінсіз енгізді"),
        ("?region=zzz", "Ақтөбе облысы"),
        ("audit?region=zzz", "Ақтөбе облысы"),
    ],
)
def test_what_there_is_is_listed_in_words(national: Visitor, path: str, said: str) -> None:
    assert said in main_of(national, f"/kk/coordinator/{path}").text


def test_an_address_that_is_none_does_not_ask_who_is_signed_in_to_sign_in(
    national: Visitor, session: Session
) -> None:
    for path in ("/kk/coordinator/nothing", "/kk/nothing"):
        answer = national.get(path)
        assert answer.status_code == 404
        assert not [one for one in read(answer.text).all("a") if "/sign-in" in one["href"]]


@pytest.mark.parametrize("language", LOCALES)
def test_a_page_that_only_a_button_opens(visitor: Visitor, language: str) -> None:
    answer = visitor.get(f"/{language}/sign-in/continue")
    assert answer.status_code == 405
    text = read(answer.text).one("main").text
    assert not OF_PROGRAMMERS.findall(text), text


@pytest.mark.parametrize("language", LOCALES)
def test_too_much_text(visitor: Visitor, language: str) -> None:
    answer = visitor.post(f"/{language}/sign-in", data={"phone": "x" * 600_000})
    assert answer.status_code == 413
    text = read(answer.text).one("main").text
    assert not OF_PROGRAMMERS.findall(text), text


NO_COOKIE = {"kk": "cookie", "ru": "cookie", "en": "cookies"}


@pytest.mark.parametrize("language", LOCALES)
def test_who_refuses_cookies_is_told_that_it_is_these(visitor: Visitor, language: str) -> None:
    path = f"/{language}/sign-in"
    token = visitor.page(path).all(name="csrf_token")[0]["value"]
    visitor.delete_cookie("tazalyq_dev")
    answer = visitor.post(path, data={"csrf_token": token, "phone": "+77010000001"})
    assert answer.status_code == 403
    main = read(answer.text).one("main")
    assert NO_COOKIE[language] in main.text
    assert [one for one in main.all("a") if one["href"].startswith(path)]


def test_whose_session_has_ended_is_told_of_no_cookies(visitor: Visitor) -> None:
    visitor.page("/en/sign-in")
    answer = visitor.post("/en/sign-in", data={"csrf_token": "x", "phone": "+77010000001"})
    assert answer.status_code == 403
    assert "cookie" not in read(answer.text).one("main").text

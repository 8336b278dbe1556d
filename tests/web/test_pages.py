"""Pages in three languages, who may open them, and what a browser is told about them."""

import re
from pathlib import Path

import pytest

from http_base.application import Tazalyq
from notifications import words
from notifications.words import LOCALES
from tests.web.html import read
from tests.web.visitor import Visitor
from web import templating
from web.pages import Pages, policy

HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}

OPEN = frozenset(
    {
        "start-pages.home",
        "events-pages.report_photo",
        "events-pages.show",
        "previews-pages.show",
        "finding-pages.show_all",
        "regions-pages.show",
        "about-pages.data",
        "about-pages.privacy",
        "about-pages.agreements",
        "certificates-pages.find",
        "certificates-pages.show",
        "design-pages.show",
        "design-pages.show_charts",
        "design-pages.refused",
        "guardian-pages.show",
        "sign-in-pages.show",
        "sign-in-pages.use_code",
        "sign-in-pages.use_token",
        "sign-in-pages.go_on",
        "sign-in-pages.leave",
    }
)
"""Pages for everybody."""


SIGNED_IN = (
    "account-pages.",
    "banned-pages.",
    "check-in-pages.",
    "memberships-pages.",
    "volunteer-",
    "guardian-pages.withdraw",
    "guardian-data-pages.",
    "organizer-home-pages.",
    "organizer-kept-pages.worker",
    "organizer-organizations-pages.found",
    "volunteer-signup-pages.",
    "register-pages.",
)
"""Pages of whoever is signed in, about themself: each of them asks who that is."""


def views(app: Tazalyq) -> dict[str, object]:
    """All views of pages, by endpoint."""
    return {
        rule.endpoint: app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if isinstance(app.blueprints.get(rule.endpoint.partition(".")[0]), Pages)
    }


def test_every_page_is_staffs_or_stands_on_the_written_list(app: Tazalyq) -> None:
    found = views(app)
    open_ones = {endpoint for endpoint, view in found.items() if not hasattr(view, "staff")}
    assert {endpoint for endpoint in open_ones if not endpoint.startswith(SIGNED_IN)} == OPEN


@pytest.mark.parametrize("language", LOCALES)
def test_every_open_page_is_whole_in_every_language(visitor: Visitor, app: Tazalyq, language: str) -> None:
    """Those without a number in their path; the others have tests of their own."""
    # The page of the code is there for whom one was sent to.
    visitor.send(f"/{language}/sign-in", {"phone": "+77012223344"}, of="by-code")
    seen = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN and rule.arguments == {"language"} and "GET" in (rule.methods or ()):
            page = visitor.page(re.sub("<[^>]+>", language, rule.rule, count=1))
            assert page.one("html")["lang"] == language
            seen += 1
    assert seen >= 2


def test_the_start_leads_to_kazakh(visitor: Visitor) -> None:
    answer = visitor.get("/", headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/kk/")


@pytest.mark.parametrize("path", ["/de/", "/kk/nothing", "/nothing", "/KK/"])
def test_where_nothing_stands_a_page_says_how_to_go_on(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path, headers=HTML)
    assert answer.status_code == 404
    page = read(answer.text)
    assert page.one("title").text == "Қате: Бет табылмады – Tazalyq"
    assert page.one("a", class_="btn")["href"] == "/kk/"
    assert "/v1/docs" not in answer.text


def test_the_api_answers_programs_as_before(visitor: Visitor) -> None:
    for path in ("/v1/nothing", "/nothing"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), path
    assert visitor.get("/v1/nothing", headers=HTML).mimetype == "application/problem+json"


def test_the_language_of_the_path_decides_not_that_of_the_browser(visitor: Visitor) -> None:
    answer = visitor.get("/ru/nothing", headers={"Accept-Language": "en"})
    assert read(answer.text).one("h1").text == "Страница не найдена"


def test_the_switch_of_languages_leads_to_the_same_page(visitor: Visitor) -> None:
    page = visitor.page("/kk/dev/design?state=absent&q=%D3%99")
    links = page.one("ul", class_="languages").all("a")
    assert [link["href"] for link in links] == [
        f"/{language}/dev/design?state=absent&q=%D3%99" for language in LOCALES
    ]
    assert [link.attributes.get("aria-current") for link in links] == ["true", None, None]


def test_a_browser_is_told_to_run_and_show_nothing_but_ours(visitor: Visitor) -> None:
    for path in ("/kk/sign-in", "/kk/nothing"):
        headers = visitor.get(path).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'self'; object-src 'none'; base-uri 'none'; "
            "frame-ancestors 'none'; form-action 'self'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-store"
        # Without an origin in it, no form could be told from a foreign one.
        assert headers["Referrer-Policy"] == "same-origin"


def test_a_page_may_add_to_its_policy_what_it_needs() -> None:
    made = policy(connect_src="https://identitytoolkit.googleapis.com", script_src="https://apis.google.com")
    assert "; connect-src 'self' https://identitytoolkit.googleapis.com" in made
    assert "; script-src 'self' https://apis.google.com" in made
    assert made.startswith("default-src 'self'; ")


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 429, 500, 503])
@pytest.mark.parametrize("language", LOCALES)
def test_each_refusal_is_a_page_in_words(visitor: Visitor, status: int, language: str) -> None:
    answer = visitor.get(f"/{language}/dev/design/errors/{status}")
    assert answer.status_code == status
    page = read(answer.text)
    assert page.one("html")["lang"] == language
    assert page.one("h1").text in page.one("title").text
    assert page.one("main").all("a")[-1]["href"] == f"/{language}/"


def test_a_method_that_a_page_does_not_take_is_a_page(visitor: Visitor) -> None:
    answer = visitor.delete("/kk/")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", sorted(templating.TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_a_style_or_a_script_of_its_own(path: Path) -> None:
    source = path.read_text("utf-8")
    assert (
        re.findall(r"""\bstyle=|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:|\|\s*safe""", source)
        == []
    )


def test_every_text_that_a_template_asks_for_is_in_the_catalogue() -> None:
    asked = set()
    for path in sorted(templating.TEMPLATES.rglob("*.html")):
        source = path.read_text("utf-8")
        asked |= set(re.findall(r"\b(?:_|ngettext)\((?:'|\")([^'\"]+)(?:'|\")", source))
    missing = [key for key in asked if not key.endswith(".") and not words.has(key)]
    assert len(asked) > 50
    assert missing == []


@pytest.mark.parametrize("language", LOCALES)
def test_words_without_facts_are_read_with_their_template_and_escaped_as_any(language: str) -> None:
    made = templating.ENVIRONMENTS[language].from_string(
        "{{ _('page.skip') }}|{{ _('page.' ~ key) ~ _('<&') }}"
    )
    skip = words.translate("page.skip", language)
    with_nothing_to_say_it = made.render(_=lambda key: f"[{key}]", key="skip")
    assert with_nothing_to_say_it == f"{skip}|[page.skip]&lt;&amp;"


def test_a_number_that_stands_in_a_template_is_said_in_each_pages_language(visitor: Visitor) -> None:
    for language, said in (("kk", "2 сағ 10 мин"), ("ru", "2 ч 10 мин"), ("en", "2 h 10 min")):
        assert said in visitor.page(f"/{language}/dev/design").one(class_="lead").text.replace("\xa0", " ")


def test_htmx_gets_the_part_that_it_puts_in_and_everybody_else_the_page(visitor: Visitor) -> None:
    path = "/kk/dev/design?state=absent"
    whole = visitor.get(path)
    assert whole.text.startswith("<!doctype html>")
    assert "HX-Request-Type" in whole.headers["Vary"]
    part = visitor.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert read(part.text).one("div", id="views").one("a", **{"aria-current": "true"}).text == "56Келмеген"
    assert part.text in whole.text
    full = visitor.get(path, headers={"HX-Request": "true", "HX-Request-Type": "full"})
    assert read(full.text).one("main")


def test_a_refusal_takes_the_place_of_the_whole_page_whatever_htmx_has_asked_for(visitor: Visitor) -> None:
    answer = visitor.get("/kk/dev/design/errors/403", headers={"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "body"


def test_every_text_that_a_page_asks_for_by_name_is_in_the_catalogue() -> None:
    asked = set()
    for path in (templating.TEMPLATES.parent).rglob("*.py"):
        asked |= set(
            re.findall(r'"((?:page|form|chart)\.[a-z0-9-]+(?:\.[a-z0-9-]+)*)"', path.read_text("utf-8"))
        )
    assert asked
    assert [key for key in sorted(asked) if not words.has(key)] == []


@pytest.mark.parametrize("path", ["/kk/%D3%98%25%23x", "/kk/a%3Fb", "/kk//evil.example/"])
def test_the_switch_of_languages_keeps_any_path(visitor: Visitor, path: str) -> None:
    page = read(visitor.get(path, headers=HTML).text)
    link = page.one("ul", class_="languages").all("a")[1]["href"]
    assert link == path.replace("/kk/", "/ru/", 1)


def test_a_body_that_is_too_large_is_a_page(visitor: Visitor) -> None:
    answer = visitor.post("/kk/dev/design", data={"title": "x" * 600_000})
    assert (answer.status_code, answer.mimetype) == (413, "text/html")


def test_too_many_fields_are_a_page(visitor: Visitor) -> None:
    answer = visitor.post(
        "/kk/dev/design", data={f"f{at}": "x" for at in range(1_100)}, content_type="multipart/form-data"
    )
    assert (answer.status_code, answer.mimetype) == (413, "text/html")

"""The judge of pages finds what it is for."""

import pytest

from tests.web.html import faults

PAGE = """<!doctype html>
<html lang="kk"><head><title>t</title></head><body><main><h1>A</h1>{}</main></body></html>"""


def test_a_good_page_has_no_fault() -> None:
    good = (
        '<h2 id="a">B</h2><form><label for="x">X</label><input id="x"></form><a href="#a">C</a><br>'
        '<svg><path d="M0 0"/></svg>'
    )
    assert faults(PAGE.format(good)) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<p id="a"></p><p id="a"></p>', "the id a stands 2 times"),
        ('<a href="#b">B</a>', "nothing has the id b"),
        ('<svg><rect fill="url(#c)"/></svg>', "nothing has the id c"),
        ("<h3>C</h3>", "h3 after h1"),
        ("<h1>B</h1>", "not one h1"),
        ('<input name="x">', "no label for"),
        ('<p style="color:red">x</p>', "its own style"),
        ('<p onclick="x()">x</p>', "its own script"),
        ("<script>x()</script>", "a script stands in the page"),
        ("<button></button>", "without words"),
        ("<p>page.home.title</p>", "the catalogue lacks page.home.title"),
        ("<p>" + "x" * 100_000 + "</p>", "bytes"),
    ],
)
def test_each_fault_is_found(body: str, fault: str) -> None:
    found = faults(PAGE.format(body))
    assert len(found) == 1
    assert fault in found[0]


def test_tags_that_do_not_fit_are_found() -> None:
    with pytest.raises(AssertionError, match="closes"):
        faults(PAGE.format("<p><b>x</p>"))

"""Pages for people fit a phone and read as they were meant."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/v1/docs", "/dev/pushes"])
def test_pages_fit_a_phone(client: FlaskClient, path: str) -> None:
    """Without it a phone shows a page of 980 points, made small."""
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in client.get(path).text


def test_a_page_without_pushes_says_so(client: FlaskClient) -> None:
    assert "None yet" in client.get("/dev/pushes").text


def test_what_the_introduction_stresses_is_seen(client: FlaskClient) -> None:
    page = client.get("/v1/docs").text
    assert "<b>Refusals</b> are RFC 9457" in page
    assert "<code>code</code> is" in page


def test_no_blank_stands_before_a_full_stop(client: FlaskClient) -> None:
    assert "</a> ." not in client.get("/v1/docs").text


def test_the_page_gives_a_shell_a_token(client: FlaskClient) -> None:
    assert "\nTOKEN=$(curl -s $B/v1/auth/tokens" in client.get("/v1/docs").text

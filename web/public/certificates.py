"""What everybody learns who has a certificate's code: whether it holds at this moment, and with what."""

import re
from http import HTTPStatus

from flask import Response, redirect, request

from http_base import certificates as papers
from http_base.context import services, session
from service import errors
from service.recognition import certificates
from web.addresses import to
from web.pages import How, render
from web.public.open_pages import OpenPages

pages = OpenPages("certificates", is_kept=False)


MOST_LETTERS = 60
NO_LETTER = re.compile(r"[^0-9A-Za-z]")


@pages.page("/certificates")
def find() -> Response:
    """A field for what stands on the paper; typed, it leads to its page."""
    code = _letters(request.args.get("code", ""))
    if code:
        return redirect(to("certificates.show", code=code))  # type: ignore[return-value] # Flask's own
    return _unread(render("public/certificate_find.html", is_missing=False, code=""))


@pages.page("/certificates/<code>")
def show(code: str) -> Response:
    """Of a code that is none nothing but that. The address is in nobody's index, and handed on by no link."""
    services().address_limit.count(request.remote_addr or "")
    try:
        issued = certificates.by_code(session(), code)
    except errors.NotFound:
        page = render(
            "public/certificate_find.html", How(HTTPStatus.NOT_FOUND), is_missing=True, code=_letters(code)
        )
    else:
        certificate = issued.certificate
        page = render(
            "public/certificate.html",
            issued=issued,
            certificate=certificate,
            code=papers.shown_code(certificate),
        )
    return _unread(page)


def _letters(typed: str) -> str:
    return NO_LETTER.sub("", typed)[:MOST_LETTERS]


def _unread(page: Response) -> Response:
    """In nobody's index, and handed on by no link."""
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["X-Robots-Tag"] = "noindex"
    return page

"""What everybody learns who has a certificate's code: whether it holds at this moment, and with what."""

from http import HTTPStatus

from flask import Response, request

from http_base import certificates as papers
from http_base.context import services, session
from service import errors
from service.recognition import certificates
from web.pages import How, render
from web.public.open_pages import OpenPages

pages = OpenPages("certificates", is_kept=False)


@pages.page("/certificates/<code>")
def show(code: str) -> Response:
    """Of a code that is none nothing but that. The address is in nobody's index, and handed on by no link."""
    services().address_limit.count(request.remote_addr or "")
    try:
        issued = certificates.by_code(session(), code)
    except errors.NotFound:
        page = render("public/certificate_missing.html", How(HTTPStatus.NOT_FOUND))
    else:
        certificate = issued.certificate
        page = render(
            "public/certificate.html",
            issued=issued,
            certificate=certificate,
            code=papers.shown_code(certificate),
        )
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["X-Robots-Tag"] = "noindex"
    return page

"""What pages for everybody stand in: no caller, no cookie, and answers that may be kept for a moment."""

from http import HTTPStatus
from typing import Any

from flask import Response, g, request

from http_base import links
from web.addresses import in_language
from web.pages import Pages, render

KEPT = "public, max-age=60"
"""A change or a cancelling is seen by everybody within a minute."""

KEPT_STATUSES = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND})


class OpenPages(Pages):
    """A noun's pages for everybody. Whoever is signed in is nobody here: no page depends on a cookie."""

    def __init__(self, noun: str) -> None:
        super().__init__(noun, knows_callers=False)
        self.before_request(_know_nobody)
        self.after_request(_keep)


def _know_nobody() -> None:
    g.is_page, g.page_caller = True, None


def _keep(response: Response) -> Response:
    """Caches on the way and browsers may answer with it for a moment, then ask whether it still holds."""
    if request.method == "POST":
        return response
    if response.mimetype == "text/html" and response.status_code in KEPT_STATUSES:
        response.headers["Cache-Control"] = KEPT
        response.add_etag()
        response.make_conditional(request)
    return response


def about(title: str, description: str) -> dict[str, str]:
    """What chats and search engines say of a page that somebody passes on."""
    path = in_language(request.path.split("/", 2)[1]).partition("?")[0]
    return {"title": title, "description": description, "url": links.absolute(path)}


def show(template: str, *, title: str, description: str, **values: Any) -> Response:
    """A page for everybody; `description`: a sentence that a chat shows beneath its title."""
    return render(f"public/{template}", about=about(title, description), **values)

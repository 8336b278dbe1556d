"""What pages for everybody stand in: no caller, no cookie, and answers that may be kept for a moment."""

from http import HTTPStatus
from typing import Any

from flask import Response, g, request

from http_base import links, page_sessions
from http_base.context import page_caller
from web.addresses import in_language
from web.pages import PRIVATE, Pages, render
from web.volunteer import desk

KEPT = "public, max-age=60"
"""A change or a cancelling is seen by everybody within a minute."""

KEPT_STATUSES = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND})


class OpenPages(Pages):
    """A noun's pages for everybody. Whoever is signed in is nobody here: no page depends on a cookie.

    `about_callers`: who has a session gets the same pages with what is theirs, which are kept for nobody;
    without one the answer is everybody's. No form of theirs posts to these pages. `is_kept`: else each answer
    is of its moment.
    """

    def __init__(self, noun: str, *, about_callers: bool = False, is_kept: bool = True) -> None:
        super().__init__(noun, knows_callers=False)
        self.before_request(_know_whose_session if about_callers else _know_nobody)
        if is_kept:
            self.after_request(_keep_apart if about_callers else _keep)


def _know_nobody() -> None:
    g.is_page, g.page_caller = True, None


def _know_whose_session() -> None:
    if _has_session():
        page_sessions.recognize()
    else:
        _know_nobody()


def _has_session() -> bool:
    return page_sessions.cookie_name() in request.cookies


def _keep_apart(response: Response) -> Response:
    """By the cookie: what a session was told is in no cache, whatever its page says."""
    response.vary.add("Cookie")
    if not _has_session():
        return _keep(response)
    response.headers["Cache-Control"] = PRIVATE
    return page_sessions.finish(response)


def _keep(response: Response) -> Response:
    """Caches on the way and browsers may answer with it for a moment, then ask whether it still holds."""
    if request.method == "POST":
        return response
    if response.mimetype == "text/html" and response.status_code in KEPT_STATUSES:
        response.headers["Cache-Control"] = KEPT
        response.add_etag()
        response.make_conditional(request)
    return response


def about(title: str, description: str, picture: str | None = None) -> dict[str, str | None]:
    """What chats and search engines say of a page that somebody passes on."""
    path = in_language(request.path.split("/", 2)[1]).partition("?")[0]
    return {"title": title, "description": description, "url": links.absolute(path), "picture": picture}


def show(
    template: str,
    *,
    title: str,
    description: str,
    picture: str | None = None,
    section: str | None = None,
    **values: Any,
) -> Response:
    """A page for everybody; `description`: a sentence that a chat shows beneath its title; `picture`: the
    address of what it shows above. Who is signed in has their tabs, of which `section` is the current one."""
    tabs = None if page_caller() is None else desk.sit_down(section)
    return render(f"public/{template}", about=about(title, description, picture), desk=tabs, **values)

"""What every page stands in: its blueprint, its language in the path, who may open it, how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

import flask
from flask import Response, g, request

from http_base import bodies, csrf, problems
from http_base.context import actor, locale, now, session
from notifications.words import LOCALES
from service import access
from service.access import Permission
from service.audit import audit as records
from service.models.audit import AuditAction
from web import doors, expired, flashes
from web.forms import Form
from web.templating import ENVIRONMENTS

View = TypeVar("View", bound=Callable[..., Any])

SOURCES: Mapping[str, str] = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
IN_PATHS = ("organization_id", "event_id", "region_code", "subject_id")
"""What of a page's path is recorded with a look at it."""
ASKS_FOR = "HX-Request-Type"
"""By this htmx says whether an answer goes into a part of the page (`partial`) or in place of it (`full`)."""
PRIVATE = "private, no-store"
SAME_ORIGIN = "same-origin"
"""Of pages: with `no-referrer` a browser would send `Origin: null` with each form."""


def policy(**more: str) -> str:
    """The Content-Security-Policy of a page; `more`: sources to add, as `connect_src="https://…"`."""
    sources = dict(SOURCES)
    for name, value in more.items():
        directive = name.replace("_", "-")
        sources[directive] = f"{sources.get(directive, sources['default-src'])} {value}"
    return "; ".join(f"{directive} {value}" for directive, value in sources.items())


POLICY = policy()


class Pages(flask.Blueprint):
    """A noun's pages, under `/kk/…`, `/ru/…` and `/en/…`; its name is the noun.

    `knows_callers`: by their cookies, which forms need; not on pages that are the same for everybody.
    """

    def __init__(self, noun: str, *, knows_callers: bool = True) -> None:
        super().__init__(
            f"{noun}-pages",
            __name__,
            url_prefix=f"/<any({','.join(LOCALES)}):language>",
        )
        self.url_value_preprocessor(_drop_language)
        problems.install(self)
        self.before_request(bodies.let_in)
        if knows_callers:
            csrf.install(self)
            doors.install(self)
            expired.install(self)

    def page(self, path: str, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
        """A page at this path of each language. Who may open it: everybody, unless it is `staff`'s."""

        def decorate(view: View) -> View:
            self.add_url_rule(path, view.__name__, view, methods=list(methods))
            return view

        return decorate

    def staff(self, permission: Permission, *, audit: "AuditAction | Unaudited") -> Callable[[View], View]:
        """A page of those who have this permission over something; over what, its use case asks.

        Stands below `page`. `audit`: as what a look at it is recorded, with the ids of its path and what the
        view gives to `tell_audit`; or why it is not.

        The view raises, before anything of its own: Unauthenticated, SecondFactorRequired, Forbidden.
        """

        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(**values: Any) -> Any:
                access.require_anywhere(actor(), permission)
                answer = view(**values)
                if request.method in csrf.SAFE:
                    _keep_look(audit, values)
                elif not _leads_on(answer):
                    # A form that is shown again shows its page: what it has half done goes, that it was seen
                    # stays.
                    session().rollback()
                    records.record_reads_again(session())
                    _keep_look(audit, values)
                return answer

            guarded.staff = permission  # type: ignore[attr-defined] # the tests' list of staff pages
            guarded.audit = audit  # type: ignore[attr-defined] # so that each says what becomes of a look
            return guarded  # type: ignore[return-value] # takes and gives what the view does

        return decorate


@dataclass(frozen=True, slots=True)
class Unaudited:
    """Why a look at a page of staff is not recorded: it shows no person, or its use case records it."""

    why: str


def tell_audit(**facts: Any) -> None:
    """What is recorded of this look beside the ids of its path, as `audit.record` takes it."""
    g.told_to_audit = g.get("told_to_audit", {}) | facts


def _leads_on(answer: Any) -> bool:
    """Whether an answer shows nothing of its page."""
    return isinstance(answer, Response) and (answer.location is not None or not answer.content_length)


def _keep_look(audit: AuditAction | Unaudited, values: Mapping[str, Any]) -> None:
    """Keep that the page was seen, and what its use case has recorded of that.

    Once in some minutes: who keeps a page open, which asks for its parts anew, has looked once.
    """
    if not isinstance(audit, AuditAction):
        session().commit()
        return
    ids = {name: values[name] for name in IN_PATHS if name in values}
    facts = ids | g.get("told_to_audit", {})
    records.record_read(session(), actor().volunteer_id, audit, **facts, now=now())
    session().commit()


def _drop_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """`locale()` reads it from the path."""
    if values is not None:
        values.pop("language", None)


@dataclass(frozen=True, slots=True)
class How:
    """How a page is answered. `status`: else 422 when its form was refused, and 200; `part`: the template
    of the part that htmx puts into the page, which includes it."""

    status: HTTPStatus | None = None
    policy: str = POLICY
    cache: str = PRIVATE
    part: str | None = None


PLAIN = How()


def render(template: str, how: How = PLAIN, /, **values: Any) -> Response:
    """A page from its template. A value that is a refused `Form` makes it a 422, or what the form says."""
    refused = [value for value in values.values() if isinstance(value, Form) and value.errors]
    status = how.status or (refused[0].refused_as if refused else HTTPStatus.OK)
    if how.part is not None and request.headers.get(ASKS_FOR) == "partial":
        template = how.part
    text = ENVIRONMENTS[locale()].get_template(template).render(values)
    response = Response(text, status=status, mimetype="text/html")
    if how.part is not None:
        response.vary.add(ASKS_FOR)
    return dressed(response, how)


def dressed(response: Response, how: How = PLAIN) -> Response:
    """A page's headers, and the notice that it has shown taken away."""
    response.headers["Content-Security-Policy"] = how.policy
    response.headers["Referrer-Policy"] = SAME_ORIGIN
    response.headers["Cache-Control"] = how.cache
    response.headers["Content-Language"] = locale()
    flashes.forget_shown(response)
    return response


def done(location: str, key: str | None = None, kind: str = "good", **facts: Any) -> Response:
    """After a post: go there, where the words of `key` are told once. `kind`: good, info, wait or bad."""
    response: Response = flask.redirect(location, HTTPStatus.SEE_OTHER)  # type: ignore[assignment] # Flask's own
    if key is not None:
        flashes.leave(response, flashes.Flash(kind, key, facts))
    return response

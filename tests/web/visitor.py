"""Somebody with a browser: every page that they are shown is held against tests/web/html.py."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from service.models import Volunteer
from service.people import identities, sessions
from tests.web.html import Element, faults, read


class Visitor(FlaskClient):
    """A client with cookies, whose pages are looked at as they come."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        answer = super().open(*arguments, **options)
        is_shown = answer.mimetype == "text/html" and answer.request.method != "HEAD"
        if is_shown and not 300 <= answer.status_code < 400:
            found = faults(answer.text)
            assert not found, (answer.request.path, found)
        return answer

    def page(self, path: str, **options: Any) -> Element:
        """The page at this path, which is there."""
        answer = self.get(path, **options)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2_000])
        return read(answer.text)

    def send(self, path: str, typed: dict[str, Any], of: str | None = None) -> TestResponse:
        """Fill in the form of a page that posts (the first, or that of the id `of`) and press its button."""
        forms = self.page(path).all("form", method="post", **({} if of is None else {"id": of}))
        hidden = {one["name"]: one["value"] for one in forms[0].all(type="hidden")}
        return self.post(forms[0].attributes.get("action") or path, data=hidden | typed)

    def post(self, *arguments: Any, **options: Any) -> TestResponse:
        """As a browser does: it says whose page has sent the form."""
        headers = {"Origin": "http://localhost"} | options.pop("headers", {})
        return super().post(*arguments, headers=headers, **options)

    def sign_in(self, session: Session, volunteer: Volunteer, *, elevated: bool = True) -> None:
        """Go on as somebody who has signed in; `elevated`: with the second factor, too."""
        known = identities.find(session, volunteer.subject)
        assert known is not None
        at = self.application.extensions["tazalyq"].clock.now()
        token = sessions.begin(session, known.actor, "Firefox", "127.0.0.1", at)
        if elevated:
            session.flush()
            token = sessions.rotate(session.connection(), token, known.actor, at, elevated=True) or token
        session.commit()
        self.set_cookie("tazalyq_dev", token)

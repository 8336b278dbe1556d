"""What everybody may read about the service itself: open figures, personal data, what people agree to."""

from flask import Response

from http_base.context import locale, now, session
from service.figures import public, public_columns
from service.people import consents
from service.people.privacy import Topic
from web.public import open_pages
from web.public.open_pages import OpenPages
from web.templating import text

pages = OpenPages("about")

HELD = ("title", "what", "who", "kept")
PRIVACY = ("what", "who", "children", "place", "cookies", "rights")


@pages.page("/data")
def data() -> Response:
    """The open dataset, and what its words and columns mean."""
    return open_pages.show(
        "data.html",
        title=text("page.public.data.title"),
        description=text("page.public.data.lead"),
        published=public.published(session()),
        definitions=public_columns.DEFINITIONS.values(),
        columns=public_columns.all_columns(),
    )


@pages.page("/privacy")
def privacy() -> Response:
    """What becomes of personal data: in short, then by what it is about."""
    return open_pages.show(
        "privacy.html",
        title=text("page.public.privacy.title"),
        description=text("page.public.privacy.lead"),
        sections=[
            (text(f"page.public.privacy.{one}"), text(f"page.public.privacy.{one}-text")) for one in PRIVACY
        ],
        held=[{part: text(f"held.{topic}.{part}") for part in HELD} for topic in Topic],
    )


@pages.page("/consents")
def agreements() -> Response:
    """The texts that people agree to, whole."""
    newest = {one.name: one for one in consents.offered(now())}
    return open_pages.show(
        "consents.html",
        title=text("page.public.consents.title"),
        description=text("page.public.consents.lead"),
        texts=[(one.name, one.version, *one.words(locale())) for one in newest.values()],
    )

"""Where somebody arrives."""

from flask import Response

from web.public import open_pages
from web.public.open_pages import OpenPages
from web.templating import text

pages = OpenPages("start")


@pages.page("/")
def home() -> Response:
    """What it is."""
    return open_pages.show("home.html", title=text("page.home.title"), description=text("page.home.lead"))
